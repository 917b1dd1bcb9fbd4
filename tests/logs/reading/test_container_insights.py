"""The tables of Container insights: each column as in the workspace, and nothing passed over."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.catalog.container_insights import INSIGHTS_COLUMNS, INSIGHTS_TABLES
from kubewitness.errors import ExitCode
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_line, events
from support.command import run
from support.format_descriptions import FOLDER
from support.log_reading import ndjson, table

Row = Mapping[str, Any]
SAMPLE = (FOLDER / "container_insights" / "sample.json").read_text("utf-8")
ROWS: Mapping[str, Row] = {row["Type"]: row for row in map(json.loads, SAMPLE.splitlines())}
UNTYPED: Mapping[str, Row] = {
    name: {column: cell for column, cell in row.items() if column != "Type"}
    for name, row in ROWS.items()
}
EMPTY = {column: "" for row in UNTYPED.values() for column in row}
"""The columns of all tables, as a union has them."""


def read_rows(home: Path, data: bytes, name: str) -> tuple[Summary, list[dict[str, Any]]]:
    """Read bytes as one file; return what was read and the rows of a table."""
    (home / "log").write_bytes(data)
    with open_store(home / "log.store") as connection:
        summary = ingest(connection, find_log_files([str(home / "log")]))
        rows = table(connection, name)
    assert summary.balance.unaccounted_bytes == 0
    return summary, rows


def expected(row: Row, name: str) -> dict[str, Any]:
    """The cells of a row by their types; a store keeps microseconds."""
    types = {column.name: column.type for column in TABLES[name]}
    return {key: utc(value) if types[key] == "datetime" else value for key, value in row.items()
            if key != "TenantId"}  # fmt: skip


def utc(text: str) -> datetime:
    """A time as a store has it."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def as_rest(row: Row) -> bytes:
    """The answer of the query API, whose dynamic cells are text."""
    types = {column.name: column.type for column in TABLES[row["Type"]]}
    columns = [{"name": name, "type": types[name]} for name in row]
    cells = [json.dumps(cell) if isinstance(cell, dict) else cell for cell in row.values()]
    answer = {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": [cells]}]}
    return json.dumps(answer).encode()


def as_csv(row: Row) -> bytes:
    """The portal's CSV: times in UTC as Americans write them, to the millisecond."""
    types = {column.name: column.type for column in TABLES[row["Type"]]}
    times = {name for name in row if types[name] == "datetime"}
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(f"{name} [UTC]" if name in times else name for name in row)
    writer.writerow(
        f"{datetime.fromisoformat(cell):%m/%d/%Y, %I:%M:%S.%f %p}" if name in times
        else json.dumps(cell) if isinstance(cell, dict) else cell
        for name, cell in row.items()
    )  # fmt: skip
    return text.getvalue().encode()


FORMS: Mapping[str, Callable[[Row], bytes]] = {
    "row": lambda row: ndjson([row]),
    "row-without-type": lambda row: ndjson([UNTYPED[row["Type"]]]),
    "row-of-a-union": lambda row: ndjson([{**EMPTY, **UNTYPED[row["Type"]]}]),
    "row-of-az": lambda row: json.dumps([{**row, "TableName": "PrimaryResult"}], indent=2).encode(),
    "event-hub": lambda row: json.dumps({"records": [row]}).encode(),
    "restored-table": lambda row: ndjson([{**row, "Type": f"{row['Type']}_RST"}]),
    "rest": as_rest,
    "rest-indented": lambda row: json.dumps(json.loads(as_rest(row)), indent=2).encode(),
    "csv": as_csv,
}


def test_the_sample_has_every_column_of_every_table() -> None:
    """So that no column is left out of the tests below."""
    assert tuple(ROWS) == INSIGHTS_TABLES
    for name, columns in INSIGHTS_COLUMNS.items():
        assert {column.name for column in columns} <= ROWS[name].keys(), name


@pytest.mark.parametrize("name", INSIGHTS_TABLES)
@pytest.mark.parametrize("form", FORMS)
def test_a_row_is_read_field_by_field(form: str, name: str, tmp_path: Path) -> None:
    """In every form in which a workspace gives it."""
    summary, rows = read_rows(tmp_path, FORMS[form](ROWS[name]), name)
    assert (summary.faults, summary.quarantine) == ([], [])
    (row,) = rows
    assert {key: row[key] for key in expected(ROWS[name], name)} == expected(ROWS[name], name)
    assert (row["LogDamage"], row["IsPartial"], row["LogShape"]) == (
        None, False, "container-insights")  # fmt: skip


@pytest.mark.parametrize(
    ("message", "value"),
    [
        *((text, text) for text in ("hello", "[INFO] started", "{not JSON", "", 'a "b"', '"a" b')),
        ('{"a":"b"}', {"a": "b"}),
        ('"quoted"', "quoted"),
    ],
)
def test_a_log_message_is_any_text(message: str, value: object, tmp_path: Path) -> None:
    """One that is JSON is its value, as in the workspace; no other is damaged."""
    row = {**ROWS["ContainerLogV2"], "LogMessage": message}
    summary, (found,) = read_rows(tmp_path, ndjson([row]), "ContainerLogV2")
    assert summary.balance.salvaged == 0
    assert found["LogMessage"] == value


def test_a_truncated_object_is_reported_with_its_column(tmp_path: Path) -> None:
    """What precedes the truncation is kept."""
    row = {**ROWS["ContainerLogV2"], "KubernetesMetadata": '{"podUid":"u","image":"bus'}
    _, (found,) = read_rows(tmp_path, ndjson([row]), "ContainerLogV2")
    assert found["KubernetesMetadata"] == {"podUid": "u"}
    assert (found["IsPartial"], found["TruncatedColumns"]) == (True, ["KubernetesMetadata"])


@pytest.mark.parametrize("name", INSIGHTS_TABLES)
def test_a_row_that_is_truncated_anywhere_is_partial_or_quarantined(
    name: str, tmp_path: Path
) -> None:
    """No cell of it is taken for a whole one, and it is never passed over."""
    line = ndjson([ROWS[name]]).rstrip()
    whole = expected(ROWS[name], name)
    partial = 0
    for end in range(40, len(line) - 1, 41):
        (tmp_path / str(end)).mkdir()
        summary, rows = read_rows(tmp_path / str(end), line[:end], name)
        assert len(rows) + len(summary.quarantine) == 1, end
        for row in rows:
            partial += 1
            assert row["IsPartial"], end
            certain = whole.keys() - {*row["TruncatedColumns"]}
            assert {key: row[key] for key in certain if key != "Type"} == {
                key: whole[key] for key in certain if key != "Type"}, end  # fmt: skip
    assert partial


def test_a_text_that_a_row_does_not_have_is_empty(tmp_path: Path) -> None:
    """As in Kusto, where a text is never null; other types are null."""
    row = {"Type": "ContainerInventory", "TimeGenerated": "2026-05-01T10:00:00Z", "Name": "a"}
    _, (found,) = read_rows(tmp_path, ndjson([row]), "ContainerInventory")
    assert (found["Image"], found["ExitCode"], found["StartedTime"]) == ("", None, None)


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("KubePodInventory", {"PodRestartCount": "many"}, "`PodRestartCount` that is not"),
        ("KubePodInventory", {"PodRestartCount": 1.5}, "`PodRestartCount` that is not"),
        ("KubePodInventory", {"PodRestartCount": 1 << 40}, "not of the type int"),
        ("KubePodInventory", {"PodRestartCount": 10**400}, "not of the type int"),
        ("KubePodInventory", {"PodRestartCount": True}, "`PodRestartCount` that is not"),
        ("KubeEvents", {"Count": "nan"}, "`Count` that is not of the type real"),
        ("KubeEvents", {"LastSeen": "yesterday"}, "`LastSeen` that is not of the type datetime"),
        ("ContainerLogV2", {"TimeGenerated": None}, "has no time that can be read"),
        ("ContainerLogV2", {"TimeGenerated": ""}, "has no time that can be read"),
        ("ContainerInventory", {"TimeGenerated": "x"}, "`TimeGenerated` that is not"),
    ],
)
def test_a_row_with_a_cell_of_another_type_is_quarantined(
    name: str, change: Row, reason: str, tmp_path: Path
) -> None:
    """Null would be an answer; the reason names the column."""
    summary, rows = read_rows(tmp_path, ndjson([{**ROWS[name], **change}]), name)
    assert rows == []
    assert reason in summary.quarantine[0].reason


