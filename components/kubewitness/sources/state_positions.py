"""Finds the program that a state was made by, and the lines that its resources come from."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kubewitness.documents.reader import read_yaml
from kubewitness.errors import InputError
from kubewitness.graph.resources import Resource
from kubewitness.source_position import SourcePosition
from kubewitness.sources.positions import Frame, ProgramFiles, report_root, with_positions
from kubewitness.sources.program.project import project_file


def with_program_positions(
    state: Path, project: str, listed: Sequence[Mapping[str, Any]], resources: Sequence[Resource]
) -> tuple[tuple[Resource, ...], SourcePosition]:
    """Return the resources with their positions, and what has no position of its own.

    A state names files from the project's folder. It is looked for by the project's name from the
    state's folder and from the current one upwards.

    Args:
        state: the exported file.
        project: the project's name.
        listed: the state's resources as they are written there.
        resources: the same ones as they were read.
    """
    found = _find_project(state, project)
    files = ProgramFiles(found or state)
    positions = {one["urn"]: files.innermost(_frames(one)) for one in listed}
    return with_positions(resources, positions), files.project_file


def _find_project(state: Path, project: str) -> Path | None:
    for start in (state.resolve().parent, Path.cwd()):
        root = report_root(start)
        for folder in (start, *start.parents):
            file = project_file(folder)
            if file is not None and _name(file) == project:
                return file
            if folder == root:
                break
    return None


def _name(file: Path) -> str:
    try:
        return str(read_yaml(file).mapping().get("name"))
    except InputError:
        return ""


def _frames(item: Mapping[str, Any]) -> Iterator[Frame]:
    """Yield the stack at the registration, then the innermost frame, which may be alone."""
    stack = item.get("stackTrace")
    for one in stack if isinstance(stack, list) else ():
        yield from _frame(one.get("sourcePosition") if isinstance(one, Mapping) else None)
    yield from _frame(item.get("sourcePosition"))


def _frame(text: Any) -> Iterator[Frame]:
    """Yield what `project:///FILE#LINE` or `project:///FILE#LINE,COLUMN` names."""
    uri, _, where = text.partition("#") if isinstance(text, str) else ("", "", "")
    line, _, column = where.partition(",")
    if line.isdecimal():
        yield Frame(uri, int(line), int(column) if column.isdecimal() else 0)
