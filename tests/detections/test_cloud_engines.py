"""What Azure answers when all is not well becomes a fault that says what to do, and no secret."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests
import responses
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.monitor.query import LogsQueryClient
from requests import PreparedRequest

from kubewitness.detections.allow_list import Allowed, AllowList
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import DetectionFailedError
from kubewitness.detections.engines.cloud import CloudOptions, Plan, choose_tables, query_text
from kubewitness.detections.engines.data_explorer import DataExplorerEngine, open_data_explorer
from kubewitness.detections.engines.log_analytics import LogAnalyticsEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import find_detections
from kubewitness.detections.parsers import Tables
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.store.period import Period
from support import cloud_logs
from support.cloud_logs import SECRET, WORKSPACE, Answer
from support.command import run

(EXEC,) = find_detections(["pod-exec"])
ASKS_NOW = Detection(slug="asks-now", name="n", query="AKSAudit | where TimeGenerated > ago(1h)")
ACTIVITY = Detection(
    slug="activity", name="a", query="AzureActivity | project TimeGenerated, Caller"
)
OPTIONS = CloudOptions(
    tables=Tables.AUDIT, period=Period("2026-03-01", "2026-03-02T12:00"), now=None
)
COLUMNS = [
    {"name": "TimeGenerated", "type": "datetime"},
    {"name": "Username", "type": "string"},
    {"name": "Groups", "type": "dynamic"},
]
ROW = ["2026-03-01T10:00:00.1234567Z", "mallory@shop.example", '["a","b"]']
TABLE = cloud_logs.table(COLUMNS, [ROW])
PARTIAL = {"code": "PartialError", "message": "cut", "innererror": {"message": "64 MB at most"}}


def always(status: int, document: Any, **headers: str) -> Callable[[PreparedRequest], Answer]:
    """The same answer to each request."""
    return lambda _request: (status, headers, json.dumps(document))


def log_analytics(*rules: Detection, options: CloudOptions = OPTIONS) -> LogAnalyticsEngine:
    """The engine, with Microsoft's client."""
    return LogAnalyticsEngine(cloud_logs.client(), WORKSPACE, rules or (EXEC,), options)


def test_a_row_becomes_a_finding_with_times_in_utc_and_dynamic_values_as_json() -> None:
    """As on the laptop."""
    with cloud_logs.answered(always(200, {"tables": [TABLE]})):
        (finding,) = log_analytics().run(EXEC)
    assert finding.time == datetime(2026, 3, 1, 10, 0, 0, 123456)  # noqa: DTZ001 in UTC
    assert finding.values["Groups"] == '["a","b"]'


def test_the_period_is_the_requests_and_not_the_querys() -> None:
    """A table of the Basic plan knows no other; the default is the last day."""
    with cloud_logs.answered(always(200, {"tables": [TABLE]})) as mock:
        list(log_analytics().run(EXEC))
        list(log_analytics(options=replace(OPTIONS, period=Period())).run(EXEC))
        sent = [cloud_logs.sent(call.request) for call in mock.calls]
    assert sent[0]["timespan"] == "2026-03-01T00:00:00.000Z/2026-03-02T12:00:00.000Z"
    start, end = (datetime.fromisoformat(time) for time in sent[1]["timespan"].split("/"))
    assert (end - start).total_seconds() == pytest.approx(86_400)
    assert "TimeGenerated >=" not in sent[0]["query"]


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [("2026-03-02", "2026-03-01", "is not before"), ("soon", None, "`soon` is not a time")],
)
def test_a_period_that_is_none_is_told(since: str, until: str | None, told: str) -> None:
    """Before anything is asked."""
    with pytest.raises(InputError, match=told):
        log_analytics(options=replace(OPTIONS, period=Period(since, until)))


