"""A type checker refuses wrong arguments, and all public names are typed as they are exported."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kubewitness
from support.paths import ROOT

REQUIRED = {
    "resource_group_name": '"shop"',
    "cluster_admins": '{"group_object_ids": ["11111111-2222-3333-4444-555555555555"]}',
    "api_access": '{"private": True}',
}


def call(**change: str) -> str:
    """Return a call of SecureAksCluster, all of whose arguments are keywords."""
    given = {**REQUIRED, **change}
    arguments = ", ".join(f"{name}={value}" for name, value in given.items() if value)
    return f'kubewitness.SecureAksCluster("prod", {arguments})'


def dictionary(**change: str) -> str:
    """Return a call of SecureAksCluster with a dictionary."""
    given = {**REQUIRED, **change}
    items = ", ".join(f'"{name}": {value}' for name, value in given.items() if value)
    return f'kubewitness.SecureAksCluster("prod", {{{items}}})'


WRONG = {
    "misspelt value": call(network_policy='"cilum"'),
    "missing argument": call(api_access=""),
    "unknown argument": call(colour='"red"'),
    "other type": call(location="3"),
    "misspelt value within": call(system_pool='{"os_sku": "Windows"}'),
    "misspelt value in a dictionary": dictionary(network_policy='"cilum"'),
    "missing argument in a dictionary": dictionary(api_access=""),
    "unknown argument in a dictionary": dictionary(colour='"red"'),
    "no arguments": 'kubewitness.SecureAksCluster("prod")',
    "misspelt component": "kubewitness.SecureCluster",
}
"""Programs of one statement."""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """What mypy says of each line: first those that are right, then those that are wrong."""
    folder = tmp_path_factory.mktemp("typing")
    cache = folder / "cache"
    # Where `make check` ran, azure-native is known, whose types take mypy minutes.
    if (known := ROOT / ".mypy_cache").exists():
        shutil.copytree(known, cache, copy_function=os.link)
    program = folder / "program.py"
    lines = ["import kubewitness", call(), dictionary(), *WRONG.values()]
    program.write_text("\n".join(lines) + "\n", "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, program]
    # Without the project's own configuration, as users run it on the installed package.
    done = subprocess.run(
        [*map(str, command), "--config-file", os.devnull],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[int, str] = {}
    for line in done.stdout.splitlines():
        path, _, rest = line.partition(":")
        number, _, message = rest.partition(":")
        if path == program.name and number.isdigit():
            found[int(number)] = found.get(int(number), "") + message
    return found


def test_a_right_program_passes(refused: dict[int, str]) -> None:
    """With keyword arguments and with a dictionary."""
    assert not {1, 2, 3} & refused.keys()


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_program_is_refused(refused: dict[int, str], fault: str) -> None:
    """Each has one fault, and else is like the programs that pass."""
    assert [*WRONG].index(fault) + 4 in refused


def test_exports_agree() -> None:
    """`__all__`, the lazy modules and the imports for type checkers name the same things."""
    tree = ast.parse(Path(kubewitness.__file__).read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        alias.name: node.module
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == kubewitness._MODULES
    assert sorted(kubewitness.__all__) == sorted([*imported, "__version__"])


@pytest.mark.parametrize("name", kubewitness.__all__)
def test_every_exported_name_is_there_and_used_in_the_typing_file(name: str) -> None:
    """`api.py` uses the whole public API."""
    assert getattr(kubewitness, name)
    assert name in (ROOT / "tests" / "typing" / "api.py").read_text("utf-8")


def test_check_is_the_function() -> None:
    """No module of the same name hides it."""
    assert kubewitness.check.__module__ == "kubewitness.policies.check"
    assert callable(kubewitness.check)
