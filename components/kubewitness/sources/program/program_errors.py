"""Turns what stopped a program into errors, all at once."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kubewitness.errors import InputError
from kubewitness.hidden_secrets import HiddenSecrets
from kubewitness.sources.positions import Frame, ProgramFiles
from kubewitness.sources.program.answers import ANSWERS_FILE
from kubewitness.sources.program.kubewitness_launcher.functions import RENDERERS
from kubewitness.sources.program.launch import Event, ProgramRun
from kubewitness.sources.program.project import Project

FUNCTION: Final = "result of the function"
STACK_OUTPUT: Final = "output of another stack"
_MOST_FIELDS: Final = 12
"""Names of fields in a line; the rest is in the provider's documentation."""

_LONGEST_FAULT: Final = 20_000
"""Characters of an error, whose end is the most useful part."""

_STATED_LINE: Final = re.compile(r"^  at (\S+):(\d+)$", re.MULTILINE)
"""The place where components are created: the errors of their arguments are raised together,
later."""

_PLAIN_KEY: Final = re.compile(r"[\w.:/-]+")


def raise_for(
    project: Project,
    run: ProgramRun,
    unanswered: Iterable[str],
    hidden: HiddenSecrets,
    timeout: float,
) -> None:
    """Raise what stopped a program; answers that are missing come first.

    Args:
        project: of the program.
        run: how it ended.
        unanswered: functions and stacks that the monitor had no answer for.
        hidden: what no error may show.
        timeout: seconds that the program had.

    Raises:
        InputError: the program needs an answer, fails, or ended before its last line.
    """
    faults = list(_missing(project, run, unanswered))
    if not faults:
        faults = list(_failures(project, run, timeout))
    if faults:
        shown = (hidden.message(fault, _LONGEST_FAULT) for fault in dict.fromkeys(faults))
        raise InputError(*shown)


def _failures(project: Project, run: ProgramRun, timeout: float) -> Iterator[str]:
    failed = list(run.of_kind("failed"))
    for event in failed:
        yield f"{_where(project, event)}: the program fails: {event.message}"
    if not failed:
        yield from (f"{project.folder}: {fault}" for fault in _early_ends(run, timeout))


def _where(project: Project, event: Event) -> str:
    """Return the line of the program that an error comes from, else its folder."""
    files = ProgramFiles(project.file, project.program)
    for file, line in event.frames:
        if line and files.innermost([Frame(Path(file).as_uri(), line)]):
            return f"{file}:{line}"
    if stated := _STATED_LINE.search(event.message):
        return f"{project.folder / stated[1]}:{stated[2]}"
    return str(project.folder)


def _early_ends(run: ProgramRun, timeout: float) -> Iterator[str]:
    if run.exit_code is None:
        yield f"the program did not end within {timeout:g} seconds; allow it more with --timeout"
    elif run.is_tampered:
        yield "the program fails: it wrote to the file in which its run is reported"
    elif run.exit_code or not any(run.of_kind("finished")):
        yield f"the program fails: it ended early, with exit code {run.exit_code}"


def _missing(project: Project, run: ProgramRun, unanswered: Iterable[str]) -> Iterator[str]:
    """Yield the answers that are missing, each with the line to add."""
    for event in run.of_kind("unanswered"):
        yield (
            f"{event.where or project.folder}: the program needs the {event.what} `{event.name}` "
            f"as a plain value, which is unknown offline; {_line_to_add(project, event)}"
        )
    if any(event.says_unknown for event in run.of_kind("started")):
        return
    called = {event.name: event for event in run.of_kind("called")}
    for name in unanswered:
        if name in called and name not in RENDERERS:
            line = _line_to_add(project, called[name].model_copy(update={"what": FUNCTION}))
            yield (
                f"{project.folder}: the function `{name}` has no answer, and the program's "
                f"Pulumi SDK is older than 3.231 and would read that as nothing; {line}"
            )


def _line_to_add(project: Project, event: Event) -> str:
    if event.what == FUNCTION:
        line = f"functions: {{{event.name}: {{{_fields(event.fields)}}}}}"
    elif event.what == STACK_OUTPUT:
        stack = event.stack or "ORGANIZATION/PROJECT/STACK"
        line = f"stacks: {{{_key(stack)}: {{{_key(event.name)}: ...}}}}"
    else:
        line = f"config: {{{_key(event.name)}: ...}}"
    return f"add to {project.folder / ANSWERS_FILE}: `{line}`"


def _fields(names: list[str]) -> str:
    shown = [f"{_key(name)}: ..." for name in names[:_MOST_FIELDS]]
    return ", ".join(shown) + (", ..." if len(names) > _MOST_FIELDS else "") or "..."


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else json.dumps(name)
