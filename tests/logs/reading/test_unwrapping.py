"""An audit event is found whatever stands around it, or the log is not read without a message."""

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_line, events
from support.log_reading import ndjson, read, table

EVENT = next(events(1, seed=4))
LINE = as_line(EVENT).decode().strip()
TIME = "2026-05-01T10:00:00.123456789Z"


def dumps(value: Any) -> str:
    """A JSON text."""
    return json.dumps(value, separators=(",", ":"))


def member(text: str) -> Any:
    """The text as an object where it is one."""
    return json.loads(text) if text.startswith("{") else text


WRAPPERS: dict[str, Callable[[str], str]] = {
    "docker": lambda t: dumps({"log": t + "\n", "stream": "stdout", "time": TIME}),
    "fluent bit": lambda t: dumps({"log": t, "kubernetes": {"pod_name": "a"}}),
    "fluent bit, merged": lambda t: dumps({"log": member(t), "kubernetes": {"pod_name": "a"}}),
    "vector": lambda t: dumps({"message": t, "source_type": "file", "timestamp": TIME}),
    "epoch": lambda t: dumps({"timestamp": 1_777_629_600_000, "message": t}),
    "filebeat": lambda t: dumps({"@timestamp": TIME, "message": t, "agent": {"type": "filebeat"}}),
    "elasticsearch": lambda t: dumps({"_index": "i", "_id": "1", "_source": {"message": t}}),
    "elasticsearch hits": lambda t: dumps({"hits": {"total": 1, "hits": [{"_source": member(t)}]}}),
    "splunk": lambda t: dumps({"preview": False, "result": {"_raw": t}}),
    "splunk hec": lambda t: dumps({"time": 1_777_629_600, "event": member(t)}),
    "journald": lambda t: dumps({"MESSAGE": t, "_HOSTNAME": "n", "PRIORITY": "6"}),
    "azure export": lambda t: dumps(
        {"time": TIME, "category": "kube-audit", "properties": {"log": t, "pod": "p"}}
    ),
    "azure diagnostics": lambda t: dumps({"Category": "kube-audit", "log_s": t}),
    "cloudwatch": lambda t: dumps({"events": [{"timestamp": 1_777_629_600_000, "message": t}]}),
    "control plane table": lambda t: dumps(
        {"Category": "kube-apiserver", "Message": t, "Stream": "stdout", "Level": "Info"}
    ),
    "unknown": lambda t: dumps({"shipper": "x", "novel_field": t}),
    "unknown, deep": lambda t: dumps({"a": {"b": [{"c": member(t)}]}}),
    "beside a line": lambda t: dumps({"timestamp": 1, "message": "a line", "log": t}),
    "list": lambda t: f"[{t}]" if t.startswith("{") else dumps([t]),
    "event list": lambda t: (
        f'{{"apiVersion":"audit.k8s.io/v1","items":[{t}],"kind":"EventList"}}'
        if t.startswith("{")
        else dumps({"items": [t]})
    ),
    "encoded": dumps,
    "encoded twice": lambda t: dumps(dumps(t)),
    "HTML escapes": lambda t: dumps(t).replace('\\"', "\\u0022"),
    "base64": lambda t: base64.b64encode(t.encode()).decode(),
    "base64 in a field": lambda t: dumps({"data": base64.b64encode(t.encode()).decode()}),
    "CRI": lambda t: f"{TIME} stdout F {t}",
    "CRI, a part": lambda t: f"{TIME} stdout P {t}",
    "syslog": lambda t: f"<14>May  1 10:00:00 node-1 kube-apiserver[123]: {t}",
    "syslog of RFC 5424": lambda t: f"<14>1 {TIME} node-1 kube-apiserver 123 ID47 - {t}",
    "klog": lambda t: f"I0501 10:00:00.000000       1 audit.go:1] {t}",
    "oc adm node-logs": lambda t: f"ip-10-0-0-1.ec2.internal {t}",
    "kubectl logs --prefix": lambda t: f"[pod/kube-apiserver-1/kube-apiserver] {t}",
    "docker compose": lambda t: f"apiserver-1  | {t}",
    "S3 export": lambda t: f"{TIME} {t}",
}


def outcome(home: Path, text: str, name: str) -> str:
    """What came of a log: found, or which part of it could not be read; else silent."""
    summary, rows = read(home, text.encode() + b"\n", name)
    for path in home.glob(f"{name}*"):
        path.unlink()
    if any(row["AuditId"] == EVENT["auditID"] for row in rows):
        return "found"
    return "unreadable" if summary.balance.quarantined + summary.balance.salvaged else "silent"


READ = sorted({*WRAPPERS} - {"unknown", "unknown, deep", "beside a line", "base64", "HTML escapes"})


@pytest.mark.parametrize("name", READ)
def test_an_event_in_a_known_wrapper_is_found(name: str, tmp_path: Path) -> None:
    """Every one alone, and each field of the event as it was."""
    _, rows = read(tmp_path, WRAPPERS[name](LINE).encode() + b"\n")
    assert [row["AuditId"] for row in rows] == [EVENT["auditID"]]
    assert [row["User"] for row in rows] == [EVENT["user"]]


