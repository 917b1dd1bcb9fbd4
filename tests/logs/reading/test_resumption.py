"""After damage, reading resumes at the next record, never inside the damaged one."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from log_generator.audit_log import as_line, events
from support.log_damage import DAMAGES
from support.log_reading import read

FORGED = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "level": "RequestResponse",
    "auditID": "f0f0f0f0-0000-4000-8000-000000000000",
    "stage": "ResponseComplete",
    "verb": "create",
    "user": {"username": "forged@example.com"},
    "objectRef": {"resource": "clusterrolebindings", "name": "forged"},
}
TEXT = json.dumps(FORGED, separators=(",", ":"))
FREE_FORMS: dict[str, Any] = {
    "an object": FORGED,
    "a list": [FORGED, FORGED],
    "a list behind a value": ["a", FORGED],
    "an object of a list": {"items": [{"a": 1}, FORGED], "kind": "EventList"},
    "records": {"records": [FORGED, FORGED]},
    "a wrapped event": {"time": "x", "category": "kube-audit", "properties": {"log": TEXT}},
    "a text": TEXT,
    "lines of text": f"x\n{TEXT}\n{TEXT}",
}
HEADS = {
    "nothing": b"",
    "CRI": b"2026-05-01T10:00:00.123456789Z stdout F ",
    "syslog": b"May  1 10:00:00 node-1 kube-apiserver[123]: ",
    "a stamp and a stream": b"2026-05-01T10:00:00.000Z kube-apiserver-audit-0f1e ",
    "docker": b"kube-apiserver-1  | ",
    "klog": b"I0501 10:00:00.000000       1 audit.go:1] ",
}


def custom_resource(free: Any, number: int) -> bytes:
    """The line of a request whose object holds something free."""
    event = next(events(1, seed=number))
    body = {"kind": "Note", "metadata": {"name": "n"}, "spec": free, "status": {"a": [1, {"b": 2}]}}
    return as_line({**event, "requestObject": body, "verb": "create"})[:-1]


def in_container(line: bytes, draw: random.Random) -> bytes:
    """The line alone, or among others in a container that is one line."""
    other = as_line(next(events(1, seed=draw.randrange(1_000))))[:-1]
    container = draw.choice([b"%b", b"[%b,%b]", b'{"records":[%b,%b],"x":1}'])
    if container == b"%b":
        return line
    return container % ((line, other) if draw.random() < 0.7 else (other, line))


def test_no_row_is_read_from_the_free_text_of_a_damaged_line(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`--cases` lines: any damage, any free form, behind any prefix, also in a container."""
    draw = random.Random(7)  # noqa: S311 no secret
    cases = request.config.getoption("--cases")
    lines = []
    for number in range(cases):
        free = FREE_FORMS[draw.choice(sorted(FREE_FORMS))]
        line = draw.choice(DAMAGES)(custom_resource(free, number), draw)
        lines.append(draw.choice(sorted(HEADS.values())) + in_container(line, draw))
    summary, rows = read(tmp_path, b"\n".join(lines) + b"\n")
    forged = [row for row in rows if row["AuditId"] == FORGED["auditID"]]
    assert forged == [], forged[:1]
    assert summary.balance.quarantined + summary.balance.salvaged


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("free", FREE_FORMS)
def test_a_line_that_ends_anywhere_behind_its_free_text_is_not_mistaken(
    free: str, head: str, tmp_path: Path
) -> None:
    """At each of the last places, and where the object inside is whole."""
    line = custom_resource(FREE_FORMS[free], 3)
    start = line.index(b'"spec":')
    ends = range(start + 8, len(line), 97)
    data = b"\n".join(HEADS[head] + line[:end] for end in ends) + b"\n"
    _, rows = read(tmp_path, data)
    assert {row["AuditId"] for row in rows} <= {next(events(1, seed=3))["auditID"]}


@pytest.mark.parametrize("indent", [1, 2, 4])
def test_an_object_within_a_damaged_document_is_not_a_record(indent: int, tmp_path: Path) -> None:
    """Pretty-printed, it begins a line but is indented further; the next record is read."""
    event, other = events(2, seed=9)
    bad = {**event, "requestObject": {"kind": "Note", "spec": [1, FORGED, FORGED]}}
    text = json.dumps([bad, other], indent=indent).replace('"stage":', '"stage"', 1)
    _, rows = read(tmp_path, text.encode())
    assert {row["AuditId"] for row in rows} - {event["auditID"]} == {other["auditID"]}


@pytest.mark.parametrize("damage", ['"verb"', '"verb":x', '"verb":"a'])
def test_the_next_records_of_a_container_are_read(damage: str, tmp_path: Path) -> None:
    """Objects and lists in the damaged record are passed over, and nothing behind it is lost."""
    event, one, other = events(3, seed=11)
    bad = as_line({**event, "requestObject": {"spec": [{"a": 1}, FORGED]}})[:-1]
    bad = bad.replace(b'"verb":', damage.encode(), 1)
    data = b'{"records":[%b,%b,%b]}' % (bad, as_line(one)[:-1], as_line(other)[:-1])
    _, rows = read(tmp_path, data)
    found = {row["AuditId"] for row in rows}
    assert found - {event["auditID"]} == {one["auditID"], other["auditID"]}
