"""Salvage the part before the damage in a JSON text: complete members, never half a value.

A truncated name would be another name, and a truncated number another number, so the last value
before the damage counts only if something follows it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json

# In a text that is damaged all over, each place is an error of its own.
MOST_ATTEMPTS: Final = 8

_PLACE: Final = re.compile(r"at line (\d+) column (\d+)")
_OF_NUMBERS: Final = b"-+.0123456789eE"


@dataclass(frozen=True)
class Salvaged:
    """The readable part.

    Attributes:
        value: the members of the object that precede the damage.
        text: the same as JSON.
    """

    value: dict[str, Any]
    text: bytes


def salvage(text: bytes, *, keep_cut_string: bool = False) -> Salvaged | None:
    """Return what precedes the damage in the text of an object; None if there is nothing.

    Args:
        text: begins with the object.
        keep_cut_string: whether the beginning of a truncated string counts: for a log line within a
            record, which is salvaged in turn.
    """
    allowed = "trailing-strings" if keep_cut_string else True
    for _ in range(MOST_ATTEMPTS):
        text = text.rstrip(_OF_NUMBERS)
        try:
            value = from_json(text, allow_inf_nan=False, allow_partial=allowed)  # type: ignore[arg-type] # takes both
        except ValueError as error:
            shorter = _before(text, str(error))
            if not shorter or len(shorter) >= len(text):
                return None
            text = shorter
        else:
            return _salvaged(value)
    return None


def _salvaged(value: Any) -> Salvaged | None:
    if not isinstance(value, dict) or not value:
        return None
    return Salvaged(value, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _before(text: bytes, error: str) -> bytes:
    """Return the text before the position of a reader's error."""
    found = _PLACE.search(error)
    if found is None:
        return b""
    lines = text.split(b"\n")
    row, column = int(found[1]) - 1, int(found[2]) - 1
    return b"\n".join([*lines[:row], lines[row][: max(column, 0)]]) if row < len(lines) else b""
