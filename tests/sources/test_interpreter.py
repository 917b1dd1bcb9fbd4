"""The Python of a program is the one that Pulumi would take."""

import os
from pathlib import Path

import pytest

from kubewitness.errors import InputError
from kubewitness.sources.program.interpreter import find_interpreter
from support.check_source import check_source
from support.engine import write_project


def python(environment: Path) -> Path:
    """Make an environment with an interpreter."""
    executable = environment / "bin" / "python"
    executable.parent.mkdir(parents=True)
    executable.touch()
    return executable


@pytest.mark.parametrize("files", [[], ["a/uv.lock"], ["uv.lock", "a/pyproject.toml"]], ids=str)
def test_uv_keeps_its_environment_beside_the_nearest_lock(files: list[str], tmp_path: Path) -> None:
    """The lock of a workspace stands above the program, and counts before a pyproject.toml."""
    folder = tmp_path / "a" / "program"
    folder.mkdir(parents=True)
    for name in files:
        (tmp_path / name).touch()
    expected = python((tmp_path / files[0]).parent / ".venv" if files else folder / ".venv")
    assert find_interpreter(folder, {"toolchain": "uv"}, "pulumi") == expected


def test_a_named_virtualenv_counts_before_the_toolchain(tmp_path: Path) -> None:
    """As for Pulumi."""
    expected = python(tmp_path / "mine")
    options = {"toolchain": "uv", "virtualenv": "mine"}
    assert find_interpreter(tmp_path, options, "pulumi") == expected


def test_poetry_is_asked_for_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its environments are in a cache of its own."""
    expected = python(tmp_path / "cache")
    poetry = tmp_path / "poetry"
    poetry.write_text(f"#!/bin/sh\n[ \"$*\" = 'env info --path' ] && echo {tmp_path / 'cache'}\n")
    poetry.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert find_interpreter(tmp_path, {"toolchain": "poetry"}, "pulumi") == expected


@pytest.mark.parametrize("toolchain", ["uv", "poetry"])
def test_an_environment_that_is_not_there_says_what_to_do(
    toolchain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Create it, or name another interpreter."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="--python"):
        find_interpreter(tmp_path, {"toolchain": toolchain}, "pulumi")


def test_a_module_that_is_missing_names_the_interpreter_and_how_to_choose_another(
    tmp_path: Path,
) -> None:
    """Without a `virtualenv` in Pulumi.yaml the first Python on PATH runs the program."""
    program = write_project(tmp_path, "import no_such_sdk\n")
    (program / "Pulumi.yaml").write_text("name: program\nruntime: python\n")
    with pytest.raises(InputError, match=r"interpreter .*python.*; name another with --python"):
        check_source(program)
