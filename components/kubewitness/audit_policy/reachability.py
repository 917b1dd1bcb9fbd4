"""Finds a request that a rule decides: none exists if rules before it match all of its requests.

The search is exact. Each attribute of a request needs only the values that some rule names, and one
other value, because every rule treats all other values in the same way.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kubewitness.audit_policy.policy import ANY_GROUP, AuditRule

OTHER: Final = "other"
"""A value that no rule names."""

AUTHENTICATED: Final = "system:authenticated"
_EVERYBODY: Final = (AUTHENTICATED, "system:unauthenticated")
"""Every user is in one of these groups."""


class ApiObject(NamedTuple):
    """The attributes of a request for a resource.

    Attributes:
        group: the API group; empty for the core group.
        resource: its plural name, such as `pods`.
        subresource: such as `exec`; empty for the resource itself.
        name: of the object.
    """

    group: str
    resource: str
    subresource: str = ""
    name: str = ""

    def reference(self) -> dict[str, str]:
        """Return it as `objectRef` of an event, without a namespace."""
        return {
            "apiGroup": self.group,
            "resource": self.resource,
            "subresource": self.subresource,
            "name": self.name,
        }

    def __str__(self) -> str:
        below = f"/{self.subresource}" if self.subresource else ""
        return f"{self.resource}{below}" + (f" of {self.group}" if self.group else "")


@dataclass(frozen=True)
class Request:
    """A request, as far as an audit policy looks at it.

    Attributes:
        verb: of the request.
        user: the name of the user.
        groups: of the user.
        target: the object, or the path of a request that is for no resource.
        namespace: of the object; empty for none.
    """

    verb: str
    user: str
    groups: tuple[str, ...]
    target: ApiObject | str
    namespace: str = ""

    def event(self) -> dict[str, Any]:
        """Return the audit event of the request."""
        user = {"username": self.user, "groups": list(self.groups)}
        made: dict[str, Any] = {"verb": self.verb, "user": user}
        if isinstance(self.target, str):
            return made | {"requestURI": self.target}
        return made | {"objectRef": self.target.reference() | {"namespace": self.namespace}}

    def __str__(self) -> str:
        where = f" in namespace {self.namespace}" if self.namespace else ""
        groups = [name for name in self.groups if name != AUTHENTICATED]
        group = f" of group {groups[0]}" if groups else ""
        return f"{self.verb} {self.target}{where} by user {self.user}{group}"


_Matches = Callable[[AuditRule, Any], bool]


class _Attribute(NamedTuple):
    """The values of an attribute that make a difference, and whether a rule matches a value."""

    values: Sequence[Any]
    matches: _Matches


def find_request(
    rule: AuditRule,
    earlier: Sequence[AuditRule],
    *,
    objects: Iterable[ApiObject] | None = None,
    verbs: Sequence[str] | None = None,
) -> Request | None:
    """Return a request that a rule matches and no earlier rule does; None if there is none.

    Args:
        objects: to which the search is restricted; by default all objects and paths.
        verbs: to which the search is restricted; by default all.
    """
    who = [_verbs(rule, earlier, verbs), _users(rule, earlier)]
    if not rule.paths:
        named = _named([rule, *earlier]) if objects is None else _with_names(objects, rule)
        targets = [_Attribute(list(named), _matches_target), _namespaces(rule, earlier)]
        if found := _search(rule, [*who, *targets], earlier):
            verb, (user, groups), target, namespace = found
            return Request(verb, user, groups, target, namespace)
    if objects is not None or rule.resources is not None or rule.namespaces:
        return None
    if found := _search(rule, [*who, _paths(rule, earlier)], earlier):
        verb, (user, groups), path = found
        return Request(verb, user, groups, path)
    return None


def _with_names(objects: Iterable[ApiObject], rule: AuditRule) -> Iterator[ApiObject]:
    for one in objects:
        yield from (one._replace(name=name) for name in ("", *rule.names))


def _search(
    rule: AuditRule, attributes: Sequence[_Attribute], earlier: Sequence[AuditRule]
) -> list[Any] | None:
    if not attributes:
        return None if earlier else []
    values = [v for v in attributes[0].values if attributes[0].matches(rule, v)]
    tried: set[tuple[int, ...]] = set()
    for value in values:
        left = [each for each in earlier if attributes[0].matches(each, value)]
        if (key := tuple(map(id, left))) in tried:
            continue
        tried.add(key)
        found = _search(rule, attributes[1:], left)
        if found is not None:
            return [value, *found]
    return None


def _matches_target(rule: AuditRule, target: ApiObject) -> bool:
    return not rule.paths and (rule.resources is None or rule.matches_resource(target.reference()))


def _verbs(rule: AuditRule, earlier: Sequence[AuditRule], only: Sequence[str] | None) -> _Attribute:
    values = only if only is not None else _values(rule.verbs, (each.verbs for each in earlier))
    return _Attribute(values, lambda each, verb: not each.verbs or verb in each.verbs)


def _users(rule: AuditRule, earlier: Sequence[AuditRule]) -> _Attribute:
    names = _values(rule.users, (each.users for each in earlier))
    # More groups only let more rules match, so users of as few groups as possible are enough.
    own: list[tuple[str, ...]] = [(name,) for name in rule.groups] or [()]
    groups = dict.fromkeys(
        each if {*each} & {*_EVERYBODY} else (*each, base) for each in own for base in _EVERYBODY
    )
    return _Attribute([(name, each) for name in names for each in groups], _matches_user)


def _matches_user(rule: AuditRule, user: tuple[str, tuple[str, ...]]) -> bool:
    name, groups = user
    return (not rule.users or name in rule.users) and (
        not rule.groups or not {*rule.groups}.isdisjoint(groups)
    )


def _namespaces(rule: AuditRule, earlier: Sequence[AuditRule]) -> _Attribute:
    values = [*_values(rule.namespaces, (each.namespaces for each in earlier)), ""]
    return _Attribute(values, lambda each, name: not each.namespaces or name in each.namespaces)


def _paths(rule: AuditRule, earlier: Sequence[AuditRule]) -> _Attribute:
    named = [path for each in (rule, *earlier) for path in each.paths]
    # The values of a `*` are followed by a value that no rule names, or by that of another rule.
    values = [f"/{OTHER}"]
    for path in named:
        plain = path.rstrip("*") or "/"
        values += [plain + OTHER, plain] if path.endswith("*") else [plain]
    return _Attribute(values, lambda each, path: each.matches_object({"requestURI": path}))


def _values(own: Sequence[str], others: Iterable[Sequence[str]]) -> list[str]:
    """Return the values that make a difference: those of the rule, or another one and all named."""
    return list(own) or [OTHER, *dict.fromkeys(value for each in others for value in each)]


def _named(rules: Sequence[AuditRule]) -> Iterator[ApiObject]:
    """Yield all objects that rules name, with other ones, by group."""
    groups = dict.fromkeys(group for each in rules for group in each.resources or ())
    for group in (OTHER, *(name for name in groups if name != ANY_GROUP)):
        near = [each for each in rules if {group, ANY_GROUP} & (each.resources or {}).keys()]
        forms = [
            form.partition("/")
            for each in near
            for name in (group, ANY_GROUP)
            for form in (each.resources or {}).get(name, ())
        ]
        resources = [OTHER, *dict.fromkeys(r for r, _, _ in forms if r != "*")]
        below = ["", OTHER, *dict.fromkeys(s for _, _, s in forms if s not in ("", "*"))]
        names = ["", OTHER, *dict.fromkeys(name for each in near for name in each.names)]
        for resource in resources:
            for subresource in below:
                for name in names:
                    yield ApiObject(group, resource, subresource, name)
