"""Runs rules on a store, on DuckDB.

What rules share is done once: the parsers become tables in memory with the columns that some rule
reads, and the objects that were sent stay in the store until a rule has found their rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import duckdb

from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList
from kubewitness.detections.engines import RuleFailedError
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import KUBE_AUDIT, PARSERS, SOURCE, parser, used_parsers
from kubewitness.detections.rule import Rule
from kubewitness.errors import InputError
from kubewitness.logs.period import Period, clock, within
from kubewitness.logs.query import newest, rows
from kubewitness.logs.store import columns
from kubewitness.logs.translation import Translation, Translations
from kubewitness.user_cache import user_cache

_STORED: Final = (
    "Level",
    "PodName",
    "RequestReceivedTime",
    "StageReceivedTime",
    "User",
    "ImpersonatedUser",
    "SourceIps",
    "ObjectRef",
    "ResponseStatus",
    "RequestObject",
    "ResponseObject",
    "Annotations",
)
"""Columns that rules read from the store, if at all, for rows that they found by the others."""

_ROW: Final = "StoredRow"

_TEXTS: Final = {
    **{name: name for name in ("AuditId", "Stage", "Level", "Verb", "RequestUri", "UserAgent")},
    "PodName": "PodName",
    "_ResourceId": "ResourceId",
}
"""Columns of text, which is empty in Kusto where there is none, and never null."""

_SOURCE_VIEW: Final = f"""
CREATE TEMP VIEW {SOURCE} AS SELECT
    TimeGenerated, {", ".join(f"coalesce({own}, '') AS {name}" for name, own in _TEXTS.items())},
    {", ".join(name for name in _STORED if name not in _TEXTS)}, LogFile, rowid AS {_ROW}
FROM store.audit_events WHERE {{condition}}"""

_REQUESTS_TABLE: Final = f"""
CREATE TEMP TABLE KubeAuditRequests AS SELECT * EXCLUDE ({", ".join(_STORED)}) FROM {KUBE_AUDIT}"""

_WITHOUT_STORED: Final = f"CREATE OR REPLACE TEMP VIEW {KUBE_AUDIT} AS FROM KubeAuditRequests"

_WITH_STORED: Final = f"""
CREATE OR REPLACE TEMP VIEW {KUBE_AUDIT} AS
SELECT r.*, {", ".join(f"coalesce(e.{n}, '') AS {n}" if n in _TEXTS else f"e.{n}" for n in _STORED)}
FROM KubeAuditRequests AS r JOIN store.audit_events AS e ON r.{_ROW} = e.rowid"""

_TABLE: Final = """
CREATE TEMP TABLE Made AS FROM {name}; DROP VIEW {name}; ALTER TABLE Made RENAME TO {name}"""


def create_parsers(
    connection: duckdb.DuckDBPyConnection,
    period: Period | None = None,
    *,
    now: datetime | None = None,
) -> None:
    """Make the parsers views of this connection, which any query can read.

    Args:
        connection: to a store.
        period: to which they are restricted; by default all time.
        now: from which the period counts; by default the newest event's time.

    Raises:
        InputError: a time of the period cannot be read.
    """
    moment = now or newest(connection) or clock()
    condition = within(period or Period(), moment)
    connection.execute(_SOURCE_VIEW.format(condition=condition))
    for name in PARSERS:
        made = _translations().translate(parser(name), _schema(connection))
        connection.execute(f"CREATE TEMP VIEW {name} AS {made.sql}")


def _translations() -> Translations:
    return Translations(user_cache() / "translations")


def _schema(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Sequence[str]]:
    return {table: list(names) for table, names in columns(connection).items()}


class LocalEngine:
    """Runs rules on a store.

    Args:
        connection: as `open_for_queries` gives it.
        rules: that will be run.
        period: to which the parsers are restricted.
        now: what `now()` is; by default the newest event's time.
        allow_list: what is left out.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rules: Sequence[Rule],
        *,
        period: Period | None = None,
        now: datetime | None = None,
        allow_list: AllowList = NOTHING_ALLOWED,
    ) -> None:
        self._connection = connection
        self._now = now or newest(connection) or clock()
        create_parsers(connection, period, now=self._now)
        self._schema = _schema(connection)
        today = datetime.now(UTC).date()
        self._texts = {r.slug: allow_list.prelude(r.slug, r.query, today) + r.query for r in rules}
        self._used = {name for text in self._texts.values() for name in used_parsers(text)}
        self._refused: dict[str, tuple[str, ...]] = {}
        self._shows_stored: bool | None = None
        self._translated = self._translate_all()
        self._make_tables()

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Why DuckDB cannot run some of the rules, by their names."""
        return self._refused

    def run(self, rule: Rule) -> Iterator[Finding]:
        """Yield what a rule finds.

        Args:
            rule: one of those that were given and not refused.

        Raises:
            RuleFailedError: it fails, which only its run shows.
        """
        try:
            yield from self._run(rule)
        except InputError as error:
            raise RuleFailedError(*(f"{rule.slug}: {fault}" for fault in error.faults)) from None

    def count_allowed(self, rule: Rule, found: int) -> int:
        """Return how many findings the allow-list took away: the rule is run once more without it.

        Args:
            rule: that was run.
            found: how many findings it has.

        Raises:
            InputError: it cannot be run without the list.
        """
        if self._texts[rule.slug] == rule.query:
            return 0
        whole = self._translate(rule.query)
        if KUBE_AUDIT in self._used:
            self._show(stored=_reads_stored(rule.query))
        return max(0, sum(1 for _ in rows(self._connection, whole, self._now)) - found)

    def _run(self, rule: Rule) -> Iterator[Finding]:
        if KUBE_AUDIT in self._used:
            self._show(stored=_reads_stored(self._texts[rule.slug]))
        for row in rows(self._connection, self._translated[rule.slug], self._now):
            yield Finding(rule, row)

    def _translate_all(self) -> dict[str, Translation]:
        found: dict[str, Translation] = {}
        for slug, text in self._texts.items():
            try:
                found[slug] = self._translate(text)
            except InputError as error:
                self._refused[slug] = error.faults
        return found

    def _translate(self, text: str) -> Translation:
        schema = self._schema
        if not _reads_stored(text):
            plain = [name for name in schema[KUBE_AUDIT] if name not in _STORED]
            schema = {**schema, KUBE_AUDIT: plain}
        return _translations().translate(text, schema)

    def _make_tables(self) -> None:
        """Put tables in memory in the place of the parsers that some rule reads."""
        for name in (name for name in PARSERS if name in self._used):
            if name == KUBE_AUDIT:
                self._connection.execute(_REQUESTS_TABLE)
                self._show(stored=True)
            else:
                self._connection.execute(_TABLE.format(name=name))

    def _show(self, *, stored: bool) -> None:
        """Make KubeAudit the requests, with the columns that only the store has or without."""
        if stored is not self._shows_stored:
            self._connection.execute(_WITH_STORED if stored else _WITHOUT_STORED)
            self._shows_stored = stored


def _reads_stored(text: str) -> bool:
    return re.search(rf"\b({'|'.join(_STORED)})\b", text) is not None
