"""Every format in which audit logs come leads to the same rows."""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kubewitness.catalog.audit_tables import OF_OURS, TABLES
from kubewitness.logs.store.database import columns, open_store
from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from log_generator.audit_log import (
    Event,
    as_cloudwatch_subscription,
    as_event_hub_message,
    as_event_list,
    as_line,
    as_storage_record,
    events,
)
from support.log_reading import ndjson, read, table
from support.paths import SAMPLES

EVENTS = list(events(200, seed=21))
EVENT = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "level": "RequestResponse",
    "auditID": "00000000-1111-2222-3333-444444444444",
    "stage": "ResponseComplete",
    "requestURI": "/api/v1/namespaces/shop/pods?dryRun=All&fieldManager=kubectl",
    "verb": "create",
    "user": {"username": "ada@example.com", "groups": ["system:authenticated"]},
    "impersonatedUser": {"username": "root"},
    "sourceIPs": ["203.0.113.7"],
    "userAgent": "kubectl/v1.34.1",
    "objectRef": {"resource": "pods", "namespace": "shop", "name": "a"},
    "responseStatus": {"metadata": {}, "code": 201},
    "requestObject": {"kind": "Pod", "big": 12345678901234567890123, "float": 1.10},
    "requestReceivedTimestamp": "2026-05-01T10:00:00.123456Z",
    "stageTimestamp": "2026-05-01T12:00:01.5+02:00",
    "annotations": {"authorization.k8s.io/decision": "allow"},
}


def facts(rows: list[dict[str, Any]]) -> list[str]:
    """What rows say of events, apart from where they were read."""
    names = [*TEXT_FIELDS.values(), *TIME_FIELDS.values(), *OBJECT_FIELDS.values()]
    return sorted(json.dumps({n: row[n] for n in names}, default=str) for row in rows)


def log_event(event: Event, **more: Any) -> dict[str, Any]:
    """A log event of CloudWatch."""
    message = as_line(event).decode().strip()
    stream = "kube-apiserver-audit-0f1e"
    return {"timestamp": 1_770_000_000_000, "message": message, "logStreamName": stream, **more}


def analytics_row(event: Event, *, as_text: bool) -> dict[str, Any]:
    """A row of AKSAudit as a workspace exports it, dynamic columns as objects or their text."""
    columns: dict[str, Any] = {"TimeGenerated": event["stageTimestamp"], "Type": "AKSAudit"}
    for field, column in {**TEXT_FIELDS, **TIME_FIELDS}.items():
        columns[column] = event.get(field, "")
    for field, column in OBJECT_FIELDS.items():
        if field in event:
            value = event[field]
            keep = not as_text or isinstance(value, str)
            columns[column] = value if keep else json.dumps(value)
    return columns


