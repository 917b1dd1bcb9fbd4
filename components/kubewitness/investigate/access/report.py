"""What `kubewitness access` found out about each subject of a log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kubewitness.investigate.access.permissions import Subject, Use
from kubewitness.investigate.access.rules import Grants, grants
from kubewitness.investigate.access.used import Used
from kubewitness.logs.store.contents import Contents


@dataclass(frozen=True)
class SubjectAccess:
    """The access of one subject.

    Attributes:
        subject: who it is.
        name: for people, from the identities; None if they do not have it.
        uses: what was used.
        kubernetes: rules that grant what Kubernetes allowed.
    """

    subject: Subject
    name: str | None
    uses: Sequence[Use]
    kubernetes: Grants

    @property
    def requests(self) -> int:
        """Return how many requests the subject made, each for every permission it needed."""
        return sum(use.requests for use in self.uses)


@dataclass(frozen=True)
class AccessReport:
    """The access of the subjects of a log.

    Attributes:
        subjects: that were asked for.
        used: what all subjects used.
        log: what the log contains.
    """

    subjects: Sequence[SubjectAccess]
    used: Used
    log: Contents

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """Return the times of the first and the last event; None if no event has a time."""
        parts = self.log.categories.values()
        firsts = [part.first for part in parts if part.first]
        lasts = [part.last for part in parts if part.last]
        return (min(firsts), max(lasts)) if firsts else None


def access_of(
    subject: Subject, uses: Iterable[Use], names: Mapping[str, str], *, exact: bool
) -> SubjectAccess:
    """Return the access of a subject.

    Args:
        names: for people, by user name and object ID.
        exact: whether the rules grant only what was used.
    """
    found = list(uses)
    by_kubernetes = [use for use in found if use.authorizer == "kubernetes"]
    return SubjectAccess(
        subject, names.get(subject.user), found, grants(by_kubernetes, exact=exact)
    )
