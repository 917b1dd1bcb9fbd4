"""Standard output and standard error that fail as a shell expects."""

import errno
import io
import os
import signal
import sys
from typing import Any, Final, TextIO

import click

from kubewitness.printable import printable_lines

_UNWRITABLE: Final = "backslashreplace"
"""What becomes of a letter that the locale does not have: an escape, and no error."""


_STANDARD_ERROR: Final = 2


class OutputError(Exception):
    """Standard output cannot be written.

    Not an `OSError`: click and rich end the command with exit code 1 at a broken pipe, which would
    mean violations.

    Attributes:
        reason: why, in the system's words.
        is_broken_pipe: true where the reader is gone.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.reason = os.strerror(number)
        self.is_broken_pipe = number == errno.EPIPE


class _StandardOutput(io.FileIO):
    """Tells once that it cannot be written, and is silent from then on."""

    failed = False

    def write(self, data: Any) -> int:
        if self.failed:
            return len(data)
        try:
            return super().write(data)
        except OSError as error:
            self.failed = True
            raise OutputError(error.errno or errno.EIO) from None


class _StandardError(io.FileIO):
    """Loses what cannot be written: nobody is left to tell."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


class _Closed(io.RawIOBase):
    """Takes the place of a standard output that was closed before the start."""

    failed = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.failed:
            return len(data)
        self.failed = True
        raise OutputError(errno.EBADF)


def guard_standard_streams() -> None:
    """Replace the process' own streams; those of a test, or of a caller in Python, are kept."""
    _occupy_standard_descriptors()
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()), "utf-8", _UNWRITABLE)
    elif sys.stdout is sys.__stdout__:
        sys.stdout = _wrapped(sys.stdout, _StandardOutput)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 for good
    elif sys.stderr is sys.__stderr__:
        sys.stderr = _wrapped(sys.stderr, _StandardError)


def _occupy_standard_descriptors() -> None:
    """Keep a file that is opened later from the number of a standard stream that is closed."""
    while True:
        number = os.open(os.devnull, os.O_RDWR)
        if number > _STANDARD_ERROR:
            os.close(number)
            return


def _wrapped(stream: Any, raw: type[io.FileIO]) -> TextIO:
    stream.flush()
    buffer = io.BufferedWriter(raw(stream.fileno(), "wb", closefd=False))
    buffered_by_line = stream.isatty() or raw is _StandardError
    return io.TextIOWrapper(buffer, stream.encoding, _UNWRITABLE, line_buffering=buffered_by_line)


def end_by_broken_pipe() -> None:
    """End as a program does that knows nothing of broken pipes; return where there is no signal."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)


def tell(text: str) -> None:
    """Say on standard error what is no result."""
    click.echo(printable_lines(text), err=True)