@pytest.mark.parametrize(
    "row",
    [
        {**ROWS["KubeEvents"], "Type": "Events_CL"},
        {"Type": "KubeEvents", "TimeGenerated": "2026-05-01T10:00:00Z", "Other": 1},
        {"TimeGenerated": "2026-05-01T10:00:00Z", "Name": "a", "Namespace": "b", "Computer": "c"},
        {"ObjectKind": "Pod", "Reason": "x", "KubeEventType": "Normal"},
        {**UNTYPED["KubeEvents"], **UNTYPED["KubePodInventory"]},
        {"TimeGenerated": "2026-05-01T10:00:00Z", "PodUid": "u", "PVName": "a", "PVCName": "b"},
        {"TimeGenerated": "2026-05-01T10:00:00Z", "DockerVersion": "1", "OperatingSystem": "x"},
    ],
)
def test_a_row_of_another_table_is_of_none_of_these(row: Row, tmp_path: Path) -> None:
    """Neither is one of a join, or of other tables of Container insights: it is quarantined."""
    summary, rows = read_rows(tmp_path, ndjson([row]), "KubeEvents")
    assert (rows, len(summary.quarantine)) == ([], 1)


def test_an_audit_event_in_a_log_message_is_neither_a_log_line_nor_an_audit_event(
    tmp_path: Path,
) -> None:
    """Any container can print one; it is reported with the field that holds it."""
    (event,) = events(1, seed=4)
    row = {**ROWS["ContainerLogV2"], "LogMessage": as_line(event).decode()}
    summary, rows = read_rows(tmp_path, ndjson([row]), "ContainerLogV2")
    assert rows == []
    assert "in the field `.LogMessage" in summary.quarantine[0].reason
    with open_store(tmp_path / "log.store", read_only=True) as connection:
        assert table(connection, "AKSAudit") == []


