"""The examples in docstrings of modules are valid documents."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

import kubewitness
from kubewitness.policies.settings_file import read_settings
from kubewitness.sources.program.answers import Answers, load_answers

PACKAGE: Final = Path(kubewitness.__file__).parent
BLOCK: Final = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)


def read_answers(path: Path) -> None:
    """Read answers, each member of which the example shows."""
    answers = load_answers(path.parent, path)
    assert all(
        getattr(answers, name) for name, field in Answers.model_fields.items() if not field.exclude
    )


def read_settings_of_a_policy(path: Path) -> None:
    """Read settings, which are more than an empty document."""
    assert len(read_settings(path).document) == 4


def read_program(path: Path) -> None:
    """Parse a program in Python; `docs/provision/unit-tests.md` runs the same."""
    assert ast.parse(path.read_text("utf-8")).body


READERS: Final[dict[str, Callable[[Path], None]]] = {
    "policies/settings_file.py": read_settings_of_a_policy,
    "sources/program/answers.py": read_answers,
    "testing.py": read_program,
}
"""Every module whose docstring has an indented block."""


def examples() -> dict[str, str]:
    """The indented block in the docstring of each module that has one."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=True) or ""
        if "examples" not in path.parts and (block := BLOCK.search(f"{text}\n")):
            found[path.relative_to(PACKAGE).as_posix()] = dedent(block[0])
    return found


def test_every_example_has_a_reader_here() -> None:
    """A new one is tested too, and one that loses its indentation is missed."""
    assert set(examples()) == set(READERS)


@pytest.mark.parametrize("module", READERS)
def test_an_example_in_a_docstring_is_accepted(module: str, tmp_path: Path) -> None:
    """By what the module reads such a file with."""
    text = examples()[module]
    path = tmp_path / ("example.json" if text.startswith("{") else "example.yaml")
    path.write_text(text, "utf-8")
    READERS[module](path)
