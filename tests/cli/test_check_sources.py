"""`kubewitness check` of several sources and stacks: each is named, and none is lost."""

import json
from pathlib import Path

import pytest

from support.command import run
from support.engine import write_project
from support.scenarios import PRELUDE
from support.states import state_resource, write_state

NETWORK = "import pulumi_azure_native as azure\n\nazure.resources.ResourceGroup('net')\n"
PER_STACK = (
    PRELUDE
    + """
import pulumi

if pulumi.get_stack() != "empty":
    cluster("aks", disable_local_accounts=pulumi.get_stack() == "good")
"""
)
HIDDEN = "a\u202e\x1b[2J\u2066b\nFAIL forged\n1 cluster: checked 1, failed 0"


def stacks(folder: Path, *names: str) -> Path:
    """Write a program whose cluster depends on the stack."""
    program = write_project(folder, PER_STACK)
    for name in names:
        (program / f"Pulumi.{name}.yaml").write_text("config: {}\n", "utf-8")
    return program


@pytest.fixture
def net_and_state(tmp_path: Path) -> tuple[Path, Path]:
    """A program without clusters, and a state with one."""
    write_project(tmp_path / "net", NETWORK)
    return tmp_path / "net", write_state(tmp_path / "prod", state_resource("aks"))


def test_the_source_without_clusters_is_named(
    net_and_state: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """Only that one, with its stack; the violation of the other decides the exit code."""
    net, state = net_and_state
    code, out, err = run(capfd, "check", net, state)
    assert code == 1
    assert f"nothing to check: {net} (stack dev) manages no cluster" in err
    assert err.count("nothing to check") == 1
    assert f"{net} (stack dev): exit code 3" in out
    assert f"{state} (stack prod): exit code 1" in out


def test_nothing_to_check_in_one_source_outweighs_a_pass_in_another(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--allow-empty` lets a monorepo check all of its programs; the empty one is still named."""
    net = write_project(tmp_path / "net", NETWORK)
    good = write_project(tmp_path / "good", PRELUDE + 'setting("audit", cluster("aks").id)')
    assert run(capfd, "check", net, good)[0] == 3
    code, _, err = run(capfd, "check", net, good, "--allow-empty")
    assert code == 0
    assert f"nothing to check: {net} (stack dev)" in err


def test_allow_empty_excuses_no_folder_without_a_program(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody knows what would be checked there: the folder may be the wrong one."""
    (tmp_path / "docs").mkdir()
    assert run(capfd, "check", tmp_path / "docs", "--allow-empty")[0] == 3
    assert run(capfd, "check", tmp_path / "missing", "--allow-empty")[0] == 2


def test_allow_empty_excuses_no_violation(
    net_and_state: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """It is about sources without clusters, and nothing else."""
    assert run(capfd, "check", *net_and_state, "--allow-empty")[0] == 1


def test_all_stacks_checks_the_settings_of_each_stack(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A violation in one stack is found although another passes and a third is empty."""
    program = stacks(tmp_path / "p", "bad", "empty", "good")
    code, out, err = run(capfd, "check", program, "--all-stacks", "--format", "json")
    document = json.loads(out)
    assert code == 1
    assert [(one["stack"], one["exitCode"]) for one in document["sources"]] == [
        ("bad", 1),
        ("empty", 3),
        ("good", 1),
    ]
    local = {
        (one["stack"], verdict["outcome"])
        for one in document["sources"]
        for verdict in one["verdicts"]
        if verdict["policy"] == "aks-local-accounts"
    }
    assert local == {("bad", "fail"), ("good", "pass")}
    assert f"nothing to check: {program} (stack empty)" in err


def test_all_stacks_of_a_program_without_stack_files_is_its_only_stack(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """States have one stack, and folders without a program are told as ever."""
    state = write_state(tmp_path / "state", state_resource("aks"))
    program = stacks(tmp_path / "p")
    (tmp_path / "docs").mkdir()
    docs = tmp_path / "docs"
    code, out, _ = run(capfd, "check", state, program, docs, "--all-stacks", "--format", "json")
    document = json.loads(out)
    assert code == 1
    assert [one["stack"] for one in document["sources"]] == ["prod", "dev"]
    (missing,) = document["notChecked"]
    assert (missing["source"], missing["exitCode"]) == (str(tmp_path / "docs"), 3)


def test_all_stacks_and_stack_exclude_each_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Bad usage."""
    code, _, err = run(capfd, "check", tmp_path, "--all-stacks", "--stack", "dev")
    assert code == 2
    assert "--all-stacks and --stack exclude each other" in err


def test_a_broken_stack_file_hides_no_other_stack(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its error has file and line, and the other stack is judged."""
    program = stacks(tmp_path / "p", "good")
    (program / "Pulumi.broken.yaml").write_text("config:\n  - [\n", "utf-8")
    code, out, _ = run(capfd, "check", program, "--all-stacks", "--format", "json")
    document = json.loads(out)
    assert code == 2
    assert [one["stack"] for one in document["sources"]] == ["good"]
    (broken,) = document["notChecked"]
    assert broken["stack"] == "broken"
    assert broken["faults"][0]["position"]["file"] == "Pulumi.broken.yaml"


def test_a_broken_project_file_hides_no_other_source(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its stacks cannot be listed; the program is reported, and the other one is judged."""
    broken, program = stacks(tmp_path / "a"), stacks(tmp_path / "b", "good")
    (broken / "Pulumi.yaml").write_text("name: [\n", "utf-8")
    code, out, _ = run(capfd, "check", broken, program, "--all-stacks", "--format", "json")
    document = json.loads(out)
    assert code == 2
    assert [one["stack"] for one in document["sources"]] == ["good"]
    (missing,) = document["notChecked"]
    assert missing["faults"][0]["position"]["file"].endswith("Pulumi.yaml")


@pytest.mark.parametrize("format_", ["table", "json", "sarif", "github"])
def test_no_name_moves_a_cursor_turns_a_text_around_or_forges_a_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], format_: str
) -> None:
    """Names of resources, types and stacks are whatever a program says."""
    token = f"azure-native:containerservice:ManagedCluster{HIDDEN.splitlines()[0]}"
    state = write_state(
        tmp_path,
        {**state_resource(HIDDEN), "parent": HIDDEN},
        state_resource(HIDDEN, token),
        state_resource("[/bold]", "pulumi:providers:kubernetes"),
    )
    words = ["--tree"] if format_ == "table" else []
    code, out, err = run(capfd, "check", state, "--format", format_, *words)
    assert code == 1
    assert all(line.isprintable() for line in (out + err).splitlines())
    lines = out.splitlines()
    assert not any(line.startswith(("FAIL forged", "1 cluster: checked 1,")) for line in lines)
    if format_ in {"json", "sarif"}:
        json.loads(out)


def test_errors_and_logs_show_no_control_characters(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An exception's text, a file's name and an option's value are as foreign as a name."""
    program = write_project(tmp_path / "p\u202e", f"raise LookupError({HIDDEN!r})\n")
    calls: list[list[str | Path]] = [
        [program],
        [tmp_path / "gone\x1b[2J"],
        [tmp_path, "--explain", "\u202e"],
        [tmp_path, "--format", "\x1b[2J"],
        [tmp_path, "--pack", "\u2066"],
    ]
    for words in calls:
        code, out, err = run(capfd, "check", *words)
        assert code == 2
        assert all(line.isprintable() for line in (out + err).splitlines()), words
