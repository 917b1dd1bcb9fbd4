"""`kubewitness hunt` and `query` on truncated logs: what could not be judged is never silent."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from kubewitness.detections.coverage.simulation import case_events
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import ExitCode
from log_generator.audit_log import as_storage_record, events
from support.command import read, run
from support.truncations import dumps, storage, table_row

HOST_PID = next(one for one in all_detections() if one.slug == "host-pid-pod")
POD = dict(case_events(cases(HOST_PID, "malicious")["pod"])[0])
INGRESS = next(one for one in all_detections() if one.slug == "ingress-without-tls")
WORDS = ("--rule", "host-pid-pod", "--rule", "request-body-missing", "--no-progress")


def padded(event: dict[str, object]) -> str:
    """An event whose annotation is longer than the limit, before the specification."""
    body = json.loads(json.dumps(event["requestObject"]))
    body["metadata"] = {"annotations": {"note": "x" * 20_000}, **body["metadata"]}
    return dumps({**event, "requestObject": {"kind": "Pod", "metadata": body["metadata"], **body}})


def log(path: Path, lines: Sequence[str]) -> Path:
    """Write a log."""
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def truncated_log(folder: Path) -> Path:
    """A storage account's record whose log is truncated at 16 KiB."""
    return log(folder / "log.json", [dumps(storage(POD, padded(POD)[: 16 << 10]))])


def test_a_truncated_attack_is_listed_and_looks_like_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For logs and for a store of them; exit code 4 only with --strict."""
    logs = truncated_log(tmp_path)
    read(tmp_path / "some.store", logs)
    for data in (logs, tmp_path / "some.store"):
        code, out, err = run(capsys, "hunt", data, *WORDS)
        assert code == ExitCode.OK
        assert "truncated 1 event: 2 detections could not judge 1 of them" in out
        assert err == ""
        assert run(capsys, "hunt", data, *WORDS, "--strict")[0] == ExitCode.UNDECIDED
        document = json.loads(run(capsys, "hunt", data, *WORDS, "--format", "json")[1])
        assert [each["detection"] for each in document["not_judged"]] == [
            "host-pid-pod",
            "request-body-missing",
        ]
        (event,) = document["not_judged"][0]["events"]
        assert event["audit_id"] == POD["auditID"]
        assert "RequestObject" in event["columns"]
        out = run(capsys, "hunt", data, *WORDS, "--explain-truncated")[1]
        assert "not judged by: host-pid-pod, request-body-missing" in out


def test_what_precedes_the_truncation_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A condition that the readable part decides is decided."""
    text = dumps(POD)
    end = text.index('"hostPID":true') + len('"hostPID":true,')
    code, out, _ = run(capsys, "hunt", log(tmp_path / "log", [text[:end]]), *WORDS[:2])
    assert (code, "could not judge" in out) == (ExitCode.VIOLATION, False)


def test_a_finding_that_only_the_missing_part_explains_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole ingress has TLS behind the truncation."""
    event = dict(next(iter(case_events(next(iter(cases(INGRESS, "malicious").values()))))))
    text = dumps(event)
    end = text.index('"rules"') if '"rules"' in text else text.index('"responseObject"')
    words = ("--rule", INGRESS.slug, "--severity", "informational")
    code, out, _ = run(capsys, "hunt", log(tmp_path / "log", [text[:end]]), *words[:2])
    assert (code, "could not judge 1 of them" in out) == (ExitCode.OK, True)


def test_a_truncated_column_of_a_table_is_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Log Analytics keeps 64 KiB of a column."""
    row = table_row(POD)
    row["RequestObject"] = dumps(POD["requestObject"])[:60]
    row.pop("ResponseObject", None)
    code, out, _ = run(capsys, "hunt", log(tmp_path / "log", [dumps(row)]), *WORDS)
    assert (code, "2 detections could not judge 1 of them" in out) == (ExitCode.OK, True)


def test_a_day_of_aks_with_a_few_truncated_events_looks_like_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No exit code, no word of an error; one line."""
    lines = [as_storage_record(event).decode().strip() for event in events(400, seed=12)]
    for index in range(0, 400, 100):
        record = json.loads(lines[index])
        record["properties"]["log"] = record["properties"]["log"][:-40]
        lines[index] = json.dumps(record)
    words = ("--rule", "host-pid-pod", "--rule", "binding-to-cluster-admin", "--no-progress")
    code, out, err = run(capsys, "hunt", log(tmp_path / "day.json", lines), *words)
    assert code in {ExitCode.OK, ExitCode.VIOLATION}
    assert re.search(r"^truncated \d events?: ", out, re.MULTILINE)
    assert err == ""


def test_a_query_says_that_rows_are_truncated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their columns say which parts."""
    read(tmp_path / "some.store", truncated_log(tmp_path))
    text = "KubeAudit | project TruncatedColumns"
    code, out, err = run(capsys, "query", text, tmp_path / "some.store", "--format", "json")
    assert code == ExitCode.OK
    assert "1 event is truncated; `TruncatedColumns` lists the missing parts" in err
    assert "RequestObject" in out
