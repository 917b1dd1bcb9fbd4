"""How the access of a subject changed at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kubewitness.investigate.access.permissions import Permission, Subject, Use
from kubewitness.logs.store.contents import Contents


@dataclass(frozen=True)
class Changes:
    """The permissions that subjects used before a time and since then.

    Attributes:
        at: the time.
        before: what the log has of the time before.
        since: what it has of the time since then.
        new: by subject: permissions that were used only since then.
        ended: by subject: permissions that were used only before.
        not_visible: by subject: permissions that were used before, and whose use since then the log
            would not show.
    """

    at: datetime
    before: Contents
    since: Contents
    new: Mapping[Subject, Sequence[Permission]]
    ended: Mapping[Subject, Sequence[Permission]]
    not_visible: Mapping[Subject, Sequence[Permission]]


def changes(
    at: datetime,
    before: tuple[Mapping[Subject, Sequence[Use]], Contents],
    since: tuple[Mapping[Subject, Sequence[Use]], Contents],
    subjects: Iterable[Subject],
) -> Changes:
    """Return how the access of subjects changed. Names of objects do not count.

    Args:
        before: the uses before the time, and what the log has of it.
        since: the permissions used since then.
    """
    new: dict[Subject, Sequence[Permission]] = {}
    ended: dict[Subject, Sequence[Permission]] = {}
    not_visible: dict[Subject, Sequence[Permission]] = {}
    for subject in subjects:
        earlier, later = (_unnamed(uses.get(subject, ())) for uses, _ in (before, since))
        gone = sorted(earlier - later)
        new[subject] = sorted(later - earlier)
        ended[subject] = [one for one in gone if _shows(since[1], one)]
        not_visible[subject] = [one for one in gone if not _shows(since[1], one)]
    return Changes(at, before[1], since[1], new, ended, not_visible)


def _unnamed(uses: Iterable[Use]) -> set[Permission]:
    return {use.permission._replace(name="") for use in uses}


def _shows(log: Contents, permission: Permission) -> bool:
    """Return whether a log would show the use of a permission."""
    if permission.verb.startswith("impersonate"):
        return log.audit_events > 0 and log.tells_impersonation
    return log.reads > 0 if permission.needs_reads else log.audit_events > 0
