"""Hashes of a file's raw bytes, read once and in constant memory."""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

CHUNK: Final = 1 << 20


class ChangedWhileReadError(OSError):
    """The file is not the same any more as when reading began."""

    def __init__(self) -> None:
        super().__init__("it changed while it was read")


@dataclass(frozen=True)
class Digests:
    """The digest of a file."""

    size: int
    """Of the whole file, as reading began."""
    sha256: str
    """Of all bytes that were read."""
    blocks: tuple[str, ...]
    prefixes: dict[int, str]
    """The hash of the first so many bytes, for each number asked for that the file has."""


def read_digests(
    path: Path,
    *,
    block_size: int | None = None,
    prefixes: Collection[int] = (),
    up_to: int | None = None,
) -> Digests:
    """Hash a file.

    Args:
        path: a regular file; a symbolic link is not followed.
        block_size: also hash each block of this size.
        prefixes: also hash the first so many bytes, for each of these numbers.
        up_to: read no further than this.

    Raises:
        OSError: it cannot be read, is not a regular file, or was truncated meanwhile.
    """
    with open_regular(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        end = size if up_to is None else min(size, up_to)
        return _digest(stream, size, end, block_size, frozenset(prefixes))


def read_steady_digests(path: Path, block_size: int, prefixes: Collection[int]) -> Digests:
    """Hash a file that may grow meanwhile, as logs do, but may not change otherwise.

    Raises:
        OSError: as above, or what was read is not there any more.
    """
    before = path.lstat()
    digests = read_digests(path, block_size=block_size, prefixes=prefixes)
    after = path.lstat()
    if _state(before) != _state(after):
        again = read_digests(path, up_to=digests.size)
        if again.size < digests.size or again.sha256 != digests.sha256:
            raise ChangedWhileReadError
    return digests


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; anything else raises OSError."""
    # Without O_NONBLOCK a pipe put in a file's place would stop us for ever.
    extra = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_RDONLY | extra)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "no regular file")
    return os.fdopen(descriptor, "rb")


def _digest(
    stream: BinaryIO, size: int, end: int, block_size: int | None, wanted: frozenset[int]
) -> Digests:
    whole, block = hashlib.sha256(), hashlib.sha256()
    found = {0: whole.hexdigest()} if 0 in wanted else {}
    blocks: list[str] = []
    position = 0
    for step in _steps(end, block_size, wanted):
        chunk = stream.read(step)
        if len(chunk) != step:
            raise ChangedWhileReadError
        position += step
        whole.update(chunk)
        if position in wanted:
            found[position] = whole.hexdigest()
        if block_size is not None:
            block.update(chunk)
            if position % block_size == 0 or position == end:
                blocks.append(block.hexdigest())
                block = hashlib.sha256()
    return Digests(size, whole.hexdigest(), tuple(blocks), found)


def _steps(end: int, block_size: int | None, wanted: frozenset[int]) -> Iterator[int]:
    """Yield how much to read at a time, so that no hash that is wanted is stepped over."""
    stops = iter(sorted({stop for stop in wanted if 0 < stop < end} | {end}))
    position = stop = 0
    while position < end:
        if position == stop:
            stop = next(stops)
        step = min(CHUNK, stop - position)
        if block_size is not None:
            step = min(step, block_size - position % block_size)
        yield step
        position += step
