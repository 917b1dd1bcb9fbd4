"""Bytes that arrive in chunks, as a stream that can be read like a file."""

import io
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Chunks = Generator[bytes, None, None]

_BUFFER_SIZE: Final = 1 << 18


@dataclass(frozen=True)
class ChunkedFile:
    """A log file whose bytes come in chunks; implements `kubewitness.logs.inputs.find.LogFile`.

    Attributes:
        name: what the file is called, such as `s3://bucket/key`.
        size: bytes as stored, None where unknown.
        chunks: begins to fetch the bytes; memory holds one chunk at a time.
    """

    name: str
    size: int | None
    chunks: Callable[[], Chunks] = field(repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Open the bytes as stored; what cannot be fetched raises InputError when it is read."""
        return open_chunks(self.chunks())


def open_chunks(chunks: Chunks) -> BinaryIO:
    """Return a buffered binary stream of the chunks; closing it closes the generator."""
    return io.BufferedReader(_ChunkStream(chunks), _BUFFER_SIZE)


class _ChunkStream(io.RawIOBase):
    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        self._chunks.close()
        super().close()
