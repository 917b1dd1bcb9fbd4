"""The sealed files, the place of their manifests, and the existing files."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kubewitness.errors import InputError
from kubewitness.logs.inputs.local_files import SEAL_FOLDER

_MANIFEST: Final = re.compile(r"[0-9]{8}\.json")
_COMPANION: Final = re.compile(r"([0-9]{8})\.(?:sig|tsr)")
PARTIAL: Final = ".partial"
"""The suffix of what is still being written."""


@dataclass
class Listing:
    """The contents of a folder."""

    files: dict[str, Path] = field(default_factory=dict)
    """Regular files by their path below the folder, with slashes."""
    others: dict[str, str] = field(default_factory=dict)
    """Entries that cannot be sealed, with their kind: symbolic links, pipes, names that are not
    text."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Folders that cannot be listed, and why."""


@dataclass(frozen=True)
class SealTarget:
    """A sealed folder or file."""

    root: Path
    """Paths in manifests are relative to it."""
    manifests: Path
    only: str | None = None
    """The name of the file, where a single one is sealed."""

    def listing(self) -> Listing:
        """Return every file that is there now, without the manifests."""
        found = Listing()
        if self.only is not None:
            path = self.root / self.only
            if path.is_file():
                found.files[self.only] = path
            return found
        waiting = [self.root]
        while waiting:
            waiting += self._list_folder(waiting.pop(), found)
        return found

    def _list_folder(self, folder: Path, found: Listing) -> list[Path]:
        """Sort one folder's entries; returns the folders among them."""
        folders = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = folder / entry.name
                    if path == self.manifests:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(path)
                    else:
                        self._sort(entry, path, found)
        except OSError as error:
            found.unreadable[self._name(folder)] = error.strerror or str(error)
        return folders

    def _sort(self, entry: "os.DirEntry[str]", path: Path, found: Listing) -> None:
        name = self._name(path)
        if not _is_text(str(path.relative_to(self.root))):
            found.others[name] = "a name that is not UTF-8"
        elif entry.is_symlink():
            found.others[name] = "a symbolic link"
        elif not entry.is_file(follow_symlinks=False):
            found.others[name] = "no regular file"
        else:
            found.files[name] = path

    def _name(self, path: Path) -> str:
        name = path.relative_to(self.root).as_posix()
        return name if _is_text(name) else os.fsencode(name).decode("utf-8", "backslashreplace")

    def manifest(self, number: int) -> Path:
        """Return the file of a manifest."""
        return self.manifests / f"{number:08}.json"

    def signature(self, number: int) -> Path:
        """Return the file of a manifest's signature."""
        return self.manifests / f"{number:08}.sig"

    def timestamp(self, number: int) -> Path:
        """Return the file of a manifest's time stamp."""
        return self.manifests / f"{number:08}.tsr"

    def numbers(self) -> list[int]:
        """Return the numbers of the manifests that are there, in order."""
        return sorted(int(name[:8]) for name in self._kept() if _MANIFEST.fullmatch(name))

    def companions(self) -> dict[str, int]:
        """Return signatures and time stamps by file name, with the manifest's number."""
        found = ((name, _COMPANION.fullmatch(name)) for name in self._kept())
        return {name: int(match[1]) for name, match in found if match}

    def unknown_files(self) -> list[str]:
        """Return the files among the manifests that do not belong there."""
        known = (_MANIFEST, _COMPANION)
        return [name for name in self._kept() if not any(one.fullmatch(name) for one in known)]

    def _kept(self) -> list[str]:
        try:
            names = sorted(os.listdir(self.manifests))  # noqa: PTH208 names are wanted, not paths
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise InputError(f"{self.manifests}: cannot be read: {error.strerror}") from error
        return [os.fsencode(name).decode("utf-8", "backslashreplace") for name in names]


def find_target(path: Path) -> SealTarget:
    """Return the folder or file that a path names.

    Raises:
        InputError: nothing is there.
    """
    path = path.resolve()
    if path.is_dir():
        return SealTarget(path, path / SEAL_FOLDER)
    target = SealTarget(path.parent, path.with_name(path.name + SEAL_FOLDER), path.name)
    # A file that was dropped is still sealed.
    if not path.is_file() and not target.manifests.is_dir():
        raise InputError(f"{path}: no such file or folder")
    return target


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
