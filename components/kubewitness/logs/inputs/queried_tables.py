"""Tables in the cloud that are read by queries: which periods, and how much that is.

A table is read in windows. Each is a log file of its own, so that an interrupted run goes on with
the next window. A window is read in pages, each the answer to one query.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from kubewitness.errors import InputError
from kubewitness.logs.inputs.spans import Span, in_milliseconds, merged, split

DEFAULT_PERIOD: Final = timedelta(days=1)
"""How far back tables are read by default: reading takes time, and may cost money."""

LATEST_ARRIVAL: Final = timedelta(days=2)
"""How long rows may still arrive for a time: Azure replaces an older `TimeGenerated`. Source: Azure
docs, "Standard columns in Azure Monitor Logs"."""

LONGEST_WINDOW: Final = timedelta(days=30)
SHORTEST_WINDOW: Final = timedelta(hours=1)
RECENT_WINDOW: Final = timedelta(days=1)
"""The longest window in which rows may still arrive, or of a table whose volume is unknown."""

WINDOW_BYTES: Final = 1 << 30
"""How much a window holds at most, by the forecast: what an interruption costs."""

PAGE_BYTES: Final = 32 << 20
"""How much a page holds by the forecast: far below the limit of the API, about 100 MB."""

_MEGABYTE: Final = 10**6
_GIGABYTE: Final = 10**9


@dataclass(frozen=True)
class Page:
    """The answer to a query.

    Attributes:
        columns: their names.
        rows: the values of each row, in the order of the columns.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


class TooMuchError(Exception):
    """A query took too long, or its answer was truncated; a shorter period may be answered.

    Args:
        reason: in the words of the service.
        page: what was answered.
    """

    def __init__(self, reason: str, page: Page | None = None) -> None:
        super().__init__(reason)
        self.page = page


class UnavailableError(Exception):
    """A table cannot be read, with the reason."""


@dataclass(frozen=True)
class Readable:
    """The range of a table that queries can reach.

    Attributes:
        span: the period.
        read: returns a page of a part of that period. Raises TooMuchError or UnavailableError.
    """

    span: Span
    read: Callable[[Span], Page] = field(repr=False, compare=False)


@dataclass(frozen=True)
class QueriedTable:
    """A period of a table.

    Attributes:
        name: where the table is, such as `log-analytics://ID/AKSAudit`.
        table: its name in Azure.
        span: what is asked for.
        now: when that was.
        readable: what queries reach of it.
        hourly_bytes: how much an hour holds on average; None where that is unknown.
        cost: what a query costs, and what the table's plan is.
        missing: why queries do not reach the rest, and how to get it.
        uncertain_before: rows from before may be gone, and nothing shows it; None if that is known.
        uncertain: why.
        failures: why the table could not be read any more.
    """

    name: str
    table: str
    span: Span
    now: datetime
    readable: tuple[Readable, ...]
    hourly_bytes: float | None = None
    cost: str = ""
    missing: str = ""
    uncertain_before: datetime | None = None
    uncertain: str = ""
    failures: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def reachable(self) -> list[Span]:
        """Return what queries reach."""
        return merged(each.span for each in self.readable)

    def windows(self, spans: Sequence[Span]) -> Iterator[Span]:
        """Yield spans in parts that are read at once.

        Windows that may still receive rows are separate from final ones, because they are read
        again.
        """
        step = max(self._time_of(WINDOW_BYTES), SHORTEST_WINDOW)
        final = self.now - LATEST_ARRIVAL
        for span in spans:
            if old := span & Span(span.start, final):
                yield from split(old, step)
            if recent := span & Span(final, span.end):
                yield from split(recent, min(step, RECENT_WINDOW))

    @property
    def page_time(self) -> timedelta:
        """Return how much time the first query asks for."""
        return self._time_of(PAGE_BYTES)

    def _time_of(self, size: int) -> timedelta:
        """Return how much time holds so many bytes, by the forecast."""
        if self.hourly_bytes is None:
            return RECENT_WINDOW
        hours = LONGEST_WINDOW / timedelta(hours=1)
        return timedelta(hours=min(size / max(self.hourly_bytes, 1), hours))

    def forecast(self, spans: Sequence[Span]) -> str:
        """Return how much will be read, and what that costs."""
        hours = sum((span.length for span in spans), timedelta()) / timedelta(hours=1)
        size = None if self.hourly_bytes is None else self.hourly_bytes * hours
        volume = "an unknown volume" if size is None else f"about {_volume(size)}"
        periods = ", ".join(map(str, merged(spans)))
        return f"{self.name}: reads {periods}: {volume}; {self.cost}"


def asked_span(since: datetime | None, until: datetime | None, now: datetime) -> Span:
    """Return the period to read; none of it is in the future.

    Raises:
        InputError: it is empty.
    """
    start, end = since or now - DEFAULT_PERIOD, min(until or now, now)
    if start >= end:
        raise InputError(
            f"--since {start:%Y-%m-%dT%H:%M:%SZ} is not before the end; name an earlier time"
        )
    return in_milliseconds(Span(start, end))


def _volume(size: float) -> str:
    """Return a number of bytes as Azure bills them: a GB has 1,000 MB."""
    is_large = size >= _GIGABYTE / 10
    return f"{size / _GIGABYTE:,.1f} GB" if is_large else f"{size / _MEGABYTE:,.1f} MB"
