"""Finds the line of the user's program that a resource comes from."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from kubewitness.graph.resources import Resource
from kubewitness.source_position import SourcePosition

_LIBRARIES: Final = frozenset({"site-packages", "dist-packages", "node_modules"})
_STANDARD_LIBRARY: Final = re.compile(r"(?:^|/)lib/(?:python|pypy)3\.\d+/", re.IGNORECASE)
"""A path below a virtual environment in the project's folder."""


_FILE_AND_LINE: Final = re.compile(r"(?P<file>[^\n]+?):(?P<line>[1-9]\d*):")


@dataclass(frozen=True)
class Frame:
    """A frame of a program's stack, as an SDK and the engine name it.

    Attributes:
        uri: `file:///PATH`, or `project:///PATH` below the project's folder.
        line: counted from 1.
        column: counted from 1; 0 where it is not known.
    """

    uri: str
    line: int
    column: int = 0


class ProgramFiles:
    """The files of one program, as reports name them.

    Args:
        project_file: the `Pulumi.yaml`.
        program: the folder or file that is run, which may be outside the project's folder.
    """

    def __init__(self, project_file: Path, program: Path | None = None) -> None:
        self._project = project_file.resolve().parent
        main = program.resolve() if program else self._project
        self._folders = (self._project, main.parent if main.is_file() else main)
        self._root = report_root(self._project)
        self.project_file = SourcePosition(self._named(project_file.resolve()))
        self._own = lru_cache(maxsize=None)(self._own_file)

    def innermost(self, frames: Iterable[Frame]) -> SourcePosition | None:
        """Return the first frame in the program itself, not in a library that it uses.

        Args:
            frames: the innermost first.
        """
        for frame in frames:
            file = self._own(frame.uri)
            if file is not None and frame.line > 0:
                return SourcePosition(file, frame.line, max(frame.column, 0))
        return None

    def _own_file(self, uri: str) -> str | None:
        """Return the name of a file of the program, and None for any other."""
        file = self._path(uri)
        folder = next((one for one in self._folders if file and file.is_relative_to(one)), None)
        if file is None or folder is None or _is_library(file.relative_to(folder)):
            return None
        return self._named(file)

    def _path(self, uri: str) -> Path | None:
        try:
            parts = urlsplit(uri)
            path = unquote(parts.path)
            if parts.scheme == "project":
                return (self._project / path.lstrip("/")).resolve()
            return Path(path).resolve() if parts.scheme == "file" and path else None
        except (OSError, ValueError):  # a program may send anything
            return None

    def _named(self, file: Path) -> str:
        return Path(os.path.relpath(file, self._root)).as_posix()


def fault_position(fault: str) -> SourcePosition | None:
    """Return the line that an error names at its beginning, as all our errors about files do."""
    found = _FILE_AND_LINE.match(fault)
    file = Path(found["file"]) if found else None
    if found is None or file is None or not file.is_file():
        return None
    named = Path(os.path.relpath(file.resolve(), report_root(file.parent))).as_posix()
    return SourcePosition(named, int(found["line"]))


def report_root(folder: Path) -> Path:
    """Return the folder that reports name files from: the root of the repository.

    Outside a repository it is the current directory where that is above, else the folder itself.
    """
    whole = folder.resolve()
    repository = next((one for one in (whole, *whole.parents) if (one / ".git").exists()), None)
    here = Path.cwd()
    return repository or (here if whole.is_relative_to(here) else whole)


def _is_library(file: Path) -> bool:
    return not _LIBRARIES.isdisjoint(file.parts) or bool(_STANDARD_LIBRARY.search(file.as_posix()))


def with_positions(
    resources: Iterable[Resource], positions: Mapping[str, SourcePosition | None]
) -> tuple[Resource, ...]:
    """Return the resources with their positions; one without takes its parent's.

    Args:
        resources: of one source.
        positions: by URN.
    """
    listed = tuple(resources)
    parents = {one.urn: one.parent for one in listed}
    return tuple(replace(one, position=_nearest(one.urn, positions, parents)) for one in listed)


def _nearest(
    urn: str, positions: Mapping[str, SourcePosition | None], parents: Mapping[str, str]
) -> SourcePosition | None:
    seen: set[str] = set()  # a state that is not well-formed may name a resource its own parent
    while urn and urn not in seen:
        found = positions.get(urn)
        if found is not None:
            return found
        seen.add(urn)
        urn = parents.get(urn, "")
    return None
