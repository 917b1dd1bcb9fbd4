"""Starts a program in a process of its own, and reads what its launcher reports."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from pydantic import BaseModel, ValidationError

_LONGEST_REPORT: Final = 256 * 1024 * 1024
_LONGEST_LINE: Final = 64 * 1024
_GRACE_SECONDS: Final = 2


class Event(BaseModel):
    """One thing that the launcher reports.

    Attributes:
        kind: `started`, `called`, `named`, `unanswered`, `withheld`, `secret`, `failed` or
            `finished`. A function is named, not called, where `apply` was withheld.
        name: of the function, the configuration value, or the output of another stack.
        what: what kind of value is missing.
        where: file and line of the program.
        fields: of the function's result.
        stack: the other stack.
        resources: on whose outputs `apply` was withheld.
        count: how often.
        message: why the program failed.
        frames: file and line of each frame at the failure, the innermost first.
        value: the texts of a secret.
        says_unknown: whether the SDK supports an unknown result.
    """

    kind: str
    name: str = ""
    what: str = ""
    where: str = ""
    fields: list[str] = []
    stack: str | None = None
    resources: list[str] = []
    count: int = 0
    message: str = ""
    frames: list[tuple[str, int | None]] = []
    value: Any = None
    says_unknown: bool = False


@dataclass(frozen=True)
class ProgramRun:
    """A program that ran.

    Attributes:
        events: what the launcher reported, in order.
        exit_code: None where the time was over.
        is_tampered: true if another process wrote to the report.
    """

    events: tuple[Event, ...]
    exit_code: int | None
    is_tampered: bool

    def of_kind(self, *kinds: str) -> Iterator[Event]:
        """Yield the events of some kinds."""
        return (event for event in self.events if event.kind in kinds)


def run_program(
    interpreter: Path, job: Mapping[str, Any], timeout: float, show: Callable[[str], str]
) -> ProgramRun:
    """Run the program that a job describes, and end every process that it leaves behind.

    Args:
        interpreter: the program's Python.
        job: the input of the launcher.
        timeout: seconds that the program may take.
        show: returns what may be shown of a line that the program prints.
    """
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="kubewitness-", ignore_cleanup_errors=True) as scratch:
        report, file = Path(scratch, "report.jsonl"), Path(scratch, "job.json")
        document = {**job, "report": str(report), "token": token}
        file.write_text(json.dumps(document), encoding="utf-8")
        command = [str(interpreter), "-u", "-m", "kubewitness_launcher", str(file)]
        with _started(command, show) as process:
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                code = None
        return _read(report, token, code)


@contextmanager
def _started(command: list[str], show: Callable[[str], str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in a session of its own; at the end nothing of it runs."""
    # With this set, Python would not find the launcher in the current folder.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONSAFEPATH"}
    process = subprocess.Popen(
        command,
        cwd=Path(__file__).parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    printer = threading.Thread(target=_print, args=(process.stdout, show), daemon=True)
    printer.start()
    try:
        yield process
    finally:
        _kill(process)
        printer.join(_GRACE_SECONDS)  # a process that left the session may hold the pipe open


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _print(stream: IO[bytes], show: Callable[[str], str]) -> None:
    """Pass on what a program prints: results go to stdout, and this is none."""
    with stream:
        for line in iter(lambda: stream.readline(_LONGEST_LINE), b""):
            with suppress(OSError, ValueError):  # it is not read
                sys.stderr.write(show(line.decode("utf-8", "backslashreplace")))
                sys.stderr.flush()


def _read(report: Path, token: str, exit_code: int | None) -> ProgramRun:
    events = []
    is_tampered = False
    with suppress(OSError):
        if report.is_file() and report.stat().st_size <= _LONGEST_REPORT:
            text = report.read_text(encoding="utf-8", errors="replace")
            for line in text.split("\n")[:-1]:
                event = _event(line, token)
                events += [event] if event else []
                is_tampered |= event is None
    return ProgramRun(tuple(events), exit_code, is_tampered)


def _event(line: str, token: str) -> Event | None:
    """Return an event of the launcher; None for anything else, which the program wrote."""
    try:
        document = json.loads(line)
        return Event.model_validate(document) if document.pop("token") == token else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ValidationError):
        return None
