"""The next mark of an audit event is found wherever it is."""

import pytest

from kubewitness.logs.reading.marks import NEAR, next_mark

MARK = '"auditID"'


@pytest.mark.parametrize("distance", [0, 1, NEAR - len(MARK), NEAR - 1, NEAR, 40 * NEAR])
def test_the_next_mark_is_found_at_any_distance(distance: int) -> None:
    """Also behind bytes that are not ASCII, and across the end of what is near."""
    passed = MARK + "\xff"
    text = passed + "\xe9" * distance + MARK + "{\n" + MARK
    assert next_mark(text, len(passed)) == text.index(MARK, len(passed)) + 1


@pytest.mark.parametrize("distance", [0, 1, NEAR, 40 * NEAR])
def test_without_a_mark_the_text_ends_before_one(distance: int) -> None:
    """What precedes the place does not count."""
    text = MARK + "{\n" * distance
    assert next_mark(text, len(MARK)) == len(text)
