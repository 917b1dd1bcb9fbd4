"""Runs detections on a store, on DuckDB.

Work that detections share is done once: the parsers become tables in memory with the columns that
some detection reads. The request and response bodies stay in the store until a detection has found
their rows. Most of the remaining time is DuckDB's planning, on one core, so detections run on
several.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import TIMEOUT_SECONDS, DetectionFailedError
from kubewitness.detections.engines.source_rows import ROW_ID, STORED, TEXTS, source_rows
from kubewitness.detections.engines.truncated import truncated_events
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import KUBE_AUDIT, PARSERS, SOURCE, parser, used_parsers
from kubewitness.detections.unjudged.evaluate import Judged
from kubewitness.errors import InputError
from kubewitness.logs.kql.query import rows
from kubewitness.logs.kql.translation import Translation
from kubewitness.logs.kql.translation_cache import Translations
from kubewitness.logs.store.database import DATABASE, columns
from kubewitness.logs.store.period import Period, within
from kubewitness.logs.store.present import present_time
from kubewitness.user_cache import user_cache

_MEMORY: Final = "memory.main"
"""The schema of tables that every connection can read. Temporary tables belong to one
connection."""

_REQUESTS: Final = f"{_MEMORY}.KubeAuditRequests"

_REQUESTS_TABLE: Final = f"""
CREATE TABLE {_REQUESTS} AS SELECT * EXCLUDE ({", ".join(STORED)}) FROM {KUBE_AUDIT}"""

_WITHOUT_STORED: Final = f"CREATE OR REPLACE TEMP VIEW {KUBE_AUDIT} AS FROM {_REQUESTS}"

_WITH_STORED: Final = f"""
CREATE OR REPLACE TEMP VIEW {KUBE_AUDIT} AS
SELECT r.*, {", ".join(f"coalesce(e.{n}, '') AS {n}" if n in TEXTS else f"e.{n}" for n in STORED)}
FROM {_REQUESTS} AS r JOIN {DATABASE}.store.audit_events AS e ON r.{ROW_ID} = e.rowid"""

_TABLE: Final = f"CREATE TABLE {_MEMORY}.{{name}} AS FROM {{name}}"
_OF_TABLE: Final = f"CREATE OR REPLACE TEMP VIEW {{name}} AS FROM {_MEMORY}.{{name}}"


def create_parsers(
    connection: duckdb.DuckDBPyConnection,
    period: Period | None = None,
    *,
    now: datetime | None = None,
    names: Iterable[str] = PARSERS,
) -> None:
    """Make the parsers views of this connection, which any query can read.

    Args:
        period: to which they are restricted; by default all time.
        now: from which the period counts; by default the newest event's time.
        names: of the parsers, in the order of `PARSERS` and with those that they read. Each takes
            longer than reading a small store.

    Raises:
        InputError: a time of the period cannot be read.
    """
    condition = within(period or Period(), present_time(connection, now))
    connection.execute(f"CREATE TEMP VIEW {SOURCE} AS {source_rows(condition)}")
    create_parser_views(connection, names)


def create_parser_views(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str] = PARSERS
) -> Mapping[str, Sequence[str]]:
    """Make parsers views over the source that is there, and return the columns of all."""
    for name in names:
        made = parser_translations().translate(parser(name), _schema(connection))
        connection.execute(f"CREATE TEMP VIEW {name} AS {made.sql}")
    return _schema(connection)


def parser_translations() -> Translations:
    """Return the translations that this user's cache remembers."""
    return Translations(user_cache() / "translations")


def _schema(connection: duckdb.DuckDBPyConnection) -> Mapping[str, Sequence[str]]:
    return {table: list(names) for table, names in columns(connection).items()}


class _Thread(threading.local):
    """The state of a thread: a connection, and the columns of KubeAudit in it."""

    connection: duckdb.DuckDBPyConnection | None = None
    shows_stored: bool | None = None