FORMATS: dict[str, Callable[[], bytes]] = {
    "lines": lambda: b"".join(map(as_line, EVENTS)),
    "lines of v1beta1": lambda: b"".join(map(as_line, EVENTS)).replace(
        b"audit.k8s.io/v1", b"audit.k8s.io/v1beta1"
    ),
    "lines with spaces": lambda: ndjson(EVENTS),
    "pretty printed": lambda: b"\n".join(json.dumps(e, indent=2).encode() for e in EVENTS),
    "a list": lambda: json.dumps(EVENTS, indent=1).encode(),
    "event list": lambda: as_event_list(EVENTS),
    "storage export": lambda: b"".join(map(as_storage_record, EVENTS)),
    "storage export, new names": lambda: b"".join(map(as_storage_record, EVENTS)).replace(
        b'"time":', b'"timeGenerated":'
    ),
    "event hub": lambda: as_event_hub_message(EVENTS),
    "event hub, a message a line": lambda: b"\n".join(
        as_event_hub_message(EVENTS[start : start + 20]) for start in range(0, len(EVENTS), 20)
    ),
    "CloudWatch subscription": lambda: b"".join(
        as_cloudwatch_subscription(EVENTS[start : start + 50]) for start in range(0, 200, 50)
    ),
    "aws logs get-log-events": lambda: json.dumps(
        {"events": [log_event(e, ingestionTime=1) for e in EVENTS], "nextForwardToken": "f/1"},
        indent=4,
    ).encode(),
    "aws logs filter-log-events": lambda: json.dumps(
        {"events": [log_event(e, eventId="1") for e in EVENTS], "searchedLogStreams": []}, indent=4
    ).encode(),
    "S3 export of CloudWatch": lambda: b"".join(
        b"2026-05-01T10:00:00.000Z " + as_line(event) for event in EVENTS
    ),
    "aws logs tail": lambda: b"".join(
        b"2026-05-01T10:00:00.000000+00:00 kube-apiserver-audit-0f1e " + as_line(event)
        for event in EVENTS
    ),
    "AzureDiagnostics": lambda: ndjson(
        [
            {"Category": "kube-audit", "log_s": as_line(e).decode(), "pod_s": "kube-apiserver-1"}
            for e in EVENTS
        ]
    ),
    "CloudAuditEvents": lambda: ndjson([{"RawEventData": e, "Timestamp": "x"} for e in EVENTS]),
    "CloudAuditEvents as text": lambda: json.dumps(
        [{"RawEventData": as_line(e).decode()} for e in EVENTS]
    ).encode(),
}


@pytest.mark.parametrize("log_format", FORMATS)
def test_every_format_leads_to_the_same_rows(log_format: str, tmp_path: Path) -> None:
    """The same events, recognised by content: each field in its column, nothing unreadable."""
    _, expected = read(tmp_path, FORMATS["lines"](), "expected")
    assert len(expected) == len(EVENTS)
    summary, rows = read(tmp_path, FORMATS[log_format]())
    assert (summary.balance.events, summary.balance.quarantined) == (len(EVENTS), 0)
    assert facts(rows) == facts(expected)


