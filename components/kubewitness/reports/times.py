"""Times as reports write them."""

from datetime import datetime


def utc(time: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601, or None."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None


def span(times: tuple[datetime, datetime]) -> str:
    """Return the time from the first to the second."""
    return f"{utc(times[0])} to {utc(times[1])}"
