"""Bytes as stored become bytes as logged: compression, archives and encodings are taken off.

Layers are taken off by content until a log remains. Several files of an archive are read one after
the other. A place in the log is then a place in what remains.
"""

import bz2
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa

from kubewitness.logs.inputs.chunks import Chunks, open_chunks
from kubewitness.logs.inputs.decoding import GZIP, ZSTD, Decoded, Undecodable, Unvouched
from kubewitness.logs.inputs.encodings import utf16, utf_8_chunks
from kubewitness.logs.inputs.limits import LEAST_LIMITED, MOST_EXPANSION
from kubewitness.logs.inputs.parquet import PARQUET, parquet_chunks
from kubewitness.logs.inputs.refused import refusal

_CHUNK: Final = 1 << 20
_HEAD: Final = 1 << 10
MOST_LAYERS: Final = 6

_COMPRESSED: Final[dict[bytes, Callable[[BinaryIO], BinaryIO]]] = {
    b"\xfd7zXZ\x00": lzma.open,  # type: ignore[dict-item] # overloaded
    b"BZh": bz2.open,  # type: ignore[dict-item] # overloaded
}
"""How xz and bzip2 begin, and what opens them."""

_ZIP: Final = b"PK\x03\x04"
_TAR: Final = b"ustar"
_TAR_OFFSET: Final = 257

_DAMAGE: Final = (
    EOFError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    pa.ArrowException,
)
"""The exceptions of the readers of the layers: RuntimeError and NotImplementedError for zip
files that are encrypted or compressed in an unknown way."""


class LayerError(OSError):
    """A layer cannot be taken off, or what is in it is larger than any log."""


class Layers(io.RawIOBase):
    """The log in a stream.

    Attributes:
        decoded: the layers of gzip and zstd, the outermost first.
    """

    def __init__(self, stream: BinaryIO, most_expansion: int = MOST_EXPANSION) -> None:
        self._stored = _Counted(stream)
        self._most_expansion = most_expansion
        self._position = 0
        first = Decoded(self._stored)
        self.decoded = [first]
        self._head = first.head
        self._log: io.BufferedReader | None = None

    def readable(self) -> bool:
        """Return true: it is there to be read."""
        return True

    def head(self, count: int) -> bytes:
        """Return the first bytes as they are stored; to be asked before anything is read."""
        return self._head(count)

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the available bytes; 0 at the end."""
        try:
            if self._log is None:
                self._log = self._open(_buffered(self.decoded[0]))
            count = self._log.readinto(buffer)
        except _DAMAGE as error:
            reason = str(error) or type(error).__name__
            raise LayerError(f"is damaged from here on, or encrypted: {reason}") from error
        self._position += count
        self._require_size()
        return count

    @property
    def undecodable(self) -> list[Undecodable]:
        """Return what could not be decoded so far."""
        return [each for layer in self.decoded for each in layer.undecodable]

    @property
    def unvouched(self) -> list[Unvouched]:
        """Return the bytes without a checksum so far; all of them after another layer."""
        *outer, last = self.decoded
        inside = [each for layer in outer for each in layer.unvouched]
        return [*last.unvouched, *(Unvouched(0, self._position, each.reason) for each in inside)]

    def _open(self, stream: io.BufferedReader) -> io.BufferedReader:
        """Return what remains of a stream without its layers."""
        for _ in range(MOST_LAYERS):
            start = stream.peek(_HEAD)
            if message := refusal(start):
                raise LayerError(message)
            if start.startswith((GZIP, ZSTD)):
                self.decoded.append(Decoded(stream))
                stream = _buffered(self.decoded[-1])
            elif read_layer := self._layer(start):
                stream = _buffered(open_chunks(read_layer(stream)))
            else:
                return stream
        raise LayerError(f"has more than {MOST_LAYERS} layers of compression")

    def _layer(self, start: bytes) -> Callable[[BinaryIO], Chunks] | None:
        for magic, open_compressed in _COMPRESSED.items():
            if start.startswith(magic):
                return lambda stream, opened=open_compressed: _chunks(opened(stream))  # type: ignore[misc] # a default
        if start[_TAR_OFFSET:].startswith(_TAR):
            return self._tar
        if start.startswith(_ZIP):
            return lambda _: self._zip()
        if start.startswith(PARQUET):
            return lambda _: parquet_chunks(self._seekable("Parquet"))
        if encoding := utf16(start):
            return lambda stream: utf_8_chunks(stream, encoding)
        return None

    def _tar(self, stream: BinaryIO) -> Chunks:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and not _is_hidden(member.name):
                    yield from self._member(_buffered(content))

    def _zip(self) -> Chunks:
        with zipfile.ZipFile(self._seekable("zip")) as archive:
            for member in archive.infolist():
                if not member.is_dir() and not _is_hidden(member.filename):
                    with archive.open(member) as content:
                        yield from self._member(_buffered(content))

    def _member(self, content: io.BufferedReader) -> Chunks:
        yield from _chunks(self._open(content))
        yield b"\n"

    def _seekable(self, what: str) -> BinaryIO:
        """Return the stored file, from its beginning."""
        if not self._stored.seekable():
            raise LayerError(f"is {what}, which is read from a local file only; download it first")
        self._stored.seek(0)
        return self._stored

    def _require_size(self) -> None:
        stored = self._stored.count
        if self._position > max(LEAST_LIMITED, stored * self._most_expansion):
            raise LayerError(
                f"expands to more than {self._most_expansion} times its size: {stored:,} bytes "
                f"became {self._position:,}; if it is a log, read it with "
                f"`kubewitness ingest --max-expansion {4 * self._most_expansion}`"
            )


class _Counted(io.BufferedReader):
    """The stored bytes, and how many were read."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(cast("io.RawIOBase", stream))
        self.count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes."""
        data = super().read(size)
        self.count += len(data)
        return data

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer."""
        count = super().readinto(buffer)
        self.count += count
        return count


def _buffered(stream: Any) -> io.BufferedReader:
    """Return a stream of any kind as one that can be looked at before it is read."""
    return io.BufferedReader(stream, _CHUNK)


def _chunks(stream: BinaryIO) -> Chunks:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _is_hidden(name: str) -> bool:
    """Return whether a file of an archive is left out, as in a folder."""
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (part[:1] == "." and part != ".") for part in parts)
