"""Mutation testing: whatever is broken in a rule or in the graph, some test must fail.

`make mutation` runs this. mutmut breaks the functions. It finds no tests from a source folder or
a wheel, so it gets a copy laid out as it wants; and it breaks no tables, so their entries are
taken away here one by one. `python tests/mutation/run.py PATTERN …` tries the modules named alone,
and `--again` only what survived or has changed since the last time.
"""

import ast
import difflib
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table

TESTS: Final = tuple(
    f"tests/{name}.py"
    for name in (
        "catalog/test_catalog",
        "graph/test_hidden_clusters",
        "graph/test_links",
        "graph/test_provider_formats",
        "graph/test_templates",
        "graph/test_values",
        "policies/test_check",
        "policies/test_crossguard",
        "policies/test_examples",
        "policies/test_folder",
        "policies/test_messages",
        "policies/test_oracle",
        "policies/test_policies",
        "policies/test_remediation",
        "policies/test_run_state",
        "policies/test_settings",
        "sources/test_state",
        "agreement/test_sources_agree",
    )
)
"""The tests that must notice: the fast ones, for each mutant runs them anew."""

SLOW: Final = (
    # Writes the schemas of all policies 49 times over, for what the rules' own tests show as well.
    "tests/policies/test_crossguard.py::test_an_unknown_anywhere_is_undecided_and_mandatory",
)
OPTIONS: Final = (
    *("--cases", "25"),
    *("--tb=no", "-p", "no:cacheprovider"),
    *("-p", "no:unraisableexception"),  # collects garbage for a second at each end
    *(f"--deselect={test}" for test in SLOW),
)

MUTATED: Final = ("kubewitness/policies", "kubewitness/graph")
TABLES: Final = (*MUTATED, "kubewitness/catalog")
LEAST: Final = 95.0
"""The share of mutants, in percent, that must be killed."""

ROOT: Final = Path(__file__).parents[2]
STAGE: Final = ROOT / ".venv" / "mutation"
ACCEPTED: Final = ROOT / "tests" / "mutation" / "survivors.toml"
SETTINGS: Final = f"""
[tool.mutmut]
source_paths = ["kubewitness"]
only_mutate = {json.dumps([f"{folder}/*" for folder in MUTATED])}
also_copy = ["examples", "README.md"]
pytest_add_cli_args = {json.dumps([*OPTIONS, "-p", "mutation.run"])}
pytest_add_cli_args_test_selection = {json.dumps(TESTS)}
use_git_change_detection = false
"""
WORKERS: Final = os.cpu_count() or 1
PROSE: Final = re.compile(r"[A-Za-z].*\s|\s.*[A-Za-z]", re.DOTALL)


class Mutant(NamedTuple):
    """One thing broken, in words that stay the same while other code changes."""

    module: str
    where: str
    change: str
    killed: bool


def pytest_sessionstart(session: Any) -> None:
    """Import the test modules anew in each of mutmut's forks, for this file is a plugin, too.

    Else what they compute at their import would come from code that is whole. Their helpers stay,
    with whatever they remember: running the examples' programs for each mutant would take hours.
    """
    tests = session.config.rootpath / "tests"
    for name, module in list(sys.modules.items()):
        file = Path(str(getattr(module, "__file__", None)))
        if file.is_relative_to(tests) and file.name.startswith("test_"):
            del sys.modules[name]


