"""The argument for logs or a store: to read logs, no store is needed first."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import duckdb

from kubewitness.cli.options import DEFAULT_STORE, STORE_VARIABLE
from kubewitness.cli.progress import progress_bar
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import InputError
from kubewitness.logs.inputs.data_explorer_api import SCHEME as DATA_EXPLORER
from kubewitness.logs.inputs.log_analytics_api import SCHEME as LOG_ANALYTICS
from kubewitness.logs.kql.query import has_rows, open_for_queries
from kubewitness.logs.store.database import is_settled, open_store
from kubewitness.logs.store.period import Period, clock, parse_time
from kubewitness.logs.store.present import count_events, time_warnings
from kubewitness.logs.store.unread import ALL_READ, Unread, no_rows, unread

QUERIED_SCHEMES: Final = (LOG_ANALYTICS, DATA_EXPLORER)
"""Of tables in a cloud."""

if TYPE_CHECKING:
    from kubewitness.logs.inputs.find import LogFile

_MAGIC: Final = b"DUCK"
_MAGIC_OFFSET: Final = 8


@dataclass(frozen=True)
class OpenedLogs:
    """Logs that can be asked.

    Attributes:
        connection: to a store.
        unread: what of the logs could not be read into it.
    """

    connection: duckdb.DuckDBPyConnection
    unread: Unread = ALL_READ

    def warnings(self, period: Period, now: datetime) -> Iterator[str]:
        """Yield why events can be missing from the period, or be there twice.

        Args:
            now: from which the period counts.

        Raises:
            InputError: a time of the period cannot be read.
        """
        events = count_events(self.connection, period, now)
        yield from time_warnings(self.connection, events, period, now)
        if not is_settled(self.connection):
            yield (
                "reading was interrupted, so events can be missing or be there twice; run "
                "`kubewitness ingest` again"
            )


@contextmanager
def open_data(
    words: Sequence[str], period: Period, *, now: datetime | None = None, progress: bool = True
) -> Iterator[OpenedLogs]:
    """Open a store, or logs, which are read into a store that is gone afterwards.

    Args:
        words: one store, or any logs; by default what $KUBEWITNESS_STORE names, or the store of
            the present folder.
        period: to which the tables are restricted.
        now: what counts as the present; by default the newest event's time.
        progress: whether to show progress on a terminal.

    Raises:
        InputError: there is no such store, or some of the logs cannot be found.
        NothingToCheckError: there are no rows.
        UnreadableError: there are no rows, and something could not be read.
    """
    # Not by click, which would split a path at its spaces.
    words = words or (os.environ.get(STORE_VARIABLE) or DEFAULT_STORE,)
    paths = [Path(word) for word in words]
    stores = [path for path in paths if _is_store(path)]
    if stores and len(words) > 1:
        raise InputError(f"{stores[0]}: is a store: name it alone, or logs without it")
    if stores or (len(words) == 1 and paths[0].suffix == ".store"):
        with open_for_queries(paths[0], period, now=now) as connection:
            yield OpenedLogs(connection, unread(connection))
        return
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        path = Path(folder) / "logs.store"
        # Of tables in a cloud only the period is read, so it counts from the clock. Files are read
        # whole, and the period counts from their newest event.
        is_queried = any(word.startswith(QUERIED_SCHEMES) for word in words)
        now = now or (clock() if is_queried else None)
        files = find_logs(words, period if is_queried else Period(), now)
        not_read = _ingest(words, path, files, progress=progress)
        with open_for_queries(path, period, now=now) as connection:
            yield OpenedLogs(connection, not_read)


def _is_store(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC_OFFSET + len(_MAGIC))[_MAGIC_OFFSET:] == _MAGIC
    except OSError:
        return False


def find_logs(words: Sequence[str], period: Period, now: datetime | None = None) -> "list[LogFile]":
    """Return the log files that words name; of clouds that are queried only those of a period.

    Args:
        now: from which the period counts; by default the clock's time.

    Raises:
        InputError: some cannot be found, or a time cannot be read.
    """
    # A query on a store does not need to load what reads logs.
    from kubewitness.logs.inputs.find import find_log_files  # noqa: PLC0415

    moment = now or clock()
    times = [
        parse_time(text, moment).replace(tzinfo=UTC) if text else None
        for text in (period.since, period.until)
    ]
    return find_log_files(words, since=times[0], until=times[1])


def _ingest(
    words: Sequence[str], path: Path, files: "Sequence[LogFile]", *, progress: bool
) -> Unread:
    from kubewitness.logs.reading.ingest import ingest  # noqa: PLC0415 same reason

    total = sum(file.size or 0 for file in files)
    with open_store(path) as connection, progress_bar(total, shown=progress) as report:
        summary = ingest(connection, files, report=report, announce=tell)
        found = unread(connection, summary.faults)
        if not has_rows(connection):
            raise no_rows(f"{', '.join(words)}: there is no event in it", found)
    return found
