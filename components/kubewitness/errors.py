"""The errors for people, and the exit codes of every command."""

import sys
from enum import IntEnum

from kubewitness.printable import printable_lines


class ExitCode(IntEnum):
    """Exit codes; the first that applies, in the order of their listing here."""

    INTERNAL = 70
    """An internal error, please report; never the user's."""
    USAGE = 2
    """Bad usage or input."""
    VIOLATION = 1
    """Violations or findings."""
    UNREADABLE = 5
    """Something could not be read."""
    UNDECIDED = 4
    """Undecided where undecided blocks."""
    NOTHING = 3
    """Nothing to check."""
    OK = 0
    """No violations."""


class KubewitnessError(Exception):
    """Base of every error that is raised on purpose."""


class InputError(KubewitnessError):
    """The user's input cannot be used.

    Args:
        faults: every fault found, each with what, where and how to fix it.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NothingToCheckError(KubewitnessError):
    """There is nothing here that could be checked."""


class UnreadableError(KubewitnessError):
    """The user's input could not be read, so it cannot be judged.

    Args:
        faults: what could not be read, each with its place and the reason.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def explain_error(error: KubewitnessError) -> ExitCode:
    """Print an error on standard error, each fault on its own line, and return the exit code."""
    code = exit_code_of(error)
    word = "nothing to check" if code is ExitCode.NOTHING else "error"
    for fault in faults_of(error):
        print(f"{word}: {printable_lines(fault)}", file=sys.stderr)  # noqa: T201 this is the place
    return code


def faults_of(error: KubewitnessError) -> tuple[str, ...]:
    """Return every fault of an error."""
    faults: tuple[str, ...] = getattr(error, "faults", (str(error),))
    return faults


def exit_code_of(error: KubewitnessError) -> ExitCode:
    """Return the exit code of a command that an error ends."""
    if isinstance(error, NothingToCheckError):
        return ExitCode.NOTHING
    return ExitCode.UNREADABLE if isinstance(error, UnreadableError) else ExitCode.USAGE