def test_what_was_found_before_the_answer_was_cut_is_found_and_the_cut_is_told() -> None:
    """Half an answer is no proof of no attacks."""
    found: list[Finding] = []
    with (
        cloud_logs.answered(always(200, {"tables": [TABLE], "error": PARTIAL})),
        pytest.raises(
            DetectionFailedError, match=r"pod-exec: gave only a part .*64 MB at most.*--since"
        ),
    ):
        found.extend(log_analytics().run(EXEC))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "az login"),
        (403, "Log Analytics Reader"),
        (404, "Workspace ID"),
    ],
)
def test_what_stops_every_rule_stops_the_hunt(status: int, told: str) -> None:
    """And is told once, not for each rule."""
    with (
        cloud_logs.answered(always(status, {"error": {"code": "x", "message": SECRET}})),
        pytest.raises(InputError, match=told) as raised,
    ):
        list(log_analytics().run(EXEC))
    assert not isinstance(raised.value, DetectionFailedError)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "document", "told"),
    [
        (400, cloud_logs.semantic_error("Failed to resolve 'AKSAudt'"), "resolve 'AKSAudt'"),
        (400, {}, "answers 400"),
        (429, {"error": {"code": "Throttled", "message": "m"}}, "too many queries"),
        (503, {}, "try again later"),
        (504, {}, "shorter period"),
    ],
)
def test_what_fails_one_rule_leaves_the_others(status: int, document: Any, told: str) -> None:
    """The innermost of the service's words says most."""
    with (
        cloud_logs.answered(always(status, document)),
        pytest.raises(DetectionFailedError, match=rf"^pod-exec: .*{told}"),
    ):
        list(log_analytics().run(EXEC))


def test_a_network_that_is_not_there_is_told() -> None:
    """Without a traceback."""
    with responses.RequestsMock() as mock:
        mock.add(responses.POST, cloud_logs.ADDRESS, body=requests.ConnectionError(SECRET))
        with pytest.raises(InputError, match="cannot be reached") as raised:
            list(log_analytics().run(EXEC))
    assert SECRET not in str(raised.value)


def test_credentials_that_are_not_there_are_told() -> None:
    """Then there is no answer at all."""

    class Nobody(cloud_logs.Credential):
        def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
            raise ClientAuthenticationError(SECRET)

    client = LogsQueryClient(Nobody(), retry_total=0)
    with pytest.raises(InputError, match="az login") as raised:
        LogAnalyticsEngine(client, WORKSPACE, [EXEC], replace(OPTIONS, tables=None))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("found", "tables"),
    [
        (["AKSAudit", "AKSAuditAdmin", "AzureDiagnostics", ""], Tables.BOTH),
        (["AKSAudit", ""], Tables.AUDIT),
        (["AKSAuditAdmin"], Tables.ADMIN),
        (["AzureDiagnostics", ""], Tables.DIAGNOSTICS),
        ([""], None),
    ],
)
def test_the_tables_are_those_that_have_events(found: list[str], tables: Tables | None) -> None:
    """What is resource-specific goes before what is legacy."""
    answer = cloud_logs.table([{"name": "Found", "type": "string"}], [[name] for name in found])
    assert choose_tables(found) == tables
    with cloud_logs.answered(always(200, {"tables": [answer]})) as mock:
        engine = log_analytics(EXEC, ACTIVITY, options=replace(OPTIONS, tables=None))
        assert len(mock.calls) == 1
    assert list(engine.refused) == ([] if tables else ["pod-exec"])
    assert tables or "--since" in engine.refused["pod-exec"][0]


def test_a_rule_that_asks_now_is_refused_where_the_clock_cannot_be_set() -> None:
    """Log Analytics has a clock of its own."""
    options = replace(OPTIONS, now=datetime(2026, 3, 2))  # noqa: DTZ001 in UTC
    assert list(log_analytics(EXEC, ASKS_NOW, options=options).refused) == ["asks-now"]
    assert not log_analytics(EXEC, ASKS_NOW).refused


def test_what_the_basic_plan_cannot_run_is_refused_before_anything_is_asked() -> None:
    """No request is made for it."""
    joins = Detection(
        slug="joins", name="j", query="KubeAudit | join kind=inner (KubeAudit) on AuditId"
    )
    options = replace(OPTIONS, plan=Plan.BASIC)
    with cloud_logs.answered(always(200, {"tables": [TABLE]})) as mock:
        engine = log_analytics(EXEC, joins, ACTIVITY, options=options)
        assert not mock.calls
    assert list(engine.refused) == ["joins"]
    assert "`join`" in engine.refused["joins"][0]


def test_a_table_of_the_basic_plan_is_searched_and_another_queried() -> None:
    """The documented ways: `/search?timespan=` and `/query`."""
    options = replace(OPTIONS, plan=Plan.BASIC)
    with cloud_logs.answered(always(200, {"tables": [TABLE]})) as mock:
        engine = log_analytics(EXEC, ACTIVITY, options=options)
        (searched,) = engine.run(EXEC)
        (queried,) = engine.run(ACTIVITY)
        urls = [str(call.request.url) for call in mock.calls]
    assert searched.values == queried.values
    assert urls[0].endswith(
        f"/v1/workspaces/{WORKSPACE}/search?timespan=2026-03-01T00:00:00.000Z/2026-03-02T12:00:00.000Z"
    )
    assert urls[1].endswith(f"/v1/workspaces/{WORKSPACE}/query")


