"""Audit events as kube-apiserver writes them: `audit.k8s.io/v1` and `v1beta1`, a line each.

Source: Kubernetes docs, "kube-apiserver Audit Configuration (v1)".
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kubewitness.logs.reading.rows import AUDIT, NoRowError, Record, Row
from kubewitness.logs.reading.times import iso_time
from kubewitness.logs.store.statements import (
    CONSTANT_FIELDS,
    FIELD_COLUMNS,
    TEXT_FIELDS,
    TIME_FIELDS,
)

_MARKS = (
    {"auditID", "stage"},
    {"auditID", "verb"},
    {"verb", "requestURI"},
    {"verb", "objectRef"},
    {"verb", "sourceIPs"},
    {"stage", "requestURI"},
    {"stage", "objectRef"},
)
"""Fields that identify an event without a `kind`, as in an `EventList`."""

# RFC 3339, and the space that some products write for its T.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)

_WITH_COLUMNS = {*CONSTANT_FIELDS, *FIELD_COLUMNS}


class Kubernetes:
    """The event itself."""

    NAME = "kubernetes"
    MARKS = ()
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it is an event of the audit group, or has what only such an event has."""
        if str(record.get("apiVersion", "")).startswith("audit.k8s.io/"):
            return record.get("kind") == "Event"
        return any(marks <= record.keys() for marks in _MARKS)

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the event."""
        yield event_row(record.value, record.text)


def event_row(record: Mapping[str, Any], text: bytes, **where: Any) -> Row:
    """Return the row of an event.

    Args:
        text: the same as JSON.
        **where: what is known of the row besides.

    Raises:
        NoRowError: a field has another type than in the API.
    """
    _require_strings(record, where)
    strange = [field for field in TIME_FIELDS if field in record and not _is_time(record[field])]
    if strange:
        # DuckDB would read another time, or none: the text is kept as well.
        text = json.dumps({k: v for k, v in record.items() if k not in strange}).encode()
    more = {
        name: value
        for name, value in record.items()
        if name not in _WITH_COLUMNS or name in strange
    }
    return Row(
        AUDIT,
        text,
        outer_time=_old_time(record),
        more=more or None,
        verb=record.get("verb"),
        audit_id=record.get("auditID"),
        **where,
    )


def _old_time(record: Mapping[str, Any]) -> str | None:
    """Return the time of an event of `v1alpha1` or `v1beta1`, which had other names for it."""
    metadata = record.get("metadata")
    created = metadata.get("creationTimestamp") if isinstance(metadata, dict) else None
    return iso_time(record.get("timestamp")) or iso_time(created)


def _require_strings(record: Mapping[str, Any], where: Mapping[str, Any]) -> None:
    for what, value in where.items():
        if not isinstance(value, str | None):
            raise NoRowError(f"the {what} of its record is not a string")
    for field in (*TEXT_FIELDS, *TIME_FIELDS):
        if not isinstance(record.get(field, ""), str):
            raise NoRowError(f"`{field}` is not a string")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None
