"""Containers of records: where their records begin, and the text around them."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

CONTAINERS: Final = (
    *("records", "Records", "events", "logEvents", "items", "value", "entries"),
    *("results", "Results", "tables", "Tables", "rows", "Rows"),
)
"""Names under which containers hold records: event hubs, `aws logs`, subscriptions of CloudWatch,
Kinesis, `EventList`, the Azure API, answers of CloudWatch, Log Analytics and Data Explorer."""

_CONTAINER: Final = re.compile(rf'"(?:{"|".join(CONTAINERS)})"\s*:\s*\[', re.ASCII)
LONGEST_HEAD: Final = 4096
"""How many characters may precede the records of a container."""

_TABLE: Final = re.compile(r'\{\s*"(?:columns|Columns|FrameType|TableName|name)"\s*:', re.ASCII)
_LONGEST_TABLE_HEAD: Final = 1 << 17
"""The same of a table, whose columns precede its rows; AzureDiagnostics has 500."""

CLOSING: Final = frozenset('}]"')
"""The end of a value that no further text could continue."""

_FIRST_WINDOW: Final = 4096
_WINDOW_GROWTH: Final = 16
_LONGEST_TOKEN: Final = 16
"""No token but a string or a number is longer."""

_SPACE: Final = re.compile(r"\s*", re.ASCII)
_NAME: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*:\s*', re.ASCII)
DECODER: Final = json.JSONDecoder(parse_int=len, parse_float=len)
"""Finds where a value ends; the numbers in it do not matter."""


class IncompleteError(Exception):
    """The text is not JSON here, or ends too early: only more text shows which."""


class InvalidError(IncompleteError):
    """The text is not JSON here, whatever follows."""


class Container(NamedTuple):
    """A list of records.

    Attributes:
        start: where its first record begins.
        holds_lists: whether its records are lists of cells, not objects.
        columns: the names of these cells; None if each cell states its own.
    """

    start: int
    holds_lists: bool = False
    columns: tuple[str, ...] | None = None


class Member(NamedTuple):
    """A member of an object that follows a list of records.

    Attributes:
        end: where it ends, or where its first record begins.
        container: what it is if it is another list of records.
        is_error: whether it states that records are missing.
    """

    end: int
    container: Container | None = None
    is_error: bool = False


ERRORS: Final = frozenset({"error", "Error", "Exceptions", "OneApiErrors"})
"""Members of an answer that contain why it is only a part of what was asked for."""


def skip_value(text: str, position: int) -> tuple[Any, int]:
    """Return a JSON value and where it ends.

    It is decoded in windows: an error names its line, for which all text before it is counted.

    Raises:
        InvalidError: it is not JSON, whatever follows.
        IncompleteError: it is not JSON unless more text follows.
    """
    size = _FIRST_WINDOW
    while True:
        window = text[position : position + size]
        try:
            value, end = DECODER.raw_decode(window)
        except json.JSONDecodeError as error:
            if _is_definite(error, len(window)):
                raise InvalidError from None
        except RecursionError:
            raise InvalidError from None
        else:
            if end < len(window) or window[-1] in CLOSING:
                return value, position + end
        if position + size >= len(text):
            raise IncompleteError
        size *= _WINDOW_GROWTH


def _is_definite(error: json.JSONDecodeError, size: int) -> bool:
    """Return whether an error is one of the text, not of its end."""
    return error.pos < size - _LONGEST_TOKEN and not error.msg.startswith("Unterminated")


def read_member(text: str, position: int) -> Member:
    """Return the member of a container that begins at a position.

    Raises:
        IncompleteError: none could be read.
    """
    name = _NAME.match(text, position)
    if name is None:
        raise IncompleteError
    if name[1] in CONTAINERS and text[name.end() : name.end() + 1] == "[":
        return Member(name.end() + 1, _container(text, name, {}) or Container(name.end() + 1))
    value, end = skip_value(text, name.end())
    return Member(end, is_error=name[1] in ERRORS and bool(value))


def records_begin(text: str, position: int) -> Container | None:
    """Return the list of records of a container; None if the object is none.

    Raises:
        IncompleteError: the text ends, or is damaged, before that shows.
    """
    longest = _LONGEST_TABLE_HEAD if _TABLE.match(text, position) else LONGEST_HEAD
    # Most objects near a damage have no list at all, which is found a hundred times as fast.
    has_list = text.find("[", position, position + longest) >= 0
    if not has_list or _CONTAINER.search(text, position, position + longest) is None:
        if len(text) - position < longest:
            raise IncompleteError
        return None
    at = position + 1
    head: dict[str, Any] = {}
    while name := _NAME.match(text, at):
        if text[name.end() : name.end() + 1] == "[" and name[1] in CONTAINERS:
            return _container(text, name, head)
        head[name[1]], at = skip_value(text, name.end())
        if not text.startswith(",", at):
            return None
        at += 1
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if at == len(text) or text[at] == '"':
        raise IncompleteError
    return None


def _container(text: str, name: re.Match[str], head: Mapping[str, Any]) -> Container | None:
    """Return a list as one of records; None if not: other objects have such lists, too.

    Args:
        head: the members that precede it.
    """
    start = name.end() + 1
    first = text[start : start + 64].lstrip()[:1]
    if name[1] in {"rows", "Rows"}:
        columns = _columns(head.get("columns") or head.get("Columns"))
        return Container(start, holds_lists=True, columns=columns) if columns else None
    if name[1] == "items":
        version = str(head.get("apiVersion", ""))
        is_list = head.get("kind") == "EventList" or (
            "kind" not in head and version.startswith("audit.k8s.io/")
        )
        return Container(start) if is_list else None
    if "kind" in head or first not in {"{", "[", "]", ""}:
        return None
    return Container(start, holds_lists=first == "[")


def _columns(described: Any) -> tuple[str, ...] | None:
    """Return the names of columns as Log Analytics and Azure Data Explorer describe them."""
    if not isinstance(described, list):
        return None
    names = [
        column.get("name") or column.get("ColumnName") if isinstance(column, dict) else None
        for column in described
    ]
    return tuple(map(str, names)) if all(names) else None
