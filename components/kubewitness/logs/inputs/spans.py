"""Periods of time that begin with their first moment and end before their last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, order=True)
class Span:
    """A period in UTC.

    Attributes:
        start: the first moment.
        end: the first moment that is too late.
    """

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Return how long it is."""
        return self.end - self.start

    def __and__(self, other: "Span") -> "Span | None":
        """Return what both have in common; None if nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    def __str__(self) -> str:
        return f"{_text(self.start)} to {_text(self.end)}"


def _text(time: datetime) -> str:
    precision = "seconds" if time.microsecond == 0 else "milliseconds"
    return time.replace(tzinfo=None).isoformat(timespec=precision) + "Z"


def in_milliseconds(span: Span) -> Span:
    """Return the span that ends at whole milliseconds and leaves out nothing of another."""
    late = _EPOCH - (_EPOCH - span.end) // MILLISECOND * MILLISECOND
    return Span(_floor(span.start, MILLISECOND), late)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time in as few spans as possible, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what of the spans is in none of those that are taken."""
    left = merged(spans)
    for other in merged(taken):
        left = [
            part
            for span in left
            for part in (
                Span(span.start, min(span.end, other.start)),
                Span(max(span.start, other.end), span.end),
            )
            if part.start < part.end
        ]
    return left


def split(span: Span, step: timedelta) -> Iterator[Span]:
    """Yield the parts of a span between multiples of a step, counted from midnight in UTC."""
    start = span.start
    while start < span.end:
        end = min(_floor(start, step) + step, span.end)
        yield Span(start, end)
        start = end


def _floor(time: datetime, step: timedelta) -> datetime:
    return _EPOCH + (time - _EPOCH) // step * step
