"""Audit events as kube-apiserver writes them: `audit.k8s.io/v1` and `v1beta1`, a line each.

Source: Kubernetes docs, "kube-apiserver Audit Configuration (v1)".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.logs.rows import AUDIT, NoRowError, Row
from kubewitness.logs.statements import CONSTANT_FIELDS, OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS

_MARKS = (
    {"auditID", "stage"},
    {"auditID", "verb"},
    {"verb", "requestURI"},
    {"verb", "objectRef"},
    {"verb", "sourceIPs"},
    {"stage", "requestURI"},
    {"stage", "objectRef"},
)
"""Fields by which an event is known that does not say what it is, as in an `EventList`."""

_WITH_COLUMNS = {*CONSTANT_FIELDS, *TEXT_FIELDS, *TIME_FIELDS, *OBJECT_FIELDS}


class Kubernetes:
    """The event itself."""

    NAME = "kubernetes"

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Whether it is an event of the audit group, or has what only such an event has."""
        if str(record.get("apiVersion", "")).startswith("audit.k8s.io/"):
            return record.get("kind") == "Event"
        return any(marks <= record.keys() for marks in _MARKS)

    @staticmethod
    def rows(record: Mapping[str, Any], text: bytes) -> Iterator[Row]:
        """Yield the event."""
        yield event_row(record, text)


def event_row(record: Mapping[str, Any], text: bytes, **where: Any) -> Row:
    """Return the row of an event.

    Args:
        record: the event.
        text: the same as JSON.
        **where: what is known of the row besides.

    Raises:
        NoRowError: a field is of another kind than the API says.
    """
    for what, value in where.items():
        if not isinstance(value, str | None):
            raise NoRowError(f"the {what} of its record is not a string")
    for field in (*TEXT_FIELDS, *TIME_FIELDS):
        if not isinstance(record.get(field, ""), str):
            raise NoRowError(f"`{field}` is not a string")
    more = {name: value for name, value in record.items() if name not in _WITH_COLUMNS}
    return Row(
        AUDIT,
        text,
        more=more or None,
        verb=record.get("verb"),
        audit_id=record.get("auditID"),
        **where,
    )
