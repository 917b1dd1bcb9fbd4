"""All copies of an event become one row."""

import json
from pathlib import Path

from log_generator.audit_log import as_line, as_storage_record, events
from support.command import read
from support.ingested import rows_of, some_events, write


def test_equal_events_of_two_clusters_are_two_events(tmp_path: Path) -> None:
    """Only the cluster tells them apart."""
    event = some_events(1)[0]
    records = [as_storage_record(event, resource_id=f"/SUBSCRIPTIONS/{name}/X") for name in "AB"]
    write(tmp_path / "log", [*records, as_storage_record(event, resource_id="/subscriptions/a/x")])
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "upper(_ResourceId), Copies")
    assert rows == [("/SUBSCRIPTIONS/A/X", 2), ("/SUBSCRIPTIONS/B/X", 1)]


def test_a_cut_copy_that_says_otherwise_stays_and_says_so(tmp_path: Path) -> None:
    """Somebody else, another verb: what is left of it is evidence."""
    event = some_events(1)[0]
    other = {**event, "verb": "another", "user": {"username": "mallory"}}
    write(tmp_path / "log", [as_line(event), as_line(other)[:-60]])
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "Verb, IsPartial, IsConflicting")
    assert rows == [("another", True, True), (event["verb"], False, True)]


def test_an_event_of_both_categories_is_one_row_that_stands_in_both_tables(tmp_path: Path) -> None:
    """With `kube-audit` and `kube-audit-admin` collected, nothing is counted twice."""
    some = some_events(50)
    admin = [event for event in some if event["verb"] not in {"get", "list"}]
    records = [as_storage_record(event) for event in some]
    records += [as_storage_record(e).replace(b'"kube-audit"', b'"kube-audit-admin"') for e in admin]
    (tmp_path / "log").write_bytes(b"".join(records))
    summary = read(tmp_path / "store", tmp_path / "log")
    assert summary.copies == len(admin) > 0
    assert len(rows_of(tmp_path / "store", "AKSAudit")) == len(some)
    in_admin = rows_of(tmp_path / "store", "AKSAuditAdmin", "AuditId, Stage, Copies")
    assert in_admin == sorted((e["auditID"], e["stage"], 2) for e in admin)


def test_raw_events_fill_the_admin_table_by_azures_definition(tmp_path: Path) -> None:
    """AKSAuditAdmin is AKSAudit without get and list, however the events are written."""
    some = some_events(200)
    spaced = [json.dumps(event).encode() + b"\n" for event in some[100:]]
    write(tmp_path / "log", [*map(as_line, some[:100]), *spaced])
    read(tmp_path / "store", tmp_path / "log")
    verbs = {verb for (verb,) in rows_of(tmp_path / "store", "AKSAuditAdmin", "Verb")}
    assert verbs == {event["verb"] for event in some} - {"get", "list"}
    assert len(rows_of(tmp_path / "store", "AKSAudit")) == len(some)


def test_the_same_id_with_other_contents_stays_and_says_so(tmp_path: Path) -> None:
    """Somebody changed a copy: both are there, flagged; a third, equal one is merged."""
    event = some_events(1)[0]
    other = {**event, "verb": "another"}
    (tmp_path / "log").write_bytes(b"".join(map(as_line, [event, other, event])))
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "Copies, IsConflicting")
    assert rows == [(1, True), (2, True)]


def test_events_without_a_stage_or_an_id_are_kept(tmp_path: Path) -> None:
    """Abridged by hand: the same id without a stage is one event, two without an id are two."""
    event = some_events(1)[0]
    no_stage = {name: value for name, value in event.items() if name != "stage"}
    no_id = {name: value for name, value in event.items() if name != "auditID"}
    write(tmp_path / "log", list(map(as_line, [no_stage, no_stage, no_id, no_id])))
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "AuditId, Copies")
    assert rows == [(event["auditID"], 2), (None, 1), (None, 1)]


def test_a_cut_copy_gives_way_to_the_whole_event(tmp_path: Path) -> None:
    """AKS cuts an export at 16 KiB; where the other category's copy is whole, that is the row."""
    event = next(e for e in events(3_000, seed=5) if len(as_line(e)) > 20_000)
    cut = as_storage_record(event, limit=16 * 1024).replace(b'"kube-audit"', b'"kube-audit-admin"')
    (tmp_path / "log").write_bytes(cut + as_storage_record(event))
    assert read(tmp_path / "store", tmp_path / "log").balance.salvaged == 1
    rows = rows_of(tmp_path / "store", "AKSAuditAdmin", "IsPartial, Copies, LogDamage")
    assert rows == [(False, 2, None)]


def test_a_cut_event_does_not_give_way_to_another_body(tmp_path: Path) -> None:
    """A client may choose the id of its request: a harmless one must not hide another."""
    event = next(e for e in events(3_000, seed=5) if "requestObject" in e)
    other = {**event, "requestObject": {"kind": "Pod", "spec": {"hostPID": True}}}
    text = as_line(other)
    cut = text[: text.index(b'"hostPID"') + len(b'"hostPID":true,"')]
    write(tmp_path / "log", [as_line(event), cut + b"\n"])
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "IsPartial, IsConflicting")
    assert rows == [(False, True), (True, True)]
