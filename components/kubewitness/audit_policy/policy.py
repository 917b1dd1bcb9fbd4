"""Evaluates an audit policy: at which level the API server logs a request.

Source: Kubernetes docs, "Auditing": the first rule that matches a request decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Level = Literal["None", "Metadata", "Request", "RequestResponse"]

LEVELS: Final[tuple[Level, ...]] = ("None", "Metadata", "Request", "RequestResponse")
"""Each logs what the one before it does and more: nothing, who did what, the object that was sent,
the object that came back."""

ANY_GROUP: Final = "*"
"""Every API group, since Kubernetes 1.36; older API servers find no group of this name."""


@dataclass(frozen=True)
class AuditRule:
    """One rule of an audit policy. An empty attribute matches anything.

    Attributes:
        level: how much of a request that matches is logged.
        users: names of users.
        groups: names of groups, of which the user has one.
        verbs: of the request.
        namespaces: of the object; the empty one is that of objects without.
        resources: by API group, as `pods`, `pods/status`, `pods/*`, `*/status` or `*`; none
            represent all of the group.
        names: of the object.
        paths: of requests that are for no resource, with `*` at the end.
    """

    level: Level
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    resources: Mapping[str, tuple[str, ...]] | None = None
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Return whether the rule decides on an event, if no rule before it does."""
        user = event.get("user") or {}
        return (
            _is_in(user.get("username", ""), self.users)
            and (not self.groups or bool({*self.groups} & {*(user.get("groups") or ())}))
            and _is_in(event.get("verb", ""), self.verbs)
            and self.matches_object(event)
        )

    def matches_object(self, event: Mapping[str, Any]) -> bool:
        """Return whether the rule matches what a request is for: an object or a path."""
        reference = event.get("objectRef")
        if reference is None:
            path = str(event.get("requestURI", "")).partition("?")[0]
            if self.resources is not None or self.namespaces:
                return False
            return not self.paths or any(_is_path(path, pattern) for pattern in self.paths)
        return (
            not self.paths
            and _is_in(reference.get("namespace", ""), self.namespaces)
            and (self.resources is None or self.matches_resource(reference))
        )

    def matches_resource(self, reference: Mapping[str, Any]) -> bool:
        """Return whether the rule matches the resource and name of an object."""
        named = self.resources or {}
        forms = _resource_forms(reference.get("resource", ""), reference.get("subresource", ""))
        return _is_in(reference.get("name", ""), self.names) and any(
            not named[group] or not forms.isdisjoint(named[group])
            for group in (reference.get("apiGroup", ""), ANY_GROUP)
            if group in named
        )


def _resource_forms(resource: str, subresource: str) -> frozenset[str]:
    """Return every way in which a rule can name a resource: `pods/*` names pods, too."""
    if not subresource:
        return frozenset({"*", resource, f"{resource}/*"})
    return frozenset({"*", f"{resource}/{subresource}", f"{resource}/*", f"*/{subresource}"})


def _is_path(path: str, pattern: str) -> bool:
    """Return whether a path matches; only a `*` at the end matches any text."""
    return path == pattern or (pattern.endswith("*") and path.startswith(pattern.rstrip("*")))


def _is_in(value: object, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


AuditPolicy: TypeAlias = tuple[AuditRule, ...]
"""The rules of a policy in their order."""


def level(event: Mapping[str, Any], policy: AuditPolicy) -> Level:
    """Return how much of a request is logged; the first rule that matches decides."""
    return next((rule.level for rule in policy if rule.matches(event)), "None")


def as_logged(event: Mapping[str, Any], policy: AuditPolicy) -> dict[str, Any] | None:
    """Return what this policy logs of an event of another cluster, or None for nothing."""
    return logged_part(event, level(event, policy))


def logged_part(event: Mapping[str, Any], most: Level) -> dict[str, Any] | None:
    """Return what is logged of an event at a level, or None for nothing.

    Args:
        most: the level; an event that another cluster logged at a lower level stays at that level.
    """
    if most == "None":
        return None
    own = event.get("level", most)
    least = min(most, own, key=LEVELS.index)
    drop = {
        name
        for name, needed in (("requestObject", "Request"), ("responseObject", "RequestResponse"))
        if LEVELS.index(least) < LEVELS.index(needed)
    }
    return {**{name: value for name, value in event.items() if name not in drop}, "level": least}
