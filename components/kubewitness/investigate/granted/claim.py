"""A claim about a granted permission, and its basis."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from kubewitness.investigate.access.permissions import READS
from kubewitness.investigate.granted.grant import ALL
from kubewitness.investigate.granted.visibility import STATUSES, GrantStatus


class Risk(StrEnum):
    """Why an unused permission is worth removing, the most urgent first."""

    WILDCARD = "wildcard"
    ESCALATION = "escalation"
    OTHER = "other"


RISKS: Final = tuple(Risk)

_ESCALATING_VERBS: Final = frozenset({"bind", "escalate", "impersonate", "approve", "sign"})
_ESCALATING_READS: Final = frozenset({"secrets", "pods/exec", "pods/attach", "nodes/proxy"})
_ESCALATING_CHANGES: Final = frozenset(
    {
        "certificatesigningrequests", "certificatesigningrequests/approval",
        "clusterrolebindings", "clusterroles", "cronjobs", "daemonsets", "deployments", "jobs",
        "mutatingwebhookconfigurations", "nodes/proxy", "pods", "pods/attach",
        "pods/ephemeralcontainers", "pods/exec", "replicasets", "replicationcontrollers",
        "rolebindings", "roles", "serviceaccounts/token", "statefulsets",
        "validatingwebhookconfigurations",
    }
)  # fmt: skip
"""Source: Kubernetes docs, "Role Based Access Control Good Practices"."""


@dataclass(frozen=True)
class GrantClaim:
    """A granted permission that no request in the log used.

    Attributes:
        status: whether it is unused, or unused if the log has such requests, or not visible.
        risk: how urgent it is to remove the permission.
        principal: who has it.
        source: the binding or the role assignment, with the role.
        namespace: where it holds; empty for the whole cluster.
        permission: verb and resource, or the data action.
        why: why a use would not have been visible, or what the claim assumes.
        period: in which a use would have been visible; None if no event has a time.
    """

    status: GrantStatus
    risk: Risk
    principal: str
    source: str
    namespace: str
    permission: str
    why: str
    period: tuple[datetime, datetime] | None

    @property
    def order(self) -> tuple[int, int, str, str, str, str]:
        """Return a key that sorts claims: the most urgent first."""
        return (
            RISKS.index(self.risk),
            STATUSES.index(self.status),
            self.principal,
            self.source,
            self.namespace,
            self.permission,
        )


def risk(verb: str, group: str, resource: str) -> Risk:
    """Return how urgent it is to remove an unused permission."""
    if ALL in verb or ALL in group or ALL in resource:
        return Risk.WILDCARD
    escalating = _ESCALATING_READS if verb in READS else _ESCALATING_CHANGES
    escalates = verb in _ESCALATING_VERBS or resource in escalating
    return Risk.ESCALATION if escalates else Risk.OTHER
