"""No file is read twice, and a file that grew is read on."""

from pathlib import Path

from log_generator.audit_log import as_event_hub_message, as_line, as_storage_record, events
from support.command import read
from support.ingested import as_admin, contents, rows_of, some_events, write


def test_what_was_read_is_not_read_again_and_what_grew_goes_on(tmp_path: Path) -> None:
    """An hour's blob grows: only what is new is read, and a last line that was cut is whole now."""
    log = tmp_path / "PT1H.json"
    lines = [as_storage_record(event) for event in some_events()]
    log.write_bytes(b"".join(lines[:200])[:-400])
    first = read(tmp_path / "store", log)
    assert (first.balance.events, first.balance.salvaged + first.balance.quarantined) == (199, 1)
    again = read(tmp_path / "store", log)
    assert (again.files, again.files_known, again.balance.decoded_bytes) == (0, 1, 0)
    log.write_bytes(b"".join(lines))
    grown = read(tmp_path / "store", log)
    assert grown.balance.decoded_bytes == sum(map(len, lines[199:]))
    assert grown.balance.events == len(lines) - 199
    read(tmp_path / "fresh.store", log)
    assert contents(tmp_path / "store") == contents(tmp_path / "fresh.store")


def test_a_file_that_was_replaced_adds_to_what_was_read(tmp_path: Path) -> None:
    """A rotated log has the same name and other contents: both are kept."""
    log = tmp_path / "audit.log"
    lines = [as_line(event) for event in some_events()]
    log.write_bytes(b"".join(lines[:200]))
    read(tmp_path / "store", log)
    log.write_bytes(b"".join(lines[200:]))
    read(tmp_path / "store", log)
    assert len(contents(tmp_path / "store")) == len(lines)


def test_a_file_that_grows_takes_no_row_that_stands_for_another_files_copy(tmp_path: Path) -> None:
    """The row of two copies stays when the file of one of them is read on."""
    one, other = [e for e in some_events(60) if e["verb"] == "update"][:2]
    admin = write(tmp_path / "admin.json", [as_admin(one)[:-1]])
    audit = write(tmp_path / "audit.json", [as_storage_record(one)])
    read(tmp_path / "store", admin, audit)
    write(admin, [as_admin(one), as_admin(other)])
    read(tmp_path / "store", admin, audit)
    known = (one["auditID"], one["stage"])
    assert rows_of(tmp_path / "store", "AKSAudit", "AuditId, Stage") == [known]
    in_admin = rows_of(tmp_path / "store", "AKSAuditAdmin", "AuditId, Stage")
    assert in_admin == sorted([known, (other["auditID"], other["stage"])])


def test_a_document_of_another_size_is_another_document(tmp_path: Path) -> None:
    """What the first one said stays, though it begins alike."""
    some = [e for e in events(3_000, seed=5) if len(as_line(e)) > 5_000][:3]
    log = write(tmp_path / "hub.json", [as_event_hub_message(some[:2])])
    read(tmp_path / "store", log)
    write(log, [as_event_hub_message([some[0], some[2], some[2]])])
    read(tmp_path / "store", log)
    found = rows_of(tmp_path / "store", "AKSAudit", "AuditId, Stage")
    assert found == sorted((e["auditID"], e["stage"]) for e in some)
