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
"""A character that the locale does not have becomes an escape, without an error."""

_STANDARD_ERROR: Final = 2


class OutputError(Exception):
    """Standard output cannot be written.

    Not an `OSError`: click and rich end the command with exit code 1 at a broken pipe, which would
    mean violations.

    Attributes:
        reason: the message of the operating system.
        is_broken_pipe: whether the reader closed the pipe.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.reason = os.strerror(number)
        self.is_broken_pipe = number == errno.EPIPE


class _StandardOutput(io.FileIO):
    """Raises one `OutputError` if it cannot be written, and drops what follows."""

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
    """Drops what cannot be written: there is no other place for messages."""

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
    """Replace the streams of the process, except those that a test or a caller in Python set."""
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
    """Open the null device for each closed stream, so that no file gets its descriptor."""
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
    """End by the signal for a broken pipe; return on systems that do not have it."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)


def tell(text: str) -> None:
    """Write a message that is not a result to standard error."""
    click.echo(printable_lines(text), err=True)
