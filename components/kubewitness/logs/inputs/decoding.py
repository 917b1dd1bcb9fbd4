"""Bytes as stored become bytes as logged: plain, gzip or zstd, in any number of members.

Content without a valid checksum is reported: a truncated member, or one with a wrong checksum, may
have been changed anywhere. Data that cannot be decoded is skipped up to the next member.
"""

import hashlib
import io
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

READ_BYTES: Final = 1 << 20
FED_BYTES: Final = 512
"""The input of a decoder at a time: when it fails, the output of this input is lost."""
MOST_OUTPUT_BYTES: Final = 1 << 22

GZIP: Final = b"\x1f\x8b\x08"
ZSTD: Final = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Unvouched:
    """Decoded bytes that no checksum authenticates, from `start` up to `end`, and the reason.

    Where both are the same, bytes are missing at that place.
    """

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Undecodable:
    """Stored bytes, from `start` on, that could not be decoded.

    Attributes:
        start: offset in the file as it is stored.
        length: how many.
        sha256: of them, in hexadecimal.
        reason: why.
    """

    start: int
    length: int
    sha256: str
    reason: str


class Decoded(io.RawIOBase):
    """The decoded bytes of a stream.

    Attributes:
        unvouched: found so far.
        undecodable: found so far.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stored = _Stored(stream)
        self._new = _decoder(self._stored.peek(4))
        self._member: Any = None
        self._member_start = 0
        self._position = 0
        self._ready = b""
        self.unvouched: list[Unvouched] = []
        self.undecodable: list[Undecodable] = []

    def readable(self) -> bool:
        """Return true: it is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the available bytes; 0 at the end."""
        if self._new is None:
            return self._stored.readinto(buffer)
        while not self._ready:
            data = self._decode()
            if data is None:
                return 0
            self._ready = data
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        self._position += count
        return count

    def head(self, count: int) -> bytes:
        """Return the first bytes as they are stored; to be asked before anything is read."""
        return self._stored.peek(count)

    def _decode(self) -> bytes | None:
        """Return the next decoded bytes, perhaps none; None at the end."""
        if self._member is None and not self._begin_member():
            return None
        data = self._stored.take(FED_BYTES) if _needs_input(self._member) else b""
        if not data and _needs_input(self._member):
            self._end_member("is truncated, so that its checksum is missing")
            return b""
        try:
            decoded: bytes = _decompress(self._member, data)
        except (zlib.error, zstd.ZstdError):
            self._end_member("is damaged: its checksum does not match")
            self._stored.give_back(data)
            self._skip("is damaged from here on")
            return b""
        if self._member.eof:
            self._stored.give_back(self._member.unused_data)
            self._member = None
        return decoded

    def _begin_member(self) -> bool:
        head = self._stored.peek(4)
        if not head:
            return False
        if not head.startswith((GZIP, ZSTD)):
            self._skip("is not a gzip or zstd member")
            if not self._stored.peek(1):
                return False
        self._new = _decoder(self._stored.peek(4))
        assert self._new is not None  # noqa: S101 `_skip` stops nowhere else
        self._member = self._new()
        self._member_start = self._position
        return True

    def _end_member(self, reason: str) -> None:
        self._member = None
        if self._position == self._member_start:
            nothing = hashlib.sha256().hexdigest()
            self.undecodable.append(Undecodable(self._stored.position, 0, nothing, reason))
        else:
            self.unvouched.append(
                Unvouched(self._member_start, self._position, f"its member {reason}")
            )

    def _skip(self, reason: str) -> None:
        """Skip bytes that are not a member, up to the next possible one."""
        start, digest, length = self._stored.position, hashlib.sha256(), 0
        while block := self._stored.take_until((GZIP, ZSTD), at_least=0 if length else 1):
            digest.update(block)
            length += len(block)
        self.undecodable.append(Undecodable(start, length, digest.hexdigest(), reason))
        # A record that begins before the gap and ends after it was never one record.
        gap = "goes on where bytes are missing"
        self.unvouched.append(Unvouched(self._position, self._position, gap))


class _Stored:
    """A stream from which bytes can be looked at before they are taken, and given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._block = b""
        self._taken = 0
        self.position = 0

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them, fewer than `count` only at the end."""
        while len(self._block) - self._taken < count and (more := self._stream.read(READ_BYTES)):
            self._block, self._taken = self._block[self._taken :] + more, 0
        return self._block[self._taken : self._taken + count]

    def take(self, count: int) -> bytes:
        taken = self.peek(count)
        self._taken += len(taken)
        self.position += len(taken)
        return taken

    def give_back(self, unused: bytes) -> None:
        self._block, self._taken = unused + self._block[self._taken :], 0
        self.position -= len(unused)

    def readinto(self, buffer: Any) -> int:
        if ahead := self.take(min(len(buffer), len(self._block) - self._taken)):
            buffer[: len(ahead)] = ahead
            return len(ahead)
        if isinstance(self._stream, io.BufferedIOBase | io.RawIOBase):
            return self._stream.readinto(buffer) or 0
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def take_until(self, marks: tuple[bytes, ...], *, at_least: int) -> bytes:
        """Take what precedes the next of the marks, in pieces; nothing before a mark or the end."""
        ahead = self.peek(READ_BYTES)
        found = [place for mark in marks if (place := ahead.find(mark, at_least)) >= 0]
        # A mark may begin in the last bytes and go on in what is not read yet.
        safe = len(ahead) if len(ahead) < READ_BYTES else len(ahead) - max(map(len, marks))
        return self.take(min(found, default=safe))


def _decoder(head: bytes) -> Callable[[], Any] | None:
    if head.startswith(GZIP):
        return lambda: zlib.decompressobj(wbits=31)
    return zstd.ZstdDecompressor if head.startswith(ZSTD) else None


def _needs_input(member: Any) -> bool:
    if isinstance(member, zstd.ZstdDecompressor):
        return member.needs_input
    return not member.unconsumed_tail


def _decompress(member: Any, data: bytes) -> bytes:
    if isinstance(member, zstd.ZstdDecompressor):
        return member.decompress(data, MOST_OUTPUT_BYTES)
    decoded: bytes = member.decompress(data or member.unconsumed_tail, MOST_OUTPUT_BYTES)
    return decoded
