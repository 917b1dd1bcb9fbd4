"""Takes a text apart into records and what stands around them; every byte lands in one piece.

For what the store cannot read line by line: documents over many lines, containers of records,
records side by side, and damage. Damage goes up to the next whole record that is not a part of the
damaged one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from kubewitness.logs.reading.containers import (
    IncompleteError,
    read_member,
    records_begin,
    skip_value,
)
from kubewitness.logs.reading.inner import PREFIX
from kubewitness.logs.reading.lines import LONGEST_LINE
from kubewitness.logs.reading.resumption import Resumption


class PieceKind(StrEnum):
    """What a piece is."""

    RECORD = "record"
    BROKEN = "broken"
    ENVELOPE = "envelope"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that follow each other.

    Attributes:
        kind: a record is one whole JSON object; whether it is of a known format is not said.
        offset: of the first byte in the decoded stream.
        data: the bytes.
    """

    kind: PieceKind
    offset: int
    data: bytes


_BLANK: Final = re.compile(r"[ \t\r\n]+|\xef\xbb\xbf")
_STAMP: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?(?:[ \t][\w./\-\[\]$]+)?[ \t]+(?=\{)"
)
"""What S3 exports and `aws logs tail` write before each line: a time, perhaps a stream."""

_Found = TypeVar("_Found")


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
        self._open: list[str] = []

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
        end = self._around()
        if end is not None:
            return self._take(PieceKind.ENVELOPE, end)
        if self._text[self._at] == "{":
            end = self._record()
            if end is not None:
                return self._take(PieceKind.RECORD, end)
        return self._take(PieceKind.BROKEN, self._resume())

    def _take(self, kind: PieceKind, end: int) -> Piece:
        data = self._text[self._at : end].encode("latin-1")
        piece = Piece(kind, self._offset + self._at, data)
        self._at = end
        return piece

    def _around(self) -> int | None:
        """Return the end of what stands around records here, None if nothing does."""
        character = self._text[self._at]
        if self._open:
            if character == ",":
                return self._at + 1
            if character == self._open[-1]:
                self._open.pop()
                return self._at + 1
            if self._open[-1] == "}" and character == '"':
                return self._member()
        if character == "{":
            return self._head()
        prefix = self._prefix()
        if prefix is None and character == "[":
            self._open.append("]")
            return self._at + 1
        return prefix

    def _prefix(self) -> int | None:
        """Return where a prefix ends: of any kind where a line begins, else a time stamp."""
        begins_line = self._at == 0 or self._text[self._at - 1] == "\n"
        pattern = PREFIX if begins_line and not self._open else _STAMP
        found = pattern.match(self._text, self._at)
        return found.end() if found else None

    def _head(self) -> int | None:
        """Return where the records of a container begin that begins here."""
        end = self._read_on(lambda: records_begin(self._text, self._at))
        if end is not None:
            self._open += ["}", "]"]
        return end

    def _member(self) -> int | None:
        """Return the end of a member that stands behind a container's records.

        Of another list of records it is the place where its first record begins.
        """
        member = self._read_on(lambda: read_member(self._text, self._at))
        if member is None:
            return None
        if member.holds_records:
            self._open.append("]")
        return member.end

    def _record(self) -> int | None:
        return self._read_on(lambda: skip_value(self._text, self._at)[1])

    def _read_on(self, find: Callable[[], _Found]) -> _Found | None:
        """Return what is found, with as much more text as that takes; None if no text helps."""
        while True:
            try:
                return find()
            except IncompleteError:
                if self._holds_a_longest_line() or not self._extend():
                    return None

    def _holds_a_longest_line(self) -> bool:
        """Return whether any record that begins here would end in the text at hand."""
        return len(self._text) - self._at > LONGEST_LINE

    def _resume(self) -> int:
        """Return where reading resumes after damage."""
        while not self._holds_a_longest_line() and self._extend():
            pass
        return self._resumption.after(self._text, self._at, self._open)

    def _extend(self) -> bool:
        more = self._more()
        self._text += more.decode("latin-1")
        return bool(more)

    def _forget(self) -> None:
        """Drop what was taken, once in a while: to copy the rest each time would take too long."""
        if self._at > LONGEST_LINE // 4:
            self._text, self._offset = self._text[self._at :], self._offset + self._at
            self._at = 0
            self._resumption = Resumption()