def stage(*, again: bool) -> None:
    """Lay the project out as mutmut wants it: the package beside its tests.

    Where it is tried again, what was killed before and has not changed since stays killed.
    """
    if again:
        for meta in STAGE.rglob("mutants/**/*.meta"):
            kept = json.loads(meta.read_text("utf-8"))
            codes = kept["exit_code_by_key"]
            kept["exit_code_by_key"] = {k: code if code == 1 else None for k, code in codes.items()}
            meta.write_text(json.dumps(kept), "utf-8")
        (STAGE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    else:
        shutil.rmtree(STAGE, ignore_errors=True)
    for source in ("components/kubewitness", "tests", "examples"):
        shutil.copytree(ROOT / source, STAGE / Path(source).name, dirs_exist_ok=True)
    shutil.copy2(ROOT / "README.md", STAGE)
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    (STAGE / "pyproject.toml").write_text(settings + SETTINGS, "utf-8")


def run(*command: str, folder: Path = STAGE, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run a command in a staged copy; compiled files are kept, or each mutant compiles anew."""
    environment = {**os.environ, "PYTHONPATH": str(STAGE / "tests"), "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, cwd=folder, env=environment, text=True, check=False, **options)


def functions(patterns: list[str]) -> Iterator[Mutant]:
    """What mutmut breaks, without those mutants that change nothing but the words of a message."""
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    run(mutmut, "run", "none of them", stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # but makes
    changes = {name: change for name, change in _changes() if _is_meant(name, patterns)}
    if not changes:
        return
    ended = run(mutmut, "run", "--max-children", str(WORKERS), *changes).returncode
    if ended:
        sys.exit(f"mutmut ended with {ended}; see above")
    listed = run(mutmut, "results", "--all", "1", stdout=subprocess.PIPE).stdout
    for line in listed.splitlines():
        name, _, status = line.strip().partition(": ")
        if name in changes:
            module, _, mutant = name.rpartition(".")
            function = mutant.partition("__mutmut_")[0]
            where = function.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
            killed = status in {"killed", "timeout"}
            yield Mutant(module, f"{module}.{where}", changes[name], killed)


def _is_meant(name: str, patterns: list[str]) -> bool:
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _changes() -> Iterator[tuple[str, str]]:
    """Each mutant that mutmut has made, by its name, and what it changes beside wording."""
    made = STAGE / "mutants"
    for path in sorted(path for folder in MUTATED for path in (made / folder).rglob("*.py")):
        names = path.relative_to(made).with_suffix("").parts
        module = ".".join(name for name in names if name != "__init__")
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
        for name, broken in functions.items():
            function, is_mutant, number = name.partition("__mutmut_")
            if not is_mutant or number == "orig":
                continue
            original = functions[f"{function}__mutmut_orig"]
            original.name = broken.name = "function"
            if _without_prose(original) != _without_prose(broken):
                yield f"{module}.{name}", _change(original, broken)


def _without_prose(function: ast.FunctionDef) -> str:
    """A function without the wording of its texts; a text of one word could be a name."""
    tree = ast.parse(ast.unparse(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "text" if PROSE.search(node.value) else node.value
    return ast.dump(tree)


def _change(original: ast.FunctionDef, broken: ast.FunctionDef) -> str:
    """The statements that differ, each on one line however long."""
    lines = difflib.ndiff(ast.unparse(original).splitlines(), ast.unparse(broken).splitlines())
    sides = {"-": list[str](), "+": list[str]()}
    for line in lines:
        sides.get(line[0], []).append(line[2:].strip())
    return "  →  ".join("; ".join(side) for side in sides.values())


def without_an_entry(source: str) -> Iterator[tuple[str, str, str]]:
    """Each table of a module, each entry of it, and the module without that entry."""
    module = ast.parse(source)
    for statement in module.body:
        if not (isinstance(statement, ast.AnnAssign) and statement.value):
            continue
        if not ast.unparse(statement.annotation).startswith("Final"):
            continue
        for table in ast.walk(statement.value):
            columns: list[list[Any]] = []
            if isinstance(table, ast.Dict):
                columns = [table.keys, table.values]
            elif isinstance(table, ast.Tuple | ast.List | ast.Set):
                columns = [table.elts]
            for index in range(len(columns[0]) if columns else 0):
                entry = [column.pop(index) for column in columns]
                words = ": ".join(ast.unparse(node) for node in entry if node)
                yield ast.unparse(statement.target), f"without {words}", ast.unparse(module)
                for column, node in zip(columns, entry, strict=True):
                    column.insert(index, node)


def tables(patterns: list[str]) -> Iterator[Mutant]:
    """What mutmut leaves whole; a table is read at its import, so each entry takes a process."""
    mutants: list[tuple[Mutant, Path, str]] = []
    for path in sorted(path for folder in TABLES for path in (STAGE / folder).rglob("*.py")):
        file = path.relative_to(STAGE)
        module = ".".join(file.with_suffix("").parts)
        if not patterns or any(fnmatch.fnmatch(module, pattern) for pattern in patterns):
            for table, change, text in without_an_entry(path.read_text("utf-8")):
                mutant = Mutant(f"{module}, tables", f"{module}.{table}", change, killed=False)
                mutants.append((mutant, file, text))

    command = (sys.executable, "-m", "pytest", "-x", "-q", *OPTIONS, *TESTS)
    if run(*command).returncode:
        sys.exit("the tests fail before anything is broken; see above")

    def test(mutant: Mutant, file: Path, text: str) -> Mutant:
        with tempfile.TemporaryDirectory() as temporary:
            copy = Path(temporary) / "copy"
            shutil.copytree(STAGE, copy, ignore=shutil.ignore_patterns("mutants"))
            (copy / file).write_text(text, "utf-8")
            tested = run(*command, folder=copy, capture_output=True, timeout=600)
        return mutant._replace(killed=tested.returncode != 0)

    with ThreadPoolExecutor(WORKERS) as pool:
        tested = pool.map(test, *zip(*mutants, strict=True)) if mutants else iter(())
        yield from track(tested, "Tables", len(mutants))


def report(mutants: list[Mutant], *, whole: bool) -> bool:
    """Print the scores and each survivor that nobody accepted; true where all is well.

    An accepted survivor counts against the score, too: a reason is no test.
    """
    console = Console(width=120, soft_wrap=True)
    accepted = tomllib.loads(ACCEPTED.read_text("utf-8")).get("survivor", [])
    reasons = {(entry["where"], entry["change"]): entry["reason"] for entry in accepted}
    survivors = {(mutant.where, mutant.change) for mutant in mutants if not mutant.killed}
    for where, change in sorted(survivors - {key for key, why in reasons.items() if why.strip()}):
        quoted = (json.dumps(text, ensure_ascii=False) for text in (where, change))
        block = '[[survivor]]\nwhere = {}\nchange = {}\nreason = ""\n'.format(*quoted)
        console.print(block, markup=False, highlight=False)
    for where, change in sorted(reasons.keys() - survivors if whole else ()):
        console.print(f"accepted, but gone: {where}: {change}", markup=False, highlight=False)
    table = Table(Column("module", no_wrap=True), "mutants", "killed", "survived", "score")
    every = Counter(mutant.module for mutant in mutants)
    killed = Counter(mutant.module for mutant in mutants if mutant.killed)
    rows = [(module, every[module], killed[module]) for module in sorted(every)]
    rows.append(("in all", every.total(), killed.total()))
    for module, of, dead in rows:
        table.add_row(module, f"{of}", f"{dead}", f"{of - dead}", f"{100 * dead / of:.1f} %")
    console.print(table)
    return survivors <= reasons.keys() and 100 * killed.total() >= LEAST * every.total()


if __name__ == "__main__":
    modules = [argument for argument in sys.argv[1:] if argument != "--again"]
    stage(again="--again" in sys.argv)
    tried = [*functions(modules), *tables(modules)]
    sys.exit(0 if report(tried, whole=not modules) else 1)
