"""A log that does not contain what a question looks at does not answer it with nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.detections.coverage.log import not_visible, unanswerable
from kubewitness.detections.library import all_detections
from kubewitness.detections.queries import saved_queries
from kubewitness.errors import ExitCode
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.store.contents import Contents, contents
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.present import present_time
from support.command import read, run
from support.log_reading import ndjson
from support.partial_logs import LOGS, WRITES


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A log."""
    path = tmp_path / str(request.param)
    path.write_bytes(LOGS[path.name])
    return path


def contents_of(tmp_path: Path, data: bytes, period: Period | None = None) -> Contents:
    """What a log contains."""
    (tmp_path / "log").write_bytes(data)
    read(tmp_path / "log.store", tmp_path / "log")
    with open_for_queries(tmp_path / "log.store") as connection:
        return contents(connection, period or Period(), present_time(connection))


def not_answered(log: Contents) -> dict[str, int]:
    """How many of our detections lack what."""
    return {
        want: len(names) for want, names in unanswerable(log, all_detections()).detections.items()
    }


def test_each_need_of_a_detection_is_missed_where_the_log_does_not_have_it(tmp_path: Path) -> None:
    """By their own `needs`: nothing is counted that the log could answer."""
    needs = [each.kubewitness.needs for each in all_detections() if each.kubewitness]
    wanted = {need: sum(need in each for each in needs) for each in needs for need in each}
    admin = not_answered(contents_of(tmp_path, LOGS["admin-only"]))
    assert admin == {"reads": wanted["reads"], "activity": wanted["activity"]}
    assert wanted["reads"] > 20
    (tmp_path / "other").mkdir()
    bare = not_answered(contents_of(tmp_path / "other", LOGS["metadata-only"]))
    assert bare == {need: wanted[need] for need in ("activity", "request bodies")}


def test_without_audit_events_nothing_but_the_activity_log_is_asked_for(tmp_path: Path) -> None:
    """A line of guard answers no detection of ours that reads audit events."""
    found = unanswerable(contents_of(tmp_path, LOGS["guard-only"]), all_detections())
    asked = {name for names in found.detections.values() for name in names}
    assert asked == {each.slug for each in all_detections()}
    assert set(found.detections) == {"audit events", "activity"}
    assert {name for names in found.queries.values() for name in names} == {
        query.name for query in saved_queries().values() if "SigninLogs" not in query.needs
    }


def test_a_log_that_has_everything_answers_everything(tmp_path: Path) -> None:
    """No line, so that nobody learns to pass over it."""
    found = unanswerable(contents_of(tmp_path, LOGS["all"]), all_detections())
    assert (found.detections, found.queries, found.line()) == ({}, {}, "")


def test_a_period_without_reads_has_none(tmp_path: Path) -> None:
    """What is asked of a period is answered by the events of the period."""
    log = contents_of(tmp_path, LOGS["all"], Period(until="2000-01-01"))
    assert (log.audit_events, log.categories) == (0, {})
    assert "audit events" in not_answered(log)


