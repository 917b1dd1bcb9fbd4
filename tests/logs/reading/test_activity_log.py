"""Azure's activity log, from storage and from its API, as a workspace would have it."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from kubewitness.catalog.audit_tables import AZURE_ACTIVITY
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.library import cases, find_detections
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store

RULES = [rule for rule in find_detections([]) if AZURE_ACTIVITY in rule.query]
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
STATUS = {"Start": "Started", "Accept": "Accepted", "Success": "Succeeded", "Failure": "Failed"}
Row = Mapping[str, Any]


def as_storage_record(row: Row) -> dict[str, Any]:
    """What the docs' table says that a diagnostic setting writes of it."""
    caller = row.get("Caller")
    named = {} if not caller else {UPN if "@" in caller else OBJECT_ID: caller}
    claims = row.get("Claims_d", {}) | named
    return {
        "time": row["TimeGenerated"],
        "resourceId": row["_ResourceId"].upper(),
        "operationName": row["OperationNameValue"],
        "category": row["CategoryValue"],
        "resultType": row["ActivityStatusValue"],
        "resultSignature": f"Succeeded.{row.get('ActivitySubstatusValue', '')}",
        "durationMs": 0,
        "callerIpAddress": row.get("CallerIpAddress"),
        "correlationId": row["CorrelationId"],
        "identity": {"authorization": json.loads(row["Authorization"]), "claims": claims},
        "level": row["Level"],
        "location": "global",
        "properties": row.get("Properties_d", {}),
    }


def as_rest_event(row: Row) -> dict[str, Any]:
    """What `az monitor activity-log list` prints of it."""

    def named(value: Any) -> dict[str, Any]:
        return {"value": value, "localizedValue": value}

    return {
        "authorization": json.loads(row["Authorization"]),
        "caller": row.get("Caller"),
        "channels": "Operation",
        "claims": row.get("Claims_d", {}),
        "correlationId": row["CorrelationId"],
        "eventDataId": row["EventDataId"],
        "eventName": named("EndRequest"),
        "category": named(row["CategoryValue"]),
        "eventTimestamp": row["TimeGenerated"],
        "httpRequest": {"clientIpAddress": row.get("CallerIpAddress"), "method": "PUT"},
        "level": row["Level"],
        "operationName": named(row["OperationNameValue"]),
        "resourceGroupName": row.get("ResourceGroup"),
        "resourceProviderName": named(row.get("ResourceProviderValue")),
        "resourceId": row["_ResourceId"],
        "status": named(STATUS.get(row["ActivityStatusValue"], row["ActivityStatusValue"])),
        "subStatus": named(row.get("ActivitySubstatusValue")),
        "submissionTimestamp": row["TimeGenerated"],
        "subscriptionId": row.get("SubscriptionId"),
        "properties": row.get("Properties_d", {}),
    }


def all_rows() -> Iterator[Row]:
    """The rows of every malicious case, each case a correlation of its own."""
    for rule in RULES:
        for path in cases(rule, "malicious").values():
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                if row.get("Type") == AZURE_ACTIVITY:
                    yield row


def read(home: Path, text: str) -> Path:
    """A store of one file, all of which could be read."""
    (home / "log.json").write_text(text, "utf-8")
    with open_store(home / "store") as connection:
        summary = ingest(connection, find_log_files([str(home / "log.json")]))
    assert not summary.quarantine
    return home / "store"


def found(store: Path) -> set[tuple[str, ...]]:
    """What the rules find, by rule, time, person and resource."""
    with open_for_queries(store) as connection:
        engine = LocalEngine(connection, RULES)
        return {
            (rule.slug, str(one.time), *(str(one.values.get(n)) for n in ("Username", "SourceIp")))
            for rule in RULES
            for one in engine.run(rule)
        }


@pytest.mark.parametrize("form", [as_storage_record, as_rest_event])
@pytest.mark.parametrize("wrapped", ["lines", "records"])
def test_every_form_gives_the_findings_of_the_workspace(
    form: Callable[[Row], dict[str, Any]], wrapped: str, tmp_path: Path
) -> None:
    """All rules that read AzureActivity, on all their malicious events."""
    rows = list(all_rows())
    for name in ("rows", "form"):
        (tmp_path / name).mkdir()
    expected = found(read(tmp_path / "rows", "\n".join(json.dumps(row) for row in rows)))
    formed = [form(row) for row in rows]
    if wrapped == "lines":
        text = "\n".join(json.dumps(one) for one in formed)
    else:  # an event hub has `records`, the API `value`
        text = json.dumps({"records" if form is as_storage_record else "value": formed})
    assert {one[0] for one in expected} == {rule.slug for rule in RULES}
    assert found(read(tmp_path / "form", text)) == expected


