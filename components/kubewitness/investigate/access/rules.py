"""The rules of RBAC that grant permissions, as few and as narrow as possible."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeAlias

from kubewitness.investigate.access.permissions import Permission, Use
from kubewitness.redaction.words import REDACTED

_ALONG: Final[Mapping[str, str]] = {"list": "watch", "watch": "list"}
"""Verbs that reveal the same objects: clients that list objects also watch them."""

_ALL: Final = "*"

_NAMESPACE: Final = re.compile(r"([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?")
"""A name that a namespace can have. A client can request objects in others, which cannot exist."""

Names: TypeAlias = frozenset[str]


@dataclass(frozen=True, order=True)
class Rule:
    """A rule of a Role or ClusterRole.

    Attributes:
        groups: of the API.
        resources: with their subresources.
        verbs: that are granted.
        names: of objects; none represent all.
        paths: of requests for no resource.
    """

    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Generalisation:
    """Permissions that are granted although they were not used.

    Attributes:
        namespace: empty for the cluster.
        verb: that is granted.
        resource: with its API group and subresource, such as `apps/deployments`.
        why: the reason.
    """

    namespace: str
    verb: str
    resource: str
    why: str


@dataclass(frozen=True)
class Grants:
    """The permissions that the roles of a subject grant.

    Attributes:
        rules: by namespace; the empty one is that of the cluster.
        generalisations: what they grant besides what was used.
        not_granted: permissions that were used and that no rule can grant without granting more.
    """

    rules: Mapping[str, Sequence[Rule]]
    generalisations: Sequence[Generalisation] = ()
    not_granted: Sequence[Permission] = ()


def grants(uses: Iterable[Use], *, exact: bool = False) -> Grants:
    """Return the narrowest rules that grant what was used.

    Args:
        exact: whether only used permissions are granted. By default several names, or a generated
            one, represent all names, and `list` and `watch` are granted together.
    """
    every = list(uses)
    used = [use for use in every if _can_be_granted(use.permission)]
    not_granted = {use.permission for use in every} - {use.permission for use in used}
    found = {use.permission for use in used}
    generalised = [] if exact else list(_generalised(used))
    granted = found | {permission for permission, _ in generalised}
    needed = _without_covered(granted)
    by_namespace: dict[str, set[Permission]] = defaultdict(set)
    for permission in needed:
        by_namespace[permission.namespace].add(permission)
    return Grants(
        {name: _compact(by_namespace[name]) for name in sorted(by_namespace)},
        sorted({note for permission, note in generalised if permission in needed}),
        sorted(not_granted),
    )


def resource_name(permission: Permission) -> str:
    """Return a resource with its API group, or the path."""
    return permission.path or "/".join(filter(None, (permission.group, permission.resource)))


def _can_be_granted(permission: Permission) -> bool:
    """Return whether a rule can grant this permission and no other.

    A client can request a resource called `*`, or a namespace that cannot exist. No such object
    exists, and a rule with `*` would grant everything. A value that may be a secret is in no role.
    """
    resource, _, subresource = permission.resource.partition("/")
    wildcards = _ALL in (permission.verb, permission.group, resource, subresource)
    return (
        not wildcards
        and REDACTED not in permission.path + permission.name
        and not permission.path.endswith(_ALL)
        and _NAMESPACE.fullmatch(permission.namespace) is not None
    )


def _generalised(uses: Sequence[Use]) -> Iterator[tuple[Permission, Generalisation]]:
    """Yield what is granted besides what was used, and why."""
    names: dict[Permission, list[Use]] = defaultdict(list)
    for use in uses:
        if use.permission.name:
            names[use.permission._replace(name="")].append(use)
    found = {use.permission for use in uses}
    for permission, named in names.items():
        if permission in found:
            continue
        generated = next((use.permission.name for use in named if use.is_generated), None)
        if generated:
            yield permission, _note(permission, f"the name `{generated}` is generated")
            found.add(permission)
        elif len({use.permission.name for use in named}) > 1:
            yield permission, _note(permission, f"{len(named):,} names were used")
            found.add(permission)
    for permission in sorted(found):
        added = permission._replace(verb=_ALONG.get(permission.verb, permission.verb))
        if permission.resource and added not in found:
            yield added, _note(added, f"`{permission.verb}` was used")


def _note(permission: Permission, why: str) -> Generalisation:
    return Generalisation(permission.namespace, permission.verb, resource_name(permission), why)


def _without_covered(permissions: AbstractSet[Permission]) -> set[Permission]:
    """Return the permissions without those that others include."""
    return {one for one in permissions if not any(map(permissions.__contains__, _broader(one)))}


def _broader(permission: Permission) -> Iterator[Permission]:
    """Yield the permissions that include one: without its name, and for the whole cluster."""
    if permission.name:
        yield permission._replace(name="")
    if permission.namespace:
        yield permission._replace(namespace="")
        yield permission._replace(namespace="", name="")


def _compact(permissions: Iterable[Permission]) -> Sequence[Rule]:
    """Return the rules of one namespace, each permission in one of them."""
    verbs: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for p in permissions:
        verbs[p.group, p.resource, p.name, p.path].add(p.verb)
    names: dict[tuple[str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    paths: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for (group, resource, name, path), some in verbs.items():
        if path:
            paths[_sorted(some)].add(path)
        else:
            names[group, resource, _sorted(some)].add(name)
    resources: dict[tuple[str, tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    for (group, resource, some_verbs), some in names.items():
        # A name and all names are separate: a rule with names grants nothing without one.
        for kind in filter(None, (some - {""}, some & {""})):
            resources[group, some_verbs, _sorted(kind - {""})].add(resource)
    return [
        *sorted(
            Rule((group,), _sorted(some), granted, named)
            for (group, granted, named), some in resources.items()
        ),
        *sorted(Rule(verbs=granted, paths=_sorted(some)) for granted, some in paths.items()),
    ]


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts))