def test_the_hunt_of_a_log_says_what_it_cannot_answer_in_one_line(
    log: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    """The exit code does not change, for nothing was found either way."""
    code, out, _ = run(capsys, "hunt", log, "--rule", "pod-exec", "--rule", "mass-deletion",
                       "--rule", "host-pid-pod", "--rule", "lock-deleted")  # fmt: skip
    assert code == (ExitCode.VIOLATION if log.name == "all" else ExitCode.OK)
    lines = [line for line in out.splitlines() if line.startswith(("log:", "not answerable:"))]
    assert lines == snapshot
    assert [line.startswith("not answerable") for line in lines] == (
        [False] if log.name == "all" else [False, True]
    )


def test_json_names_each_detection_and_saved_query_that_a_log_cannot_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what the log contains, for programs."""
    (tmp_path / "log").write_bytes(LOGS["admin-only"])
    _, out, _ = run(capsys, "hunt", tmp_path / "log", "--rule", "pod-exec", "--format", "json")
    document: dict[str, Any] = json.loads(out)
    assert document["not_answerable"]["detections"] == {"reads": ["pod-exec"]}
    assert "who-ran-commands" in document["not_answerable"]["queries"]["reads"]
    assert document["log"]["categories"]["kube-audit-admin"]["events"] == 40
    assert document["log"]["reads"] == 0


def test_coverage_of_a_log_shows_what_it_contains_and_cannot_answer(
    log: Path, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    """Categories, verbs, levels, bodies, clusters, hours without events."""
    code, out, _ = run(capsys, "coverage", log)
    assert code == ExitCode.OK
    assert out == snapshot


def test_hours_without_audit_events_are_gaps(tmp_path: Path) -> None:
    """Whole hours, from the end of the hour before to the next event's."""
    times = ("2026-01-05T10:20:00Z", "2026-01-05T11:59:00Z", "2026-01-05T15:01:00Z")
    lines = [
        {**WRITES[0], "auditID": str(n), "stageTimestamp": time, "requestReceivedTimestamp": time}
        for n, time in enumerate(times)
    ]
    (gap,) = contents_of(tmp_path, ndjson(lines)).gaps
    assert [f"{time:%H:%M}" for time in gap] == ["12:00", "15:00"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@who-ran-commands", "reads; the answer does not include that"),
        ("@protection-changes", "the activity log; the answer does not include that"),
        ("AKSAudit | count", "AKSAudit has no rows; AKSAuditAdmin has 40, AzureDiagnostics has 40"),
        ("AzureActivity | count", "the activity log; the answer does not include that"),
        ("@deletions", ""),
        ("AKSAuditAdmin | count", ""),
        ("KubeAudit | count", ""),
    ],
)
def test_a_query_tells_what_it_looks_at_and_the_log_does_not_have(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a log of the category kube-audit-admin alone."""
    (tmp_path / "log").write_bytes(LOGS["admin-only"])
    read(tmp_path / "log.store", tmp_path / "log")
    code, _, err = run(capsys, "query", text, tmp_path / "log.store")
    lines = [line for line in err.splitlines() if line.startswith("not visible")]
    assert code == ExitCode.OK
    assert lines == ([f"not visible in this log: {said}"] if said else [])


@pytest.mark.parametrize("words", [("--require", "T1609"), ("--format", "navigator")])
def test_what_is_for_clusters_is_refused_for_logs(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A demand that nothing checks would pass."""
    (tmp_path / "log").write_bytes(LOGS["admin-only"])
    code, _, err = run(capsys, "coverage", tmp_path / "log", *words)
    assert (code, "logs" in err) == (ExitCode.USAGE, True)


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("--format", "navigator"), "a layer shows a cluster"), (("--rule", "pod-exek"), "pod-exek")],
)
def test_an_option_is_refused_before_the_logs_are_read(
    words: tuple[str, ...], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a log without any event, too: reading gigabytes first would be for nothing."""
    (tmp_path / "log").write_bytes(b"\x00junk\n")
    code, _, err = run(capsys, "coverage", tmp_path / "log", *words)
    assert (code, reason in err) == (ExitCode.USAGE, True)


def test_a_second_source_is_refused_and_not_passed_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Clusters of which nothing is reported would be taken for covered."""
    code, _, err = run(capsys, "coverage", "azure://one", "azure://two")
    assert (code, "azure://two: name one SOURCE" in err) == (ExitCode.USAGE, True)


def test_a_detection_on_a_table_of_container_insights_needs_that_table(tmp_path: Path) -> None:
    """Rows of another of these tables are none of it, and audit events are not needed."""
    data = ndjson([{"Type": "KubeEvents", "TimeGenerated": "2026-01-05T00:00:00Z", "Reason": "x"}])
    log = contents_of(tmp_path, data)
    assert {name: rows for name, rows in log.tables.items() if rows} == {"KubeEvents": 1}
    assert log.categories["KubeEvents"].events == 1
    for table in INSIGHTS_TABLES:
        changes = {"slug": "own", "query": f"{table} | take 1", "kubewitness": None}
        custom = next(iter(all_detections())).model_copy(update=changes)
        expected = {} if table == "KubeEvents" else {table: ["own"]}
        assert unanswerable(log, [custom]).detections == expected
    both = "KubePodInventory | join kind=inner (AKSAudit) on _ResourceId"
    assert [*not_visible(log, both)] == [
        "audit events, the table KubePodInventory; the answer does not include that"
    ]
