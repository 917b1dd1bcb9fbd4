"""What import-linter cannot check of the architecture; its contracts are in pyproject.toml."""

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import grimp
import pytest
import yaml

import kubewitness
from support.paths import ROOT

PACKAGE = Path(kubewitness.__file__).parent
MODULES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if "examples" not in path.parts
)

TESTS = ROOT / "tests"
OTHER_FOLDERS = {
    "support", "engine", "agreement", "typing", "data", "mutation", "log_generator", "docs",
}  # fmt: skip
"""Folders of tests that are not called after a package: what they share, and what goes across."""


def imported(path: Path) -> Iterator[str]:
    """Yield the name of each module that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def test_no_file_imports_itself_through_others() -> None:
    """The imports of files, late ones too, have an order."""
    graph = grimp.build_graph("kubewitness", cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 200
    TopologicalSorter(imports).prepare()  # raises a CycleError that names the cycle


@pytest.fixture(scope="session")
def package_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's modules, to break."""
    folder = tmp_path_factory.mktemp("copy")
    for module in MODULES:
        target = folder / "kubewitness" / module
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / module, target)
    return folder


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Hold a copy of the package against the contracts, as `make check` does."""
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--config", str(ROOT / "pyproject.toml"),
        "--no-cache",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_package_keeps_its_contracts(package_copy: Path) -> None:
    """Else the next test would prove nothing."""
    done = lint_imports(package_copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("errors.py", "import kubewitness.reports.table"),
        ("printable.py", "from kubewitness import cli"),
        ("graph/values.py", "import kubewitness.policies.policy"),
        ("logs/store/ledger.py", "def late() -> None:\n    import kubewitness.logs.kql.query"),
        ("policies/aks/run_command.py", "import kubewitness.cli.options"),
    ],
)
def test_an_import_that_points_upwards_breaks_a_contract(
    module: str, statement: str, package_copy: Path
) -> None:
    """Wherever it is, from a leaf as from a package, at the top of a file as in a function."""
    broken = package_copy / "kubewitness" / module
    before = broken.read_text("utf-8")
    broken.write_text(f"{before}\n{statement}\n", "utf-8")
    try:
        done = lint_imports(package_copy)
    finally:
        broken.write_text(before, "utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    name = module.removesuffix(".py").replace("/", ".")
    assert f"kubewitness.{name} -> kubewitness." in done.stdout


def test_no_test_imports_from_a_test() -> None:
    """What two tests share is in `support` or in a module beside them."""
    found = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in TESTS.rglob("*.py")
        for name in imported(path)
        if any(part.startswith("test_") for part in name.split("."))
    ]
    assert found == []


def test_every_folder_of_tests_is_called_after_what_it_tests() -> None:
    """Whoever changes a package finds its tests."""
    packages = {path.parts[0] for path in MODULES if len(path.parts) > 1}
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/*.py")}
    assert folders - OTHER_FOLDERS <= packages


def test_only_the_adapter_touches_raw_policy_properties() -> None:
    """`args.props` and `resource.props` raise and fail open; one file knows how to read them."""
    found = {
        path.as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "props"
    }
    assert found == {"sources/crossguard.py"}


REPEATED_CLASS_NAMES = {"Destination"}
"""A published type of the components has its name, and so has a part of the graph."""


def test_class_names_are_unique() -> None:
    """Whoever reads a public class's name knows which one is meant."""
    defined = Counter(
        node.name
        for path in MODULES
        # An argument's type for Pulumi's analyzer has the name of the model that it is of.
        if path.name != "generated.py"
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
