"""Containers of records: where their records begin, and what stands around these."""

import json
import re
from typing import Any, Final, NamedTuple

CONTAINERS: Final = ("records", "events", "logEvents", "items", "value")
"""Names under which containers hold records: event hubs, `aws logs`, CloudWatch subscriptions,
`EventList` and the Azure API."""

_CONTAINER: Final = re.compile(rf'"(?:{"|".join(CONTAINERS)})"\s*:\s*\[', re.ASCII)
LONGEST_HEAD: Final = 4096
"""How many characters may precede the records of a container."""

_SPACE: Final = re.compile(r"\s*", re.ASCII)
_NAME: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*:\s*', re.ASCII)
DECODER: Final = json.JSONDecoder(parse_int=len, parse_float=len)
"""Finds where a value ends; the numbers in it do not matter."""


class IncompleteError(Exception):
    """The text is no JSON here, or ends too early: which of the two, only more text can tell."""


class Member(NamedTuple):
    """A member of an object: where it ends or, if it is a list of records, where these begin."""

    end: int
    holds_records: bool


def skip_value(text: str, position: int) -> tuple[Any, int]:
    """Return a JSON value and where it ends.

    Raises:
        IncompleteError: none could be read.
    """
    try:
        return DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        raise IncompleteError from None


def read_member(text: str, position: int) -> Member:
    """Return the member of a container that begins at a position.

    Raises:
        IncompleteError: none could be read.
    """
    name = _NAME.match(text, position)
    if name is None:
        raise IncompleteError
    if name[1] in CONTAINERS and text[name.end() : name.end() + 1] == "[":
        return Member(name.end() + 1, holds_records=True)
    return Member(skip_value(text, name.end())[1], holds_records=False)


def records_begin(text: str, position: int) -> int | None:
    """Return where the first record of a container begins; None if the object is none.

    Raises:
        IncompleteError: the text ends, or is damaged, before that shows.
    """
    if _CONTAINER.search(text, position, position + LONGEST_HEAD) is None:
        if len(text) - position < LONGEST_HEAD:
            raise IncompleteError
        return None
    at = position + 1
    kind = None
    while name := _NAME.match(text, at):
        if text[name.end() : name.end() + 1] == "[" and name[1] in CONTAINERS:
            return name.end() + 1 if _holds_records(text, name, kind) else None
        value, at = skip_value(text, name.end())
        kind = value if name[1] == "kind" else kind
        if not text.startswith(",", at):
            return None
        at += 1
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if at == len(text) or text[at] == '"':
        raise IncompleteError
    return None


def _holds_records(text: str, name: re.Match[str], kind: Any) -> bool:
    """Return whether a list is one of records: other objects have lists of these names, too."""
    if name[1] == "items":
        return bool(kind == "EventList")
    first = text[name.end() + 1 : name.end() + 64].lstrip()[:1]
    holds: bool = kind is None and first in {"{", "]", ""}
    return holds
