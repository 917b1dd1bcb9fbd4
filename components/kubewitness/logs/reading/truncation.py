"""Which columns of a row are uncertain where its record was truncated."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.logs.reading.rows import AUDIT, Row
from kubewitness.logs.reading.salvage import Salvaged
from kubewitness.logs.reading.strict_json import parse
from kubewitness.logs.store.statements import EVENT_PREFIX, FIELD_COLUMNS, FIELD_ORDER


def truncated(row: Row, found: Salvaged, damage: str) -> Row:
    """Return a row of a truncated record with its damage.

    Args:
        found: what precedes the truncation in the record.
        damage: what is wrong with the record.
    """
    if row.damage and "AuditId" not in found.value:
        # The event in a string of the record was truncated itself, which is more specific.
        return row.because(row.damage, truncated=row.truncated)
    columns = _of_event(row, found.value) if row.kind == AUDIT else _of_plain(row, found.value)
    return row.because(damage, truncated=tuple(dict.fromkeys((*row.truncated, *columns))))


def _of_event(row: Row, record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns of an audit event.

    Of an event that a format assembles from members of the record, no object is certain.
    """
    event = parse(row.text)
    itself = event in _open_objects(record)
    last = next(reversed(event))
    passed = _passed(row.text, last) if itself else ()
    for field, column in FIELD_COLUMNS.items():
        is_open = field == last if itself else True
        is_partial = is_open and isinstance(event.get(field), dict | list)
        if (field not in event and field not in passed) or is_partial:
            yield column


def _passed(text: bytes, last: str) -> tuple[str, ...]:
    """Return the fields that cannot follow the last one, if kube-apiserver wrote the event."""
    is_ordered = text.startswith(EVENT_PREFIX.encode()) and last in FIELD_ORDER
    return FIELD_ORDER[: FIELD_ORDER.index(last)] if is_ordered else ()


def _of_plain(row: Row, record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the columns of a row of another table: all but scalars of the record itself."""
    values = parse(row.text)
    scalars = [value for value in record.values() if isinstance(value, str)]
    for column in TABLES[row.kind]:
        if values.get(column.name) not in scalars and column.name != "TimeGenerated":
            yield column.name


def _open_objects(record: Mapping[str, Any]) -> Iterator[Any]:
    """Yield a record and each object in it that was not closed before the truncation."""
    inner: Any = record
    while isinstance(inner, dict | list) and inner:
        yield inner
        inner = inner[-1] if isinstance(inner, list) else inner[next(reversed(inner))]