def test_the_basic_plan_needs_the_table_named() -> None:
    """For looking for it would take a union."""
    with pytest.raises(InputError, match="--tables"):
        log_analytics(options=replace(OPTIONS, tables=None, plan=Plan.BASIC))


def test_the_text_declares_each_name_once_whatever_is_allowed() -> None:
    """Kusto refuses a second `let` of a name (KS201)."""
    entry = Allowed(reason="r", expires=date(2999, 1, 1), usernames=("*",), rules=(EXEC.slug,))
    options = replace(OPTIONS, tables=Tables.BOTH, allow_list=AllowList(version=1, allow=(entry,)))
    conditions = {"AKSAudit": "true", "AKSAuditAdmin": "true", "AzureActivity": "true"}
    both = replace_query(EXEC, "KubeAuditCommands | union KubeAudit, AzureActivity")
    text = query_text(both, Tables.BOTH, options, conditions)
    names = [line.split()[1] for line in text.splitlines() if line.startswith("let ")]
    assert len(names) == len(set(names)) == 6
    assert (
        text.count("not(") - query_text(both, Tables.BOTH, OPTIONS, conditions).count("not(") == 3
    )


def replace_query(rule: Detection, query: str) -> Detection:
    """The rule with another query."""
    return rule.model_copy(update={"query": query})


KUSTO = "http://127.0.0.1:9/v2/rest/query"


def frames(*rows: Any, level: int = 4, table: bool = True) -> list[dict[str, Any]]:
    """An answer of Kusto's v2 protocol; Kusto docs, "Query/management HTTP response"."""
    primary = {
        "FrameType": "DataTable",
        "TableId": 0,
        "TableKind": "PrimaryResult",
        "TableName": "PrimaryResult",
        "Columns": [{"ColumnName": c["name"], "ColumnType": c["type"]} for c in COLUMNS],
        "Rows": list(rows),
    }
    completion = {
        "FrameType": "DataTable",
        "TableId": 1,
        "TableKind": "QueryCompletionInformation",
        "TableName": "QueryCompletionInformation",
        "Columns": [
            {"ColumnName": "ClientRequestId", "ColumnType": "string"},
            {"ColumnName": "Level", "ColumnType": "int"},
            {"ColumnName": "Payload", "ColumnType": "string"},
        ],
        "Rows": [["id", level, "limits exceeded"]],
    }
    header = {"FrameType": "DataSetHeader", "Version": "v2.0"}
    return [header, *([primary] if table else []), completion]


def data_explorer(options: CloudOptions = OPTIONS) -> DataExplorerEngine:
    """The engine, with Microsoft's client."""
    return open_data_explorer("adx://127.0.0.1:9/logs", [EXEC], options)


def ask_kusto(status: int, document: Any, options: CloudOptions = OPTIONS) -> list[Finding]:
    """What the engine makes of an answer."""
    with responses.RequestsMock() as mock:
        mock.add(responses.POST, KUSTO, status=status, json=document)
        return list(data_explorer(options).run(EXEC))


def test_kustos_rows_become_the_same_findings() -> None:
    """Dynamic values come as lists there."""
    (finding,) = ask_kusto(200, frames([*ROW[:2], ["a", "b"]]))
    assert finding.time == datetime(2026, 3, 1, 10, 0, 0, 123456)  # noqa: DTZ001 in UTC
    assert finding.values["Groups"] == '["a","b"]'


def test_kusto_is_asked_read_only_within_the_period_and_at_the_time_named() -> None:
    """The period stands in the text, for the protocol has none."""
    options = replace(OPTIONS, now=datetime(2026, 3, 3))  # noqa: DTZ001 in UTC
    with responses.RequestsMock() as mock:
        mock.add(responses.POST, KUSTO, json=frames())
        assert not list(data_explorer(options).run(EXEC))
        sent = cloud_logs.sent(mock.calls[0].request)
    assert json.loads(sent["properties"])["Options"] == {
        "request_readonly": True,
        "query_now": "2026-03-03T00:00:00Z",
    }
    assert (
        "let AKSAudit = AKSAudit\n| where TimeGenerated >= datetime(2026-03-01T00:00:00.000000Z)"
        " and TimeGenerated < datetime(2026-03-02T12:00:00.000000Z);" in sent["csl"]
    )


