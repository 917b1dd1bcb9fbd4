"""The truncated events of a store, for detections that need what is missing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AKS_CONTROL_PLANE,
    AZURE_ACTIVITY,
)
from kubewitness.detections.engines.source_rows import source_rows
from kubewitness.detections.parsers import SOURCE
from kubewitness.detections.unjudged.evaluate import TruncatedEvent, TruncatedEvents
from kubewitness.detections.unjudged.names import ROW
from kubewitness.logs.kql.translation_cache import Translations
from kubewitness.logs.store.database import DATABASE
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.truncated import count_truncated, truncated_condition

_AUDIT_ROW: Final = "concat_ws(' ', LogFile, LogOffset, coalesce(AuditId, ''), coalesce(Stage, ''))"
_PLAIN_ROW: Final = "concat_ws(' ', LogFile, LogOffset)"

_REQUESTS: Final = {
    AKS_AUDIT: "concat_ws(' ', Verb, RequestUri)",
    AKS_AUDIT_ADMIN: "concat_ws(' ', Verb, RequestUri)",
    AKS_CONTROL_PLANE: "Category",
    AZURE_ACTIVITY: "OperationNameValue",
    "KubePodInventory": "Name",
    "KubeEvents": "Reason",
    "ContainerLogV2": "ContainerName",
    "KubeNodeInventory": "Computer",
    "KubeServices": "ServiceName",
    "ContainerInventory": "Name",
    "SigninLogs": "UserPrincipalName",
}
"""The columns of each table that identify a request, or the object of a row of Container
insights, or the user of a sign-in."""


def truncated_events(
    connection: duckdb.DuckDBPyConnection,
    period: Period,
    schema: Mapping[str, Sequence[str]],
    translations: Translations,
    now: datetime,
) -> TruncatedEvents | None:
    """Return the truncated events of a store; None if there are none.

    Args:
        schema: the columns of every table.
        now: what `now()` is.
    """
    if not count_truncated(connection, period, now):
        return None
    condition = truncated_condition(period, now)
    views = {name: f'(FROM {DATABASE}.main."{name}" WHERE {condition})' for name in _REQUESTS}
    tables = {name: f"SELECT *, {_row(name)} AS {ROW} FROM {view}" for name, view in views.items()}
    # Their files have numbers here, and names in the tables of users.
    source = f"SELECT s.* REPLACE (f.name AS LogFile) FROM ({source_rows(condition)}) AS s "
    source += f"JOIN {DATABASE}.store.files AS f ON s.LogFile = f.number"
    tables[SOURCE] = f"SELECT *, {_row(AKS_AUDIT)} AS {ROW} FROM ({source})"
    events: dict[str, TruncatedEvent] = {}
    for name, view in views.items():
        events |= _events(connection, name, view)
    return TruncatedEvents(
        connection, tables, events, schema=schema, translations=translations, now=now
    )


def _row(table: str) -> str:
    return _AUDIT_ROW if table in {AKS_AUDIT, AKS_AUDIT_ADMIN} else _PLAIN_ROW


def _events(
    connection: duckdb.DuckDBPyConnection, table: str, view: str
) -> dict[str, TruncatedEvent]:
    is_audit = _row(table) == _AUDIT_ROW
    audit_id, user = ("AuditId", "\"User\"->>'username'") if is_audit else ("''", "''")
    rows = connection.execute(
        f"SELECT {_row(table)}, TimeGenerated, coalesce({audit_id}, ''), coalesce({user}, ''), "
        f"coalesce({_REQUESTS[table]}, ''), LogFile, LogOffset, TruncatedColumns FROM {view}"
    ).fetchall()
    return {
        row: TruncatedEvent(time, event, who, request, file, offset, tuple(json.loads(columns)))
        for row, time, event, who, request, file, offset, columns in rows
    }
