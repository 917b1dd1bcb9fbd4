"""The report of `kubewitness access` on each subject of a log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kubewitness.investigate.access.azure_role import AzureRoles, azure_roles
from kubewitness.investigate.access.changes import Changes
from kubewitness.investigate.access.permissions import Subject, Use
from kubewitness.investigate.access.rules import Grants, grants
from kubewitness.investigate.access.used import Used
from kubewitness.investigate.granted.comparison import GrantComparison
from kubewitness.investigate.identities import Identities
from kubewitness.logs.store.contents import Contents


@dataclass(frozen=True)
class SubjectAccess:
    """The access of one subject.

    Attributes:
        subject: who it is.
        name: for people, from the identities; None if they do not have it.
        uses: what was used.
        kubernetes: rules that grant what Kubernetes allowed.
        azure: custom roles that grant what Azure RBAC allowed.
    """

    subject: Subject
    name: str | None
    uses: Sequence[Use]
    kubernetes: Grants
    azure: AzureRoles


@dataclass(frozen=True)
class AccessReport:
    """The access of the subjects of a log.

    Attributes:
        subjects: that were asked for.
        used: what all subjects used.
        log: what the log contains.
        comparison: with what is granted; None if that is not known.
        changes: at a time; None without one.
    """

    subjects: Sequence[SubjectAccess]
    used: Used
    log: Contents
    comparison: GrantComparison | None = None
    changes: Changes | None = None

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last event; None if no event has a time."""
        return self.log.period(self.log.categories)


def access_of(
    subject: Subject, uses: Iterable[Use], identities: Identities, *, exact: bool
) -> SubjectAccess:
    """Return the access of a subject.

    Args:
        identities: names for people.
        exact: whether the rules grant only what was used.
    """
    found = list(uses)
    by_kubernetes = [use for use in found if use.authorizer == "kubernetes"]
    by_azure = [use for use in found if use.authorizer == "azure"]
    return SubjectAccess(
        subject,
        identities.name(subject.user),
        found,
        grants(by_kubernetes, exact=exact),
        azure_roles(subject.cluster, by_azure),
    )
