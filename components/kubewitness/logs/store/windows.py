"""Which periods of tables in the cloud are in a store, and which are missing.

A window that was read while rows could still arrive is read again, and replaces what it read
before. A requested period that no complete window covers is a gap, which each query of the store
reports.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import duckdb

from kubewitness.logs.inputs.spans import Span, merged, without
from kubewitness.logs.inputs.windows import Window
from kubewitness.logs.store.database import ROWS

INTERRUPTED: Final = "reading was interrupted; run the same `kubewitness ingest` again"


@dataclass(frozen=True)
class StoredWindow:
    """A window of a table that was read, or begun.

    Attributes:
        number: of its file.
        span: which part of the table.
        is_complete: whether it was read to its end.
        is_final: whether no more rows could arrive when it was read.
        fault: why it could not be read to its end.
    """

    number: int
    span: Span
    is_complete: bool
    is_final: bool
    fault: str | None


def read_windows(connection: duckdb.DuckDBPyConnection, source: str) -> list[StoredWindow]:
    """Return the windows of a table."""
    rows = connection.execute(
        "SELECT number, starts, ends, is_complete, is_final, fault FROM store.files "
        "WHERE source = ? ORDER BY starts, number",
        [source],
    ).fetchall()
    return [StoredWindow(row[0], _span(row[1], row[2]), *row[3:]) for row in rows]


def plan_windows(
    asked: Window, stored: Sequence[StoredWindow]
) -> Iterator[tuple[Window, tuple[int, ...]]]:
    """Yield what of a table is to be read, each with the files whose rows it replaces."""
    table = asked.table
    reachable = [part for span in table.reachable if (part := span & asked.span)]
    again: dict[Span, list[int]] = {}
    known = []
    for window in stored:
        # Rows that queries can no longer reach would be replaced by nothing.
        is_reachable = not without([window.span], table.reachable)
        if is_reachable and not (window.is_complete and window.is_final):
            if window.span & asked.span:
                again.setdefault(window.span, []).append(window.number)
        elif window.is_complete:
            known.append(window.span)
    left = without(reachable, [*known, *again])
    replaced = {**again, **{span: [] for span in table.windows(left)}}
    for span in sorted(replaced):
        yield Window(table, span), tuple(replaced[span])


def add_period(connection: duckdb.DuckDBPyConnection, asked: Window) -> None:
    """Write down that a period of a table was asked for, and why queries do not reach all of it."""
    table = asked.table
    missing = without([asked.span], table.reachable)
    by_reason = {table.missing: missing, "": without([asked.span], missing)}
    for starts, ends, reason in connection.execute(
        "SELECT starts, ends, missing FROM store.periods WHERE source = ?", [table.name]
    ).fetchall():
        by_reason.setdefault(reason, []).extend(without([_span(starts, ends)], [asked.span]))
    rows = [
        [table.name, naive(span.start), naive(span.end), reason]
        for reason, spans in by_reason.items()
        for span in merged(spans)
    ]
    connection.execute("BEGIN")
    connection.execute("DELETE FROM store.periods WHERE source = ?", [table.name])
    connection.executemany("INSERT INTO store.periods VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")


def remove_windows(connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> None:
    """Remove windows that were read again; a row that represents copies in other files remains."""
    if not numbers:
        return
    of_these = f"LogFile IN ({', '.join(map(str, numbers))})"
    for table in ROWS:
        connection.execute(f"DELETE FROM {table} WHERE {of_these} AND Copies = 1")
    connection.execute(f"DELETE FROM store.quarantine WHERE {of_these}")
    connection.execute(
        f"UPDATE store.files SET source = NULL WHERE number IN ({', '.join(map(str, numbers))})"
    )


def reopen_windows(connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> None:
    """Note that windows could not be read again: rows that arrived since are missing."""
    for number in numbers:
        connection.execute("UPDATE store.files SET is_complete = false WHERE number = ?", [number])


def gaps(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what was asked for of tables in the cloud and is not in the store, and why."""
    periods: dict[str, list[tuple[Span, str]]] = {}
    for source, starts, ends, missing in connection.execute(
        "SELECT source, starts, ends, missing FROM store.periods ORDER BY ALL"
    ).fetchall():
        periods.setdefault(source, []).append((_span(starts, ends), missing))
    return [
        f"{source}: {span} is not complete: {reason}"
        for source, asked in periods.items()
        for span, reason in _gaps(asked, read_windows(connection, source))
    ]


def _gaps(
    asked: Sequence[tuple[Span, str]], windows: Sequence[StoredWindow]
) -> Iterable[tuple[Span, str]]:
    complete = [window.span for window in windows if window.is_complete]
    left = without([span for span, _ in asked], complete)
    reasons: dict[str, list[Span]] = {}
    # A window that was read before, and not again, does not have the reason.
    for window in sorted(windows, key=lambda each: each.fault is None):
        if not window.is_complete:
            parts = [part for span in left if (part := span & window.span)]
            reasons.setdefault(window.fault or INTERRUPTED, []).extend(parts)
            left = without(left, parts)
    for span, missing in asked:
        parts = [part for each in left if (part := each & span)]
        reasons.setdefault(missing or INTERRUPTED, []).extend(parts)
    found = [(span, reason) for reason, spans in reasons.items() for span in merged(spans)]
    return sorted(found)


def naive(time: datetime) -> datetime:
    """Return a time as the store has it: in UTC, without zone."""
    return time.replace(tzinfo=None)


def _span(starts: datetime, ends: datetime) -> Span:
    return Span(starts.replace(tzinfo=UTC), ends.replace(tzinfo=UTC))
