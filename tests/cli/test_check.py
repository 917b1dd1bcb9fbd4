"""`kubewitness check` as a user meets it: exit codes, words, documents."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.errors import ExitCode
from support.command import run
from support.engine import write_policy_pack, write_project
from support.paths import EXAMPLES
from support.scenarios import PRELUDE, PROTECT_PACK

PASSING = PRELUDE + 'setting("audit", cluster("aks").id)'
FAILING = PRELUDE + 'setting("audit", cluster("aks", disable_local_accounts=None).id, ALL[:2])'


def kubewitness(
    *arguments: str | Path, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the installed command."""
    command = [Path(sys.executable).parent / "kubewitness", *arguments]
    environment = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_quickstart_passes_with_one_line_and_exit_code_0() -> None:
    """All is well: silence but for the summary, which counts what was looked at."""
    done = kubewitness("check", EXAMPLES / "quickstart", "--python", sys.executable)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "1 cluster: checked 12, failed 0, undecided 0, exempt 0, collected elsewhere 0, "
        "not assessed 0, unreadable 0\n"
    )


def test_blocked_names_cluster_category_rule_and_fix(snapshot: SnapshotAssertion) -> None:
    """A newcomer can act on the output without opening the docs; exit code 1."""
    done = kubewitness("check", EXAMPLES / "blocked", "--python", sys.executable)
    assert done.returncode == 1, done.stderr
    assert done.stdout == snapshot


def test_tree_shows_resources_and_what_is_collected_where(snapshot: SnapshotAssertion) -> None:
    """`--tree` draws the stack and lists each category with its setting and destination."""
    done = kubewitness("check", "quickstart", "--tree", "--python", sys.executable, cwd=EXAMPLES)
    assert done.stdout == snapshot


def test_current_folder_is_the_default_source(tmp_path: Path) -> None:
    """Without a source the program in the current folder is checked."""
    write_project(tmp_path, PASSING)
    assert kubewitness("check", cwd=tmp_path).returncode == 0


def test_an_empty_folder_is_nothing_to_check_exit_code_3(tmp_path: Path) -> None:
    """No program: never a pass."""
    done = kubewitness("check", tmp_path)
    assert done.returncode == 3
    assert "nothing to check" in done.stderr


def test_a_program_without_clusters_is_nothing_to_check_exit_code_3(tmp_path: Path) -> None:
    """A program that makes no cluster is no pass either."""
    done = kubewitness("check", write_project(tmp_path, PRELUDE))
    assert done.returncode == 3
    assert "nothing to check" in done.stderr


def test_a_syntax_error_shows_the_users_line_and_no_traceback_of_ours(tmp_path: Path) -> None:
    """Exit code 2 with file and line."""
    done = kubewitness("check", write_project(tmp_path, "import pulumi\nthis is wrong\n"))
    assert done.returncode == 2
    assert "__main__.py" in done.stderr
    assert "line 2" in done.stderr
    assert "this is wrong" in done.stderr
    assert "kubewitness/" not in done.stderr.replace(str(tmp_path), "")


def test_an_exception_shows_the_users_frames_only(tmp_path: Path) -> None:
    """The line that raised, without the frames of SDK and launcher."""
    source = "import pulumi\n\n\ndef broken():\n    raise LookupError('gone')\n\n\nbroken()\n"
    done = kubewitness("check", write_project(tmp_path, source))
    assert done.returncode == 2
    assert f"{tmp_path}/__main__.py:5: " in done.stderr
    assert "LookupError: gone" in done.stderr
    assert "kubewitness_launcher" not in done.stderr
    assert "runpy" not in done.stderr


def test_an_exception_that_only_an_apply_meets_is_not_lost(tmp_path: Path) -> None:
    """What fails after the program's last line fails the check."""
    source = PASSING + "\npulumi.Output.from_input(1).apply(lambda _: 1 / 0)\n"
    done = kubewitness("check", write_project(tmp_path, source))
    assert done.returncode == 2
    assert "ZeroDivisionError" in done.stderr


def test_a_program_in_another_language_is_refused_with_what_to_run_instead(tmp_path: Path) -> None:
    """Exit code 2, for silence would look like a pass."""
    (tmp_path / "Pulumi.yaml").write_text("name: web\nruntime: nodejs\n", "utf-8")
    done = kubewitness("check", tmp_path)
    assert done.returncode == 2
    assert "pulumi preview --policy-pack" in done.stderr


