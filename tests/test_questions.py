"""The page of questions answers each of them, two clicks from the start of the site."""

import re
import shlex
from pathlib import Path

import pytest

from kubewitness.cli.options import DEFAULT_STORE
from kubewitness.errors import ExitCode
from support.command import read, run
from support.paths import EXAMPLES, ROOT

DOCS = ROOT / "docs"
PAGE = (DOCS / "investigate" / "questions.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ kubewitness (.*)$", PAGE, re.MULTILINE)

EMPTY = {"query @deletions --namespace shop"}
"""What the example log has no row for."""

FASTER = {"timeline": ("--no-findings",), "hunt": ("--rule", "secrets-listed")}
"""Options that keep a command from running all detections, which other tests do."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of the example log."""
    made = tmp_path_factory.mktemp("questions")
    read(made / DEFAULT_STORE, EXAMPLES / "logs" / "PT1H.json")
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_answers_from_the_example_log(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """With rows, except where the page says that the log has none."""
    monkeypatch.chdir(folder)
    words = shlex.split(command)
    code, out, err = run(capfd, *words, *FASTER.get(words[0], ()))
    assert code == (ExitCode.VIOLATION if words[0] == "hunt" else ExitCode.OK), err
    if "--output" in words:
        out = (folder / words[words.index("--output") + 1]).read_text("utf-8")
    assert "not visible" not in err
    assert bool(out.splitlines()[1:]) is (command not in EMPTY)


def test_each_question_is_two_clicks_from_the_start_page() -> None:
    """The start page links to all ten questions, each of which has a command or a query."""
    start = (DOCS / "index.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(investigate/questions\.md#([\w-]+)\)", start))
    headings = re.findall(r"^## (.*)\?$", PAGE, re.MULTILINE)
    assert {one.lower().replace(" ", "-") for one in headings} == linked
    assert len(linked) == 10
    sections = re.split(r"^## .*\?$", PAGE, flags=re.MULTILINE)[1:]
    assert all(re.search(r"^(\$ kubewitness |```kusto$)", one, re.MULTILINE) for one in sections)
    assert set(COMMANDS) >= EMPTY
