"""Times as logs write them, in one form."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS: Final = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d", re.ASCII)
_FRACTION: Final = re.compile(r"(\.\d{6})\d+", re.ASCII)
_ZONE: Final = re.compile(r"\s*(?:UTC|GMT|Z)$", re.ASCII)
_UNITS: Final = (10**17, 10**14, 10**11)
"""From which number on an epoch time is in nanoseconds, microseconds, milliseconds."""

_WRITTEN: Final = (
    "%m/%d/%Y, %I:%M:%S.%f %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%Y-%m-%d %H:%M:%S,%f",
)
"""As the Azure portal and PowerShell write a time, in UTC, and as Java does."""


def iso_time(value: Any) -> str | None:
    """Return a time as RFC 3339 in UTC, None if it is not one.

    Args:
        value: a text, or a number of seconds to nanoseconds since 1970, by its size.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return _parsed(str(value).strip()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _parsed(text: str) -> datetime:
    if _DIGITS.fullmatch(text):
        return _of_epoch(text)
    text = _ZONE.sub("Z", text)
    if _ISO.match(text):
        return _in_utc(datetime.fromisoformat(_FRACTION.sub(r"\1", text).replace(",", ".")))
    for written in _WRITTEN:
        try:
            return datetime.strptime(text.removesuffix("Z"), written).replace(tzinfo=UTC)
        except ValueError:
            continue
    return _in_utc(parsedate_to_datetime(text.replace("Z", " GMT")))


def _of_epoch(text: str) -> datetime:
    number = float(text)
    thousands = next((3 - i for i, least in enumerate(_UNITS) if number >= least), 0)
    return _EPOCH + timedelta(seconds=number / 1000**thousands)


def _in_utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
