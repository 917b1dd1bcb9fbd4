"""`kubewitness hunt`: what it reads, what it prints, and what its exit codes mean."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kubewitness.detections.detection import SEVERITIES
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import ExitCode
from support.command import read, run
from support.paths import LIBRARY

EXEC = next(rule for rule in all_detections() if rule.slug == "pod-exec")
ATTACK = cases(EXEC, "malicious")["exec-as-get"]
DENIED = cases(EXEC, "benign", LIBRARY)["denied"]

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
    assert (finding["detection"], finding["techniques"]) == ("pod-exec", ["T1609"])
    assert finding["values"]["Command"] == "sh"


def test_with_a_baseline_only_new_findings_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document has all findings, so that it is the baseline of the next hunt."""
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    code, document, _ = hunt(capsys, ATTACK, "--rule", "pod-exec")
    assert code == ExitCode.VIOLATION
    before.write_text(json.dumps(document), "utf-8")
    words: list[str | Path] = ["--rule", "pod-exec", "--baseline", before]
    code, out, _ = run(capsys, "hunt", ATTACK, *words)
    assert code == ExitCode.OK
    assert "findings 1, known 1" in out
    assert "pod-exec:" not in out
    run(capsys, "hunt", ATTACK, *words, "--format", "json", "--output", after)
    other = tmp_path / "other.ndjson"
    changed = ATTACK.read_text("utf-8").replace("mallory", "trudy").replace("0c6d", "1c6d")
    other.write_text(changed, "utf-8")
    code, document, _ = hunt(capsys, ATTACK, other, "--rule", "pod-exec", "--baseline", after)
    assert code == ExitCode.VIOLATION
    assert sorted(finding["known"] for finding in document["findings"]) == [False, True]


@pytest.mark.parametrize(
    "text", ["{}", "[]", "{", '{"findings": [{}]}', '{"findings": [{"fingerprint": 1}]}']
)
def test_a_baseline_that_is_no_hunts_document_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """It never counts as an empty one."""
    (tmp_path / "before.json").write_text(text, "utf-8")
    code, _, err = run(capsys, "hunt", ATTACK, "--baseline", tmp_path / "before.json")
    assert code == ExitCode.USAGE
    assert "before.json" in err


def test_nothing_found_is_all_well(capsys: pytest.CaptureFixture[str]) -> None:
    """What was refused is no finding."""
    code, document, _ = hunt(capsys, DENIED, "--rule", "pod-exec")
    assert code == ExitCode.OK
    assert document.pop("log")["reads"] == 1
    assert set(document.pop("not_answerable")["queries"]) == {"request bodies", "activity"}
    assert document == {
        "version": 2,
        "summary": {
            "detections": 1,
            "not_run": 0,
            "found_something": 0,
            "findings": 0,
            "allowed": 0,
            "informational": 0,
            "events": 1,
            "events_without_time": 0,
            "unreadable": 0,
            "truncated": 0,
            "not_judged": 0,
            "could_not_judge": 0,
        },
        "not_run": [],
        "allow_list": None,
        "warnings": [],
        "unreadable": [],
        "faults": [],
        "findings": [],
        "not_judged": [],
    }


def test_what_could_not_be_read_is_told_and_fails_where_nothing_was_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding comes first: exit code 1, not 5."""
    for log, expected in ((DENIED, ExitCode.UNREADABLE), (ATTACK, ExitCode.VIOLATION)):
        (tmp_path / "torn").write_bytes(b"torn off\n" + log.read_bytes())
        code, document, _ = hunt(capsys, tmp_path / "torn", "--rule", "pod-exec")
        assert (code, document["summary"]["unreadable"]) == (expected, 1)


def test_files_that_could_not_be_read_are_named_with_counts_and_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error and in the JSON."""
    torn = tmp_path / "torn"
    junk = b"torn off\n" * 2 + b'{"a": 1}\n'
    torn.write_bytes(junk + DENIED.read_bytes() + b"torn off\n")
    _, document, err = hunt(capsys, torn, "--rule", "pod-exec")
    lines, other = "are lines of which none is of an audit log", "is not JSON"
    assert document["unreadable"] == [
        {"file": str(torn), "reason": lines, "pieces": 1},
        {"file": str(torn), "reason": other, "pieces": 1},
    ]
    assert err == (f"unreadable: {torn}: 2 pieces could not be read: {lines} (1); {other} (1)\n")