@pytest.mark.parametrize("command", ["check", "coverage"])
def test_the_help_names_every_exit_code(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever runs it in a pipeline looks there; a fault of ours is told by the whole command."""
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    named = re.findall(r"^ +(\d+)  \w", out.partition("Exit codes")[2], re.MULTILINE)
    assert named == [str(code.value) for code in ExitCode if code is not ExitCode.INTERNAL]


def test_json_is_one_versioned_document(tmp_path: Path) -> None:
    """Machine output: version, summary, verdicts with stable codes of reasons."""
    done = kubewitness("check", write_project(tmp_path, FAILING), "--format", "json")
    document = json.loads(done.stdout)
    assert document["version"] == 2
    assert document["summary"] == {
        "checked": 12,
        "failed": 2,
        "undecided": 0,
        "exempt": 0,
        "collectedElsewhere": 0,
        "notAssessed": 0,
        "unreadable": 0,
        "inBaseline": 0,
    }
    verdicts = {verdict["policy"]: verdict for verdict in document["sources"][0]["verdicts"]}
    logs = verdicts["aks-audit-logs"]
    assert [reason["code"] for reason in logs["reasons"]] == ["missing:guard"]
    assert logs["urn"].endswith("::aks")
    assert done.returncode == document["sources"][0]["exitCode"] == 1


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    """With `--output` nothing is printed."""
    report = tmp_path / "report.json"
    program = write_project(tmp_path / "program", PASSING)
    done = kubewitness("check", program, "--format", "json", "--output", report)
    assert done.stdout == ""
    assert json.loads(report.read_text("utf-8"))["summary"]["failed"] == 0


def test_several_sources_give_one_report_and_the_worst_code(tmp_path: Path) -> None:
    """A violation in one outweighs a pass in the other."""
    good = write_project(tmp_path / "good", PASSING)
    bad = write_project(tmp_path / "bad", FAILING)
    done = kubewitness("check", good, bad, "--format", "json")
    assert len(json.loads(done.stdout)["sources"]) == 2
    assert done.returncode == 1


@pytest.mark.parametrize("order", [("empty", "bad"), ("bad", "empty")])
def test_a_source_that_cannot_be_checked_hides_no_violation(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    """Every source is checked, and the report is of those that could be."""
    (tmp_path / "empty").mkdir()
    write_project(tmp_path / "bad", FAILING)
    done = kubewitness("check", *(tmp_path / name for name in order))
    assert done.returncode == 1
    assert "nothing to check" in done.stderr
    assert "FAIL aks-local-accounts" in done.stdout


def test_an_output_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Exit code 2 and the path."""
    program = write_project(tmp_path / "program", PASSING)
    target = tmp_path / "no" / "report"
    done = kubewitness("check", program, "--output", target)
    assert done.returncode == 2
    assert f"{target}: cannot be written" in done.stderr


def test_a_program_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    """It says how to allow more."""
    program = write_project(tmp_path, "import time\ntime.sleep(60)\n")
    done = kubewitness("check", program, "--timeout", "1")
    assert done.returncode == 2
    assert "--timeout" in done.stderr


def test_the_initial_configuration_of_another_pack_counts(tmp_path: Path) -> None:
    """A pack may lower its own level, for one policy or for all."""
    lowered = 'initial_config={"all": EnforcementLevel.ADVISORY}, enforcement_level'
    source = PROTECT_PACK.replace("enforcement_level", lowered)
    program = write_project(tmp_path / "program", PASSING)
    pack = write_policy_pack(tmp_path / "pack", source)
    done = kubewitness("check", program, "--policy-pack", pack)
    assert done.returncode == 0
    assert "ADVISORY other/protected" in done.stdout


def test_advisory_rules_are_printed_and_do_not_fail(tmp_path: Path) -> None:
    """Levels come from the same file that `pulumi --policy-pack-config` takes."""
    settings = tmp_path / "settings.json"
    settings.write_text('{"all": "advisory", "aks-entra-rbac": "disabled"}', "utf-8")
    program = write_project(tmp_path / "program", FAILING)
    done = kubewitness("check", program, "--policy-pack-config", settings)
    assert done.returncode == 0
    assert "FAIL (does not block) aks-local-accounts" in done.stdout
    assert "failed 2, undecided 0" in done.stdout


def test_every_fault_in_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    """Misspelt rules, levels and settings, each with its path."""
    settings = tmp_path / "settings.json"
    settings.write_text(
        '{"aks-audit-log": "mandatory", "aks-audit-logs": {"coverage": "most"},'
        ' "aks-entra-rbac": "compulsory"}',
        "utf-8",
    )
    done = kubewitness("check", tmp_path, "--policy-pack-config", settings)
    assert done.returncode == 2
    assert "no policy is called `aks-audit-log`" in done.stderr
    assert f"{settings}:1: aks-audit-logs, coverage: must be `all`, `any` or `cis`" in done.stderr
    assert f"{settings}:1: aks-entra-rbac, enforcementLevel: must be" in done.stderr


def test_another_policy_pack_fails_the_check_by_its_own_name(tmp_path: Path) -> None:
    """`--policy-pack` runs a pack of somebody else on the same preview."""
    program = write_project(tmp_path / "program", PASSING)
    pack = write_policy_pack(tmp_path / "pack", PROTECT_PACK)
    done = kubewitness("check", program, "--policy-pack", pack)
    assert done.returncode == 1
    assert "MANDATORY other/protected" in done.stdout
    assert "a cluster must be protected" in done.stdout


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("raise SystemExit('no')", "did not start"),
        ("import time\nprint('hello')\ntime.sleep(600)", "did not start"),
        (
            PROTECT_PACK.replace("if args", "raise KeyError('oops')\n    if args"),
            "the policy pack failed",
        ),
    ],
    ids=["dies at once", "prints no port", "raises"],
)
def test_a_broken_policy_pack_is_an_error_and_never_a_pass(
    tmp_path: Path, source: str, words: str
) -> None:
    """Exit code 2 and the pack's folder."""
    program = write_project(tmp_path / "program", PASSING)
    pack = write_policy_pack(tmp_path / "pack", source)
    done = kubewitness("check", program, "--policy-pack", pack)
    assert done.returncode == 2
    assert words in done.stderr
    assert str(pack) in done.stderr


def test_a_fault_of_ours_is_exit_code_70_and_says_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unexpected exception is neither bad input nor a verdict, and shows no traceback."""
    from kubewitness import cli  # noqa: PLC0415 patched below

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("unexpected")

    monkeypatch.setattr(cli.cli, "main", broken)
    with pytest.raises(SystemExit) as ended:
        cli.main(["check"])
    assert ended.value.code == 70
    assert "Traceback" not in capsys.readouterr().err