@pytest.mark.parametrize(
    ("status", "document", "told"),
    [
        (200, frames(ROW, level=2), "gave only a part of its rows.*limits exceeded"),
        (200, frames(table=False), "no table"),
        (
            200,
            frames(
                {"OneApiErrors": [{"error": {"code": "c", "message": "m", "@message": "E_LOW"}}]}
            ),
            "E_LOW",
        ),
        (
            400,
            {"error": {"code": "c", "message": "m", "@message": "Semantic error: SEM0100"}},
            "Semantic error: SEM0100",
        ),
        (429, {}, "too many queries"),
    ],
)
def test_what_fails_one_rule_in_kusto_leaves_the_others(
    status: int, document: Any, told: str
) -> None:
    """An error within an answer of status 200 is one, too."""
    with pytest.raises(DetectionFailedError, match=f"^pod-exec: .*{told}"):
        ask_kusto(status, document)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "az login"), (403, "Database Viewer"), (404, "no such database")]
)
def test_what_stops_every_rule_in_kusto_stops_the_hunt(status: int, told: str) -> None:
    """And is told once."""
    with pytest.raises(InputError, match=told) as raised:
        ask_kusto(status, {"error": {"code": "c", "message": SECRET, "@message": SECRET}})
    assert not isinstance(raised.value, DetectionFailedError)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("log-analytics://my-workspace", "Workspace ID"),
        ("adx://cluster", "adx://CLUSTER.REGION/DATABASE"),
        ("adx://user:secret@host/db", "adx://CLUSTER.REGION/DATABASE"),
        ("adx://127.0.0.1:9/db", "cannot be reached"),
    ],
)
def test_a_word_that_names_nothing_is_told(
    word: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, without a traceback."""
    code, out, err = run(capsys, "hunt", word)
    assert (code, out) == (ExitCode.USAGE, "")
    assert told in err


def test_options_of_the_cloud_go_with_the_cloud_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Passed over in silence they would mislead."""
    code, _, err = run(capsys, "hunt", "some.log", "--plan", "basic")
    assert code == ExitCode.USAGE
    assert "--plan" in err


def test_the_command_hunts_over_kustos_own_protocol(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tables are found out, what is older than the period is not seen."""
    folder = tmp_path_factory.mktemp("cases")
    store = cloud_logs.store_of_all_cases([EXEC], folder)
    words = ("--rule", "pod-exec", "--format", "json")
    with cloud_logs.served(cloud_logs.export(store, folder / "logs.duckdb")) as address:
        data = f"adx://{address}/logs"
        code, out, _ = run(capsys, "hunt", data, *words, "--since", "2020-01-01")
        assert code == ExitCode.VIOLATION
        code, _, err = run(
            capsys, "hunt", data, *words, "--until", "2021-01-01", "--since", "2020-01-01"
        )
        assert (code, "no table here has an audit event" in err) == (ExitCode.NOTHING, True)
    here = run(capsys, "hunt", store, *words)[1]
    not_counted = dict.fromkeys(("informational", "events", "events_without_time"))
    assert json.loads(out)["summary"] == json.loads(here)["summary"] | not_counted


def test_the_present_is_the_clocks_in_the_cloud() -> None:
    """And the period ends there."""
    start, end = CloudOptions().span()
    assert (end - start).total_seconds() == 86_400
    assert abs((datetime.now(UTC) - end).total_seconds()) < 60


@pytest.mark.parametrize(
    ("word", "module"),
    [(f"log-analytics://{WORKSPACE}", "azure.monitor.query"), ("adx://c/d", "azure.kusto.data")],
)
def test_an_extra_that_is_not_installed_is_named(
    word: str,
    module: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only who hunts in the cloud needs it."""
    monkeypatch.setitem(sys.modules, module, None)
    code, _, err = run(capsys, "hunt", word)
    assert (code, "kubewitness[kusto]" in err) == (ExitCode.USAGE, True)


def test_hunting_here_does_not_load_azures_clients() -> None:
    """Nor need they be installed."""
    code = (
        "import sys, kubewitness.cli.actions.hunt; "
        "sys.exit(any(name.startswith(('azure.', 'msal')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
