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
from kubewitness.investigate.access.permissions import CHANGES, Permission
from kubewitness.investigate.granted.grant import ALL
from kubewitness.logs.store.contents import Contents


class GrantStatus(StrEnum):
    """The result of a log for a granted permission that no request in it used."""

    UNUSED = "unused"
    ASSUMED = "unused if logged"
    NOT_VISIBLE = "not visible"


STATUSES: Final = tuple(GrantStatus)
"""The most certain first."""

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
        permission: that is granted; the verb `*` is decided for reads and changes apart.
    """

    user: str
    groups: tuple[str, ...]
    permission: Permission


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
        needed = asked.permission
        if ALL in (needed.verb, needed.group, needed.resource) or ALL in needed.path:
            return GrantStatus.UNUSED, _WILDCARD
        if self._is_logged(asked) or self._has_alike(asked):
            return GrantStatus.UNUSED, ""
        return GrantStatus.ASSUMED, _ASSUMED

    def _why_not(self, asked: Asked) -> str:
        """Return why a use would not have been visible; empty if it may have been."""
        if not self.log.audit_events:
            return _NO_EVENTS
        verb = asked.permission.verb
        if verb in _INTERNAL:
            return _NO_EVENT
        if verb.startswith(_IMPERSONATE):
            return "" if self.log.tells_impersonation else _NO_IMPERSONATION
        if asked.permission.needs_reads and not self.log.reads:
            return _NO_READS
        return _NOT_LOGGED if self.is_aks and self._is_dropped(asked) else ""

    @property
    def is_aks(self) -> bool:
        """Return whether the audit policy is that of AKS."""
        return _AKS in self.cluster

    def _is_logged(self, asked: Asked) -> bool:
        """Return whether the log certainly has such requests.

        AKS's policy logs them, but a workspace can leave out reads by a transformation.
        """
        is_impersonation = asked.permission.verb.startswith(_IMPERSONATE)
        complete = self.is_whole or not asked.permission.needs_reads
        return is_impersonation or (self.is_aks and complete)

    def period(self, permission: Permission) -> tuple[datetime, datetime] | None:
        """Return the period in which a use of a permission would have been visible."""
        return self.log.period(
            (KUBE_AUDIT,) if permission.needs_reads else (KUBE_AUDIT, KUBE_AUDIT_ADMIN)
        )

    def _is_dropped(self, asked: Asked) -> bool:
        needed = asked.permission
        resource, _, subresource = needed.resource.partition("/")
        reference = {
            "resource": resource,
            "subresource": subresource,
            "apiGroup": needed.group,
            "namespace": needed.namespace,
        }
        event = {
            "user": {"username": asked.user, "groups": list(asked.groups)},
            "verb": needed.verb,
            **({"requestURI": needed.path} if needed.path else {"objectRef": reference}),
        }
        return level(event, AKS_AUDIT_POLICY) == "None"

    def _has_alike(self, asked: Asked) -> bool:
        """Return whether the log has an authorized request with the same audit policy rule."""
        verb, group, resource, *_ = asked.permission
        verbs: Sequence[str] = CHANGES if verb in CHANGES else (verb,)
        return any((each, group, resource) in self.seen for each in verbs)
