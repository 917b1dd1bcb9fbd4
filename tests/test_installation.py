"""The wheel works in an environment that has nothing but its declared dependencies."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from kubewitness.errors import ExitCode
from support.build import build
from support.paths import ROOT

README = (ROOT / "README.md").read_text("utf-8")
FIRST_SUCCESS = re.findall(r"^\.venv/bin/(kubewitness (?:check|hunt) .*)$", README, re.MULTILINE)
EXIT_CODES = {"kubewitness check examples/quickstart": ExitCode.OK}
"""Every other command of the README's first success finds something: violations or attacks."""


def dependencies(name: str) -> Iterator[str]:
    """Yield a distribution and all that it requires without extras."""
    waiting, seen = [name], set[str]()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        yield current
        for text in distribution(current).requires or ():
            requirement = Requirement(text)
            extras = requirement.extras or {""}
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(requirement.name)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and links to its dependencies instead of downloads."""
    folder = tmp_path_factory.mktemp("environment")
    wheel = build("wheel", tmp_path_factory.mktemp("wheel"))
    created = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", created], check=True)
    python = created / "bin" / "python"
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", query], text=True).strip())
    for name in dependencies("kubewitness"):
        if name == "kubewitness":
            continue
        files = distribution(name).files or ()
        for top in {file.parts[0] for file in files if file.parts[0] not in {"..", "__pycache__"}}:
            if not (packages / top).exists():
                (packages / top).symlink_to(Path(sysconfig.get_path("purelib"), top))
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(python)]
    subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


def test_the_readme_has_a_first_success() -> None:
    """A check that passes, one that fails, and a hunt."""
    assert [command.split()[1] for command in FIRST_SUCCESS] == ["check", "check", "hunt"]


@pytest.mark.parametrize("command", FIRST_SUCCESS)
def test_the_first_success_of_the_readme_works(command: str, environment: Path) -> None:
    """Without the tools of the tests, and without the repository."""
    found = Path(environment, "venv", "bin")
    done = subprocess.run(
        [str(found / "kubewitness"), *shlex.split(command)[1:]],
        cwd=environment,
        env={"PATH": f"{found}{os.pathsep}{os.environ['PATH']}", "HOME": str(environment)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == EXIT_CODES.get(command, ExitCode.VIOLATION), done.stderr
    assert done.stdout


def test_nothing_but_the_declared_dependencies_is_there(environment: Path) -> None:
    """Else the tests above would not notice a dependency that nobody declared."""
    python = environment / "venv" / "bin" / "python"
    code = "import importlib.util as u, sys; print(*filter(u.find_spec, sys.argv[1:]))"
    tools = ["pytest", "hypothesis", "mypy", "boto3", "sigma", "kubewitness"]
    done = subprocess.check_output([python, "-c", code, *tools], text=True)
    assert done.split() == ["kubewitness"]
