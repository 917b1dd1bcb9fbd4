"""Splits a stream into lines without copying them: a block of bytes, and where its lines begin."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kubewitness.logs.store.statements import EVENT_PREFIX, RECORD_MARKER

BLOCK_BYTES: Final = 8 << 20
LONGEST_LINE: Final = 16 << 20
"""A longer line is quarantined: no log of kube-apiserver has one, whose requests end at 3 MiB."""

SHORTEST_ROW: Final = len('{"log_s":""}')
"""No shorter line yields a row."""

NEWLINE: Final = 10
CARRIAGE_RETURN: Final = 13

_IS_SPACE: Final = np.zeros(256, np.bool_)
_IS_SPACE[list(b" \t\r\n")] = True

_EVENT_BEGINS: Final = EVENT_PREFIX.encode()

# So many at once stay in the processor's cache: three times as fast as the block in one piece.
_SCANNED_BYTES: Final = 1 << 18

LINES_SCHEMA: Final = pa.schema(
    [
        ("line", pa.string()),
        ("file", pa.int32()),
        ("byte", pa.int64()),
        ("length", pa.int32()),
        ("doubtful", pa.bool_()),
    ]
)
"""Lines on their way into the store: `byte` is the offset of the first in the decoded file."""


class Source(Protocol):
    """Where decoded bytes are read from."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill the buffer, or a part of it; 0 at the end."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer at the end."""


Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Some whole lines that follow each other.

    Attributes:
        data: their bytes.
        starts: where in `data` each begins.
        ends: where its content ends: before the line break.
        is_short: which are too short for a row; such that follow each other count as one line.
        offset: of `data` in the decoded stream.
        size: how many bytes of `data` they are, line breaks included.
        ended: whether the last one has its line break.
    """

    data: bytearray
    starts: Integers
    ends: Integers
    is_short: Mask
    offset: int
    size: int
    ended: bool = True

    def line(self, index: int) -> bytes:
        """Return the content of a line."""
        return bytes(self.data[self.starts[index] : self.ends[index]])

    def bytes_between(self, start: int, end: int) -> bytes:
        """Return a part of the bytes."""
        return bytes(self.data[start:end])

    def candidates(self) -> Mask:
        """Return for each line whether the store may be able to read it as it is."""
        begins = self._events
        if self._has_records:
            begins = begins | self._objects
        fits = self.ends - self.starts <= LONGEST_LINE
        found: Mask = begins & fits & ~self.is_short & self._are_utf8()
        return found

    def batch(self, file: int, chosen: Mask) -> pa.RecordBatch:
        """Return the chosen lines as the store reads them."""
        starts, ends = self.starts[chosen], self.ends[chosen]
        text = self._text()
        lengths = ends - starts
        return pa.record_batch(
            [
                text if chosen.all() else text.filter(pa.array(chosen)),
                pa.array(np.full(len(starts), file, np.int32)),
                pa.array(starts + self.offset),
                pa.array(lengths.astype(np.int32)),
                pa.array(np.full(len(starts), self._is_doubtful())),
            ],
            schema=LINES_SCHEMA,
        )

    def raw(self, chosen: Mask) -> pa.Array:
        """Return the bytes of the chosen lines, with their breaks."""
        text = self._text()
        binary = pa.Array.from_buffers(pa.binary(), len(text), text.buffers())
        return binary.filter(pa.array(chosen))

    def are_blank(self) -> Mask:
        """Return for each line whether it has nothing but space."""
        blank: Mask = np.logical_and.reduceat(_IS_SPACE[self._bytes()], self.starts)
        return blank

    def _text(self) -> pa.Array:
        """Return the lines with their breaks, not copied."""
        bounds = np.empty(len(self.starts) + 1, np.int32)
        bounds[:-1], bounds[-1] = self.starts, self.size
        buffers = [None, pa.py_buffer(bounds), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(pa.string(), len(self.starts), buffers)

    def _begin(self, prefix: bytes) -> Mask:
        window = np.frombuffer(prefix, np.uint8)
        found = self.ends - self.starts >= len(prefix)
        places = self.starts[found][:, None] + np.arange(len(prefix))
        found[found] = (self._bytes()[places] == window).all(axis=1)
        return found

    def _are_utf8(self) -> Mask:
        """Return for each line whether it is UTF-8; a check for ASCII is fast."""
        try:
            if not self.data.isascii():
                self._text().validate(full=True)
        except pa.ArrowInvalid:
            return np.array([_is_utf8(self.line(i)) for i in range(len(self.starts))], np.bool_)
        return np.ones(len(self.starts), np.bool_)

    def _is_doubtful(self) -> bool:
        """Return whether readers may find different events in a record."""
        if not self._has_records:
            return False
        # Within the event, which is a string there, each quote is escaped.
        records = int((self._objects & ~self._events).sum())
        return self.data.count(b'"log":', 0, self.size) > records

    @cached_property
    def _events(self) -> Mask:
        """Return for each line whether it begins as an event does."""
        return self._begin(_EVENT_BEGINS)

    @cached_property
    def _objects(self) -> Mask:
        """Return for each line whether it begins as an object."""
        return self._begin(b"{")

    @cached_property
    def _has_records(self) -> bool:
        """Return whether there may be records that Azure exports, by the marker in each."""
        if self._events.all():
            return False
        return self.data.find(RECORD_MARKER.encode(), 0, self.size) >= 0

    def _bytes(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8, self.size)


@dataclass(frozen=True)
class TooLong:
    """A line of more than `LONGEST_LINE` bytes, passed over: its place, and the hash of it."""

    offset: int
    length: int
    sha256: str


def read_lines(source: Source, offset: int = 0) -> Iterator[Lines | TooLong]:
    """Yield all lines of a stream in blocks.

    Args:
        offset: of its first byte in the decoded file.
    """
    rest = b""
    while True:
        data = bytearray(len(rest) + BLOCK_BYTES)
        data[: len(rest)] = rest
        end = len(rest) + _fill(source, memoryview(data)[len(rest) :])
        if end == len(rest):
            break
        size = data.rfind(b"\n", len(rest), end) + 1
        if size:
            yield _lines(data, size, offset)
            offset += size
        rest = bytes(memoryview(data)[size:end])
        if len(rest) > LONGEST_LINE:
            skipped, rest = _skip(source, rest, offset)
            yield skipped
            offset += skipped.length
    if rest:
        yield _lines(bytearray(rest), len(rest), offset, ended=False)


def _lines(data: bytearray, size: int, offset: int, *, ended: bool = True) -> Lines:
    bytes_ = np.frombuffer(data, np.uint8, size)
    found = [
        np.flatnonzero(bytes_[start : start + _SCANNED_BYTES] == NEWLINE) + start
        for start in range(0, size, _SCANNED_BYTES)
    ]
    breaks = np.concatenate([*found, [size]]) if not ended else np.concatenate(found)
    is_short = np.diff(breaks, prepend=-1) <= SHORTEST_ROW
    if is_short.any():
        # Short lines that follow each other end at the last of them.
        ends_here = ~(is_short & np.append(is_short[1:], False))
        breaks, is_short = breaks[ends_here], is_short[ends_here]
    starts = np.empty(len(breaks), np.int64)
    starts[0], starts[1:] = 0, breaks[:-1] + 1
    before = bytes_[np.maximum(breaks - 1, 0)]
    ends = breaks - ((before == CARRIAGE_RETURN) & (breaks > starts))
    return Lines(data, starts, ends.astype(np.int64), is_short, offset, size, ended)


def _skip(source: Source, begun: bytes, offset: int) -> tuple[TooLong, bytes]:
    """Read to the end of a line, and return what it was and what of the next was read already."""
    digest, length = hashlib.sha256(begun), len(begun)
    block = bytearray(BLOCK_BYTES)
    while count := _fill(source, memoryview(block)):
        end = block.find(b"\n", 0, count)
        if end >= 0:
            digest.update(block[:end])
            return TooLong(offset, length + end, digest.hexdigest()), bytes(block[end:count])
        digest.update(memoryview(block)[:count])
        length += count
    return TooLong(offset, length, digest.hexdigest()), b""


def _fill(source: Source, view: memoryview) -> int:
    """Read until the view is full or the source ends; a decoder hands out little at a time."""
    filled = 0
    while filled < len(view) and (count := source.readinto(view[filled:])):
        filled += count
    return filled


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
