"""Splits a text into records and the text around them; every byte belongs to one piece.

For what the store cannot read line by line: documents over many lines, containers of records,
records side by side, and damage. Damage goes up to the next whole record that is not a part of the
damaged one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from kubewitness.logs.reading.containers import (
    Container,
    IncompleteError,
    InvalidError,
    Member,
    read_member,
    records_begin,
    skip_value,
)
from kubewitness.logs.reading.inner import PREFIX
from kubewitness.logs.reading.lines import LONGEST_LINE
from kubewitness.logs.reading.marks import next_mark
from kubewitness.logs.reading.resumption import Resumption


class PieceKind(StrEnum):
    """The kind of a piece."""

    RECORD = "record"
    BROKEN = "broken"
    ENVELOPE = "envelope"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that follow each other.

    Attributes:
        kind: a record is one complete JSON object, of a known format or not.
        offset: of the first byte in the decoded stream.
        data: the bytes.
        columns: of the table of which it is a row; then it is a list.
        record: what it holds, if it is not JSON.
    """

    kind: PieceKind
    offset: int
    data: bytes
    columns: tuple[str, ...] | None = None
    record: Mapping[str, Any] | None = None


_BLANK: Final = re.compile(r"[ \t\r\n]+|\xef\xbb\xbf")
_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?(?:[ \t][\w./\-\[\]$]+)?\s+(?=\{\s*\")"
)
"""The prefix that S3 exports and `aws logs tail` write before each record: a time, perhaps a
stream."""

_Found = TypeVar("_Found")

_MOST_OPEN: Final = 16
"""How deeply lists of records may be nested."""

_LEAST_UNMARKED: Final = 4096
"""How many characters without a mark make it worth to pass over small records together."""


def _small_values(depth: int) -> str:
    """Return the regular expression of values that are nested no deeper, and what separates them.

    It is atomic, so that it takes no longer than the text is long.
    """
    flat = r'(?:[^][{}"\\]++|"[^"\\]*+")'
    if depth == 0:
        return f"{flat}*+"
    inner = _small_values(depth - 1)
    return rf"(?:{flat}|\{{{inner}\}}|\[{inner}\])*+"


_SMALL_VALUES: Final = re.compile(_small_values(3))


class _Open(NamedTuple):
    """A list or an object that holds records: how it is closed, and which lists are its records."""

    closing: str
    container: Container | None = None


class Pieces:
    """The pieces of a text, or of a stream that hands out more of it.

    The text is Latin-1, so that a place in it is a place in the bytes.
    """

    def __init__(self, data: bytes, offset: int, more: Callable[[], bytes] = lambda: b"") -> None:
        self._text = data.decode("latin-1")
        self._offset = offset
        self._more = more
        self._at = 0
        self._resumption = Resumption()
        self._open: list[_Open] = []
        self._mark = -1

    def __iter__(self) -> Iterator[Piece]:
        """Yield all pieces, in order and without gaps."""
        while self._at < len(self._text) or self._extend():
            yield self._next()
            self._forget()
        if self._open:
            yield Piece(PieceKind.BROKEN, self._offset + self._at, b"")

    def _next(self) -> Piece:
        if blank := _BLANK.match(self._text, self._at):
            return self._take(PieceKind.BLANK, blank.end())
        if member := self._member():
            kind = PieceKind.BROKEN if member.is_error else PieceKind.ENVELOPE
            return self._take(kind, member.end)
        for kind, find in (
            (PieceKind.BROKEN, self._unmarked_list),
            (PieceKind.ENVELOPE, self._around),
            (PieceKind.BROKEN, self._unmarked),
            (PieceKind.RECORD, self._record),
        ):
            end = find()
            if end is not None:
                return self._take(kind, end)
        return self._take(PieceKind.BROKEN, self._resume())

    def _in_table(self) -> bool:
        """Return whether the records here are lists of cells."""
        container = self._open[-1].container if self._open else None
        return container is not None and container.holds_lists

    def _take(self, kind: PieceKind, end: int) -> Piece:
        data = self._text[self._at : end].encode("latin-1")
        container = self._open[-1].container if self._open else None
        columns = container.columns if container and kind is PieceKind.RECORD else None
        piece = Piece(kind, self._offset + self._at, data, columns)
        self._at = end
        return piece

    def _around(self) -> int | None:
        """Return the end of the text around records here, None if there is none."""
        character = self._text[self._at]
        if self._open:
            if character == ",":
                return self._at + 1
            if character == self._open[-1].closing:
                self._open.pop()
                return self._at + 1
        if character == "{":
            return self._head()
        prefix = self._prefix()
        is_list = character == "[" and not self._in_table() and len(self._open) < _MOST_OPEN
        if prefix is None and is_list:
            self._open.append(_Open("]"))
            return self._at + 1
        return prefix

    def _prefix(self) -> int | None:
        """Return where a prefix ends: of any kind where a line begins, else a time stamp."""
        begins_line = self._at == 0 or self._text[self._at - 1] == "\n"
        found = _STAMP.match(self._text, self._at)
        if found is None and begins_line and not self._open:
            found = PREFIX.match(self._text, self._at)
        return found.end() if found else None

    def _head(self) -> int | None:
        """Return where the records of a container begin that begins here."""
        container = self._read_on(lambda: records_begin(self._text, self._at))
        if container is None:
            return None
        self._open += [_Open("}"), _Open("]", container)]
        return container.start

    def _member(self) -> Member | None:
        """Return a member that follows a container's records, None if there is none."""
        is_member = self._open and self._open[-1].closing == "}" and self._text[self._at] == '"'
        if not is_member:
            return None
        member = self._read_on(lambda: read_member(self._text, self._at))
        if member is not None and member.container is not None:
            self._open.append(_Open("]", member.container))
        return member

    def _record(self) -> int | None:
        if self._text[self._at] != ("[" if self._in_table() else "{"):
            return None
        return self._read_on(lambda: skip_value(self._text, self._at)[1])

    def _read_on(self, find: Callable[[], _Found]) -> _Found | None:
        """Return what is found, with as much more text as that takes; None if no text helps."""
        while True:
            try:
                return find()
            except InvalidError:
                return None
            except IncompleteError:
                if self._holds_a_longest_line() or not self._extend():
                    return None

    def _holds_a_longest_line(self) -> bool:
        """Return whether any record that begins here would end in the available text."""
        return len(self._text) - self._at > LONGEST_LINE

    def _unmarked_list(self) -> int | None:
        """Return the same within a list, where each list would be opened."""
        return self._unmarked() if self._open and self._text[self._at] == "[" else None

    def _unmarked(self) -> int | None:
        """Return the end of small records of which none has a mark; None if there are none."""
        mark = self._next_mark()
        if mark - self._at < _LEAST_UNMARKED or self._text[self._at] not in "{[":
            return None
        found = _SMALL_VALUES.match(self._text, self._at, mark)
        return found.end() if found and found.end() > self._at else None

    def _next_mark(self) -> int:
        """Return where the next mark is, the end of the text if there is none."""
        if self._mark < self._at:
            self._mark = next_mark(self._text, self._at)
        return self._mark

    def _resume(self) -> int:
        """Return where reading resumes after damage."""
        while not self._holds_a_longest_line() and self._extend():
            pass
        if self._next_mark() == len(self._text):
            return len(self._text)
        closing = [each.closing for each in self._open]
        return self._resumption.after(self._text, self._at, closing)

    def _extend(self) -> bool:
        more = self._more()
        if self._mark == len(self._text):
            self._mark = -1
        self._text += more.decode("latin-1")
        return bool(more)

    def _forget(self) -> None:
        """Drop what was taken, once in a while: to copy the rest each time would take too long."""
        if self._at > LONGEST_LINE // 4:
            self._text, self._offset = self._text[self._at :], self._offset + self._at
            self._at, self._mark = 0, -1
            self._resumption = Resumption()
