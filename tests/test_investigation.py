"""The example `investigation`: every command in it runs, and prints what the page shows."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from kubewitness.errors import ExitCode
from log_generator.intrusion import lines
from support.command import run
from support.paths import EXAMPLES

EXAMPLE = EXAMPLES / "investigation"
BLOCKS = re.findall(
    r"^```console\n(.*?)^```", (EXAMPLE / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)

FINDS = "kubewitness hunt"
"""What ends with the exit code of findings."""


def test_the_log_is_the_planted_intrusion() -> None:
    """`python -m log_generator.intrusion` writes it."""
    assert (EXAMPLE / "audit.log").read_bytes() == b"".join(lines())


def test_every_command_runs_and_prints_what_the_page_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, in a folder with the examples."""
    shutil.copytree(EXAMPLE, tmp_path / "examples" / "investigation")
    monkeypatch.chdir(tmp_path)
    commands = [command for block in BLOCKS for command in block.split("$ ")[1:]]
    assert len(commands) == 7
    for command in commands:
        line, *shown = command.splitlines()
        code, out, err = run(capsys, *shlex.split(line)[1:])
        assert code == (ExitCode.VIOLATION if line.startswith(FINDS) else ExitCode.OK), err
        assert [text for text in shown if text not in out] == [], line
