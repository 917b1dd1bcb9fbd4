"""Compares the rules of Kubernetes RBAC with what a log shows as used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from kubewitness.investigate.access.permissions import (
    CHANGES,
    READS,
    SERVICE_ACCOUNT,
    Permission,
    Subject,
    Use,
)
from kubewitness.investigate.access.rules import resource_name
from kubewitness.investigate.granted.actors import Actor
from kubewitness.investigate.granted.claim import GrantClaim, risk
from kubewitness.investigate.granted.grant import ALL, GrantedRule, Principal
from kubewitness.investigate.granted.visibility import Asked, Visibility

_SUPERUSERS: Final = "system:masters"
_NODES: Final = "system:node:"

_KINDS: Final[Mapping[str, Sequence[str]]] = {"reads": READS, "changes": CHANGES}
"""The halves of `*`, of which a log may show only one."""


def kubernetes_claims(
    rules: Iterable[GrantedRule],
    uses: Mapping[Subject, Sequence[Use]],
    actors: Mapping[Subject, Actor],
    visibility: Visibility,
) -> Iterator[GrantClaim]:
    """Yield a claim for each granted permission that no request used.

    Args:
        uses: of the subjects of one cluster.
        actors: of the same cluster.
    """
    used: dict[Principal, list[Permission]] = {}
    for rule in rules:
        if rule.principal not in used:
            used[rule.principal] = _used_by(rule.principal, uses, actors)
        mine = [one for one in used[rule.principal] if _holds_in(rule.namespace, one)]
        for item, verbs in _items(rule):
            if not any(_is_use(item, verbs, rule.names, one) for one in mine):
                yield _claim(rule, item, verbs, visibility)


def no_longer_granted(
    subject: Subject, uses: Iterable[Use], groups: Iterable[str], rules: Iterable[GrantedRule]
) -> list[Permission]:
    """Return the permissions that Kubernetes allowed and that no rule grants any more.

    Other authorizers than RBAC allow what superusers and nodes do.
    """
    known = {*groups}
    if _SUPERUSERS in known or subject.user.startswith(_NODES):
        return []
    mine = [rule for rule in rules if is_principal(rule.principal, subject, known)]
    return [
        use.permission
        for use in uses
        if use.authorizer == "kubernetes"
        and not any(_grants(rule, use.permission) for rule in mine)
    ]


def named_subjects(rules: Iterable[GrantedRule], known: Iterable[Subject]) -> set[Subject]:
    """Return the users and service accounts that bindings name: some made no request.

    Args:
        known: the subjects in the log, of whose clusters they are.
    """
    clusters = {one.cluster for one in known} or {""}
    users = {
        f"{SERVICE_ACCOUNT}{rule.principal.name.replace('/', ':')}"
        if rule.principal.kind == "ServiceAccount"
        else rule.principal.name
        for rule in rules
        if rule.principal.kind != "Group"
    }
    return {Subject(cluster, user) for cluster in clusters for user in users}


def is_principal(principal: Principal, subject: Subject, groups: Iterable[str]) -> bool:
    """Return whether a binding to a principal is one to a subject."""
    match principal.kind:
        case "Group":
            return principal.name in groups
        case "ServiceAccount":
            account = subject.service_account
            return account is not None and principal.name == "/".join(account)
        case _:
            return principal.name == subject.user


def _used_by(
    principal: Principal,
    uses: Mapping[Subject, Sequence[Use]],
    actors: Mapping[Subject, Actor],
) -> list[Permission]:
    found: dict[Permission, None] = {}
    for subject, some in uses.items():
        actor = actors.get(subject)
        if is_principal(principal, subject, actor.groups if actor else ()):
            # A user in Entra ID has both kinds of grants, and RBAC decides first.
            found |= dict.fromkeys(use.permission for use in some)
    return list(found)


def _items(rule: GrantedRule) -> Iterator[tuple[Permission, Sequence[str]]]:
    """Yield each permission of a rule, with the verbs that are a use of it."""
    for verb in rule.verbs:
        halves = _KINDS.values() if verb == ALL else ((verb,),)
        for verbs in halves:
            for path in rule.paths:
                yield Permission(verb, path=path, namespace=rule.namespace), verbs
            for group in rule.groups:
                for resource in rule.resources:
                    yield Permission(verb, group, resource, rule.namespace), verbs


def _claim(
    rule: GrantedRule, item: Permission, verbs: Sequence[str], visibility: Visibility
) -> GrantClaim:
    user = "" if rule.principal.kind == "Group" else rule.principal.name
    groups = (rule.principal.name,) if rule.principal.kind == "Group" else ()
    asked = item._replace(verb=verbs[0])
    status, why = visibility.judge(Asked(user, groups, asked))
    named = f" named {', '.join(rule.names)}" if rule.names else ""
    return GrantClaim(
        status,
        risk(item.verb, item.group, item.resource or item.path),
        f"{rule.principal.kind} {rule.principal.name}",
        f"{rule.binding} ({rule.role})",
        rule.namespace,
        f"{_verb_name(item, verbs)} {resource_name(item)}{named}",
        why,
        visibility.period(asked),
    )


def _verb_name(item: Permission, verbs: Sequence[str]) -> str:
    kinds = [kind for kind, some in _KINDS.items() if some is verbs]
    return f"{item.verb} ({kinds[0]})" if item.verb == ALL and kinds else item.verb


def _holds_in(namespace: str, used: Permission) -> bool:
    return not namespace or namespace == used.namespace


def _is_use(item: Permission, verbs: Sequence[str], names: Sequence[str], used: Permission) -> bool:
    return used.verb in verbs and _includes(item, names, used)


def _includes(item: Permission, names: Sequence[str], used: Permission) -> bool:
    """Return whether a rule of one resource, or one path, includes what was used."""
    if item.path or used.path:
        return bool(item.path and used.path) and _matches_path(item.path, used.path)
    _, _, subresource = used.resource.partition("/")
    resources = {ALL, used.resource, *([f"{ALL}/{subresource}"] if subresource else [])}
    return (
        item.group in (ALL, used.group)
        and item.resource in resources
        and (not names or used.name in names)
    )


def _matches_path(granted: str, used: str) -> bool:
    return used == granted or (granted.endswith(ALL) and used.startswith(granted[:-1]))


def _grants(rule: GrantedRule, used: Permission) -> bool:
    return (
        _holds_in(rule.namespace, used)
        and (ALL in rule.verbs or used.verb in rule.verbs)
        and any(_includes(item, rule.names, used) for item, _ in _items(replace(rule, verbs=("",))))
    )
