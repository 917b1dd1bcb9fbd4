"""The flow is one way: source, graph, rule, verdict, report; raw properties stay at the door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

import kubewitness

PACKAGE = Path(kubewitness.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "examples" not in path.parts
)

FORBIDDEN = {
    "catalog": ("graph", "sources", "policies", "reports", "cli", "provision"),
    "graph": ("sources", "policies", "reports", "cli", "provision"),
    "sources": ("policies", "reports", "cli", "provision"),
    "policies/rules": ("sources", "reports", "cli", "provision"),
    "policies": ("reports", "cli", "provision"),
    "reports": ("cli", "provision"),
    "logs": ("detections", "graph", "sources", "policies", "reports", "cli", "provision"),
    "detections": ("graph", "sources", "policies", "reports", "cli", "provision"),
    "provision": ("sources", "reports", "cli"),  # its overrides are judged by our own rules
}
"""What no module of a folder may import."""


def imports(path: Path) -> Iterator[str]:
    """Every module of this package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_no_arrow_points_backwards(folder: str) -> None:
    """No rule knows where its graph came from, and no adapter knows a rule."""
    mine = [path for path in MODULES if path.as_posix().startswith(f"{folder}/")]
    assert mine
    forbidden = tuple(f"kubewitness.{name}" for name in FORBIDDEN[folder])
    found = {
        f"{path}: {name}" for path in mine for name in imports(path) if name.startswith(forbidden)
    }
    assert not found


def test_only_the_adapter_touches_raw_policy_properties() -> None:
    """`args.props` and `resource.props` raise and fail open; one file knows how to read them."""
    found = {
        path.as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "props"
    }
    assert found == {"sources/crossguard.py"}


def test_functions_of_the_components_are_short() -> None:
    """Nine of ten in `provision` have at most 30 lines, and a component reads as its contents."""
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in (PACKAGE / "provision").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_tests_run_against_the_installed_wheel() -> None:
    """A file that the wheel forgot must fail a test, so the source folder is not imported."""
    assert "site-packages" in PACKAGE.parts


def test_the_plugin_has_the_version_of_the_package() -> None:
    """Without a version Pulumi would call the component package 0.0.0."""
    plugin = Path(__file__).parent.parent / "components" / "PulumiPlugin.yaml"
    assert yaml.safe_load(plugin.read_text("utf-8"))["version"] == version("kubewitness")


def test_importing_the_package_does_not_load_pulumi() -> None:
    """Reading logs and printing help start quickly."""
    code = "import sys, kubewitness, kubewitness.cli; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_package_does_not_load_the_detections() -> None:
    """Their files are read when somebody asks for them."""
    code = "import sys, kubewitness; sys.exit('kubewitness.detections' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