class LocalEngine:
    """Runs detections on a store, in any number of threads.

    Args:
        connection: as `open_for_queries` gives it; of the thread that makes the engine.
        period: to which the parsers are restricted.
        now: what `now()` is; by default the newest event's time.
        timeout: seconds that one detection may take.
    """

    def __init__(  # noqa: PLR0913 each is an option of the command
        self,
        connection: duckdb.DuckDBPyConnection,
        detections: Sequence[Detection],
        *,
        period: Period | None = None,
        now: datetime | None = None,
        allow_list: AllowList = NOTHING_ALLOWED,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._timeout = timeout
        self._connection = connection
        self._thread = _Thread()
        self._thread.connection = connection
        self._now = present_time(connection, now)
        self._period = within(period or Period(), self._now)
        today = datetime.now(UTC).date()
        self._texts = {
            r.slug: allow_list.prelude(r.slug, r.query, today) + r.query for r in detections
        }
        self._used = {name for text in self._texts.values() for name in used_parsers(text)}
        needed = used_parsers("\n".join((KUBE_AUDIT, *self._texts.values())))
        create_parsers(connection, period, now=self._now, names=needed)
        self._schema = _schema(connection)
        self._refused: dict[str, tuple[str, ...]] = {}
        self._translated = self._translate_all()
        self._truncated = truncated_events(
            connection, period or Period(), self._schema, parser_translations(), self._now
        )
        self._make_tables()

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Return why DuckDB cannot run some of the detections, by their names."""
        return self._refused

    def run(self, detection: Detection) -> Iterator[Finding]:
        """Yield what a detection finds.

        Args:
            detection: one of those that were given and not refused.

        Raises:
            DetectionFailedError: it fails, which only its run shows.
        """
        try:
            with self._in_time():
                yield from self._run(detection)
        except InputError as error:
            raise DetectionFailedError(
                *(f"{detection.slug}: {fault}" for fault in error.faults)
            ) from None

    @property
    def not_fetched(self) -> Sequence[str]:
        """Return why truncated events are missing here: none are."""
        return ()

    @property
    def truncated(self) -> int:
        """Return how many events are truncated."""
        return len(self._truncated or ())

    def judge(self, detection: Detection, findings: Sequence[Finding]) -> Judged:
        """Return the events that a detection could not judge, and its findings without assumptions.

        Args:
            detection: one that was run.
            findings: what it found.
        """
        if self._truncated is None:
            return Judged(tuple(findings))
        return self._truncated.judge(self._mine(), self._texts[detection.slug], findings)

    def count_allowed(self, detection: Detection, found: int) -> int:
        """Return how many findings the allow-list took away: runs the detection again without it.

        Args:
            found: how many findings it has.

        Raises:
            InputError: it cannot be run without the list.
        """
        if self._texts[detection.slug] == detection.query:
            return 0
        whole = self._translate(detection.query)
        if KUBE_AUDIT in self._used:
            self._show(stored=_reads_stored(detection.query))
        return max(0, sum(1 for _ in rows(self._mine(), whole, self._now)) - found)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Interrupt this thread's query when its time is over."""
        timer = threading.Timer(self._timeout, self._mine().interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _run(self, detection: Detection) -> Iterator[Finding]:
        if KUBE_AUDIT in self._used:
            self._show(stored=_reads_stored(self._texts[detection.slug]))
        for row in rows(self._mine(), self._translated[detection.slug], self._now):
            yield Finding(detection, row)

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
            plain = [name for name in schema[KUBE_AUDIT] if name not in STORED]
            schema = {**schema, KUBE_AUDIT: plain}
        return parser_translations().translate(text, schema)

    def _make_tables(self) -> None:
        """Put tables in memory in the place of the parsers that some detection reads."""
        for name in (name for name in PARSERS if name in self._used):
            if name == KUBE_AUDIT:
                self._connection.execute(_REQUESTS_TABLE)
                self._show(stored=True)
            else:
                self._connection.execute(_TABLE.format(name=name))
                self._connection.execute(_OF_TABLE.format(name=name))

    def _mine(self) -> duckdb.DuckDBPyConnection:
        """Return this thread's connection, on which tables have the names that detections use."""
        if self._thread.connection is None:
            mine = self._connection.cursor()
            for table in TABLES:
                of_store = f'{DATABASE}.main."{table}" WHERE {self._period}'
                mine.execute(f'CREATE TEMP VIEW "{table}" AS FROM {of_store}')
            for name in self._used - {KUBE_AUDIT}:
                mine.execute(_OF_TABLE.format(name=name))
            self._thread.connection = mine
        return self._thread.connection

    def _show(self, *, stored: bool) -> None:
        """Make KubeAudit the requests, with the columns that only the store has or without."""
        if stored is not self._thread.shows_stored:
            self._mine().execute(_WITH_STORED if stored else _WITHOUT_STORED)
            self._thread.shows_stored = stored


def _reads_stored(text: str) -> bool:
    return re.search(rf"\b({'|'.join(STORED)})\b", text) is not None
