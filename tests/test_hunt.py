"""`kubewitness hunt`: what it reads, what it prints, and what its exit codes mean."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from command import read, run
from kubewitness.detections.registry import all_rules, cases
from kubewitness.errors import ExitCode

EXEC = next(rule for rule in all_rules() if rule.slug == "pod-exec")
ATTACK = cases(EXEC, "malicious")["exec-as-get"]
DENIED = cases(EXEC, "benign")["denied"]

RULE = """\
name: Anything
severity: Low
query: |
  AKSAudit | project TimeGenerated, Username = tostring(User.username)
"""


def hunt(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, Any], str]:
    """Hunt, and read the JSON."""
    code, out, err = run(capsys, "hunt", *words, "--format", "json")
    return code, json.loads(out), err


def test_logs_and_a_store_of_them_give_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has logs need not make a store, and finds none afterwards."""
    read(tmp_path / "some.store", ATTACK)
    from_logs = hunt(capsys, ATTACK, "--rule", "pod-exec")
    assert from_logs[0] == ExitCode.VIOLATION
    assert from_logs == hunt(capsys, tmp_path / "some.store", "--rule", "pod-exec")
    (finding,) = from_logs[1]["findings"]
    assert (finding["rule"], finding["techniques"]) == ("pod-exec", ["T1609"])
    assert finding["values"]["Command"] == "sh"


def test_nothing_found_is_all_well(capsys: pytest.CaptureFixture[str]) -> None:
    """What was refused is no finding."""
    code, document, _ = hunt(capsys, DENIED, "--rule", "pod-exec")
    assert code == ExitCode.OK
    assert document == {
        "version": 1,
        "summary": {
            "detections": 1,
            "not_run": 0,
            "found_something": 0,
            "findings": 0,
            "unreadable": 0,
        },
        "not_run": [],
        "findings": [],
    }


def test_what_could_not_be_read_is_told_and_fails_where_nothing_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding comes first: exit code 1, not 5."""
    for log, expected in ((DENIED, ExitCode.UNREADABLE), (ATTACK, ExitCode.VIOLATION)):
        (tmp_path / "torn").write_bytes(b"torn off\n" + log.read_bytes())
        code, document, _ = hunt(capsys, tmp_path / "torn", "--rule", "pod-exec")
        assert (code, document["summary"]["unreadable"]) == (expected, 1)


def test_a_log_without_events_is_nothing_to_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No events are no proof of no attacks."""
    (tmp_path / "empty.log").write_bytes(b"\n")
    assert run(capsys, "hunt", tmp_path / "empty.log")[0] == ExitCode.NOTHING


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.log"], "nowhere.log"),
        ([ATTACK, "--rule", "pod-exce"], "no detection is called `pod-exce`"),
        ([ATTACK, "--since", "yesterday"], "`yesterday` is no time"),
        (["gone.store"], "there is no store"),
    ],
)
def test_bad_input_is_explained(
    words: Sequence[str | Path], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, without a traceback."""
    code, out, err = run(capsys, "hunt", *words)
    assert (code, out) == (ExitCode.USAGE, "")
    assert said in err


def test_a_period_restricts_what_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    """The session began at ten."""
    for since, until, found in (
        ("2026-03-01T09:00Z", "2026-03-01T11:00Z", 1),
        ("2026-03-01T11:00Z", "2026-03-01T12:00Z", 0),
    ):
        words = (ATTACK, "--rule", "pod-exec", "--since", since, "--until", until)
        assert hunt(capsys, *words)[1]["summary"]["findings"] == found


def test_rules_of_ones_own_are_run_and_their_faults_told_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file or a folder of Sentinel's YAML, over the tables of Azure."""
    (tmp_path / "anything.yaml").write_text(RULE)
    code, document, _ = hunt(capsys, DENIED, "--rules", tmp_path / "anything.yaml")
    assert (code, document["summary"]["findings"]) == (ExitCode.VIOLATION, 1)
    (tmp_path / "typo.yaml").write_text(RULE.replace("User.username", "Usr.username"))
    (tmp_path / "table.yaml").write_text(RULE.replace("AKSAudit", "AKSAudits"))
    code, document, err = hunt(capsys, DENIED, "--rules", tmp_path)
    assert (code, document["summary"]["findings"]) == (ExitCode.VIOLATION, 1)
    assert [each["rule"] for each in document["not_run"]] == ["table", "typo"]
    assert "not run: typo: unknown column `Usr`" in err
    assert "not run: table: unknown table `AKSAudits`" in err


def test_a_rule_that_cannot_be_run_is_no_proof_of_no_attacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 5 where another found nothing, 2 where there is no other."""
    (tmp_path / "typo.yaml").write_text(RULE.replace("User.username", "Usr.username"))
    words = (DENIED, "--rules", tmp_path, "--rule", "pod-exec")
    code, document, _ = hunt(capsys, *words)
    assert (code, document["summary"]["not_run"]) == (ExitCode.UNREADABLE, 1)
    code, out, err = run(capsys, "hunt", DENIED, "--rules", tmp_path)
    assert (code, out) == (ExitCode.USAGE, "")
    assert "typo: unknown column `Usr`" in err


def test_people_see_the_worst_first_and_a_line_of_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And how many more there are."""
    worse = RULE.replace("Low", "High").replace("Anything", "Worse")
    for name, text in (("anything", RULE), ("worse", worse)):
        (tmp_path / f"{name}.yaml").write_text(text)
    words = ("hunt", ATTACK, "--rules", tmp_path, "--limit", "1")
    code, out, _ = run(capsys, *words)
    assert code == ExitCode.VIOLATION
    lines = out.splitlines()
    assert lines[0] == "HIGH worse: Worse"
    assert lines[2] == "  and 1 more; `--limit` shows more, json all"
    assert lines[3] == "LOW anything: Anything"
    assert lines[-1] == "detections 2, not run 0, found something 2, findings 4, unreadable 0"


def test_severities_below_the_least_are_not_looked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """To run a command is nothing by itself."""
    assert EXEC.severity == "Informational"
    least = [rule for rule in all_rules() if rule.severity in {"High", "Medium"}]
    assert "pod-exec" not in {f["rule"] for f in hunt(capsys, ATTACK)[1]["findings"]}
    code, document, _ = hunt(capsys, ATTACK, "--severity", "medium")
    assert document["summary"]["detections"] == len(least)
    assert "pod-exec" not in {finding["rule"] for finding in document["findings"]}
    assert code == (ExitCode.VIOLATION if document["findings"] else ExitCode.OK)
