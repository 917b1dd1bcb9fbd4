"""Arithmetic on periods loses no moment and counts none twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.logs.inputs.spans import Span, in_milliseconds, merged, split, without

START = datetime(2026, 3, 1, tzinfo=UTC)


def span(first: int, length: int) -> Span:
    """A span of hours."""
    return Span(START + timedelta(hours=first), START + timedelta(hours=first + length))


SPANS = st.lists(st.builds(span, st.integers(0, 99), st.integers(1, 30)), max_size=6)


def hours(spans: list[Span]) -> list[datetime]:
    """The hours of spans, one that is in two of them twice."""
    return sorted(
        each.start + timedelta(hours=number)
        for each in spans
        for number in range(int(each.length / timedelta(hours=1)))
    )


@given(SPANS, SPANS)
def test_what_is_left_is_what_was_not_taken(spans: list[Span], taken: list[Span]) -> None:
    """Each hour once."""
    left = without(spans, taken)
    assert hours(left) == sorted(set(hours(spans)) - set(hours(taken)))
    assert left == merged(left)


@given(SPANS, st.integers(1, 50))
def test_the_parts_of_a_span_are_the_span(spans: list[Span], step: int) -> None:
    """Without gaps, and none is longer than the step."""
    for whole in spans:
        parts = list(split(whole, timedelta(hours=step)))
        assert merged(parts) == [whole]
        assert hours(parts) == hours([whole])
        assert all(part.length <= timedelta(hours=step) for part in parts)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_whole_milliseconds_leave_nothing_out(start: int, length: int) -> None:
    """The service knows no shorter time."""
    given_span = Span(
        START + timedelta(microseconds=start), START + timedelta(microseconds=start + length)
    )
    whole = in_milliseconds(given_span)
    assert whole & given_span == given_span
    assert (whole.start.microsecond % 1000, whole.end.microsecond % 1000) == (0, 0)
    assert whole.length < given_span.length + timedelta(milliseconds=2)
