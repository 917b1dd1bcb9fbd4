"""Where a command writes its result, and how wide: shared by all commands."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Final, TextIO

import click
from rich.console import Console

from kubewitness.errors import InputError

PIPE_WIDTH: Final = 120
"""Columns of a table that goes to a pipe or a file, so that its lines do not depend on who runs the
command. A terminal gets its own width."""


def stdout_console() -> Console:
    """Return a console on standard output, at a terminal's own width, else `PIPE_WIDTH`."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


_PAGER: Final = "-FRX"
"""Options of `less` where the user sets none: end if all fits on the screen, show colors, and leave
the text on the screen."""


def write_drawn(
    draw: Callable[[Console], None], output: Path | None = None, *, paged: bool = False
) -> None:
    """Write what `draw` prints on a console.

    Args:
        draw: prints the result.
        output: the file; None: standard output.
        paged: whether a terminal shows it in a pager, which reads keys from standard input.

    Raises:
        InputError: the file cannot be written.
    """
    if output is None and sys.stdout.isatty():
        if paged and sys.stdin is not None and sys.stdin.isatty():
            _page(draw)
        else:
            draw(Console())
        return
    page = _Page()
    page.encoding = sys.stdout.encoding if output is None else "utf-8"
    draw(Console(file=page, width=PIPE_WIDTH))
    write_text(page.getvalue(), output)


def _page(draw: Callable[[Console], None]) -> None:
    """Show a result in the pager of the user, which is `$PAGER` or `less`."""
    os.environ.setdefault("LESS", _PAGER)
    page = _Page()
    draw(Console(file=page, force_terminal=True, width=Console().width))
    with click.get_pager_file() as pager:
        pager.write(page.getvalue())


class _Page(StringIO):
    """A text with the encoding that it will have: rich draws trees in ASCII for any but Unicode."""

    encoding = "utf-8"


def write_text(text: str, output: Path | None = None) -> None:
    """Write a text.

    Args:
        text: that ends with a line break.
        output: the file; None: standard output.

    Raises:
        InputError: the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text)
        return
    with writable(output):
        output.write_text(text, "utf-8")


@contextmanager
def open_output(output: Path | None) -> Iterator[TextIO]:
    """Open a file for a result of any size, or standard output.

    Raises:
        InputError: the file cannot be written.
    """
    if output is None:
        yield sys.stdout
        return
    with writable(output), output.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Explain why a file cannot be written.

    Raises:
        InputError: it cannot.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{path}: cannot be written: {why}") from error
