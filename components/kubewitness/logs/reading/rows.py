"""The rows that adapters make of a record, on their way into the tables."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from kubewitness.catalog.audit_tables import READ_VERBS
from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN

AUDIT: Final = "audit"
"""The kind of row that fills AKSAudit, AKSAuditAdmin or both; the others are tables of Azure."""

OTHER: Final = "other"
"""The kind of row of a record that is known to be of another log: it is counted, not stored."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        kind: `AUDIT`, or the name of another table.
        text: an audit event as JSON with the names of Kubernetes; else columns by Azure's names.
        time: when it was logged, if the record contains this apart from the event.
        outer_time: when the record around it was logged, for an event without a time.
        pod: of the API server, where it is known.
        resource: Azure's id of the cluster, or how another cloud calls it.
        category: the log category that it came by, None for an event that is itself.
        more: fields of the event that no column holds.
        damage: what is wrong with it, None for nothing.
        partial: whether it is only what precedes the damage.
        truncated: columns that the damage leaves uncertain.
        verb: of an audit event.
        audit_id: of an audit event.
    """

    kind: str
    text: bytes
    time: str | None = None
    outer_time: str | None = None
    pod: str | None = None
    resource: str | None = None
    category: str | None = None
    more: Mapping[str, Any] | None = None
    damage: str | None = None
    partial: bool = False
    truncated: tuple[str, ...] = ()
    verb: str | None = None
    audit_id: str | None = None

    @property
    def in_audit(self) -> bool:
        """Return whether AKSAudit has it."""
        return self.category != KUBE_AUDIT_ADMIN

    @property
    def in_admin(self) -> bool:
        """Return whether AKSAuditAdmin has it: by its category, or by Azure's definition."""
        if self.category in {KUBE_AUDIT, KUBE_AUDIT_ADMIN}:
            return self.category == KUBE_AUDIT_ADMIN
        return self.verb not in READ_VERBS

    def because(self, damage: str, *, truncated: tuple[str, ...]) -> "Row":
        """Return what precedes the damage, with the columns that it leaves uncertain."""
        return replace(self, damage=damage, partial=True, truncated=truncated)


class NoRowError(ValueError):
    """The record is of a known format, but its contents cannot be a row, with the reason."""


InnerRows = Callable[[str, Mapping[str, Any]], list[Row]]
"""Returns the rows of the events that a log line holds, with what the record around it states."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a log.

    Attributes:
        value: the record.
        text: the same as JSON.
        inner_rows: reads a log line that the record holds.
    """

    value: Mapping[str, Any]
    text: bytes
    inner_rows: InnerRows


class Format(Protocol):
    """One format in which logs come: one module each.

    Attributes:
        NAME: of the format.
        MARKS: regular expressions (RE2). A line of this format that holds no audit event matches
            one of them, in a place where nothing is escaped.
        IS_FALLBACK: whether its records may also match other formats, which come first.
    """

    NAME: str
    MARKS: tuple[str, ...]
    IS_FALLBACK: bool

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether the record is of this format, by its content."""
        ...

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield what the record holds.

        Args:
            record: a record that matches.

        Raises:
            NoRowError: its contents cannot be a row.
        """
        ...