@pytest.mark.parametrize("name", WRAPPERS)
def test_no_wrapper_hides_an_event(name: str, tmp_path: Path) -> None:
    """Nor does one within a message of a cloud's log."""
    outers: list[Callable[[str], str]] = [str, WRAPPERS["epoch"], WRAPPERS["azure export"]]
    for number, outer in enumerate(outers):
        assert outcome(tmp_path, outer(WRAPPERS[name](LINE)), f"l{number}") != "silent"


def test_an_event_in_any_chain_of_wrappers_is_found_or_reported(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`--cases` chains of up to three wrappers, prefixes and encodings; cut in one of five."""
    draw = random.Random(11)  # noqa: S311 no secret
    cases = max(20, request.config.getoption("--cases") // 4)
    home = tmp_path / "logs"
    home.mkdir()
    chains = []
    for number in range(cases):
        chain = [draw.choice(sorted(WRAPPERS)) for _ in range(draw.randint(1, 3))]
        text = LINE if draw.random() < 0.8 else LINE[: truncated_at(draw)]
        for name in chain:
            text = (
                WRAPPERS[name](text) if not text.startswith("{") or is_json(text) else dumps(text)
            )
        (home / f"{number}.log").write_text(text + "\n")
        chains.append(chain)
    with open_store(tmp_path / "store") as connection:
        summary = ingest(connection, find_log_files([str(home)]))
        heard = connection.execute(
            "SELECT name FROM store.files WHERE number IN (SELECT LogFile FROM store.audit_events "
            "WHERE AuditId IS NOT NULL UNION SELECT LogFile FROM store.quarantine)"
        ).fetchall()
    assert summary.balance.unaccounted_bytes == 0
    names = {int(Path(name).stem) for (name,) in heard}
    # Copies of one event are merged, so what was read is counted, too.
    silent = [chain for number, chain in enumerate(chains) if number not in names]
    found = summary.copies + len(names)
    assert found >= cases, silent


def truncated_at(draw: random.Random) -> int:
    """Any byte, one of the first ten in one of three cases: these are the hardest to tell."""
    return draw.randrange(1, 10 if draw.random() < 1 / 3 else len(LINE))


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


OTHER_LOGS = (
    'E0501 10:00:00.000000 1 cacher.go:1] cacher (events.audit.k8s.io): watch of "audit.k8s.io/v1"',
    'I0501 10:00:00.000000 1 a.go:1] loaded {"kind":"Policy","apiVersion":"audit.k8s.io/v1"}',
    '{"level":"info","msg":"audit.k8s.io/v1 auditID is set"}',
)


@pytest.mark.parametrize("line", OTHER_LOGS)
def test_a_line_that_mentions_the_audit_group_stays_a_control_plane_line(
    line: str, tmp_path: Path
) -> None:
    """As kube-apiserver logs them."""
    record = {"time": TIME, "category": "kube-apiserver", "properties": {"log": line}}
    log_event = {"timestamp": 1_777_629_600_000, "message": line}
    summary, rows = read(tmp_path, ndjson([record, log_event]))
    assert (rows, summary.balance.events, summary.balance.quarantined) == ([], 2, 0)
    with open_store(tmp_path / "log.store", read_only=True) as connection:
        assert [row["Message"] for row in table(connection, "AKSControlPlane")] == [line, line]


def test_the_second_half_of_an_event_is_not_a_control_plane_line(tmp_path: Path) -> None:
    """It has no identity, but names that only an event has."""
    halves = [LINE[: len(LINE) // 2], LINE[len(LINE) // 2 :]]
    summary, _ = read(tmp_path, ndjson([{"timestamp": 1, "message": half} for half in halves]))
    assert (summary.balance.salvaged, summary.balance.quarantined) == (1, 1)


CUT = LINE.partition(',"requestReceivedTimestamp"')[0]
OUTER_TIMES: dict[str, str] = {
    "CloudWatch": dumps({"timestamp": 1_777_629_600_000, "message": CUT}),
    "S3 export": f"2026-05-01T10:00:00.000Z {CUT}",
    "storage": dumps({"time": "2026-05-01T10:00:00Z", "properties": {"log": CUT}}),
    "portal": dumps({"TimeGenerated": "5/1/2026, 10:00:00.000 AM", "log_s": CUT}),
    "epoch": dumps({"TimeGenerated": 1_777_629_600_000, "log_s": CUT}),
    "docker": dumps({"log": CUT, "time": "2026-05-01T10:00:00.000000000Z"}),
    "v1beta1": dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1beta1",
            "auditID": EVENT["auditID"],
            "stage": "ResponseComplete",
            "metadata": {"creationTimestamp": "2026-05-01T10:00:00Z"},
        }
    ),
    "v1alpha1": dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1alpha1",
            "auditID": EVENT["auditID"],
            "timestamp": "2026-05-01T12:00:00+02:00",
        }
    ),
}


@pytest.mark.parametrize("name", OUTER_TIMES)
def test_an_event_without_a_time_has_that_of_its_record(name: str, tmp_path: Path) -> None:
    """A truncated event loses its own time; a period must not lose the event."""
    _, (row,) = read(tmp_path, OUTER_TIMES[name].encode() + b"\n")
    assert row["TimeGenerated"].isoformat() == "2026-05-01T10:00:00"