@pytest.mark.parametrize("more", [b"", DENIED.read_bytes()])
def test_names_of_files_cannot_command_the_terminal(
    more: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sends logs may name them."""
    (tmp_path / "a\x1b[2Jb.log").write_bytes(b"torn off\n" + more)
    err = run(capsys, "hunt", tmp_path, "--rule", "pod-exec")[2]
    assert "a\\x1b[2Jb.log: 1 piece could not" in err
    assert "\x1b" not in err


def test_of_many_files_that_could_not_be_read_a_person_sees_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program sees all."""
    for number in range(7):
        (tmp_path / f"{number}.log").write_bytes(b"torn off\n")
    (tmp_path / "good.log").write_bytes(DENIED.read_bytes())
    _, document, err = hunt(capsys, tmp_path, "--rule", "pod-exec")
    assert len(document["unreadable"]) == document["summary"]["unreadable"] == 7
    assert len(err.splitlines()) == 6
    assert err.splitlines()[-1] == "unreadable: and pieces of 2 more files"


@pytest.mark.parametrize("contents", [b"", b"\n"])
def test_a_log_without_events_is_nothing_to_check(
    contents: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No events are no proof of no attacks. The file is named as the user did."""
    (tmp_path / "empty.log").write_bytes(contents)
    code, out, err = run(capsys, "hunt", tmp_path / "empty.log")
    assert (code, out) == (ExitCode.NOTHING, "")
    assert err == f"nothing to check: {tmp_path / 'empty.log'}: there is no event in it\n"


CSV = b'"TimeGenerated [UTC]",Level,AuditId,Verb\n"2026-03-01 10:00",Metadata,a-1,get\n'


@pytest.mark.parametrize(
    ("contents", "reasons"),
    [
        (bytes(range(128, 256)), ["is not JSON (1)"]),
        (CSV, ["is JSON, but of no audit log's format (1)"]),
    ],
)
def test_a_log_of_which_nothing_can_be_read_is_unreadable(
    contents: bytes, reasons: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not empty: exit code 5, for the log and for a store of it."""
    log, store = tmp_path / "strange.log", tmp_path / "some.store"
    log.write_bytes(contents)
    read(store, log)
    for data in (log, store):
        code, out, err = run(capsys, "hunt", data)
        assert (code, out) == (ExitCode.UNREADABLE, "")
        assert err.startswith(f"error: {log}: ")
        assert all(reason in err for reason in [*reasons, "could not be read: "])
        assert "kubewitness-" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.log"], "nowhere.log"),
        ([ATTACK, "--rule", "pod-exce"], "`pod-exce`; did you mean `pod-exec`?\n"),
        ([ATTACK, "--rule", "zzzzzz"], "`zzzzzz`; docs/reference/detections.md lists all\n"),
        ([ATTACK, "--since", "yesterday"], "`yesterday` is not a time"),
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


def dated(time: str, count: int = 1) -> bytes:
    """Return the attack as events of another time, each with an audit id of its own."""
    event = json.loads(ATTACK.read_text().splitlines()[0])
    lines = []
    for number in range(count):
        event["auditID"] = f"{time}-{number}"
        event["requestReceivedTimestamp"] = event["stageTimestamp"] = time
        lines.append(json.dumps(event))
    return ("\n".join(lines) + "\n").encode()


EARLY, LATE, FUTURE = "2025-03-10T10:00:00Z", "2026-03-10T10:00:00Z", "2999-01-01T00:00:00Z"


def test_an_event_from_the_future_moves_no_period(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One wrong time must not put all other events outside of the period."""
    (tmp_path / "log").write_bytes(dated(LATE, 3) + dated(FUTURE))
    words = (tmp_path / "log", "--rule", "pod-exec", "--since", "30d")
    code, document, err = hunt(capsys, *words)
    assert (code, document["summary"]["findings"]) == (ExitCode.VIOLATION, 4)
    assert "events ahead of the clock: 1, the newest at 2999-01-01T00:00:00Z" in err
    assert document["warnings"]


def test_events_that_are_all_ahead_of_the_clock_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The period counts from the clock then."""
    words = ("--rule", "pod-exec", "--since", "1d", "--until", "0s")
    (tmp_path / "log").write_bytes(dated(FUTURE, 2))
    _, document, err = hunt(capsys, tmp_path / "log", *words)
    assert document["summary"]["events"] == 0
    assert "no event is in the period" in err


def test_one_event_long_after_all_others_is_an_outlier(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time may be wrong although it is not ahead of the clock."""
    (tmp_path / "log").write_bytes(dated(EARLY, 1200) + dated(LATE))
    _, document, err = hunt(capsys, tmp_path / "log", "--rule", "pod-exec", "--since", "30d")
    assert document["summary"]["events"] == 1
    assert "1 of 1,201 events are newer than all others by 365 days" in err
    assert f"--as-of {EARLY}" in err


def test_events_without_a_time_are_counted_where_a_period_leaves_them_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A period cannot contain them, so its summary says how many there are."""
    event = json.loads(ATTACK.read_text().splitlines()[0])
    del event["requestReceivedTimestamp"], event["stageTimestamp"]
    timeless = {**event, "auditID": "timeless"}
    (tmp_path / "log").write_bytes(dated(LATE) + json.dumps(timeless).encode() + b"\n")
    _, document, err = hunt(capsys, tmp_path / "log", "--rule", "pod-exec", "--since", "30d")
    assert document["summary"]["events_without_time"] == 1
    assert "1 of 2 events have no time" in err


def test_an_ordinary_log_has_no_warning_about_times(capsys: pytest.CaptureFixture[str]) -> None:
    """With and without a period."""
    one = (ATTACK, "--rule", "pod-exec")
    assert hunt(capsys, *one, "--since", "30d")[1]["warnings"] == []
    assert hunt(capsys, *one)[1]["warnings"] == []


def test_informational_findings_are_counted_unless_a_severity_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody should believe that nothing was left out."""
    _, document, err = hunt(capsys, ATTACK)
    assert document["summary"]["informational"] == 1
    assert "1 informational findings left out; `--severity informational` shows them" in err
    _, document, err = hunt(capsys, ATTACK, "--severity", "low")
    assert document["summary"]["informational"] == 0
    assert "left out" not in err


def test_what_could_not_be_read_into_a_store_is_told_by_each_hunt_and_query_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only `ingest` told of it before, and a hunt passed."""
    (tmp_path / "torn").write_bytes(b"torn off\n" + DENIED.read_bytes())
    read(tmp_path / "some.store", tmp_path / "torn")
    code, document, err = hunt(capsys, tmp_path / "some.store", "--rule", "pod-exec")
    assert (code, document["summary"]["unreadable"]) == (ExitCode.UNREADABLE, 1)
    assert "torn: 1 piece could not be read" in err
    _, _, err = run(capsys, "query", "KubeAudit | count", tmp_path / "some.store")
    assert "torn: 1 piece could not be read" in err


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
    assert [each["detection"] for each in document["not_run"]] == ["table", "typo"]
    assert "not run: typo: unknown column `Usr`" in err
    assert "not run: table: unknown table `AKSAudits`" in err


def test_a_fault_of_kql_shows_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line, and a mark below it."""
    (tmp_path / "anything.yaml").write_text(RULE)
    (tmp_path / "typo.yaml").write_text("name: n\nquery: KubeAudit | were true\n")
    _, _, err = hunt(capsys, DENIED, "--rules", tmp_path)
    assert "\n  KubeAudit | were true\n              ^" in err


def test_a_rule_that_cannot_be_run_is_no_proof_of_no_attacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 5 where another found nothing, 2 where there is no other."""
    (tmp_path / "typo.yaml").write_text(RULE.replace("User.username", "Usr.username"))
    (tmp_path / "none.yaml").write_text("name: n\nquery: AKSAudit | where Verb == 'none'\n")
    code, document, _ = hunt(capsys, DENIED, "--rules", tmp_path)
    assert (code, document["summary"]["not_run"]) == (ExitCode.UNREADABLE, 1)
    code, out, err = run(capsys, "hunt", DENIED, "--rules", tmp_path / "typo.yaml")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "typo: unknown column `Usr`" in err


def test_a_rule_that_is_nested_too_deeply_fails_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are run."""
    deep = f"{'(' * 300}1{')' * 300} == 1"
    (tmp_path / "deep.yaml").write_text(RULE.replace("AKSAudit |", f"AKSAudit | where {deep} |"))
    (tmp_path / "other.yaml").write_text(RULE)
    code, document, err = hunt(capsys, ATTACK, "--rules", tmp_path)
    assert (code, document["summary"]["findings"]) == (ExitCode.VIOLATION, 2)
    assert "not run: deep: the query is nested too deeply" in err


def test_a_rule_that_does_not_end_in_time_fails_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cross join of many rows never ends."""
    many = "range a from 1 to 3000000 step 1 | extend k = 1"
    query = f"{many} | join kind=inner ({many}) on k | summarize count()"
    (tmp_path / "endless.yaml").write_text(f"name: E\nseverity: Low\nquery: |\n  {query}\n")
    (tmp_path / "other.yaml").write_text(RULE)
    code, document, err = hunt(capsys, ATTACK, "--rules", tmp_path, "--timeout", "1")
    assert (code, document["summary"]["findings"]) == (ExitCode.VIOLATION, 2)
    assert "not run: endless: the query did not end in time" in err


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
    assert (
        lines[-1]
        == "detections 2, not run 0, found something 2, findings 4, allowed 0, informational 0, "
        "events 2, events without time 0, unreadable 0"
    )


def test_findings_of_a_detection_are_in_the_order_of_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What has no time comes last."""
    event = json.loads(ATTACK.read_text("utf-8").splitlines()[0])
    times = [f"2026-01-02T0{hour}:00:00Z" for hour in (5, 2, 9, 7, 1)]
    lines = [
        {**event, "auditID": str(n), "stageTimestamp": time, "requestReceivedTimestamp": time}
        for n, time in enumerate(times)
    ]
    without = {key: value for key, value in event.items() if not key.endswith("Timestamp")}
    (tmp_path / "log").write_text("".join(f"{json.dumps(line)}\n" for line in [without, *lines]))
    _, document, _ = hunt(capsys, tmp_path / "log", "--rule", "pod-exec")
    found = [finding["values"]["TimeGenerated"] for finding in document["findings"]]
    assert found == [*sorted(times), None]


def test_severities_below_the_least_are_not_looked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """To run a command is nothing by itself."""
    assert EXEC.severity == "Informational"
    least = [rule for rule in all_detections() if rule.severity in {"High", "Medium"}]
    assert "pod-exec" not in {f["detection"] for f in hunt(capsys, ATTACK)[1]["findings"]}
    code, document, _ = hunt(capsys, ATTACK, "--severity", "medium")
    assert document["summary"]["detections"] == len(least)
    assert "pod-exec" not in {finding["detection"] for finding in document["findings"]}
    assert code == (ExitCode.VIOLATION if document["findings"] else ExitCode.OK)


def own_rules(folder: Path) -> Path:
    """A rule of each severity, of which each event is a finding."""
    for severity in SEVERITIES:
        (folder / f"{severity.lower()}.yaml").write_text(RULE.replace("Low", severity))
    return folder


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"high", "medium", "low", "informational"}),
        (["--severity", "medium"], {"high", "medium"}),
        (["--rule", "low"], {"low"}),
        (["--rule", "low", "--rule", "informational"], {"low", "informational"}),
        (["--rule", "low", "--severity", "high"], {"low"}),
    ],
)
def test_names_and_severities_choose_among_rules_of_ones_own(
    words: Sequence[str], expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All are run where nothing is said."""
    _, document, _ = hunt(capsys, DENIED, "--rules", own_rules(tmp_path), *words)
    assert {finding["detection"] for finding in document["findings"]} == expected
    assert document["summary"]["detections"] == len(expected)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rule", "hihg"], "no detection is called `hihg`; did you mean `high`?"),
        (["--rule", "pod-exec"], "`pod-exec` is one of kubewitness' own detections"),
        (["--rule", "zzz"], "these detections are high, informational, low, medium"),
    ],
)
def test_a_name_that_no_rule_of_ones_own_has_is_told(
    words: Sequence[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With those that are close to it."""
    code, out, err = run(capsys, "hunt", DENIED, "--rules", own_rules(tmp_path), *words)
    assert (code, out) == (ExitCode.USAGE, "")
    assert said in err


def test_a_severity_that_no_rule_of_ones_own_has_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To run no rule is no proof of no attacks."""
    (tmp_path / "anything.yaml").write_text(RULE)
    words = ("hunt", DENIED, "--rules", tmp_path, "--severity", "high")
    code, out, err = run(capsys, *words)
    assert (code, out) == (ExitCode.USAGE, "")
    assert err == "error: --severity high: the worst of these detections is Low\n"


@pytest.mark.parametrize(
    ("query", "doubt"),
    [
        ('KubeAudit | where ObjectRef.resouce == "secrets"', "`ObjectRef.resource`"),
        (
            "KubeAudit | where RequestObject.spec.hostNetwrk == true",
            "`RequestObject.spec.hostNetwork`",
        ),
        ("KubeAuditPodSpecs | where PodSpec.hostNetwrk == true", "`PodSpec.hostNetwork`"),
    ],
)
def test_a_path_that_no_event_has_is_warned_of(
    query: str, doubt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the path that was meant, on standard error and in the JSON."""
    (tmp_path / "mine.yaml").write_text(f"name: n\nquery: |\n  {query}\n")
    code, document, err = hunt(capsys, ATTACK, "--rules", tmp_path)
    (warning,) = document["warnings"]
    assert warning.startswith("mine: `")
    assert warning.endswith(f"there is no such field; did you mean {doubt}?")
    assert (code, err) == (ExitCode.OK, f"warning: {warning}\n")


@pytest.mark.parametrize(
    "query",
    [
        'KubeAudit | where Resource == "applications" and RequestObject.spec.source == "a"',
        "KubeAudit | extend Made = parse_json(UserAgent) | where Made.field == 1",
    ],
)
def test_a_path_that_something_may_have_is_not_warned_of(
    query: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning at each hunt would soon be read by nobody."""
    (tmp_path / "mine.yaml").write_text(f"name: n\nquery: |\n  {query}\n")
    _, document, err = hunt(capsys, ATTACK, "--rules", tmp_path)
    assert (document["warnings"], err) == ([], "")


def test_without_the_types_of_objects_it_is_said_once_that_no_path_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come with an extra, which rules of Sentinel do without."""
    monkeypatch.setitem(sys.modules, "kubewitness.detections.object_paths.paths", None)
    _, document, err = hunt(capsys, ATTACK, "--rules", own_rules(tmp_path))
    assert len(document["warnings"]) == 1
    assert err.count("install kubewitness[sigma]") == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('KubeAudit | where Verb = "get"', "`Verb =`: write `Verb ==`"),
        ("KubeAudit | where IsGitOps = false", "`IsGitOps =`: write `IsGitOps ==`"),
        ("KubeAudit | where not(IsGitOps = false)", "`IsGitOps =`: write `IsGitOps ==`"),
        ('KubeAudit | summarize countif(Verb = "get")', "`Verb =`: write `Verb ==`"),
        ('KubeAudit | where Stage == "x" and Verb = "get"', "write `==` to compare"),
    ],
)
def test_one_equals_sign_in_a_condition_is_a_fault(
    query: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name would be dropped in silence, and `IsGitOps = false` be false for all events."""
    (tmp_path / "mine.yaml").write_text(f"name: n\nquery: |\n  {query}\n")
    code, out, err = run(capsys, "hunt", ATTACK, "--rules", tmp_path)
    assert (code, out) == (ExitCode.USAGE, "")
    assert said in err


@pytest.mark.parametrize(
    "query",
    [
        "KubeAudit | extend a = iff(Verb != 'a', 1, 2), b = Verb <= 'a' | where a == 1 and not(b)",
        "KubeAudit | where Verb in ((KubeAudit | extend x = 'a=b' | project x))",
        "KubeAudit | where RequestUri has 'command=' | summarize n = countif(Verb =~ 'get')",
    ],
)
def test_an_equals_sign_elsewhere_is_none(
    query: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names a column, stands in a text, or is part of another sign."""
    (tmp_path / "mine.yaml").write_text(f"name: n\nquery: |\n  {query}\n")
    assert hunt(capsys, ATTACK, "--rules", tmp_path)[1]["not_run"] == []


def test_a_rule_that_fails_shows_no_sql_that_nobody_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What DuckDB says of the query is kept, and what it quotes of the translation is not."""
    (tmp_path / "none.yaml").write_text("name: n\nquery: AKSAudit | where Verb == 'none'\n")
    (tmp_path / "mine.yaml").write_text("name: n\nquery: KubeAudit | where 'get'\n")
    code, document, err = hunt(capsys, ATTACK, "--rules", tmp_path)
    assert (code, document["summary"]["not_run"]) == (ExitCode.UNREADABLE, 1)
    assert err == "not run: mine: the query fails: Could not convert string 'get' to BOOL\n"


def test_help_names_the_exit_codes_and_that_data_may_be_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In the order in which they apply."""
    _, out, _ = run(capsys, "hunt", "--help")
    assert "hunt [OPTIONS] [DATA]..." in out
    assert re.findall(r"^ +(\d)  ", out, re.MULTILINE) == ["2", "1", "5", "4", "3", "0"]
