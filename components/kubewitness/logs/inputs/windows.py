"""A window of a table in the cloud: its rows as JSON, page by page."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final

from kubewitness.logs.inputs.chunks import Chunks, open_chunks
from kubewitness.logs.inputs.queried_tables import (
    LATEST_ARRIVAL,
    Page,
    QueriedTable,
    Readable,
    TooMuchError,
    UnavailableError,
)
from kubewitness.logs.inputs.spans import MILLISECOND, Span

SHORTEST_PAGE: Final = timedelta(seconds=1)
"""A query that fails for less is not tried for half of it."""

MOST_FAILURES: Final = 3
"""After so many of the shortest pages in a row the table is not asked any more."""

FEW_ROWS: Final = 20_000
"""After a page with fewer rows the next one covers twice the time."""


@dataclass
class Window:
    """A part of a table; implements `kubewitness.logs.inputs.find.LogFile`.

    Attributes:
        table: of which it is a part.
        span: which part.
        fault: why it could not be read whole; known after it was read.
    """

    table: QueriedTable
    span: Span
    fault: str | None = field(default=None, compare=False)
    _failed: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """Return the table with the period."""
        return f"{self.table.name}?{self.span}".replace(" to ", "..")

    @property
    def size(self) -> int | None:
        """Return None: only the answers show it."""
        return None

    @property
    def is_final(self) -> bool:
        """Return whether no more rows can arrive."""
        return self.span.end <= self.table.now - LATEST_ARRIVAL

    def open(self) -> BinaryIO:
        """Open the rows as a JSON list; empty without rows.

        The reason for rows that cannot be read is in `fault`, so that all other rows are read.
        """
        return open_chunks(self._chunks())

    def _chunks(self) -> Chunks:
        separator = b"[\n"
        for part, page in self._pages():
            if rows := list(_rows(page, self.table.table, part)):
                yield separator + b",\n".join(rows)
                separator = b",\n"
        if separator != b"[\n":
            yield b"\n]\n"
        before = self.table.uncertain_before
        if before and self.span.start < before:
            self._fail(self.table.uncertain)

    def _pages(self) -> Iterator[tuple[Span, Page]]:
        reached = [(each, part) for each in self.table.readable if (part := each.span & self.span)]
        for readable, part in reached:
            yield from self._pages_of(readable, part)

    def _pages_of(self, readable: Readable, span: Span) -> Iterator[tuple[Span, Page]]:
        at, time = span.start, self.table.page_time
        while at < span.end and not self.table.failures:
            part = Span(at, min(at + time, span.end))
            try:
                page = readable.read(part)
            except TooMuchError as error:
                if part.length > SHORTEST_PAGE:
                    time = _half(part)
                    continue
                page = self._give_up(part, error)
            except UnavailableError as error:
                self.table.failures.append(str(error))
                break
            else:
                self._failed = 0
                time = part.length * (2 if len(page.rows) < FEW_ROWS else 1)
            yield part, page
            at = part.end
        if self.table.failures:
            self._fail(self.table.failures[0])

    def _give_up(self, part: Span, error: TooMuchError) -> Page:
        """Return what there is of a page that cannot be read whole."""
        self._fail(f"{part}: {error}")
        self._failed += 1
        if self._failed >= MOST_FAILURES:
            self.table.failures.append(str(error))
        return error.page or Page()

    def _fail(self, reason: str) -> None:
        self.fault = self.fault or reason


def forecasts(files: Iterable[object]) -> Iterator[str]:
    """Yield for each table how much its windows hold; nothing for a table that is empty."""
    tables: dict[str, list[Window]] = {}
    for file in files:
        if isinstance(file, Window):
            tables.setdefault(file.table.name, []).append(file)
    for windows in tables.values():
        table = windows[0].table
        if table.hourly_bytes != 0:
            yield table.forecast([window.span for window in windows])


def _half(span: Span) -> timedelta:
    return max(span.length / 2 // MILLISECOND * MILLISECOND, SHORTEST_PAGE)


def _rows(page: Page, table: str, span: Span) -> Iterator[bytes]:
    """Yield the rows of a page as JSON, without those of another page.

    Whether an answer includes the end of its period is not documented.
    """
    generated = page.columns.index("TimeGenerated") if "TimeGenerated" in page.columns else None
    for row in page.rows:
        if generated is None or _is_within(row[generated], span):
            record = {
                name: value
                for name, value in zip(page.columns, row, strict=True)
                if value is not None
            }
            text = json.dumps({**record, "Type": table}, ensure_ascii=False)
            yield text.encode(errors="surrogatepass")


def _is_within(value: Any, span: Span) -> bool:
    """Return whether a row is of a span; a row with an unreadable time is never left out."""
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return True
    return span.start <= (time if time.tzinfo else time.replace(tzinfo=UTC)) < span.end