@pytest.mark.parametrize("as_text", [False, True])
def test_rows_of_a_workspace_become_events_again(as_text: bool, tmp_path: Path) -> None:
    """All but the impersonated user, which Azure's tables drop."""
    known = [{k: v for k, v in e.items() if k != "impersonatedUser"} for e in EVENTS]
    _, expected = read(tmp_path, b"".join(map(as_line, known)), "expected")
    data = ndjson([analytics_row(event, as_text=as_text) for event in known])
    _, rows = read(tmp_path, data)
    assert facts(rows) == facts(expected)
    assert {row["LogShape"] for row in rows} == {"log-analytics"}


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: data])
def test_compression_is_recognised_by_content(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """Whatever the name of the file."""
    summary, rows = read(tmp_path, pack(FORMATS["lines"]()), "log.txt")
    assert (len(rows), summary.balance.unvouched) == (len(EVENTS), 0)


def test_each_field_is_in_its_column(tmp_path: Path) -> None:
    """Times in UTC, numbers as they were, the impersonated user kept, a dry run told."""
    _, (row,) = read(tmp_path, b'{"x":1}\n' + ndjson([{**EVENT, "future": [1]}]))
    expected = {
        "AuditId": EVENT["auditID"],
        "Stage": "ResponseComplete",
        "Level": "RequestResponse",
        "Verb": "create",
        "RequestUri": EVENT["requestURI"],
        "User": EVENT["user"],
        "ImpersonatedUser": {"username": "root"},
        "SourceIps": ["203.0.113.7"],
        "UserAgent": "kubectl/v1.34.1",
        "ObjectRef": EVENT["objectRef"],
        "ResponseStatus": EVENT["responseStatus"],
        "RequestObject": EVENT["requestObject"],
        "ResponseObject": None,
        "Annotations": EVENT["annotations"],
        "RequestReceivedTime": datetime(2026, 5, 1, 10, 0, 0, 123456),  # noqa: DTZ001 as stored
        "StageReceivedTime": datetime(2026, 5, 1, 10, 0, 1, 500000),  # noqa: DTZ001 as stored
        "TimeGenerated": datetime(2026, 5, 1, 10, 0, 1, 500000),  # noqa: DTZ001 as stored
        "AdditionalFields": {"future": [1]},
        "IsDryRun": True,
        "IsPartial": False,
        "LogOffset": 8,
        "LogShape": "kubernetes",
        "LogFile": str(tmp_path / "log"),
        "Type": "AKSAudit",
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    "time", ["soon", "2026-02-30T00:00:00Z", "2026-05-01T10:00:00+0200", "infinity", "24:00"]
)
def test_a_time_that_is_none_is_kept_beside(time: str, tmp_path: Path) -> None:
    """Neither guessed nor dropped; two events that differ in it are two."""
    two = [{**EVENT, "stageTimestamp": time}, {**EVENT, "stageTimestamp": f"{time}!"}]
    _, rows = read(tmp_path, ndjson(two))
    assert [row["StageReceivedTime"] for row in rows] == [None, None]
    kept = {row["AdditionalFields"]["stageTimestamp"] for row in rows}
    assert kept == {time, f"{time}!"}


def test_a_storage_record_tells_time_pod_and_cluster(tmp_path: Path) -> None:
    """What the wrapper knows is in Azure's columns."""
    record = json.loads(as_storage_record(EVENTS[0], resource_id="/SUBSCRIPTIONS/S/X"))
    record["time"] = "2026-05-01T10:00:00.1234567Z"
    _, (row,) = read(tmp_path, ndjson([record]))
    assert row["PodName"] == record["properties"]["pod"]
    assert (row["_ResourceId"], row["_SubscriptionId"]) == ("/SUBSCRIPTIONS/S/X", "S")
    assert row["TimeGenerated"].isoformat() == "2026-05-01T10:00:00.123456"


def test_lines_that_are_no_events_are_kept_whole(tmp_path: Path) -> None:
    """Lines of guard, and klog lines under a category of audit logs (Azure/AKS#4750)."""
    lines = {"guard": "I0501 request allowed", "kube-audit": "E0501 lost\n"}
    records = []
    for category, line in lines.items():
        record = json.loads(as_storage_record(EVENTS[0]))
        record.update(category=category)
        record["properties"]["log"] = line
        records.append(record)
    summary, rows = read(tmp_path, ndjson(records))
    assert (rows, summary.balance.events) == ([], 2)
    with open_store(tmp_path / "log.store", read_only=True) as connection:
        kept = table(connection, "AKSControlPlane")
    assert {row["Category"]: row["Message"] for row in kept} == lines


def test_rows_of_other_tables_keep_their_columns(tmp_path: Path) -> None:
    """AKSControlPlane and AzureActivity, as a workspace exports them."""
    time = "2026-05-01T10:00:00Z"
    plane = {"TimeGenerated": time, "Category": "guard", "Level": "Info", "Message": "m",
             "Stream": "stderr", "PodName": "guard-1", "Type": "AKSControlPlane"}  # fmt: skip
    activity = {"TimeGenerated": time, "OperationNameValue": "MICROSOFT.INSIGHTS/X/DELETE",
                "CorrelationId": "c", "Caller": "ada", "Claims_d": '{"a": 1}'}  # fmt: skip
    read(tmp_path, ndjson([plane, activity]))
    with open_store(tmp_path / "log.store", read_only=True) as connection:
        (one,) = table(connection, "AKSControlPlane")
        (other,) = table(connection, "AzureActivity")
    assert {name: one[name] for name in plane if name != "TimeGenerated"} == {
        name: value for name, value in plane.items() if name != "TimeGenerated"
    }
    assert (other["Caller"], other["Claims_d"]) == ("ada", {"a": 1})


GOOGLE_ENTRY = {
    "insertId": "i1",
    "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
    "timestamp": "2026-05-01T10:00:00Z",
    "resource": {"type": "k8s_cluster", "labels": {"cluster_name": "shop"}},
    "labels": {"authorization.k8s.io/decision": "allow"},
    "protoPayload": {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "k8s.io",
        "methodName": "io.k8s.core.v1.pods.exec.create",
        "resourceName": "core/v1/namespaces/shop/pods/a/exec",
        "authenticationInfo": {"principalEmail": "ada@example.com"},
        "requestMetadata": {"callerIp": "203.0.113.7", "callerSuppliedUserAgent": "kubectl"},
        "status": {"code": 7, "message": "Forbidden"},
        "request": {"@type": "core.k8s.io/v1.PodExecOptions"},
    },
}


def test_an_entry_of_google_cloud_becomes_the_event(tmp_path: Path) -> None:
    """Verb, object, user and status are taken from where Cloud Audit Logs have them."""
    _, (row,) = read(tmp_path, json.dumps([GOOGLE_ENTRY]).encode())
    expected = {
        "AuditId": "i1",
        "Verb": "create",
        "User": {"username": "ada@example.com"},
        "ObjectRef": {"apiVersion": "v1", "namespace": "shop", "resource": "pods", "name": "a",
                      "subresource": "exec"},
        "ResponseStatus": {"code": 403, "message": "Forbidden"},
        "SourceIps": ["203.0.113.7"],
        "Annotations": {"authorization.k8s.io/decision": "allow"},
        "_ResourceId": "shop",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_record_of_two_minds_is_believed_by_nobody(tmp_path: Path) -> None:
    """A name twice, at any depth and in either wrapping: quarantined, for readers would differ."""
    line = as_line(EVENTS[0]).strip()
    record = as_storage_record(EVENTS[1]).strip()
    twice = [
        line[:-1] + b',"verb":"get"}',
        line.replace(b'"user":{', b'"user":{"username":"x",', 1),
        record.replace(b'"properties":{', b'"properties":{"log":"{}",'),
        record.replace(b'\\"verb\\":', b'\\"verb\\":\\"get\\",\\"verb\\":', 1),
    ]
    summary, rows = read(tmp_path, b"\n".join(twice))
    assert rows == []
    assert [bool(re.search("the key .* twice", e.reason)) for e in summary.quarantine] == [True] * 4


def test_the_tables_have_azures_columns_and_types(tmp_path: Path) -> None:
    """In DuckDB's words, Azure's columns first and ours behind."""
    read(tmp_path, FORMATS["lines"]())
    types = {"string": "VARCHAR", "dynamic": "JSON", "datetime": "TIMESTAMP", "real": "DOUBLE",
             "long": "BIGINT", "int": "INTEGER", "bool": "BOOLEAN"}  # fmt: skip
    with open_store(tmp_path / "log.store", read_only=True) as connection:
        found = columns(connection)
    for name, wanted in TABLES.items():
        expected = [(column.name, types[column.type]) for column in (*wanted, *OF_OURS)]
        assert list(found[name].items()) == expected


def test_a_row_of_csv_that_is_not_an_event_is_quarantined(tmp_path: Path) -> None:
    """The heading stands around the rows; too little is left of an event with an ID alone."""
    text = io.StringIO()
    csv.writer(text).writerows([["TimeGenerated", "AuditId"], ["2026-05-01", "a"]])
    summary, rows = read(tmp_path, text.getvalue().encode())
    assert (rows, summary.balance.quarantined) == ([], 1)


def test_a_file_of_several_formats_is_read_whole(tmp_path: Path) -> None:
    """Plain events, Azure's wrapper and Google's entries become rows; another log's record, none.

    As in the samples of others, which are tried below where they are at hand.
    """
    foreign = {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"}
    logs: list[dict[str, Any]] = [
        EVENTS[0],
        json.loads(as_storage_record(EVENTS[1])),
        foreign,
        GOOGLE_ENTRY,
        EVENTS[2],
    ]
    summary, rows = read(tmp_path, ndjson(logs))
    (refused,) = summary.quarantine
    assert refused.offset == len(ndjson(logs[:2]))
    assert summary.balance.events == len(rows) == 4
    for log, row in zip([*logs[:2], *logs[3:]], sorted(rows, key=by_offset), strict=True):
        check_sample(log, row)


def by_offset(row: dict[str, Any]) -> int:
    """Where in its file a row was read."""
    offset: int = row["LogOffset"]
    return offset


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_event_as_people_abridge_it_is_read(wrapped: bool, tmp_path: Path) -> None:
    """With a few fields left, and over several lines."""
    fields = {"verb": "create", "requestURI": EVENT["requestURI"], "objectRef": EVENT["objectRef"]}
    text = json.dumps([fields] if wrapped else fields, indent=2)
    _, (row,) = read(tmp_path, text.encode())
    assert {
        "verb": row["Verb"],
        "requestURI": row["RequestUri"],
        "objectRef": row["ObjectRef"],
    } == (fields)


def test_an_event_with_an_ellipsis_in_it_is_not_passed_over(tmp_path: Path) -> None:
    """What is not JSON any more is salvaged or quarantined."""
    text = json.dumps(EVENT, indent=2).replace('"groups": [', '"groups": [..., ', 1)
    summary, _ = read(tmp_path, text.encode())
    assert summary.balance.salvaged + summary.balance.quarantined


@pytest.mark.samples
def test_the_samples_of_others_are_read_whole(tmp_path: Path) -> None:
    """EKS events, Azure's wrapper, Google's entries: every record a row with the right fields."""
    text = (SAMPLES / "panther-rule-tests.ndjson").read_text()
    logs = [json.loads(line)["log"] for line in text.splitlines()]
    offset = 0
    by_offset = {}
    for log in logs:
        by_offset[offset] = log
        offset += len(json.dumps(log)) + 1
    summary, rows = read(tmp_path, ndjson(logs))
    read_at = {row["LogOffset"]: row for row in rows}
    marks = {"verb", "apiVersion", "properties", "protoPayload"}
    foreign = [log for log in logs if marks.isdisjoint(log)]
    assert [e.offset for e in summary.quarantine] == [
        offset for offset, log in by_offset.items() if log in foreign
    ]
    assert sum(row["Copies"] for row in rows) == len(logs) - len(foreign)
    for offset, row in read_at.items():
        check_sample(by_offset[offset], row)


def check_sample(log: dict[str, Any], row: dict[str, Any]) -> None:
    """Hold a row against the record that it was read from."""
    if "protoPayload" in log:
        payload = log["protoPayload"]
        assert row["Verb"] == payload["methodName"].rsplit(".", 1)[-1]
        email = payload.get("authenticationInfo", {}).get("principalEmail")
        assert (row["User"] or {}).get("username") == email
        return
    event = json.loads(log["properties"]["log"]) if "properties" in log else log
    for field, column in {**TEXT_FIELDS, **OBJECT_FIELDS}.items():
        assert row[column] == event.get(field), field


_BLOCK = re.compile(r"```json[^\n]*\n(.*?)```", re.DOTALL)


@pytest.mark.samples
def test_the_events_in_stratus_pages_are_read(tmp_path: Path) -> None:
    """Events as people abridge them; what is no JSON any more is salvaged or quarantined."""
    events_found = 0
    for page in sorted((SAMPLES / "stratus").glob("k8s*.md")):
        for number, block in enumerate(_BLOCK.findall(page.read_text())):
            summary, rows = read(tmp_path, block.encode(), f"{page.stem}-{number}")
            try:
                event = json.loads(block)
            except ValueError:
                assert summary.balance.salvaged + summary.balance.quarantined
                continue
            if {"verb", "requestURI"}.isdisjoint(event):  # another product's words for an event
                assert summary.balance.quarantined == 1
                continue
            (row,) = rows
            assert (row["Verb"], row["ObjectRef"]) == (event.get("verb"), event.get("objectRef"))
            assert row["RequestUri"] == event.get("requestURI")
            events_found += 1
    assert events_found
