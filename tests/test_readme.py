"""Every command and every program in the README does what the README says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from kubewitness.errors import ExitCode
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings
from kubewitness.sources.program.answers import Answers
from support.check_source import check_source
from support.engine import Engine, write_project
from support.paths import ROOT

README = (ROOT / "README.md").read_text("utf-8")
BIN = Path(sys.executable).parent


def page(name: str) -> str:
    """The text of a page of the docs."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]
EXIT_CODES = {
    ".venv/bin/kubewitness check examples/blocked": ExitCode.VIOLATION,
    ".venv/bin/kubewitness hunt examples/logs/PT1H.json --severity high": ExitCode.VIOLATION,
}


def kubewitness(line: str, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Run a line of the README with the command under test in place of `.venv/bin/…`."""
    arguments = shlex.split(line)[1:]
    command = [str(BIN / "kubewitness"), *arguments]
    # The examples name no environment: what is first on PATH runs them.
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("block", [b for b in blocks("sh") if b.startswith(".venv/bin/kubew")])
def test_each_kubewitness_command_does_what_it_says(block: str, tmp_path: Path) -> None:
    """Line by line, in a folder with the examples, each ends with the promised exit code."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for line in block.splitlines():
        done = kubewitness(line, tmp_path)
        assert done.returncode == EXIT_CODES.get(line, ExitCode.OK), done.stderr
        assert done.stdout or done.stderr


def test_the_balance_in_the_docs_is_what_the_example_prints(tmp_path: Path) -> None:
    """The figures in docs/investigate/reading.md are those of the log that the repository ships."""
    shutil.copytree(ROOT / "examples" / "logs", tmp_path / "examples" / "logs")
    done = kubewitness(".venv/bin/kubewitness ingest examples/logs/PT1H.json", tmp_path)
    shown = re.findall(r"its balance, .*?```\n(.*?)```", page("investigate/reading"), re.DOTALL)
    assert shown == [done.stdout]


def test_no_command_of_the_readme_goes_untested() -> None:
    """What is neither ours nor `make` is listed here with the test that runs it."""
    others = [line for line in COMMANDS if not line.startswith(".venv/bin/kubewitness")]
    assert others == [
        "make demo",  # its recipe is run below
        "make test",  # is running
        'pulumi preview --policy-pack "$(.venv/bin/kubewitness policy-pack)"',  # below
    ]


def test_make_demo_runs_the_demo() -> None:
    """The recipe of `make demo` is `kubewitness demo`, which passes one and stops the other."""
    recipe = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "demo"],  # noqa: S607 the user's own make
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert recipe.stdout.splitlines()[-1] == ".venv/bin/kubewitness demo"
    done = kubewitness(".venv/bin/kubewitness demo")
    assert done.returncode == 0, done.stderr
    assert "Next, in the folder" in done.stdout
    assert "kube-audit-admin  audited-audit-logs  Log Analytics workspace" in done.stdout
    assert "category `guard` is not sent anywhere" in done.stdout


def test_the_program_passes_its_own_pack(tmp_path: Path) -> None:
    """The ten lines are a cluster that passes."""
    (source,) = blocks("python")
    assert check_source(write_project(tmp_path, source)).exit_code is ExitCode.OK


def test_the_documents_are_accepted() -> None:
    """The settings and the answers that the docs show are read without a fault."""
    (settings,) = blocks("json", page("enforce/settings"))
    Settings(json.loads(settings), all_policies())
    (answers,) = blocks("yaml", page("enforce/check"))
    Answers.model_validate(yaml.safe_load(answers))


def test_the_readme_is_one_page_that_leads_to_each_part_of_the_docs() -> None:
    """It has at most 700 words, and links to the start page of each task."""
    assert len(README.split()) <= 700
    for task in ("provision", "enforce", "investigate", "prove"):
        assert f"](docs/{task}/index.md)" in README


def test_every_policy_and_exit_code_is_in_the_reference() -> None:
    """A new policy or code is listed."""
    for policy in all_policies():
        assert f"| [{policy.id}]({policy.id}.md) |" in page("policies/README")
    for code in ExitCode:
        assert f"| {int(code)} |" in page("reference/exit-codes")


def pinned(name: str) -> dict[str, str]:
    """The version of each package in a requirement file, each of which has a hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in entries), name
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_every_extra_is_documented_and_pinned_to_the_versions_that_are_tested() -> None:
    """The file that the docs install has a hash for each package of each extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    _, extras_section, *_ = re.split(r"^## Extras\n", page("start/install"), flags=re.MULTILINE)
    listed = re.findall(r"^\| `(\w+)` \|", extras_section, re.MULTILINE)
    assert set(listed) == set(project["optional-dependencies"])
    extras, tested = pinned("extras"), pinned("dev")
    wanted = {
        re.split(r"[\[><=]", requirement)[0].lower()
        for requirements in project["optional-dependencies"].values()
        for requirement in requirements
    }
    assert wanted <= extras.keys()
    assert extras.items() <= tested.items()


@pytest.mark.engine
def test_the_pulumi_command_works_from_the_root(engine: Engine, tmp_path: Path) -> None:
    """`pulumi preview` from a clone previews the quickstart with the pack on."""
    manifest = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))
    source = (ROOT / manifest["main"] / "__main__.py").read_text("utf-8")
    pack = kubewitness(".venv/bin/kubewitness policy-pack").stdout.strip()
    program = write_project(tmp_path / "clone", source, name=manifest["name"])
    assert engine.init_stack(program).exit_code == 0
    previewed = engine.preview(program, [Path(pack)])
    assert previewed.exit_code == 0, previewed.stdout
    assert previewed.violations == []
