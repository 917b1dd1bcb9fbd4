"""Times are read in the forms in which logs write them."""

from typing import Any

import pytest

from kubewitness.logs.reading.times import iso_time

TIMES: dict[Any, str] = {
    "2026-05-01T10:00:00Z": "2026-05-01T10:00:00.000000Z",
    "2026-05-01T10:00:00.1234567Z": "2026-05-01T10:00:00.123456Z",
    "2026-05-01T12:00:00.5+02:00": "2026-05-01T10:00:00.500000Z",
    "2026-05-01 10:00:00,123": "2026-05-01T10:00:00.123000Z",
    "2026-05-01 10:00:00 UTC": "2026-05-01T10:00:00.000000Z",
    "5/1/2026, 10:00:00.250 AM": "2026-05-01T10:00:00.250000Z",
    "5/1/2026 1:00:00 PM": "2026-05-01T13:00:00.000000Z",
    "Fri, 01 May 2026 10:00:00 GMT": "2026-05-01T10:00:00.000000Z",
    1_777_629_600: "2026-05-01T10:00:00.000000Z",
    1_777_629_600_000: "2026-05-01T10:00:00.000000Z",
    "1777629600000000": "2026-05-01T10:00:00.000000Z",
    1_777_629_600_000_000_000: "2026-05-01T10:00:00.000000Z",
    1_777_629_600.5: "2026-05-01T10:00:00.500000Z",
}


@pytest.mark.parametrize("written", TIMES)
def test_a_time_is_read_in_every_form(written: Any) -> None:
    """RFC 3339 with any zone and precision, the portal's form, mail's form, numbers."""
    assert iso_time(written) == TIMES[written]


@pytest.mark.parametrize("value", [None, True, "soon", "", "5", {}, "2026-13-01T00:00:00Z", 10**30])
def test_what_is_not_a_time_is_none(value: Any) -> None:
    """Nothing is guessed."""
    assert iso_time(value) is None
