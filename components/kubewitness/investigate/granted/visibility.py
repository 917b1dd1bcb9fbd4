"""Whether a log would show the use of a permission: only then it can be called unused."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.policy import level
from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.investigate.access.permissions import CONNECT
from kubewitness.investigate.granted.grant import ALL
from kubewitness.logs.store.contents import Contents


class GrantStatus(StrEnum):
    """The result of a log for a granted permission that no request in it used."""

    UNUSED = "unused"
    ASSUMED = "unused if logged"
    NOT_VISIBLE = "not visible"


READS: Final = ("get", "list", "watch")
CHANGES: Final = ("create", "update", "patch", "delete", "deletecollection")

_INTERNAL: Final = ("bind", "escalate", "use", "approve", "sign", "attest")
"""Verbs that the API server checks within another request, without an event."""

_IMPERSONATE: Final = "impersonate"

_AKS: Final = "/providers/microsoft.containerservice/managedclusters/"

_NO_READS: Final = "this log has no reads (get, list)"
_NO_EVENTS: Final = "the log has no audit events of this cluster in the period"
_NO_EVENT: Final = "the API server checks this verb without an event"
_NOT_LOGGED: Final = "the audit policy of AKS does not log this request"
_ASSUMED: Final = "the log has no such request; this assumes that it would contain one"
_WILDCARD: Final = "as far as the log has such requests"
_NO_IMPERSONATION: Final = "this log does not show whom users acted as"


@dataclass(frozen=True)
class Asked:
    """A permission whose use is looked for.

    Attributes:
        user: whose permission it is; empty for a group.
        groups: of the user.
        verb: that is granted; `*` is decided for reads and changes apart.
        group: of the API.
        resource: with its subresource.
        namespace: where it holds.
        path: of a request for no resource.
    """

    user: str
    groups: tuple[str, ...]
    verb: str
    group: str
    resource: str
    namespace: str
    path: str = ""


@dataclass(frozen=True)
class Visibility:
    """The contents of a log that a claim depends on.

    Attributes:
        log: its contents.
        seen: verb, group and resource of all requests in it.
        cluster: the Azure ID of the cluster; empty if unknown.
        is_whole: whether all rows were exported by a diagnostic setting, which leaves out nothing.
    """

    log: Contents
    seen: AbstractSet[tuple[str, str, str]]
    cluster: str
    is_whole: bool

    def judge(self, asked: Asked) -> tuple[GrantStatus, str]:
        """Return the claim for a permission that no request used, and the reason."""
        if why := self._why_not(asked):
            return GrantStatus.NOT_VISIBLE, why
        if ALL in (asked.verb, asked.group, asked.resource) or ALL in asked.path:
            return GrantStatus.UNUSED, _WILDCARD
        if self._is_logged(asked) or self._has_alike(asked):
            return GrantStatus.UNUSED, ""
        return GrantStatus.ASSUMED, _ASSUMED

    def _why_not(self, asked: Asked) -> str:
        """Return why a use would not have been visible; empty if it may have been."""
        if not self.log.audit_events:
            return _NO_EVENTS
        if asked.verb in _INTERNAL:
            return _NO_EVENT
        if asked.verb.startswith(_IMPERSONATE):
            return "" if self.log.tells_impersonation else _NO_IMPERSONATION
        if self.needs_reads(asked) and not self.log.reads:
            return _NO_READS
        return _NOT_LOGGED if self.is_aks and self._is_dropped(asked) else ""

    @property
    def is_aks(self) -> bool:
        """Return whether the audit policy is that of AKS."""
        return _AKS in self.cluster

    def needs_reads(self, asked: Asked) -> bool:
        """Return whether only a log with reads shows the use: exec is a GET request, too."""
        return asked.verb in READS or (asked.resource in CONNECT and not asked.group)

    def _is_logged(self, asked: Asked) -> bool:
        """Return whether the log certainly has such requests.

        AKS's policy logs them, but a workspace can leave out reads by a transformation.
        """
        is_impersonation = asked.verb.startswith(_IMPERSONATE)
        complete = self.is_whole or not self.needs_reads(asked)
        return is_impersonation or (self.is_aks and complete)

    def period(self, verb: str) -> tuple[datetime, datetime] | None:
        """Return the period in which a use of a verb would have been visible."""
        names = [KUBE_AUDIT] if verb in READS else [KUBE_AUDIT, KUBE_AUDIT_ADMIN]
        parts = [self.log.categories[name] for name in names if name in self.log.categories]
        firsts = [part.first for part in parts if part.first]
        lasts = [part.last for part in parts if part.last]
        return (min(firsts), max(lasts)) if firsts else None

    def _is_dropped(self, asked: Asked) -> bool:
        resource, _, subresource = asked.resource.partition("/")
        reference = {
            "resource": resource,
            "subresource": subresource,
            "apiGroup": asked.group,
            "namespace": asked.namespace,
        }
        event = {
            "user": {"username": asked.user, "groups": list(asked.groups)},
            "verb": asked.verb,
            **({"requestURI": asked.path} if asked.path else {"objectRef": reference}),
        }
        return level(event, AKS_AUDIT_POLICY) == "None"

    def _has_alike(self, asked: Asked) -> bool:
        """Return whether the log has an authorized request with the same audit policy rule."""
        verbs: Sequence[str] = CHANGES if asked.verb in CHANGES else (asked.verb,)
        return any((verb, asked.group, asked.resource) in self.seen for verb in verbs)
