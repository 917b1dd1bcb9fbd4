"""A workspace over replayed HTTP gives the same rows as a file, or says what it could not read."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("azure.monitor.query", reason="needs the extra kusto")

from kubewitness.catalog.audit_tables import READ_VERBS, TABLES
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.errors import ExitCode
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import Event, as_storage_record, events
from support.cloud_logs import SECRET, WORKSPACE, export
from support.command import read, run
from support.format_descriptions import FOLDER
from support.ingested import as_admin, contents, rows_of, write
from support.replayed_workspace import (
    RESOURCE_ID,
    WORD,
    ReplayedWorkspace,
    longer_than,
    once,
    restored,
)

INSIGHTS_SAMPLE = FOLDER / "container_insights" / "sample.json"


def _within_two_days(event: Event) -> Event:
    """The event, at a time that makes few windows of a month."""
    moved = dict(event)
    for name in ("requestReceivedTimestamp", "stageTimestamp"):
        time = datetime.fromisoformat(event[name])
        start = datetime(2026, 1, 5, tzinfo=UTC)
        moved[name] = f"{start + (time - start) / 20:%Y-%m-%dT%H:%M:%S.%fZ}"
    return moved


EVENTS = list(map(_within_two_days, events(150, seed=11)))
TIMES = [datetime.fromisoformat(event["stageTimestamp"]) for event in EVENTS]
SINCE = f"{min(TIMES):%Y-%m-%dT%H:%M:%SZ}"
UNTIL = f"{max(TIMES) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
PERIOD = ("--since", SINCE, "--until", UNTIL)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a workspace that has the events in every table that AKS can fill."""
    folder = tmp_path_factory.mktemp("workspace")
    writes = [event for event in EVENTS if event["verb"] not in READ_VERBS]
    records = [*map(as_storage_record, EVENTS), *map(as_admin, writes)]
    read(folder / "events.store", write(folder / "PT1H.json", records))
    made = export(folder / "events.store", folder / "tables.duckdb")
    with duckdb.connect(str(made)) as connection:
        connection.execute(
            'INSERT INTO "AzureDiagnostics" (TimeGenerated, Category, ResourceProvider) '
            "VALUES (?, 'AuditEvent', 'MICROSOFT.KEYVAULT')",
            [TIMES[0].replace(tzinfo=None)],
        )
    return made


