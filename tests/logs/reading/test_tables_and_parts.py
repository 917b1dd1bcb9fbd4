"""Tables that answer a query, CSV, and lines that were split: what is missing is reported."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_line, events
from support.log_reading import ndjson, read

EVENT, OTHER = list(events(2, seed=5))
LINE, OTHER_LINE = (as_line(event).decode().strip() for event in (EVENT, OTHER))
TIME = "2026-05-01T10:00:00.123456789Z"
COLUMNS = [{"name": "log_s", "type": "string"}, {"name": "Category", "type": "string"}]


def ids(rows: list[dict[str, Any]]) -> set[str]:
    """The audit IDs of rows."""
    return {row["AuditId"] for row in rows}


def answer(rows: list[Any], **more: Any) -> bytes:
    """An answer of Log Analytics."""
    return json.dumps(
        {"tables": [{"name": "T", "columns": COLUMNS, "rows": rows}], **more}
    ).encode()


def test_the_error_of_a_partial_answer_is_reported(tmp_path: Path) -> None:
    """Rows that a query did not return must not count as absent."""
    error = {"code": "PartialError", "message": "exceeded the limit"}
    summary, rows = read(tmp_path, answer([[LINE, "kube-audit"]], error=error))
    assert ids(rows) == {EVENT["auditID"]}
    assert "only a part of its rows" in summary.quarantine[0].reason


def test_the_errors_of_kusto_are_reported(tmp_path: Path) -> None:
    """An answer of version 2 ends with whether it has errors."""
    frames = [{"FrameType": "DataSetHeader", "Version": "v2.0"},
              {"FrameType": "DataSetCompletion", "HasErrors": True}]  # fmt: skip
    summary, _ = read(tmp_path, json.dumps(frames).encode())
    assert (summary.balance.other, summary.balance.quarantined) == (1, 1)


def test_a_row_with_too_few_cells_is_quarantined_and_the_others_are_read(tmp_path: Path) -> None:
    """Cells would be taken for those of other columns."""
    summary, rows = read(tmp_path, answer([[LINE], [OTHER_LINE, "kube-audit"]]))
    assert ids(rows) == {OTHER["auditID"]}
    assert "2 columns" in summary.quarantine[0].reason


def test_a_table_of_more_than_one_block_is_read(tmp_path: Path) -> None:
    """An answer may have a hundred megabytes: its rows are read one by one."""
    stream = [as_line(event).decode() for event in events(3_000, seed=6)]
    summary, _ = read(tmp_path, answer([[line, "kube-audit"] for line in stream]))
    assert (summary.balance.events, summary.balance.quarantined) == (3_000, 0)


def test_cells_of_csv_may_have_line_breaks_and_other_separators(tmp_path: Path) -> None:
    """A spreadsheet writes semicolons and says so."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([["Category", "log_s"], ["kube-audit", LINE + "\n\n"], ["a", OTHER_LINE]])
    summary, rows = read(tmp_path, b"\xef\xbb\xbfsep=;\r\n" + text.getvalue().encode())
    assert ids(rows) == {EVENT["auditID"], OTHER["auditID"]}
    assert summary.balance.quarantined == 0


@pytest.mark.parametrize("end", ['"', "", ',"more"'])
def test_a_damaged_row_of_csv_is_not_passed_over(end: str, tmp_path: Path) -> None:
    """A quote that is missing takes the rest of the file: it is reported as unreadable."""
    quoted = OTHER_LINE.replace('"', '""')
    data = f'log_s,Category\n"{LINE.replace(chr(34), chr(34) * 2)}",a\n"{quoted}{end}\n'
    summary, rows = read(tmp_path, data.encode())
    assert EVENT["auditID"] in ids(rows)
    assert summary.balance.quarantined + summary.balance.salvaged == 1


def parts(*texts: str) -> bytes:
    """Lines of CRI: all but the last are parts."""
    tags = ["P"] * (len(texts) - 1) + ["F"]
    return "".join(f"{TIME} stdout {t} {x}\n" for t, x in zip(tags, texts, strict=True)).encode()


def test_parts_are_joined_in_any_number_and_the_place_is_that_of_the_first(tmp_path: Path) -> None:
    """Also where no part but one has a name of an event."""
    size = 100
    texts = [LINE[start : start + size] for start in range(0, len(LINE), size)]
    summary, (row,) = read(tmp_path, b"x\n" + parts(*texts))
    assert (row["AuditId"], row["LogOffset"], row["LogDamage"]) == (EVENT["auditID"], 2, None)
    assert summary.balance.quarantined == 1


def test_a_part_whose_rest_never_came_is_a_damaged_event(tmp_path: Path) -> None:
    """When the rest was written, the file is read from the part on, and the event is whole."""
    half = len(LINE) // 2
    log = tmp_path / "log"
    whole = parts(LINE[:half], LINE[half:])
    found = []
    for data in (whole[: whole.index(b"\n") + 1], whole):
        log.write_bytes(data)
        with open_store(tmp_path / "store") as connection:
            ingest(connection, find_log_files([str(log)]))
            found.append(connection.execute("SELECT IsPartial FROM AKSAudit").fetchall())
    assert found == [[(True,)], [(False,)]]


def test_an_object_at_the_edge_of_a_part_is_not_an_event_of_its_own(tmp_path: Path) -> None:
    """Who writes a body chooses where it is split."""
    forged = {**OTHER, "user": {"username": "forged"}}
    text = json.dumps({**EVENT, "requestObject": {"spec": {"x": forged}}}, separators=(",", ":"))
    place = text.index('{"kind":"Event"', 1)
    lines = [{"log": text[:place], "stream": "stdout", "time": TIME},
             {"log": text[place:] + "\n", "stream": "stdout", "time": TIME}]  # fmt: skip
    data = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
    _, rows = read(tmp_path, data)
    assert ids(rows) == {EVENT["auditID"]}


def test_the_reason_names_the_field_that_holds_an_event(tmp_path: Path) -> None:
    """So that `jq` can take it out."""
    summary, rows = read(tmp_path, ndjson([{"novel": {"list": [{}, {"deep": LINE}]}}]))
    assert rows == []
    assert "`.novel.list[1].deep`" in summary.quarantine[0].reason


def test_entries_of_other_services_are_counted_as_other_logs(tmp_path: Path) -> None:
    """They are not unreadable, and an event in one is not passed over."""
    entry = {"logName": "projects/p/logs/x", "resource": {"type": "gce"}, "insertId": "1"}
    summary, _ = read(tmp_path, ndjson([entry, {**entry, "jsonPayload": {"novel": LINE}}]))
    assert (summary.balance.other, summary.balance.quarantined) == (1, 1)
