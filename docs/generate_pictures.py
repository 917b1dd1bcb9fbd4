"""Draws pictures of the terminal, from real runs of the command, as SVG without fonts of others."""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from io import StringIO
from pathlib import Path
from typing import Final

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from kubewitness.errors import ExitCode

ROOT: Final = Path(__file__).parents[1]

PICTURES: Final = {
    "check": "kubewitness check examples/blocked",
    "hunt": "kubewitness hunt examples/logs/PT1H.json --severity high --limit 1",
    "query": "kubewitness query @who-ran-commands examples/logs/PT1H.json",
    "coverage": "kubewitness coverage examples/quickstart",
}
"""The command of each picture, by the name of its file."""

_COLUMNS: Final = 110
_LINES: Final = 24
"""A picture shows at most so many lines: the rest is left out."""

_FORMAT: Final = re.sub(r"\s*@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Rich's format without the addresses of fonts, so that a page loads nothing from other hosts."""


def pictures() -> dict[Path, str]:
    """Return each picture, by its path."""
    return {
        ROOT / "docs" / "images" / f"{name}.svg": picture(name, command)
        for name, command in PICTURES.items()
    }


def picture(name: str, command: str) -> str:
    """Return the picture of a command in a terminal.

    Args:
        name: makes the identifiers within the picture unique on a page.
        command: as typed.
    """
    console = Console(record=True, width=_COLUMNS, file=StringIO(), force_terminal=True)
    shown = Text.from_ansi(f"$ {command}\n{_output(shlex.split(command)[1:])}")
    lines = shown.wrap(console, _COLUMNS)
    for line in lines[:_LINES]:
        console.print(line, end="\n", no_wrap=True)
    if len(lines) > _LINES:
        console.print("…")
    return console.export_svg(title="", code_format=_FORMAT, unique_id=f"kubewitness-{name}")


def _output(arguments: list[str]) -> str:
    """Return what a command prints on a terminal.

    Raises:
        RuntimeError: it fails, so that a picture would show nothing.
    """
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "PAGER": "cat"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    for name in ("COLUMNS", "NO_COLOR", "KUBEWITNESS_STORE"):
        environment.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-m", "kubewitness", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(terminal)
        shown = _all_of(master).decode().replace("\r\n", "\n")
    if process.returncode not in {ExitCode.OK, ExitCode.VIOLATION}:
        raise RuntimeError(f"kubewitness {shlex.join(arguments)}: exit code {process.returncode}")
    return shown


def _all_of(terminal: int) -> bytes:
    """Read a terminal until its last writer closes it."""
    found = bytearray()
    with open(terminal, "rb", buffering=0) as file:
        while True:
            try:
                part = file.read(1 << 16)
            except OSError:  # Linux ends a terminal with EIO
                part = b""
            if not part:
                return bytes(found)
            found += part