def test_copies_of_a_row_are_merged_and_counted(tmp_path: Path) -> None:
    """Exports overlap."""
    for name, row in ROWS.items():
        (tmp_path / name).mkdir()
        _, (found,) = read_rows(tmp_path / name, FORMS["row"](row) + as_rest(row), name)
        assert found["Copies"] == 2


@pytest.mark.parametrize("name", INSIGHTS_TABLES)
def test_the_columns_have_the_types_of_azure_also_without_rows(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A query on an empty table says that the log does not have it."""
    (tmp_path / "log").write_bytes(as_line(next(iter(events(1, seed=4)))))
    schema = f"{name} | getschema | project ColumnName, ColumnType"
    code, out, _ = run(capsys, "query", schema, tmp_path / "log", "--format", "json")
    assert code == ExitCode.OK
    types = {one["ColumnName"]: one["ColumnType"] for one in json.loads(out)}
    for column in TABLES[name]:
        assert types[column.name] == column.type, column.name
    code, out, err = run(capsys, "query", f"{name} | count", tmp_path / "log", "--format", "json")
    assert (code, json.loads(out)) == (ExitCode.OK, [{"Count": 0}])
    assert f"not visible in this log: the table {name}; the answer does not include that" in err


def test_a_query_joins_pods_with_what_they_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In KQL, on a file as it was exported; nothing is said of what is there."""
    (tmp_path / "log").write_text(SAMPLE, "utf-8")
    text = (
        "KubePodInventory | where PodRestartCount > 2 and PodCreationTimeStamp < TimeGenerated "
        "| join kind=inner (ContainerLogV2 | where LogMessage.level == 'error') "
        "on $left.Name == $right.PodName "
        "| project Name, ContainerStatusReason, Message = tostring(LogMessage.msg), "
        "Image = tostring(KubernetesMetadata.image), App = tostring(parse_json(PodLabel)[0].app)"
    )
    code, out, err = run(capsys, "query", text, tmp_path / "log", "--format", "json")
    assert (code, json.loads(out)) == (
        ExitCode.OK,
        [
            {
                "Name": "debug-9f5bf9974-x2x4z",
                "ContainerStatusReason": "CrashLoopBackOff",
                "Message": "connection refused",
                "Image": "busybox",
                "App": "debug",
            }
        ],
    ), err
    assert "not visible" not in err
