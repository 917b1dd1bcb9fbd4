"""Finds, on DuckDB, the truncated events that detections could not judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import OF_OURS, TABLES
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import PARSERS, parser
from kubewitness.detections.unjudged.names import (
    GUESSED,
    MEMORY,
    ROW,
    UNDECIDED,
    flag,
    truncated_name,
)
from kubewitness.errors import InputError
from kubewitness.logs.kql.query import rows
from kubewitness.logs.kql.translation import Translation
from kubewitness.logs.kql.translation_cache import Translations

_REWRITING: Final = 1
"""The version of the rewriting: with another number, all queries are rewritten."""

_TYPES: Final = {
    column.name: column.type for columns in (*TABLES.values(), OF_OURS) for column in columns
}
_OF_THE_PLACE: Final = {column.name for column in OF_OURS} - {"ImpersonatedUser"}


@dataclass(frozen=True)
class TruncatedEvent:
    """An event of which a part is missing.

    Attributes:
        time: when it was logged; None if that part is missing.
        audit_id: empty if that part is missing, or it is not an audit event.
        username: who sent the request.
        request: what was requested: the verb and the path, or the operation.
        file: the log file that has it.
        offset: where its record begins, in bytes after decompression.
        columns: that are not whole.
    """

    time: datetime | None
    audit_id: str
    username: str
    request: str
    file: str
    offset: int | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """The findings of a detection, and the events that it could not judge.

    Attributes:
        findings: without assumptions.
        not_judged: events.
        guesses: how many findings are assumed.
    """

    findings: tuple[Finding, ...]
    not_judged: tuple[TruncatedEvent, ...] = ()
    guesses: int = 0

    @property
    def found(self) -> int:
        """Return how many rows the query returned."""
        return len(self.findings) + self.guesses


class TruncatedEvents:
    """The truncated events of a period.

    Args:
        connection: on which tables and parsers have the names that detections use.
        tables: the SQL of the truncated rows of each table that detections read, with the column
            `__row`, which identifies the event.
        events: by what `__row` has.
        schema: the columns of every table.
        now: what `now()` is.
    """

    def __init__(  # noqa: PLR0913 each is needed to run what detections run
        self,
        connection: duckdb.DuckDBPyConnection,
        tables: Mapping[str, str],
        events: Mapping[str, TruncatedEvent],
        *,
        schema: Mapping[str, Sequence[str]],
        translations: Translations,
        now: datetime,
    ) -> None:
        self._events = events
        self._translations = translations
        self._now = now
        self._schema = dict(schema)
        self._flagged: dict[str, list[str]] = {}
        for name, sql in tables.items():
            self._add(connection, name, _with_flags(sql, _names(connection, sql)))
        for name in PARSERS:
            (made,) = self._rewritten(name, parser(name))
            self._add(connection, name, made.sql)

    def __len__(self) -> int:
        return len(self._events)

    def judge(
        self, connection: duckdb.DuckDBPyConnection, text: str, findings: Sequence[Finding]
    ) -> Judged:
        """Return the events that a detection could not judge, and its findings without assumptions.

        A finding is an assumption if a condition is true of its event only because a part is
        missing.

        Args:
            connection: of this thread.
            text: what was run.
            findings: what it found.
        """
        try:
            candidates = self._candidates(connection, text)
        except InputError:  # it cannot be rewritten: each event may be one that it looks for
            candidates = dict.fromkeys(self._events, False)
        found = {_key_of(finding) for finding in findings}
        guesses = {self._key(row) for row, is_guess in candidates.items() if is_guess} - {None}
        decided = found - guesses - {None}
        kept = tuple(each for each in findings if _key_of(each) not in guesses)
        return Judged(
            kept,
            tuple(self._events[r] for r in sorted(candidates) if self._key(r) not in decided),
            len(findings) - len(kept),
        )

    def _candidates(self, connection: duckdb.DuckDBPyConnection, text: str) -> dict[str, bool]:
        """Return the events that a query could not judge, and whether a finding is assumed."""
        found: dict[str, bool] = {}
        for made in self._rewritten(None, text):
            for row in rows(connection, made, self._now):
                found[row[ROW]] = found.get(row[ROW], False) or bool(row[GUESSED])
        return found

    def _rewritten(self, name: str | None, text: str) -> list[Translation]:
        """Return the rewritten queries of a detection, or of the parser of that name."""

        def make() -> list[Translation]:
            # It loads a parser of KQL, which hunting does without.
            from kubewitness.detections.unjudged.rewriting import rewrite  # noqa: PLC0415

            return rewrite(name, text, self._flagged, self._schema)

        return self._translations.recall(
            f"rewritten {_REWRITING} {name or ''}\n{text}", self._schema | self._flagged, make
        )

    def _key(self, row: str) -> tuple[str, datetime | None] | None:
        event = self._events[row]
        return (event.audit_id, event.time) if event.audit_id else None

    def _add(self, connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
        table = f'{MEMORY}.main."{truncated_name(name)}"'
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS {sql}")
        self._flagged[name] = _names(connection, f"FROM {table}")


def _key_of(finding: Finding) -> tuple[str, datetime | None] | None:
    """Return by which event a finding is, if it is about one event alone."""
    audit_id = finding.values.get("AuditId")
    return (str(audit_id), finding.time) if audit_id else None


def _names(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return connection.sql(sql).columns


def _with_flags(sql: str, names: Sequence[str]) -> str:
    """Return the SQL of rows with the flags for their uncertain parts."""
    flags = {flag("TimeGenerated", "unknown"): "TimeGenerated IS NULL"}
    for name in set(names) & set(_TYPES) - _OF_THE_PLACE - {"TimeGenerated"}:
        kind = "partial" if _TYPES[name] == "dynamic" else "unknown"
        listed = f"list_contains(from_json(TruncatedColumns, '[\"VARCHAR\"]'), '{name}')"
        flags[flag(name, kind)] = listed
    made = ", ".join(f'{value} AS "{name}"' for name, value in sorted(flags.items()))
    return f"SELECT *, {made}, false AS {UNDECIDED}, false AS {GUESSED} FROM ({sql})"
