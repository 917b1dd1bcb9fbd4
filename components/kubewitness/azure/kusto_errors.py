"""The error message of Kusto for a query, on one line."""

from collections.abc import Mapping
from typing import Any, Final

LONGEST_REASON: Final = 400


def innermost(error: Mapping[str, Any]) -> str:
    """Return the message of the innermost error, which is the most specific one.

    Args:
        error: with `message`, and `innererror` or the list `details` of the same form.
    """
    message = str(error.get("message") or "")
    details = error.get("details")
    inner = error.get("innererror") or (
        details[0] if isinstance(details, list) and details else None
    )
    return (innermost(inner) if isinstance(inner, Mapping) else "") or one_line(message)


def one_line(text: str) -> str:
    """Return a text of another program as a part of a fault."""
    line = " ".join(text.split())[:LONGEST_REASON]
    return "".join(letter for letter in line if letter.isprintable())
