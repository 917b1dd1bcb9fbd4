"""The truncated events of a workspace or database, fetched once and judged on this machine.

A cloud could judge them, too, by a second query for each detection; there are few.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import duckdb
import pyarrow as pa

from kubewitness.catalog.audit_tables import AKS_AUDIT, OF_OURS, TABLES
from kubewitness.detections.allow_list import AllowList
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import DetectionFailedError, Engine
from kubewitness.detections.engines.local import create_parser_views, parser_translations
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import KUBE_AUDIT, SOURCE, used_parsers
from kubewitness.detections.unjudged.evaluate import Judged, TruncatedEvent, TruncatedEvents
from kubewitness.detections.unjudged.names import ROW

TRUNCATED_EVENTS: Final = Detection(
    slug="truncated-events",
    name="Truncated events",
    query=f"{KUBE_AUDIT}\n| where isnotnull(TruncatedColumns)",
)
"""Returns the truncated events, whatever the engine."""

_COLUMNS: Final = {
    column.name: column.type
    for column in (*TABLES[AKS_AUDIT], *OF_OURS)
    if column.name in {"ImpersonatedUser", "TruncatedColumns"} or column not in OF_OURS
}
_SQL_TYPES: Final = {"dynamic": "JSON", "datetime": "TIMESTAMP"}


class FetchedEvents:
    """Judges the truncated events that an engine returns, when the first detection has run.

    Args:
        now: what `now()` is.
    """

    def __init__(self, engine: Engine, allow_list: AllowList, now: datetime) -> None:
        self._engine = engine
        self._allow_list = allow_list
        self._now = now
        self._faults: Sequence[str] = ()

    @property
    def truncated(self) -> int:
        """Return how many events are truncated, of those that a detection reads."""
        return len(self._rows) if "_rows" in vars(self) else 0

    def judge(self, detection: Detection, findings: Sequence[Finding]) -> Judged:
        """Return the events that a detection could not judge, and its other findings."""
        if not used_parsers(detection.query) or not self._rows:
            return Judged(tuple(findings))
        today = datetime.now(UTC).date()
        text = self._allow_list.prelude(detection.slug, detection.query, today) + detection.query
        return self._events.judge(self._connection, text, findings)

    @property
    def not_fetched(self) -> Sequence[str]:
        """Return why truncated events are missing here."""
        return self._faults

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        try:
            rows.extend(dict(each.values) for each in self._engine.run(TRUNCATED_EVENTS))
        except DetectionFailedError as error:
            self._faults = error.faults
        return rows

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(":memory:")

    @cached_property
    def _events(self) -> TruncatedEvents:
        connection = self._connection
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("fetched", pa.Table.from_pylist(list(map(_texts, self._rows)), _SCHEMA))
        columns = ", ".join(
            f'TRY_CAST("{name}" AS {_SQL_TYPES.get(kind, "VARCHAR")}) AS "{name}"'
            for name, kind in _COLUMNS.items()
        )
        connection.execute(f"CREATE TEMP TABLE {SOURCE} AS SELECT {columns}, {ROW} FROM fetched")
        schema = create_parser_views(connection)
        events = {row[ROW] or "": _event(row) for row in map(_texts, self._rows)}
        return TruncatedEvents(
            connection,
            {SOURCE: f"FROM {SOURCE}"},
            events,
            schema=schema,
            translations=parser_translations(),
            now=self._now,
        )


_SCHEMA: Final = pa.schema([(name, pa.string()) for name in (*_COLUMNS, ROW)])


def _texts(values: dict[str, Any]) -> dict[str, str | None]:
    """Return the columns of an event as text; a dynamic one that is not JSON becomes a string."""
    found = {name: _text(values.get(name), kind) for name, kind in _COLUMNS.items()}
    place = [found[name] or "" for name in ("AuditId", "Stage", "TimeGenerated", "RequestUri")]
    return {**found, ROW: " ".join(place)}


def _text(value: Any, kind: str) -> str | None:
    if value is None:
        return None if kind in _SQL_TYPES else ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value)
    return text if kind != "dynamic" or _is_json(text) else json.dumps(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _event(row: dict[str, str | None]) -> TruncatedEvent:
    user = json.loads(row["User"] or "null")
    time = row["TimeGenerated"]
    return TruncatedEvent(
        datetime.fromisoformat(time) if time else None,
        row["AuditId"] or "",
        str(user.get("username", "")) if isinstance(user, dict) else "",
        f"{row['Verb']} {row['RequestUri']}".strip(),
        "",
        None,
        tuple(json.loads(row["TruncatedColumns"] or "[]")),
    )