@pytest.fixture(scope="module")
def of_file(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """What a store holds that read the same rows from a file."""
    folder = tmp_path_factory.mktemp("file")
    with (folder / "rows.json").open("w") as file, duckdb.connect(str(tables)) as connection:
        for row in _rows(connection):
            file.write(json.dumps(row) + "\n")
    read(folder / "file.store", folder / "rows.json")
    return contents(folder / "file.store", places=False)


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    for table in TABLES:
        found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 names of our own
        names = [column[0] for column in found.description]
        for values in found.fetchall():
            row = dict(zip(names, values, strict=True))
            time = row["TimeGenerated"].isoformat() + "Z"
            if row.get("ResourceProvider") != "MICROSOFT.KEYVAULT":
                yield {**row, "TimeGenerated": time, "Type": table} | {
                    name: value.isoformat() + "Z"
                    for name, value in row.items()
                    if isinstance(value, datetime)
                }


@pytest.fixture
def workspace(tables: Path) -> ReplayedWorkspace:
    """The workspace, where all is well."""
    return ReplayedWorkspace(tables)


def ingest(
    capsys: pytest.CaptureFixture[str], store: Path, *arguments: str, word: str = WORD
) -> tuple[int, str, str]:
    """Read the workspace into a store."""
    return run(capsys, "ingest", word, *(arguments or PERIOD), "--store", store)


def test_a_workspace_gives_the_rows_of_a_file_with_the_same_rows(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Conservation: each row once, in every table, and none of another service."""
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert (code, "unreadable 0" in out) == (ExitCode.OK, True), (out, err)
    rows = contents(tmp_path / "s", places=False)
    assert len(rows) >= len(EVENTS)
    assert rows == of_file


def test_a_truncated_answer_is_asked_again_in_halves(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing of a partial result is kept, so no row is read twice."""
    workspace.most_rows = 20
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert len(workspace.rows_asked()) > 20
    assert contents(tmp_path / "s", places=False) == of_file


def test_a_query_that_times_out_is_asked_again_in_halves(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The service answers 504 after ten minutes; the same query is not sent again."""
    length = (max(TIMES) - min(TIMES)) / 5
    workspace.fault = longer_than(length, (504, {}, "{}"))
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert contents(tmp_path / "s", places=False) == of_file
    asked = [(one.table, one.start, one.end) for one in workspace.rows_asked()]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {}])
def test_a_throttled_query_is_sent_again(
    headers: dict[str, str],
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After as long as the service asks for."""
    workspace.fault = once((429, headers, "{}"))
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert workspace.waited == [7] * bool(headers)
    assert contents(tmp_path / "s", places=False) == of_file


@pytest.mark.parametrize("plan", ["Basic", "Auxiliary"])
def test_a_table_of_another_plan_is_searched_and_its_price_is_named_beforehand(
    plan: str,
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By `/search`, which bills what it scans."""
    workspace.plans = {"AKSAudit": plan}
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert {one.table for one in workspace.rows_asked("/search")} == {"AKSAudit"}
    assert f"AKSAudit: reads {SINCE}" in err
    assert f"about 0.3 MB; plan {plan}: Azure bills each query by the GB scanned" in err
    assert "AKSAuditAdmin" in err
    assert "plan Analytics: Azure does not bill queries" in err
    assert contents(tmp_path / "s", places=False) == of_file


def test_an_interrupted_run_goes_on_where_it_was(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No row is lost, none is read twice, and no table that was read is asked again."""

    def interrupt(asked: Any) -> None:
        if asked.table == "AKSControlPlane":
            raise KeyboardInterrupt

    workspace.fault = interrupt
    with workspace.served():
        code, _, err = ingest(capsys, tmp_path / "s")
    assert (code, err.strip().splitlines()[-1]) == (ExitCode.USAGE, "stopped")
    before = contents(tmp_path / "s", places=False)
    assert len(before) > 0

    code, _, err = run(capsys, "query", "AKSAudit | count", tmp_path / "s")
    assert "AKSControlPlane" in err
    assert "reading was interrupted" in err

    again = replace(workspace, fault=lambda _asked: None, asked=[])
    with again.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert {"AKSAudit", "AKSAuditAdmin"}.isdisjoint(one.table for one in again.rows_asked())
    assert contents(tmp_path / "s", places=False) == of_file


def test_a_run_that_fails_within_a_table_is_completed_by_the_next(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was read of a window stays, and is replaced when the window is read whole."""
    workspace.most_rows = 20
    workspace.fault = lambda asked: (
        (403, {}, _refusal())
        if len(workspace.rows_asked()) > 9 and asked.table != "Usage"
        else None
    )
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE, (out, err)
    assert contents(tmp_path / "s", places=False)
    with replace(workspace, fault=lambda _asked: None).served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert contents(tmp_path / "s", places=False) == of_file


def test_a_query_reads_a_workspace_as_it_reads_files(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the period; what is missing of it is reported, and no store is left behind."""
    text = "AKSAudit | count"
    workspace.fault = lambda asked: (403, {}, "{}") if asked.table == "AzureActivity" else None
    with workspace.served():
        code, out, err = run(capsys, "query", text, WORD, *PERIOD, "--format", "json")
    assert (code, json.loads(out)) == (ExitCode.OK, [{"Count": len(EVENTS)}]), err
    assert "unreadable: log-analytics://" in err
    path = write(tmp_path / "PT1H.json", list(map(as_storage_record, EVENTS)))
    code, out, _ = run(capsys, "query", text, path, "--format", "json")
    assert (code, json.loads(out)) == (ExitCode.OK, [{"Count": len(EVENTS)}])


def test_a_second_run_asks_for_nothing_that_is_final(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The events are older than two days, after which no row arrives."""
    with workspace.served():
        ingest(capsys, tmp_path / "s")
        workspace.asked.clear()
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK
    assert "known already" in out
    assert not workspace.rows_asked()


def _refusal() -> str:
    error = {"code": "InsufficientAccessError", "message": f"with {SECRET}"}
    return json.dumps({"error": error})


def test_a_table_that_is_not_permitted_is_a_gap_wherever_the_store_is_queried(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other tables are read; no answer passes for one about the whole period."""
    workspace.fault = lambda asked: (403, {}, _refusal()) if asked.table == "AKSAudit" else None
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    gap = f"log-analytics://{WORKSPACE}/AKSAudit: {SINCE[:-1]}"
    assert gap in out
    assert "is not complete: not permitted; needs the role `Log Analytics Reader`" in out
    assert out.count("is not complete") == 1
    assert SECRET not in out + err
    assert len([one for one in workspace.rows_asked() if one.table == "AKSAudit"]) == 1
    code, out, err = run(capsys, "query", "AKSAuditAdmin | count", tmp_path / "s")
    assert gap in err
    code, out, err = run(capsys, "hunt", tmp_path / "s", "--rule", "pod-exec")
    assert gap in err
    assert code in (ExitCode.UNREADABLE, ExitCode.VIOLATION)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ((403, {}, "{}"), "not permitted"),
        ((200, {}, ""), "answers without a table"),
        ((200, {}, "[]"), "answers without a table"),
        ((400, {}, json.dumps({"error": {"message": "no such operator"}})), "no such operator"),
        ((503, {}, "{}"), "overloaded"),
        ((429, {}, "{}"), "still throttled"),
        ((504, {}, "{}"), "took more than 10 minutes"),
    ],
)
def test_no_answer_is_no_pass(
    fault: tuple[int, dict[str, str], str],
    reason: str,
    workspace: ReplayedWorkspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the service answers instead of rows."""
    workspace.fault = lambda asked: fault if asked.table == "AKSAudit" else None
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert "/AKSAudit: " in out
    assert reason in out, (out, err)


def test_rows_that_cannot_be_had_whole_are_kept_and_the_rest_is_a_gap(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second with more rows than an answer may have."""
    workspace.most_rows = 1
    with workspace.served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert "only a part of the rows arrived: The results of this query exceed" in out
    assert contents(tmp_path / "s", places=False)


@pytest.mark.parametrize("word", [WORD, f"log-analytics://{RESOURCE_ID}"])
def test_an_address_that_ends_with_a_table_reads_only_that_table(
    word: str, workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name is in any case of its name. No other table is queried, which could cost money."""
    with workspace.served():
        code, _, err = ingest(capsys, tmp_path / "s", word=f"{word}/aksauditadmin")
    assert code == ExitCode.OK
    assert {ask.table for ask in workspace.asked} <= {"Usage", "AKSAuditAdmin"}
    assert "/AKSAuditAdmin: reads " in err
    assert "/AKSAudit:" not in err


def test_a_workspace_that_hides_a_table_with_rows_is_a_gap(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without permission for a table, Azure answers as if there were none."""
    workspace.hidden = ("AKSAudit",)
    with workspace.served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert "does not show the table AKSAudit" in out


def test_a_table_that_is_not_there_is_no_gap(
    workspace: ReplayedWorkspace, tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No workspace has all tables."""
    (tmp_path / "tables").write_bytes(tables.read_bytes())
    with duckdb.connect(str(tmp_path / "tables")) as connection:
        connection.execute('DROP TABLE "AzureDiagnostics"; DROP TABLE IF EXISTS "Usage"')
        connection.execute('CREATE TABLE "AzureDiagnostics" (TimeGenerated TIMESTAMP)')
    workspace = replace(workspace, tables=tmp_path / "tables", hidden=("AzureDiagnostics",))
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.OK, (out, err)
    assert "AzureDiagnostics" not in err


@pytest.mark.parametrize("permitted", [True, False])
def test_a_period_before_the_interactive_retention_is_a_gap_with_the_command_that_restores_it(
    permitted: bool,
    workspace: ReplayedWorkspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without permission to read the retention, nobody knows whether rows are archived."""
    workspace.days = (30, 365)
    workspace.is_managed = permitted
    with workspace.served():
        code, out, _ = ingest(capsys, tmp_path / "s", "--since", "90d")
    assert code == ExitCode.UNREADABLE
    if not permitted:
        assert "the retention of the table cannot be read" in out
        return
    assert (
        "older than the 30 days of interactive retention; restore it, which Azure bills by the GB "
        "and day, and read again: `az monitor log-analytics workspace table restore create "
        "--subscription 11111111-2222-3333-4444-555555555555 --resource-group logs "
        "--workspace-name central --name AKSAudit_RST --restore-source-table AKSAudit "
    ) in out
    assert all(one.start > datetime.now(UTC) - timedelta(days=31) for one in workspace.rows_asked())


def test_a_table_that_cannot_be_restored_is_searched_by_a_job(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plan Auxiliary; what is older than the total retention is deleted."""
    workspace.days = (30, 60)
    workspace.plans = {"AKSAudit": "Auxiliary"}
    with workspace.served():
        code, out, _ = ingest(capsys, tmp_path / "s", "--since", "90d")
    assert code == ExitCode.UNREADABLE
    assert "what is older than 60 days is deleted" in out
    assert "table search-job create" in out
    assert '--name AKSAudit_SRCH --search-query "AKSAudit" --limit 1000000' in out


def test_what_was_restored_is_read_and_closes_the_gap(
    workspace: ReplayedWorkspace,
    tables: Path,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the same command again."""
    (tmp_path / "tables").write_bytes(tables.read_bytes())
    with duckdb.connect(str(tmp_path / "tables")) as connection:
        connection.execute('CREATE TABLE "AKSAudit_RST" AS FROM "AKSAudit"')
    start, end = min(TIMES) - timedelta(days=1), max(TIMES) + timedelta(days=1)
    archived = replace(workspace, tables=tmp_path / "tables", days=(0, 36_500))
    with archived.served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert (code, "--name AKSAudit_RST" in out) == (ExitCode.UNREADABLE, True)
    with replace(archived, extra=[restored("AKSAudit", start, end)]).served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert "--name AKSAudit_RST" not in out
    assert "--name AKSAuditAdmin_RST" in out
    with open_store(tmp_path / "s", read_only=True) as connection:
        found = connection.execute('SELECT count(*) FROM "AKSAudit"').fetchall()
    assert found == [(len(EVENTS),)]
    assert of_file


def test_a_restored_table_that_the_workspace_hides_is_a_gap(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resource Manager lists it, so that it is there; Usage does not count it."""
    start, end = min(TIMES) - timedelta(days=1), max(TIMES) + timedelta(days=1)
    documents = [restored("AKSAudit", start, end)]
    with replace(workspace, days=(0, 36_500), extra=documents).served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert "does not show the table AKSAudit_RST" in out


@pytest.mark.parametrize("properties", [{"plan": "Analytics"}, None])
def test_a_table_whose_retention_alone_cannot_be_read_is_a_gap(
    properties: Any,
    workspace: ReplayedWorkspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The settings of the other tables say nothing about it."""
    documents = [{"name": "AKSAudit", "properties": properties}]
    with replace(workspace, extra=documents).served():
        code, out, _ = ingest(capsys, tmp_path / "s")
    assert code == ExitCode.UNREADABLE
    assert out.count("the retention of the table cannot be read") == 1
    assert f"/AKSAudit: {SINCE[:-1]}" in out


def test_a_workspace_is_also_named_by_its_resource_id(
    workspace: ReplayedWorkspace,
    of_file: list[tuple[Any, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both names are of the same workspace: what was read by one is known by the other."""
    with workspace.served():
        word = f"log-analytics:/{RESOURCE_ID}"
        code, out, err = ingest(capsys, tmp_path / "s", word=f"log-analytics://{RESOURCE_ID}")
        workspace.asked.clear()
        assert ingest(capsys, tmp_path / "s", word=word)[0] == ExitCode.OK
    assert code == ExitCode.OK, (out, err)
    assert contents(tmp_path / "s", places=False) == of_file
    assert not workspace.rows_asked()


@pytest.mark.parametrize(
    ("word", "fault", "reason"),
    [
        ("log-analytics://central", None, "Workspace ID"),
        (f"log-analytics:/{RESOURCE_ID}/tables/AKSAudit", None, "Workspace ID"),
        (f"{WORD}/Heartbeat", None, "`Heartbeat` is not a table that is read; use one of AKSAudit"),
        (WORD, (401, {}, "{}"), "az login"),
        (WORD, (404, {}, "{}"), "no such workspace"),
    ],
)
def test_a_workspace_that_cannot_be_queried_is_bad_input(  # noqa: PLR0913, PLR0917 fixtures
    word: str,
    fault: Any,
    reason: str,
    workspace: ReplayedWorkspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before a store is made."""
    workspace.fault = lambda _asked: fault
    with workspace.served():
        code, _, err = ingest(capsys, tmp_path / "s", word=word)
    assert code == ExitCode.USAGE
    assert reason in err
    assert SECRET not in err
    assert not (tmp_path / "s").exists()


def test_a_workspace_without_rows_in_the_period_is_nothing_to_check(
    workspace: ReplayedWorkspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no pass."""
    with workspace.served():
        code, _, err = ingest(capsys, tmp_path / "s", "--since", "1d")
    assert code == ExitCode.NOTHING
    assert "nothing to check" in err


def test_rows_that_arrive_late_are_read_by_the_next_run(
    workspace: ReplayedWorkspace,
    tables: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """For two days after a time rows may arrive for it; none is there twice."""
    (tmp_path / "tables").write_bytes(tables.read_bytes())
    recent = f"TIMESTAMP '{datetime.now(UTC) - timedelta(hours=3):%Y-%m-%d %H:%M:%S}'"
    with duckdb.connect(str(tmp_path / "tables")) as connection:
        for name in TABLES:
            connection.execute(f'UPDATE "{name}" SET TimeGenerated = {recent}')  # noqa: S608 names of our own
        connection.execute('CREATE TABLE late AS FROM "AKSAudit" ORDER BY AuditId LIMIT 5')
        connection.execute('DELETE FROM "AKSAudit" WHERE AuditId IN (SELECT AuditId FROM late)')
        connection.execute('DELETE FROM "AKSAuditAdmin"; DELETE FROM "AzureDiagnostics"')
    workspace = replace(workspace, tables=tmp_path / "tables")
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s", "--since", "1d")
    assert code == ExitCode.OK, (out, err)
    with duckdb.connect(str(tmp_path / "tables")) as connection:
        connection.execute('INSERT INTO "AKSAudit" FROM late')
    with workspace.served():
        code, out, err = ingest(capsys, tmp_path / "s", "--since", "1d")
    assert code == ExitCode.OK, (out, err)
    with open_store(tmp_path / "s", read_only=True) as connection:
        found = connection.execute('SELECT count(*), max(Copies) FROM "AKSAudit"').fetchall()
    assert found == [(len(EVENTS), 1)]


def test_the_tables_of_container_insights_are_read_column_by_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row of each as the export has it; the message of one container is no JSON."""
    rows = [json.loads(line) for line in INSIGHTS_SAMPLE.read_text("utf-8").splitlines()]
    rows += [{**row, "LogMessage": "hello"} for row in rows if "LogMessage" in row]
    write(tmp_path / "rows.json", [json.dumps(row).encode() + b"\n" for row in rows])
    read(tmp_path / "file.store", tmp_path / "rows.json")
    made = export(tmp_path / "file.store", tmp_path / "tables.duckdb")
    period = ("--since", "2026-05-01T00:00:00Z", "--until", "2026-05-02T00:00:00Z")
    with ReplayedWorkspace(made, plans={"ContainerLogV2": "Basic"}).served():
        code, out, err = ingest(capsys, tmp_path / "s", *period)
    assert (code, "unreadable 0" in out) == (ExitCode.OK, True), (out, err)
    assert "/ContainerLogV2: reads 2026-05-01T00:00:00Z" in err
    for name in INSIGHTS_TABLES:
        columns = ", ".join(f'"{column.name}"' for column in TABLES[name])
        found = rows_of(tmp_path / "s", name, columns)
        assert len(found) == sum(row["Type"] == name for row in rows), name
        assert sorted(map(str, found)) == sorted(
            map(str, rows_of(tmp_path / "file.store", name, columns))
        )
