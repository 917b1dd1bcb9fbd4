"""The prose linter of `make check` finds each kind of fault, and nothing in code."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.paths import ROOT

pytest.importorskip("proselint", reason="only `make check` needs it; requirements/dev.txt has it")
sys.path.insert(0, str(ROOT / "docs"))

from prose import checks, files, findings
from prose_text import SUFFIXES, prose
from proselint.registry import CheckRegistry

Lint = Callable[[str, str], list[str]]


@pytest.fixture(scope="module", autouse=True)
def _word_list() -> None:
    CheckRegistry().register_many(checks())


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """Return the faults of a file with a name and a text, as line and words."""

    def faults(name: str, text: str) -> list[str]:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return [found.removeprefix(f"{path}:").split(": write")[0] for found in findings([path])]

    return faults


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The policy vouches for the log.", "vouches for"),
        ("Somebody deleted the lock.", "Somebody"),
        ("The file is beside the program.", "beside"),
        ("It fails, for it is encrypted.", ", for it"),
        ("The message says which value is missing.", "says"),
        ("The name stands in the response.", "stands"),
        ("What the cluster collects is judged.", "What"),
        ("This is no cluster.", "is no"),
    ],
)
def test_each_kind_of_fault_is_found(lint: Lint, sentence: str, words: str) -> None:
    """On its line, also at the beginning of a file."""
    assert lint("page.md", sentence) == [f"1: `{words}`"]
    assert lint("page.md", f"# Title\n\nA sentence.\n{sentence}\n") == [f"4: `{words}`"]


def test_a_phrase_is_found_across_lines(lint: Lint) -> None:
    """Where a line is broken depends on its length only."""
    text = "This cluster is\nno longer there. There is\nno log. It is\nno cluster.\n"
    assert lint("page.md", text) == ["3: `is\nno`"]


@pytest.mark.parametrize(
    "text",
    [
        "Run `kubewitness says`.",
        "```sh\nkubewitness says\n```\n",
        "[Read](what-it-says.md).",
        "There is no cluster, and the value is no longer unknown.",
        "What did a user do?",
        "## What does not run",
        "A stand-in answers.",
    ],
)
def test_code_questions_and_headings_are_not_faults(lint: Lint, text: str) -> None:
    """Nor are constructions that only resemble a fault."""
    assert lint("page.md", text) == []


def test_docstrings_messages_and_comments_are_read_and_code_is_not(lint: Lint) -> None:
    """A message keeps its words across implicit concatenation and placeholders."""
    source = (
        '"""Says a lot."""\n'
        "said = told(knows)  # it knows\n"
        'raise ValueError(f"{said} is "\n    "no cluster")\n'
        'told = "says"\n'
    )
    assert lint("module.py", source) == ["1: `Says`", "2: `knows`", "3: `is  \n     no`"]


def test_only_the_sentences_of_yaml_and_kql_are_read(lint: Lint) -> None:
    """The query of a detection is code; its name and description are not."""
    rule = (
        "name: It says so\ndescription: |\n  Somebody\n  did it.\nquery: |\n  Table | where says\n"
    )
    assert lint("rule.yaml", rule) == ["1: `says`", "3: `Somebody`"]
    assert lint("parser.kql", "// It says so.\nTable | where says\n") == ["1: `says`"]


def test_every_file_keeps_its_length_and_lines() -> None:
    """Otherwise a fault would be reported at the wrong line."""
    chosen = [path for path in files() if path.suffix in SUFFIXES][::25]
    assert {path.suffix for path in chosen} == SUFFIXES
    for path in chosen:
        text, read = path.read_text("utf-8"), prose(path)
        assert [len(line) for line in read.split("\n")] == [len(line) for line in text.split("\n")]
