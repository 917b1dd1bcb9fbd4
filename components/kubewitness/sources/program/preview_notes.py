"""Notes on an offline preview, in addition to the verdicts."""

from pathlib import Path
from typing import Final

from kubewitness.printable import printable
from kubewitness.sources.program.answers import Answers
from kubewitness.sources.program.kubewitness_launcher.functions import RENDERERS
from kubewitness.sources.program.launch import Event, ProgramRun
from kubewitness.sources.program.project import Project

_MOST: Final = 3
"""Lines of the program that a note names."""


def preview_notes(project: Project, answers: Answers, run: ProgramRun) -> tuple[str, ...]:
    """Return what hides resources: functions that were not called, and manifests not rendered."""
    notes = []
    withheld = list(run.of_kind("withheld"))
    if withheld:
        notes.append(_withheld(project, withheld))
    called = {event.name for event in run.of_kind("called")}
    rendered = sorted((called & set(RENDERERS)) - answers.functions.keys())
    if rendered:
        notes.append(
            f"the objects that {', '.join(f'`{name}`' for name in rendered)} would render are not "
            "checked: only the provider renders them"
        )
    return tuple(map(printable, notes))


def _withheld(project: Project, withheld: list[Event]) -> str:
    count = sum(event.count for event in withheld)
    lines = [_place(project, event) for event in withheld[:_MOST]]
    more = f" and {len(withheld) - _MOST} other lines" if len(withheld) > _MOST else ""
    calls = "1 call of `apply` was" if count == 1 else f"{count} calls of `apply` were"
    return (
        f"{calls} withheld, because a value is known only after the deployment; resources that "
        f"the function registers are not checked: {', '.join(lines)}{more}"
    )


def _place(project: Project, event: Event) -> str:
    file, _, line = event.where.rpartition(":")
    path = Path(file)
    folder = project.folder.absolute()
    shown = path.relative_to(folder) if path.is_relative_to(folder) else path
    names = ", ".join(f'"{name}"' for name in event.resources[:_MOST])
    return f"{shown}:{line}" + (f" (of {names})" if names else "")
