"""Rows that were exported from a Log Analytics workspace, by export rules, the portal or `az`.

A row of AKSAudit or AKSAuditAdmin becomes the event again. Dynamic columns come as objects or as
their text. AzureDiagnostics, where settings are not resource-specific, has the line in `log_s`.
Source: Azure docs, "Azure Monitor Logs reference".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.catalog.audit_tables import (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AKS_CONTROL_PLANE,
    AZURE_ACTIVITY,
    TABLES,
)
from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.logs.reading.formats.azure_export import control_plane_row
from kubewitness.logs.reading.formats.kubernetes import event_row
from kubewitness.logs.reading.rows import InnerRows, Record, Row
from kubewitness.logs.reading.salvage import salvage
from kubewitness.logs.reading.strict_json import parse
from kubewitness.logs.reading.times import iso_time
from kubewitness.logs.store.statements import FIELD_COLUMNS, OBJECT_FIELDS, TIME_FIELDS

_CATEGORIES: Final = {AKS_AUDIT: KUBE_AUDIT, AKS_AUDIT_ADMIN: KUBE_AUDIT_ADMIN}
_MARKS: Final = {
    AKS_AUDIT: {"AuditId", "Stage"},
    "AzureDiagnostics": {"log_s"},
    AKS_CONTROL_PLANE: {"Category", "Message", "Stream"},
    AZURE_ACTIVITY: {"OperationNameValue", "CorrelationId"},
}
"""Columns that identify a row without the name of its table."""


class LogAnalytics:
    """A row of one of the tables, or of AzureDiagnostics."""

    NAME = "log-analytics"
    MARKS = ("log_s", "OperationNameValue", "Stream")
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has the columns of such a table."""
        return any(marks <= record.keys() for marks in _MARKS.values())

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the row, an audit event as the event that it was."""
        columns = record.value
        if "log_s" in columns:
            yield from _diagnostics_rows(columns, record.inner_rows)
        elif _MARKS[AKS_AUDIT] <= columns.keys():
            yield _audit_row(columns)
        else:
            yield from _other_rows(columns, record.inner_rows)


def _audit_row(record: Mapping[str, Any]) -> Row:
    event = {
        field: cell_value(record[column], is_text=field not in OBJECT_FIELDS)
        for field, column in FIELD_COLUMNS.items()
        if record.get(column) not in (None, "")
    }
    cut = [column for field, column in OBJECT_FIELDS.items() if is_truncated(event.get(field))]
    event = {field: readable(value) for field, value in event.items()}
    # The portal writes times in its own way; one that cannot be read stays as it is.
    event |= {field: iso_time(event[field]) or event[field] for field in TIME_FIELDS & event.keys()}
    row = event_row(
        event,
        json.dumps(event, ensure_ascii=False).encode(),
        time=row_time(record),
        pod=record.get("PodName"),
        resource=record.get("_ResourceId"),
        category=_CATEGORIES.get(str(record.get("Type") or record.get("TableName"))),
    )
    return row.because(truncation(cut), truncated=tuple(cut)) if cut else row


def _diagnostics_rows(record: Mapping[str, Any], inner_rows: InnerRows) -> list[Row]:
    category = str(record.get("Category"))
    where = {
        "time": row_time(record),
        "pod": record.get("pod_s"),
        "resource": record.get("_ResourceId") or record.get("ResourceId"),
        "category": category if category in _CATEGORIES.values() else None,
    }
    line = str(record["log_s"])
    return inner_rows(line, where) or [
        control_plane_row(
            Category=category,
            Level=record.get("Level"),
            Message=line,
            PodName=where["pod"],
            Stream=record.get("stream_s"),
            TimeGenerated=where["time"],
            _ResourceId=where["resource"],
        )
    ]


def _other_rows(record: Mapping[str, Any], inner_rows: InnerRows) -> list[Row]:
    table = AZURE_ACTIVITY if "OperationNameValue" in record else AKS_CONTROL_PLANE
    where = {
        "time": row_time(record),
        "pod": record.get("PodName"),
        "resource": record.get("_ResourceId"),
    }
    line = record.get("Message") if table == AKS_CONTROL_PLANE else None
    return (isinstance(line, str) and inner_rows(line, where)) or [
        Row(table, json.dumps(_typed(record, table), ensure_ascii=False).encode())
    ]


def row_time(record: Mapping[str, Any]) -> Any:
    """Return when a row was generated: exports write this in many ways."""
    time = record.get("TimeGenerated", record.get("TimeGenerated [UTC]"))
    return iso_time(time) or time


def _typed(record: Mapping[str, Any], table: str) -> dict[str, Any]:
    values = {
        column.name: cell_value(record[column.name], is_text=column.type != "dynamic")
        for column in TABLES[table]
        if record.get(column.name) is not None
    }
    return values | ({"TimeGenerated": time} if (time := row_time(record)) is not None else {})


def truncation(columns: Sequence[str]) -> str:
    """Return what is wrong with a row of which these columns are truncated."""
    noun = "column" if len(columns) == 1 else "columns"
    return f"{', '.join(columns)}: truncated {noun}"


def is_truncated(value: Any) -> bool:
    """Return whether the value of a dynamic cell is text that begins as JSON and is not."""
    return isinstance(value, str) and value.startswith(("{", "["))


def readable(value: Any) -> Any:
    """Return what precedes the truncation of a value; None if nothing can be used."""
    if not is_truncated(value):
        return value
    found = salvage(value.encode(errors="surrogatepass"))
    return found and found.value


def cell_value(value: Any, *, is_text: bool) -> Any:
    """Return the value of a cell: a dynamic one may be there as its text."""
    if is_text or not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return parse(value.encode(errors="surrogatepass"))
    except ValueError:
        return value
