"""Log files on this machine: one by its name, all of a folder, or what a glob matches."""

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from kubewitness.errors import InputError

SEAL_FOLDER: Final = ".kubewitness-seal"
"""The folder of the manifests in a sealed folder. The manifests of a file are next to it, in a
folder with the file's name and this suffix. The contents of a seal are not read as logs."""


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine; implements `kubewitness.logs.inputs.find.LogFile`.

    Attributes:
        name: its absolute path, links resolved.
        size: its bytes, None where it is a pipe or a device.
        path: the same path, to open; a name is text even where the path is not.
    """

    name: str
    size: int | None
    path: Path = field(repr=False)

    def open(self) -> BinaryIO:
        """Open the bytes as stored.

        Raises:
            InputError: it cannot be opened any more.
        """
        try:
            return self.path.open("rb")
        except OSError as error:
            raise InputError(_unreadable(self.path, error)) from error


def find_local_files(word: str) -> list[LocalFile]:
    """Return the files that a word matches, by their paths; see `find_log_files`.

    Raises:
        InputError: with every file and folder that cannot be read.
    """
    search = _Search()
    for path in _paths(word, search):
        search.add(path)
    if search.faults:
        raise InputError(*search.faults)
    return search.found


def _paths(word: str, search: "_Search") -> list[Path]:
    """Return what has exactly this name, else what the name matches as a pattern."""
    if not _is_missing(word):
        return [Path(word)]
    if not glob.has_magic(word):
        return []
    for above in PurePath(word).parents:
        if glob.has_magic(str(above)):
            search.refuse_unreadable(_glob(f"{above}/"))
    return [Path(path) for path in _glob(word)]


def _is_seal(name: str) -> bool:
    return name.endswith(SEAL_FOLDER)


def _is_missing(word: str) -> bool:
    """Return whether nothing is there; not so if it cannot be looked at, a fault of its own."""
    try:
        os.lstat(word)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError:
        return False
    return False


def _glob(pattern: str) -> list[str]:
    # `Path.glob` would match hidden files, too, and not follow links.
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207


class _Search:
    """Files found so far, and every fault met on the way."""

    def __init__(self) -> None:
        self.found: list[LocalFile] = []
        self.faults: list[str] = []
        self._folders: set[str] = set()

    def add(self, path: Path) -> None:
        """Add a file, or everything in a folder."""
        if any(map(_is_seal, Path(os.path.abspath(path)).parts)):  # noqa: PTH100 keeps links as named
            return
        if os.path.isdir(path):  # noqa: PTH112 `Path.is_dir` raises where it cannot look
            for file in self._files_below(path):
                self._add_file(file)
        else:
            self._add_file(path)

    def refuse_unreadable(self, folders: list[str]) -> None:
        """Note folders that cannot be listed: `glob` passes over them without a word."""
        for folder in folders:
            if not os.access(folder, os.R_OK | os.X_OK):
                self.faults.append(f"{folder}: cannot be read; allow it, or choose another pattern")

    def _files_below(self, folder: Path) -> Iterator[Path]:
        resolved = os.path.realpath(folder)
        if resolved in self._folders:  # a link back to where we have been
            return
        self._folders.add(resolved)
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            self.faults.append(_unreadable(folder, error))
            return
        for entry in entries:
            is_hidden = entry.name.startswith(".") or _is_seal(entry.name)
            mode = 0 if is_hidden else self._mode(entry)
            if stat.S_ISDIR(mode):
                yield from self._files_below(entry)
            elif stat.S_ISREG(mode):
                yield entry

    def _mode(self, path: Path) -> int:
        try:
            return path.stat().st_mode
        except OSError as error:  # a broken link, for instance
            self.faults.append(_unreadable(path, error))
            return 0

    def _add_file(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError as error:
            self.faults.append(_unreadable(path, error))
            return
        if not os.access(path, os.R_OK):
            self.faults.append(f"{path}: cannot be read; allow it to be read by you")
        elif stat.S_ISREG(status.st_mode):
            resolved = Path(os.path.realpath(path))
            self.found.append(LocalFile(_as_text(resolved), status.st_size, resolved))
        else:
            # The target of /dev/fd/63 has no path that could be opened.
            self.found.append(LocalFile(_as_text(path.absolute()), None, path.absolute()))


def _as_text(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _unreadable(path: Path, error: OSError) -> str:
    return f"{_as_text(path)}: cannot be read: {error.strerror}; fix it, or leave it out"
