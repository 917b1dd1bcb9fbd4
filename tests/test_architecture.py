"""What import-linter cannot check of the architecture; its contracts are in pyproject.toml."""

import ast
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import yaml

import kubewitness
from support.paths import ROOT

PACKAGE = Path(kubewitness.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "examples" not in path.parts
)


def test_only_the_adapter_touches_raw_policy_properties() -> None:
    """`args.props` and `resource.props` raise and fail open; one file knows how to read them."""
    found = {
        path.as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "props"
    }
    assert found == {"sources/crossguard.py"}


# Each is being renamed where it is defined.
REPEATED_CLASS_NAMES = {"Choice", "Destination", "Opened", "Route", "Scope"}


def test_class_names_are_unique() -> None:
    """Whoever reads a public class's name knows which one is meant."""
    defined = Counter(
        node.name
        for path in MODULES
        # An argument's type for Pulumi's analyzer has the name of the model that it is of.
        if path.name != "arguments.py"
        for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    repeated = {name for name, count in defined.items() if count > 1}
    assert repeated <= REPEATED_CLASS_NAMES


def test_functions_of_the_components_are_short() -> None:
    """Nine of ten in `provision` have at most 30 lines, and a component reads as its contents."""
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for path in (PACKAGE / "provision").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_tests_run_against_the_installed_wheel() -> None:
    """A file that the wheel forgot must fail a test, so the source folder is not imported."""
    assert "site-packages" in PACKAGE.parts


def test_the_plugin_has_the_version_of_the_package() -> None:
    """Without a version Pulumi would call the component package 0.0.0."""
    plugin = ROOT / "components" / "PulumiPlugin.yaml"
    assert yaml.safe_load(plugin.read_text("utf-8"))["version"] == version("kubewitness")


def test_importing_the_package_does_not_load_pulumi() -> None:
    """Reading logs and printing help start quickly."""
    code = "import sys, kubewitness, kubewitness.cli; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_package_does_not_load_the_detections() -> None:
    """Their files are read when somebody asks for them."""
    code = "import sys, kubewitness; sys.exit('kubewitness.detections' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
