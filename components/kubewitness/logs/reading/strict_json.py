"""JSON as the standard has it: nothing that two readers could understand differently.

Python's own reader accepts `NaN`, a repeated key and half a surrogate pair; other readers use the
first of two values, or accept an extra comma. Input that an attacker can use to show readers
different values is damage.
"""

import json
import sys
from typing import Any


class NotStrictError(ValueError):
    """The text is not JSON, or readers interpret it differently.

    Attributes:
        is_ambiguous: whether a name is repeated: then no part of it is reliable.
    """

    def __init__(self, reason: str, *, is_ambiguous: bool = False) -> None:
        super().__init__(reason)
        self.is_ambiguous = is_ambiguous


def parse(text: bytes) -> Any:
    """Return the value of a JSON text.

    Whole numbers of more than 4,000 digits become floats, and infinity where they are too large.

    Args:
        text: one value, in UTF-8.

    Raises:
        NotStrictError: with the reason, without the text itself.
    """
    try:
        value = _DECODER.decode(text.decode())
        if b"\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotStrictError("has half a surrogate pair") from None
    except UnicodeDecodeError as error:
        raise NotStrictError(f"is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise NotStrictError(f"is not JSON at character {error.pos}") from None
    except RecursionError:
        raise NotStrictError("is nested too deeply") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise NotStrictError(f"has the key {twice[:40]!r} twice", is_ambiguous=True)
    return found


def _no_constant(name: str) -> Any:
    raise NotStrictError(f"holds {name}, which is not JSON")


def _whole(digits: str) -> int | float:
    # Above this Python refuses to convert: its time grows with the square of the length.
    return int(digits) if len(digits) < sys.int_info.default_max_str_digits - 300 else float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole)
