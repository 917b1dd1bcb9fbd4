"""The present of a store, and the events that a period from it leaves out.

Logs are old when they are queried, so the present is the newest event's time. A wrong time in one
event must not move it: an event from the future would put every other event outside of the period.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import duckdb

from kubewitness.logs.store.database import ROWS
from kubewitness.logs.store.period import EVER, Period, clock, within

_DAY: Final = timedelta(days=1)

OUTLIER_GAP: Final = timedelta(days=7)
"""An event that is newer than all others by more than this may have a wrong time."""

_OUTLIER_SHARE: Final = 1000
"""The newest day is suspicious only if it has at most one of this many events."""

_TIMES: Final = " UNION ALL ".join(f"SELECT TimeGenerated AS t FROM {name}" for name in ROWS)


def present_time(connection: duckdb.DuckDBPyConnection, given: datetime | None = None) -> datetime:
    """Return what counts as the present, in UTC.

    Args:
        given: the user's value; by default the time of the newest event that is not ahead of the
            clock, or the current time if no event has such a time.
    """
    if given:
        return given
    now = clock()
    past: datetime | None = connection.execute(
        f"SELECT max(t) FROM ({_TIMES}) WHERE t <= $now", {"now": now}
    ).fetchall()[0][0]
    return past or now


@dataclass(frozen=True)
class Events:
    """How many events of a store a period covers.

    Attributes:
        all: every event of the store.
        covered: those of the period.
        without_time: those without a time. A period with limits leaves them out.
        ahead: those that are ahead of the clock.
        oldest: the first time in UTC; None if no event has one.
        latest: the last time in UTC, which may be ahead of the clock.
    """

    all: int
    covered: int
    without_time: int
    ahead: int
    oldest: datetime | None
    latest: datetime | None


def count_events(connection: duckdb.DuckDBPyConnection, period: Period, now: datetime) -> Events:
    """Count the events of a store and of a period.

    Args:
        now: from which the period counts.

    Raises:
        InputError: a time of the period cannot be read.
    """
    condition = within(period, now).replace("TimeGenerated", "t")
    counted = connection.execute(
        f"SELECT count(*), count(*) FILTER ({condition}), count(*) - count(t), "
        f"count(*) FILTER (t > $clock), min(t), max(t) FROM ({_TIMES})",
        {"clock": clock()},
    ).fetchall()[0]
    return Events(*counted)


def time_warnings(
    connection: duckdb.DuckDBPyConnection, events: Events, period: Period, now: datetime
) -> Iterator[str]:
    """Yield what is suspicious about the times of events, and what a period leaves out.

    Args:
        events: as `count_events` counted them.
        now: from which the period counts.

    Raises:
        InputError: a time of the period cannot be read.
    """
    if events.ahead:
        yield (
            f"events ahead of the clock: {events.ahead:,}, the newest at "
            f"{events.latest:%Y-%m-%dT%H:%M:%SZ}; their times may be wrong, so no period counts "
            "from them"
        )
    if within(period, now) == EVER:
        return
    yield from _outlier(connection, now, events.all)
    if events.without_time:
        yield (
            f"{events.without_time:,} of {events.all:,} events have no time; a period leaves them "
            "out; query without --since and --until to include them"
        )
    if not events.covered and events.oldest and events.latest:
        yield (
            f"no event is in the period, which counts from {now:%Y-%m-%dT%H:%M:%SZ}; the "
            f"{events.all:,} events are from {events.oldest:%Y-%m-%dT%H:%M:%SZ} to "
            f"{events.latest:%Y-%m-%dT%H:%M:%SZ}; change --since, --until or --as-of"
        )


def _outlier(connection: duckdb.DuckDBPyConnection, now: datetime, total: int) -> Iterator[str]:
    """Yield a warning if a few events are newer than all others by days."""
    last = {"now": now, "day": now - _DAY}
    recent, first = connection.execute(
        f"SELECT count(*), min(t) FROM ({_TIMES}) WHERE t > $day AND t <= $now", last
    ).fetchall()[0]
    before = connection.execute(
        f"SELECT max(t) FROM ({_TIMES}) WHERE t <= $day", {"day": last["day"]}
    ).fetchall()[0][0]
    if not recent or before is None or recent * _OUTLIER_SHARE > total:
        return
    if first - before > OUTLIER_GAP:
        yield (
            f"{recent:,} of {total:,} events are newer than all others by "
            f"{(first - before).days:,} days, and the period counts from them; if their times are "
            f"wrong, use --as-of {before:%Y-%m-%dT%H:%M:%SZ}"
        )
