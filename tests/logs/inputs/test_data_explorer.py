"""A database of Azure Data Explorer over Kusto's own protocol gives the same rows as a file."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

pytest.importorskip("azure.kusto.data", reason="needs the extra kusto")

import responses

from kubewitness.errors import ExitCode
from kubewitness.logs.inputs.data_explorer_api import SCHEME
from log_generator.audit_log import as_storage_record, events
from support.cloud_logs import SECRET, Answer, export, sent, served
from support.command import read, run
from support.ingested import contents, write

EVENTS = list(events(100, seed=12))
TIMES = [datetime.fromisoformat(event["stageTimestamp"]) for event in EVENTS]
PERIOD = (
    "--since",
    f"{min(TIMES):%Y-%m-%dT%H:%M:%SZ}",
    "--until",
    f"{max(TIMES) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}",
)
NAMES = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane", "AzureDiagnostics", "AzureActivity")
COLUMNS = ("TableName", "TotalOriginalSize", "TotalRowCount", "RetentionPolicy")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that read the events from a file."""
    folder = tmp_path_factory.mktemp("file")
    read(folder / "s", write(folder / "PT1H.json", list(map(as_storage_record, EVENTS))))
    return folder / "s"


@pytest.fixture(scope="module")
def address(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same events in Azure's tables, behind Kusto's protocol."""
    tables = export(raw, tmp_path_factory.mktemp("database") / "logs.duckdb")
    with served(tables) as host:
        yield host


def details(days: int = 36_500, size: int | None = 2_000_000) -> dict[str, Any]:
    """The answer to `.show tables details`, with some of its columns."""
    policy = json.dumps({"SoftDeletePeriod": f"{days}.00:00:00", "Recoverability": "Enabled"})
    columns = [{"ColumnName": name, "DataType": "String"} for name in COLUMNS]
    rows = [[name, size, 1_000, policy] for name in NAMES]
    return {"Tables": [{"TableName": "Table_0", "Columns": columns, "Rows": rows}]}


@contextmanager
def replayed(
    command: Answer, fault: Callable[[str], Answer | None] = lambda _text: None
) -> Iterator[tuple[list[str], list[float]]]:
    """Answer commands, and some queries instead of the service; yields queries and waits."""
    asked: list[str] = []
    waited: list[float] = []

    def matches(request: Any) -> tuple[bool, str]:
        text = sent(request)["csl"]
        if "| count" not in text and text not in asked[-1:]:
            asked.append(text)
        faults.append(fault(text))
        return faults[-1] is not None, "no fault"

    faults: list[Answer | None] = []
    with (
        responses.RequestsMock(assert_all_requests_are_fired=False) as replay,
        mock.patch("time.sleep", waited.append),
    ):
        replay.add_callback(responses.POST, re.compile(".*/v1/rest/mgmt"), lambda _request: command)
        replay.add_callback(
            responses.POST,
            re.compile(".*/v2/rest/query"),
            lambda _request: faults[-1] or (500, {}, "{}"),
            match=[matches],
        )
        replay.add_passthru(re.compile(".*/v2/rest/query"))
        yield asked, waited


DETAILS: Answer = (200, {}, json.dumps(details()))


def ingest(
    capsys: pytest.CaptureFixture[str], address: str, store: Path, *arguments: str
) -> tuple[int, str, str]:
    """Read the database into a store."""
    words = arguments or PERIOD
    return run(capsys, "ingest", f"{SCHEME}{address}/logs", *words, "--store", store)


def test_a_database_gives_the_rows_of_the_events(
    address: str, raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each event once, although it is in two tables; Azure's tables drop who was impersonated."""
    with replayed(DETAILS):
        code, out, err = ingest(capsys, address, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert "MB; Azure Data Explorer does not bill queries" in err
    kept = slice(1, 15)
    found = [row[kept] for row in contents(tmp_path / "s", places=False)]
    assert len(found) == len(EVENTS)
    assert found == [row[kept] for row in contents(raw, places=False)]


TOO_LARGE = {
    "error": {
        "code": "LimitsExceeded",
        "message": "m",
        "@message": "Query result set has exceeded the internal record count limit 500000 "
        "(E_QUERY_RESULT_SET_TOO_LARGE; 0x80DA0003).",
    }
}

TIMED_OUT = {"error": {"code": "Timeout", "message": "m", "@message": "Request timed out"}}


def length(text: str) -> timedelta:
    """Of the period of a query."""
    start, end = re.findall(r"datetime\(([^)]*)\)", text)
    return datetime.fromisoformat(end) - datetime.fromisoformat(start)


@pytest.mark.parametrize(
    "answer", [(400, {}, json.dumps(TOO_LARGE)), (504, {}, json.dumps(TIMED_OUT))]
)
def test_what_is_too_much_is_asked_again_in_halves(
    answer: Answer, address: str, raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By rows, bytes or time."""
    longest = (max(TIMES) - min(TIMES)) / 3
    with replayed(DETAILS, lambda text: answer if length(text) > longest else None) as (asked, _):
        code, out, err = ingest(capsys, address, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert len(asked) > len(NAMES)
    kept = slice(1, 15)
    found = [row[kept] for row in contents(tmp_path / "s", places=False)]
    assert found == [row[kept] for row in contents(raw, places=False)]


def test_what_is_throttled_is_asked_again(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After as long as the service asks for."""
    throttled: list[Answer] = [(429, {"Retry-After": "9"}, '{"a": 1}')]
    with replayed(DETAILS, lambda _text: throttled.pop() if throttled else None) as (_, waited):
        code, out, err = ingest(capsys, address, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert waited == [9]


def test_what_is_not_permitted_is_a_gap(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other tables are read."""
    refusal = {"error": {"code": "c", "message": SECRET, "@message": SECRET}}
    refused: Answer = (403, {}, json.dumps(refusal))
    with replayed(DETAILS, lambda text: refused if text.startswith("AKSAudit ") else None):
        code, out, err = ingest(capsys, address, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert "/logs/AKSAudit: " in out
    assert "not permitted; needs the role `Database Viewer`" in out
    assert SECRET not in out + err
    assert contents(tmp_path / "s", places=False)


def test_an_answer_that_is_not_as_documented_is_a_gap(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as one of a proxy."""
    with replayed(DETAILS, lambda _text: (502, {}, '{"a": 1}')):
        code, out, _ = ingest(capsys, address, tmp_path / "s")
    assert (code, "answers without a reason" in out) == (ExitCode.UNREADABLE, True)


def test_what_is_older_than_the_retention_is_a_gap(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without permission to read the retention, nobody knows."""
    answer: Answer = (200, {}, json.dumps(details(days=30)))
    with replayed(answer):
        code, out, _ = ingest(capsys, address, tmp_path / "s", "--since", "90d")
    assert (code, "older than the retention of the table" in out) == (ExitCode.UNREADABLE, True)
    with replayed((403, {}, '{"error": {"code": "c", "message": "m", "@message": "m"}}')):
        code, out, _ = ingest(capsys, address, tmp_path / "t", "--since", "1h")
    assert (code, "the retention of the table cannot be read" in out) == (5, True)


@pytest.mark.parametrize(
    "answer", [(200, {}, json.dumps(details(size=None))), (403, {}, json.dumps(TIMED_OUT))]
)
def test_a_table_of_unknown_size_is_announced(
    answer: Answer, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not taken for an empty one."""
    with replayed(answer):
        _, _, err = ingest(capsys, address, tmp_path / "s")
    announced = set(re.findall(r"/(\w+): reads .*: an unknown volume; ", err))
    assert announced >= {*NAMES}, err
    assert "about" not in err


@pytest.mark.parametrize(
    ("word", "reason"),
    [("adx://cluster", "adx://CLUSTER.REGION/DATABASE"), ("adx://127.0.0.1:9/x", "be reached")],
)
def test_a_database_that_cannot_be_queried_is_bad_input(
    word: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a store is made."""
    code, _, err = run(capsys, "ingest", word, "--store", tmp_path / "s")
    assert (code, reason in err) == (ExitCode.USAGE, True)
    assert not (tmp_path / "s").exists()