def columns(home: Path, record: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    """Cells of the only row that a record gives."""
    with open_for_queries(read(home, json.dumps(record))) as connection:
        listed = ", ".join(f'"{name}"' for name in names)
        (row,) = connection.sql(f'SELECT {listed} FROM "{AZURE_ACTIVITY}"').fetchall()  # noqa: S608 ours
        return tuple(row)


RECORD = {
    "time": "2019-01-21T22:14:26.9792776Z",
    "resourceId": "/subscriptions/s1/resourceGroups/Support/providers/microsoft.support/tickets/1",
    "operationName": "microsoft.support/supporttickets/write",
    "category": "Write",
    "resultType": "Success",
    "resultSignature": "Succeeded.Created",
    "callerIpAddress": "111.111.111.11",
    "correlationId": "c776f9f4-36e5-4e0e-809b-c9b3c3fb62a8",
    "identity": {"claims": {UPN: "admin@contoso.com", "appid": "a"}},
    "level": "Information",
    "properties": {"statusCode": "Created", "serviceRequestId": "50d5cddb"},
}
"""The example of Azure's docs, abridged."""


def test_the_example_of_the_docs_becomes_its_row(tmp_path: Path) -> None:
    """The category is part of the operation's name there, and Administrative in a workspace."""
    names = ("CategoryValue", "ActivitySubstatusValue", "Caller", "SubscriptionId", "ResourceGroup")
    expected = ("Administrative", "Created", "admin@contoso.com", "s1", "Support")
    assert columns(tmp_path, RECORD, *names) == expected
    nested = {"eventCategory": "Policy", "eventProperties": {"policies": "[]"}}
    (tmp_path / "nested").mkdir()
    found = columns(
        tmp_path / "nested", RECORD | {"properties": nested}, "CategoryValue", "Properties_d"
    )
    assert found == ("Policy", '{"policies":"[]"}')


@pytest.mark.parametrize(
    ("claims", "caller"),
    [
        ({UPN: "ada@example.com", OBJECT_ID: "o"}, "ada@example.com"),
        ({OBJECT_ID: "o", "appid": "a"}, "o"),
        ({"appid": "a"}, "a"),
        ({}, None),
    ],
)
def test_the_caller_of_a_storage_record_is_who_its_claims_say(
    claims: dict[str, str], caller: str | None, tmp_path: Path
) -> None:
    """A record does not name one."""
    found = columns(tmp_path, RECORD | {"identity": {"claims": claims}}, "Caller")
    assert found == (caller,)


@pytest.mark.parametrize(
    "record",
    [
        RECORD | {"category": "AuditEvent"},
        RECORD | {"category": ["Write"]},
        {key: value for key, value in RECORD.items() if key != "correlationId"},
        {"operationName": "x", "category": "Write"},
    ],
)
def test_the_log_of_another_resource_is_no_activity_log(
    record: dict[str, Any], tmp_path: Path
) -> None:
    """Many resource logs have an operation and a caller; what is not known is quarantined."""
    (tmp_path / "log.json").write_text(json.dumps(record), "utf-8")
    with open_store(tmp_path / "store") as connection:
        summary = ingest(connection, find_log_files([str(tmp_path / "log.json")]))
    assert [one.reason for one in summary.quarantine] == ["is JSON, but of no audit log's format"]


@pytest.mark.parametrize("time", ["yesterday", None, 5])
def test_an_event_without_a_time_is_quarantined(time: object, tmp_path: Path) -> None:
    """No period would have it, so that it would be gone in silence."""
    (tmp_path / "log.json").write_text(json.dumps(RECORD | {"time": time}), "utf-8")
    with open_store(tmp_path / "store") as connection:
        summary = ingest(connection, find_log_files([str(tmp_path / "log.json")]))
    assert [one.reason for one in summary.quarantine] == ["has no time that can be read"]
