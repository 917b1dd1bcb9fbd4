"""Rows of the tables that Container insights fills, as a Log Analytics workspace exports them.

A row is of the table that its column `Type` names. Where it has none, or that of a restored table
or of a search job's results, it is of the only table whose distinctive columns are filled.
Source: Azure docs, "Azure Monitor Logs reference".
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.catalog.columns import Column, ColumnType
from kubewitness.catalog.container_insights import (
    INSIGHTS_COLUMNS,
    INSIGHTS_TABLES,
    InsightsTable,
    distinctive_columns,
    distinctive_tables,
)
from kubewitness.logs.reading.formats.log_analytics import (
    cell_value,
    is_truncated,
    readable,
    row_time,
    truncation,
)
from kubewitness.logs.reading.rows import NoRowError, Record, Row
from kubewitness.logs.reading.strict_json import parse
from kubewitness.logs.reading.times import iso_time

_COPIES: Final = ("_RST", "_SRCH")
"""How the names of restored tables and of search jobs' results end."""

_TIMES: Final = {"TimeGenerated", "TimeGenerated [UTC]"}

_OBJECTS: Final = (
    "DeviceDetail",
    "KubernetesMetadata",
    "LocationDetails",
    "MfaDetail",
    "Status",
)
"""Dynamic columns that hold JSON. LogMessage may be any text, also one that only begins like it."""

_INT_END: Final = 1 << 31
"""From which number on no `int` of Kusto is."""


class InsightsRow:
    """A row of one of the tables."""

    NAME = "container-insights"
    MARKS = (*INSIGHTS_TABLES, *distinctive_columns())
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it is of such a table, by its type or its columns."""
        return _table(record) is not None

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the row."""
        table = _table(record.value)
        if table is None:
            raise NoRowError("is of no table of Container insights")
        cells = {
            column.name: _cell(column, record.value[column.name])
            for column in TABLES[table]
            if record.value.get(column.name) is not None
        }
        time = iso_time(row_time(record.value))
        if time is None:
            raise NoRowError("has no time that can be read")
        cut = tuple(name for name in _OBJECTS if is_truncated(cells.get(name)))
        cells |= {name: readable(cells[name]) for name in cut} | {"TimeGenerated": time}
        row = Row(table, json.dumps(cells, ensure_ascii=False).encode())
        yield row.because(truncation(cut), truncated=cut) if cut else row


def _table(record: Mapping[str, Any]) -> InsightsTable | None:
    """Return the table of a row."""
    name = record.get("Type")
    for table in INSIGHTS_TABLES:
        if name == table:
            return table if any(c.name in record for c in INSIGHTS_COLUMNS[table]) else None
    if name and not str(name).endswith(_COPIES):
        return None
    # A row of a union has the columns of every table, and values in those of its own.
    filled = {column for column, value in record.items() if value not in (None, "")}
    found = distinctive_tables(filled) if filled & _TIMES else []
    return found[0] if len(found) == 1 else None


def _cell(column: Column, value: Any) -> Any:
    """Return the value of a cell, None for an empty one that is not text.

    Raises:
        NoRowError: it is not of the column's type.
    """
    if column.type == "dynamic":
        return cell_value(_unquoted(value), is_text=False)
    if column.type == "string":
        return value
    read = _READ[column.type]
    if value == "":
        return None
    found = read(value)
    if found is None:
        # Without the value: reasons are counted, and each row could have another one.
        raise NoRowError(f"has a value in `{column.name}` that is not of the type {column.type}")
    return found


def _unquoted(value: Any) -> Any:
    """Return the text of a dynamic value that is written as a string of JSON."""
    if not isinstance(value, str) or not value.startswith('"'):
        return value
    try:
        return parse(value.encode())
    except ValueError:
        return value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _whole_number(value: Any) -> int | None:
    number = _number(value)
    is_whole = number is not None and number.is_integer() and abs(number) < _INT_END
    return int(number) if number is not None and is_whole else None


_READ: Final[Mapping[ColumnType, Callable[[Any], Any]]] = {
    "datetime": iso_time,
    "real": _number,
    "int": _whole_number,
}
"""The readers of cells by type, except text and dynamic ones; None if it cannot."""
