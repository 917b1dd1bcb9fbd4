"""Takes a text apart into records and what stands around them; every byte lands in one piece.

For what the store cannot read line by line: documents over many lines, containers of records,
records side by side, and damage. Damage goes up to the next record that is whole.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from kubewitness.logs.reading.formats import find_format
from kubewitness.logs.reading.lines import LONGEST_LINE

CONTAINERS: Final = ("records", "events", "logEvents", "items", "value")
"""Names under which containers hold records: event hubs, `aws logs`, CloudWatch subscriptions,
`EventList` and the Azure API."""

MOST_TRIED: Final = 64 << 20
"""How many characters within damage are read in search of a whole record, before it goes on to the
next line: each place where one may begin is tried, and a hostile log has many."""


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

_RECORD: Final = re.compile(
    r'\{(?=\s{0,99}")|\d{4}-\d\d-\d\dT[^\s{]{1,40}\s{1,4}(?:[^\s{]{1,200}\s{1,4})?\{"kind":"Event"',
    re.ASCII,
)
_CONTAINER: Final = re.compile(rf'"(?:{"|".join(CONTAINERS)})"\s*:\s*\[', re.ASCII)
_LONGEST_HEAD: Final = 4096
_SPACE: Final = re.compile(r"\s*", re.ASCII)
_NAME: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*:\s*', re.ASCII)
_DECODER: Final = json.JSONDecoder(parse_int=len, parse_float=len)  # the values do not matter


class _IncompleteError(Exception):
    """The text is no JSON here, or ends too early: which of the two, only more text can tell."""


class _Member(NamedTuple):
    """A member of an object: where it ends or, if it is a list of records, where these begin."""

    end: int
    holds_records: bool


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
        self._tried = 0
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
        if character == "[":
            self._open.append("]")
            return self._at + 1
        if character == "{":
            return self._head()
        stamp = _STAMP.match(self._text, self._at)
        return stamp.end() if stamp else None

    def _head(self) -> int | None:
        """Return where the records of a container begin that begins here."""
        end = self._read_on(lambda: _container(self._text, self._at))
        if end is not None:
            self._open += ["}", "]"]
        return end

    def _member(self) -> int | None:
        """Return the end of a member that stands behind a container's records.

        Of another list of records it is the place where its first record begins.
        """
        member = self._read_on(lambda: _member(self._text, self._at))
        if member is None:
            return None
        if member.holds_records:
            self._open.append("]")
        return member.end

    def _record(self) -> int | None:
        return self._read_on(lambda: _skip_value(self._text, self._at)[1])

    def _read_on(self, find: Callable[[], _Found]) -> _Found | None:
        """Return what is found, with as much more text as that takes; None if no text helps."""
        while True:
            try:
                return find()
            except _IncompleteError:
                if self._holds_a_longest_line() or not self._extend():
                    return None

    def _holds_a_longest_line(self) -> bool:
        """Return whether any record that begins here would end in the text at hand."""
        return len(self._text) - self._at > LONGEST_LINE

    def _resume(self) -> int:
        """Return where the next whole record or container begins, after damage."""
        while not self._holds_a_longest_line() and self._extend():
            pass
        for place in _RECORD.finditer(self._text, self._at + 1):
            if self._tried >= MOST_TRIED:
                line = self._text.find("\n", place.start())
                return line if line >= 0 else len(self._text)
            resumes, size = self._resumes(place.start())
            if resumes:
                return place.start()
            self._tried += size
        return len(self._text)

    def _resumes(self, place: int) -> tuple[bool, int]:
        """Return whether a record or container begins at a place, and how much was read for it."""
        if self._text[place] != "{":  # the time stamp before a line
            return True, 0
        if self._is_container(place):
            return True, 0
        self._tried += _LONGEST_HEAD
        try:
            end = _DECODER.raw_decode(self._text, place)[1]
            record = json.loads(self._text[place:end])
        except json.JSONDecodeError as error:
            # To name the line of its error, the decoder also counts all lines before it.
            return False, error.pos - place + error.pos // 16 + 1
        except (ValueError, RecursionError):
            return False, MOST_TRIED // 256
        return find_format(record) is not None, end - place

    def _is_container(self, place: int) -> bool:
        try:
            return _container(self._text, place) is not None
        except _IncompleteError:
            return False

    def _extend(self) -> bool:
        more = self._more()
        self._text += more.decode("latin-1")
        return bool(more)

    def _forget(self) -> None:
        """Drop what was taken, once in a while: to copy the rest each time would take too long."""
        if self._at > LONGEST_LINE // 4:
            self._text, self._offset = self._text[self._at :], self._offset + self._at
            self._at = 0
            self._tried = 0


def _skip_value(text: str, position: int) -> tuple[Any, int]:
    """Return a JSON value and where it ends.

    Raises:
        _IncompleteError: none could be read.
    """
    try:
        return _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        raise _IncompleteError from None


def _member(text: str, position: int) -> _Member:
    """Return the member of a container that begins at a position.

    Raises:
        _IncompleteError: none could be read.
    """
    name = _NAME.match(text, position)
    if name is None:
        raise _IncompleteError
    if name[1] in CONTAINERS and text[name.end() : name.end() + 1] == "[":
        return _Member(name.end() + 1, holds_records=True)
    return _Member(_skip_value(text, name.end())[1], holds_records=False)


def _container(text: str, position: int) -> int | None:
    """Return where the first record of a container begins; None if the object is none.

    Raises:
        _IncompleteError: the text ends, or is damaged, before that shows.
    """
    if _CONTAINER.search(text, position, position + _LONGEST_HEAD) is None:
        if len(text) - position < _LONGEST_HEAD:
            raise _IncompleteError
        return None
    at = position + 1
    kind = None
    while name := _NAME.match(text, at):
        if text[name.end() : name.end() + 1] == "[" and name[1] in CONTAINERS:
            return name.end() + 1 if _holds_records(text, name, kind) else None
        value, at = _skip_value(text, name.end())
        kind = value if name[1] == "kind" else kind
        if not text.startswith(",", at):
            return None
        at += 1
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if at == len(text) or text[at] == '"':
        raise _IncompleteError
    return None


def _holds_records(text: str, name: re.Match[str], kind: Any) -> bool:
    """Return whether a list is one of records: other objects have lists of these names, too."""
    if name[1] == "items":
        return bool(kind == "EventList")
    first = text[name.end() + 1 : name.end() + 64].lstrip()[:1]
    holds: bool = kind is None and first in {"{", "]", ""}
    return holds
