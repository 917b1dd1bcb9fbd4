"""Times as people write them, and the part of a store between two of them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.errors import InputError
from kubewitness.logs.store.database import DATABASE

_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}

EVER: Final = "true"
"""The SQL of no limit in time."""


@dataclass(frozen=True)
class Period:
    """The part of the data that a query can read.

    Attributes:
        since: the first time, ISO 8601 or how long before the present, as `2d` or `12h`.
        until: the first time that is too late, in the same format.
    """

    since: str | None = None
    until: str | None = None


def parse_time(text: str, now: datetime) -> datetime:
    """Return a time in UTC, without zone as the store's own.

    Args:
        text: ISO 8601, in UTC unless it has an offset, or a duration before `now`.

    Raises:
        InputError: it is neither.
    """
    try:
        if short := re.fullmatch(r"(\d+(?:\.\d+)?)([dhms])", text):
            return now - timedelta(**{_UNITS[short[2]]: float(short[1])})
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise InputError(
            f"`{text}` is not a time: write it as 2026-03-01T10:00:00Z, or as 2d, 12h or 30m "
            "before the present"
        ) from None
    return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time


def present(text: str | None) -> datetime | None:
    """Return the time of `--as-of`; None for the newest event's."""
    if text is None:
        return None
    return clock() if text == "now" else parse_time(text, clock())


def restrict(connection: duckdb.DuckDBPyConnection, period: Period, now: datetime) -> None:
    """Put views of the same names before the tables, for this connection only.

    Args:
        connection: to a store.
        now: from which the period counts.

    Raises:
        InputError: a time of the period cannot be read.
    """
    condition = within(period, now)
    if condition == EVER:
        return
    for table in TABLES:
        connection.execute(
            f'CREATE TEMP VIEW "{table}" AS FROM {DATABASE}.main."{table}" WHERE {condition}'
        )


def within(period: Period, now: datetime) -> str:
    """Return the SQL of whether a row is of a period; `EVER` if there is no limit.

    Args:
        now: from which the period counts.

    Raises:
        InputError: a time of the period cannot be read.
    """
    times = ((">=", period.since), ("<", period.until))
    conditions = [
        f"TimeGenerated {sign} TIMESTAMP '{parse_time(text, now).isoformat(' ')}'"
        for sign, text in times
        if text
    ]
    return " AND ".join(conditions) or EVER


def clock() -> datetime:
    """Return the present in UTC, without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
