"""`kubewitness query` and the library below it: answers, hints, and what a query cannot do."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from kubewitness.cli import main
from kubewitness.errors import InputError
from kubewitness.logs.kql.hints import column_hint
from kubewitness.logs.kql.query import open_for_queries, run_kql, run_sql
from kubewitness.logs.store.database import columns, open_store
from kubewitness.logs.store.period import parse_time
from kubewitness.logs.store.statements import insert_rows
from kubewitness.reports.rows import print_rows

VERBS = ("get", "create", "list", "delete")


def event(number: int) -> dict[str, Any]:
    """One of twenty audit events, a minute apart from 10:00 on."""
    resource = "secrets" if number % 5 == 0 else "pods"
    at = f"2026-03-01T10:{number:02}"
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"id-{number:02}",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/shop/{resource}/item-{number}",
        "verb": VERBS[number % 4],
        "user": {"username": "alice@example.com", "groups": ["dev", "system:authenticated"]},
        "sourceIPs": ["203.0.113.7"],
        "userAgent": "kubectl/v1.30 \x1b[2Jcleared" if number == 0 else "kubectl/v1.30",
        "objectRef": {"resource": resource, "namespace": "shop", "name": f"item-{number}"},
        "responseStatus": {"metadata": {}, "code": 403 if number == 7 else 200},
        "annotations": {"authorization.k8s.io/decision": "allow"},
        "requestReceivedTimestamp": f"{at}:00.250000Z",
        "stageTimestamp": f"{at}:01.000000Z",
    }


def fill(path: Path, events: list[dict[str, Any]]) -> Path:
    """Make a store of events."""
    count = len(events)
    nothing = pa.nulls(count, pa.string())
    batch = pa.table(
        {
            "text": pa.array([json.dumps(each) for each in events], pa.string()),
            **dict.fromkeys(("time", "outer_time", "pod", "resource", "more", "damage"), nothing),
            "in_audit": pa.array([True] * count, pa.bool_()),
            "in_admin": pa.array([e["verb"] not in {"get", "list"} for e in events], pa.bool_()),
            "file": pa.array([1] * count, pa.int32()),
            "byte": pa.array(range(count), pa.int64()),
            "length": pa.array([100] * count, pa.int32()),
            "log_format": pa.array(["kubernetes"] * count, pa.string()),
            "partial": pa.array([False] * count, pa.bool_()),
            "truncated": pa.nulls(count, pa.string()),
        }
    )
    with open_store(path) as connection:
        connection.register("batch", batch)
        connection.execute(insert_rows("batch"))
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of twenty events."""
    return fill(tmp_path_factory.mktemp("stores") / "logs.store", [event(n) for n in range(20)])


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


Query = Callable[..., Done]


@pytest.fixture
def query(capsys: pytest.CaptureFixture[str], store: Path) -> Query:
    """Run the command on the store."""

    def run(text: str, *options: str | Path, path: Path = store) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(["query", text, str(path), *map(str, options)])
        printed = capsys.readouterr()
        return Done(int(str(ended.value.code)), printed.out, printed.err)

    return run


def faults(store: Path, text: str) -> list[str]:
    """What is wrong with a query in KQL."""
    with open_for_queries(store) as connection, pytest.raises(InputError) as raised:
        run_kql(connection, text)
    return list(raised.value.faults)


def warnings(store: Path, text: str) -> tuple[str, ...]:
    """What a query asks in vain."""
    with open_for_queries(store) as connection:
        return run_kql(connection, text).warnings


def test_a_table_shows_rows_and_tells_how_many_more_there_are(
    query: Query, snapshot: SnapshotAssertion
) -> None:
    """Rows go to stdout, the count to stderr."""
    done = query(
        "AKSAudit | sort by AuditId asc | project TimeGenerated, Verb, ObjectRef", "--limit", "3"
    )
    assert (done.code, done.err) == (0, "17 more rows; `--limit` shows more, other formats all\n")
    assert done.out == snapshot


def on_terminal(store: Path, text: str, width: int) -> list[str]:
    """The lines of a table on a terminal of this width."""
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    with open_for_queries(store) as connection:
        print_rows(console, run_kql(connection, text), limit=3)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_wide_table_gives_each_row_lines_of_its_own_azures_columns_first(
    store: Path, snapshot: SnapshotAssertion
) -> None:
    """34 columns side by side could not be read; an escape sequence in a log moves no cursor."""
    lines = on_terminal(store, "AKSAudit | where AuditId == 'id-00'", 100)
    assert "\x1b" not in "".join(lines)
    assert lines == snapshot


@pytest.mark.parametrize("text", ["AKSAudit | take 7", "AKSAudit | project User, Verb | take 7"])
def test_a_table_in_a_pipe_has_one_line_a_row(query: Query, text: str) -> None:
    """Of any width, so that `grep` and `cut` find what belongs together."""
    lines = query(text).out.splitlines()
    assert len(lines) == 8
    assert all(len(line) == len(line.rstrip()) for line in lines)
    starts = {line.index('{"username"') for line in lines[1:]}
    assert starts == {lines[0].index("User ")}


def test_a_table_on_a_terminal_fits_its_width(store: Path) -> None:
    """One line a row; what is long is truncated, what is short is not."""
    text = (
        "AKSAudit | sort by AuditId asc | project TimeGenerated, Verb, RequestUri, User, ObjectRef"
    )
    lines = on_terminal(store, text, 100)
    assert [len(line) <= 100 for line in lines] == [True] * 4
    assert lines[1].startswith("2026-03-01T10:00:01Z  get     /api/v1/name")
    assert lines[1].count("…") >= 2


def test_a_truncated_value_ends_with_an_ellipsis_also_if_its_letters_are_wide(store: Path) -> None:
    """A letter of Japanese fills two columns of a terminal."""
    value = "\u65e5" * 40
    lines = on_terminal(store, f"print a = '{value}', b = '{value}'", 60)
    assert lines[1].count("…") == 2
    assert cell_len(lines[1]) <= 60


def test_rows_begin_with_azures_columns_in_its_order(store: Path) -> None:
    """What the store adds comes after what a workspace would show."""
    with open_for_queries(store) as connection:
        assert run_kql(connection, "AKSAudit | take 1").columns == tuple(
            columns(connection)["AKSAudit"]
        )


def test_json_is_a_list_of_rows_with_dynamic_values_as_json(query: Query) -> None:
    """Programs need not parse twice; times have their zone."""
    text = """AKSAudit | where AuditId == 'id-07'
| project TimeGenerated, User, Code = ResponseStatus.code, PodName"""
    assert json.loads(query(text, "--format", "json").out) == [
        {
            "TimeGenerated": "2026-03-01T10:07:01Z",
            "User": event(7)["user"],
            "Code": 403,
            "PodName": None,
        }
    ]


def test_json_holds_every_type_of_sql(query: Query) -> None:
    """Lists, objects, spans, bytes and what JSON has no number for."""
    text = """SELECT [1, 2] AS a, {'b': '{"c": 1}'::JSON} AS s, 'nan'::DOUBLE AS n, 1.50 AS d,
        INTERVAL 26 HOUR AS i, '\\xFF'::BLOB AS z, DATE '2026-03-01' AS t,
        TIMESTAMPTZ '2026-03-01 12:00:00+02' AS w, ['[3]'::JSON] AS j, true AS y"""
    done = query(text, "--sql", "--format", "json")
    assert json.loads(done.out) == [
        {
            "a": [1, 2],
            "s": {"b": {"c": 1}},
            "n": "nan",
            "d": 1.5,
            "i": "1.02:00:00",
            "z": "ff",
            "t": "2026-03-01",
            "w": "2026-03-01T10:00:00Z",
            "j": [[3]],
            "y": True,
        }
    ]


def test_no_rows_are_an_answer_and_no_failure(query: Query) -> None:
    """Exit code 0 and an empty list."""
    done = query("AKSAudit | where Verb == 'watch'", "--format", "json")
    assert (done.code, done.out) == (0, "[]\n")


def test_csv_has_a_header_and_all_rows(query: Query) -> None:
    """The limit is the table's only."""
    done = query("AKSAudit | project Verb, SourceIps", "--format", "csv", "--limit", "1")
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows[0] == ["Verb", "SourceIps"]
    assert rows[1:].count(["get", '["203.0.113.7"]']) == 5
    assert len(rows) == 21


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def test_csv_never_holds_a_formula_that_a_spreadsheet_runs(query: Query) -> None:
    """Whoever sends a request chooses its text. Numbers and times stay as they are."""
    values = ", ".join(f"('{text}', '\"{text}\"'::JSON, -1, [-1])" for text in FORMULAS[:4])
    text = f"SELECT * FROM (VALUES {values}) AS t(plain, dynamic, number, list)"  # noqa: S608 ours
    done = query(text, "--sql", "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.out)))[1:]
    assert rows == [[f"'{text}", f"'{text}", "-1", "[-1]"] for text in FORMULAS[:4]]
    raw = query(text, "--sql", "--format", "csv", "--raw")
    rows = list(csv.reader(io.StringIO(raw.out)))[1:]
    assert rows == [[text, text, "-1", "[-1]"] for text in FORMULAS[:4]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_and_a_column_name_are_no_formula(query: Query, formula: str) -> None:
    """Control characters before the sign do not help."""
    escaped = formula.encode("unicode_escape").decode()
    text = f"""SELECT e'{escaped}' AS "=name" """
    (name,), (cell,) = csv.reader(io.StringIO(query(text, "--sql", "--format", "csv").out))
    assert (name, cell) == ("'=name", f"'{formula}")


def test_raw_is_for_csv_only(query: Query) -> None:
    """Other formats have no formulas."""
    done = query("AKSAudit", "--raw", "--format", "json")
    assert (done.code, "`--raw` is for `--format csv`" in done.err) == (2, True)


def test_a_dynamic_text_has_no_quotes_in_csv_and_in_the_table(query: Query) -> None:
    """As Kusto shows it."""
    text = "AKSAudit | take 1 | project Who = User.username, User.groups"
    done = query(text, "--format", "csv")
    assert list(csv.reader(io.StringIO(done.out)))[1][0] == "alice@example.com"
    assert '"alice' not in query(text).out


def test_parquet_goes_to_a_file(query: Query, tmp_path: Path) -> None:
    """Types are kept; a timespan is text."""
    target = tmp_path / "rows.parquet"
    text = "AKSAudit | project TimeGenerated, Took = StageReceivedTime - RequestReceivedTime"
    assert query(text, "--format", "parquet", "--output", target).code == 0
    table = pq.read_table(target)
    assert table.num_rows == 20
    assert pa.types.is_timestamp(table.schema.field("TimeGenerated").type)
    assert table.column("Took")[0].as_py() == "00:00:00.75"


def test_parquet_without_a_file_is_refused(query: Query) -> None:
    """Nobody wants it on a terminal."""
    done = query("AKSAudit", "--format", "parquet")
    assert (done.code, "--output" in done.err) == (2, True)


def test_an_output_that_cannot_be_written_is_an_error(query: Query, tmp_path: Path) -> None:
    """Exit code 2 and the path."""
    target = tmp_path / "no" / "rows.json"
    done = query("AKSAudit", "--format", "json", "--output", target)
    assert (done.code, f"{target}: cannot be written" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "count", "now"),
    [
        ((), 5, "2026-03-01T10:19:01Z"),
        (("--as-of", "2026-03-01T10:10:01Z"), 14, "2026-03-01T10:10:01Z"),
        (("--as-of", "now"), 0, None),
    ],
)
def test_ago_counts_from_the_newest_event_unless_now_is_given(
    query: Query, options: tuple[str, ...], count: int, now: str | None
) -> None:
    """Logs are old when they are asked; stderr says what was taken for the present."""
    done = query("AKSAudit | where TimeGenerated > ago(5m) | count", "--format", "json", *options)
    assert json.loads(done.out) == [{"Count": count}]
    assert f"now() is {now or '20'}" in done.err


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--since", "2026-03-01T10:10:00Z"), 10),
        (("--until", "2026-03-01T11:10:00+01:00"), 10),
        (("--since", "5m"), 6),
        (("--since", "5m", "--until", "2m"), 3),
        (("--since", "0.25h", "--as-of", "2026-03-01 10:30"), 5),
    ],
)
@pytest.mark.parametrize("language", ["kql", "sql"])
def test_since_and_until_restrict_every_table(
    query: Query, language: str, options: tuple[str, ...], count: int
) -> None:
    """The first time counts, the last does not."""
    how = ("--sql",) if language == "sql" else ()
    text = "SELECT count(*) AS Count FROM AKSAudit" if how else "AKSAudit | count"
    done = query(text, *how, "--format", "json", *options)
    assert json.loads(done.out) == [{"Count": count}], done.err


@pytest.mark.parametrize("text", ["yesterday", "", "99999999999d", "2026-13-01"])
def test_a_time_that_is_none_says_how_to_write_one(text: str) -> None:
    """ISO 8601 or how long ago."""
    with pytest.raises(InputError, match=f"`{text}` is not a time: write it as"):
        parse_time(text, datetime(2026, 3, 1))  # noqa: DTZ001 the store's have no zone


def test_a_store_without_rows_is_nothing_to_check_exit_code_3(query: Query, tmp_path: Path) -> None:
    """No rows in the store is no answer to any question."""
    done = query("AKSAudit", path=fill(tmp_path / "empty.store", []))
    assert (done.code, "has no rows" in done.err) == (3, True)


def test_a_missing_store_says_how_to_make_one(query: Query, tmp_path: Path) -> None:
    """And does not make an empty one."""
    done = query("AKSAudit", path=tmp_path / "none.store")
    assert (done.code, "kubewitness ingest" in done.err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_the_default_store_is_named_by_the_environment(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the command needs no path."""
    monkeypatch.setenv("KUBEWITNESS_STORE", str(store))
    with pytest.raises(SystemExit) as ended:
        main(["query", "AKSAudit | count"])
    assert (ended.value.code, "20" in capsys.readouterr().out) == (0, True)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("verb", "use `Verb`"),
        ("UserUsername", "use `User.username`"),
        ("user_username_s", "use `User.username`"),
        ("ImpersonatedUserUsername", "use `ImpersonatedUser.username`"),
        ("ObjectRefResource", "use `ObjectRef.resource`"),
        ("ObjectRef_Resource", "use `ObjectRef.resource`"),
        ("objectRef_resource_s", "use `ObjectRef.resource`"),
        ("ObjectRefApiGroup", "use `ObjectRef.apiGroup`"),
        ("ResponseStatusCode", "use `ResponseStatus.code`"),
        ("responseStatus_code_d", "use `ResponseStatus.code`"),
        ("RequestURI", "use `RequestUri`"),
        ("SourceIPs", "use `SourceIps`"),
        ("SourceIP", "use `SourceIps[0]`"),
        ("AuditID", "use `AuditId`"),
        ("stageTimestamp", "use `StageReceivedTime`"),
        ("namespace", "use `ObjectRef.namespace`"),
        ("uid", "use `User.uid` or `ObjectRef.uid`"),
        ("decision", 'use `Annotations["authorization.k8s.io/decision"]`'),
        ("RequestUrl", "did you mean `RequestUri`?"),
        ("log_s", "a record is not one text here"),
        ("Elephant", "`getschema` lists the columns"),
    ],
)
def test_a_column_of_another_tool_gets_the_right_path(store: Path, written: str, hint: str) -> None:
    """Handbooks print flattened and raw names; `Verb` is not `verb`, as in Azure."""
    (fault,) = faults(store, f"AKSAudit | where isnotempty({written}) | count")
    assert fault.startswith(f"unknown column `{written}`: {hint}")


def test_a_hint_names_only_what_is_there(store: Path) -> None:
    """After a projection the table's columns are gone; of few columns all are told."""
    (fault,) = faults(store, "AKSAudit | project Stage | where Verb == 'get'")
    assert fault.endswith("the table has it, but an operator before this place removes it")
    (fault,) = faults(store, "AKSAudit | where Hierarchy == 'get'")
    assert fault == "unknown column `Hierarchy`: it is a column of AzureActivity"
    assert column_hint("x", ["Stage"]) == "the columns here are Stage"


def test_all_unknown_names_are_told_at_once_in_the_order_of_the_query(
    query: Query, snapshot: SnapshotAssertion
) -> None:
    """Also those of joined and united tables, of subqueries and of operators' own lists."""
    text = """
let Risky = AKSAuditAdmin | where verb == 'create' | project AuditId;
AKSAudit
| where UserUsername has 'alice' and ObjectRefResource == 'secrets'
| join kind=inner (AKSAudit | extend Code = ResponseStatusCode) on AuditID
| where AuditId in (Risky)
| project-away Tenant
| union (AKSControlPlane | where log_s has 'x')
| summarize count() by user_groups_s"""
    done = query(text)
    assert (done.code, done.out) == (2, "")
    assert done.err == snapshot


def test_a_column_that_the_query_makes_is_known(store: Path) -> None:
    """Aliases, aggregates, expanded values, joined and bound names are no faults."""
    text = """
let least = 1;
let Deletions = AKSAudit | where Verb == 'delete' | project AuditId, deleted = true;
AKSAudit
| extend group_ = User.groups, code = toint(ResponseStatus.code)
| mv-expand group_ to typeof(string)
| join kind=leftouter Deletions on AuditId
| where group_ == 'dev' and LogOffset >= least
| summarize arg_max(TimeGenerated, *), n = count() by code, deleted
| sort by n desc
| project code, deleted, n, AuditId1, TimeGenerated"""
    with open_for_queries(store) as connection:
        result = run_kql(connection, text)
        assert [row[:3] for row in result.rows()] == [
            (200, None, 14),
            (200, True, 4),
            (403, True, 1),
        ]
        assert result.warnings == ()


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("ObjectRef.resouce", "did you mean `ObjectRef.resource`?"),
        ('ObjectRef["Resource"]', "did you mean `ObjectRef.resource`?"),
        ("User.name", "did you mean `User.username`?"),
        ("ResponseStatus.elephant", "its fields are code, status"),
        ("Annotations.decision", 'did you mean `Annotations["authorization.k8s.io/decision"]`?'),
        ("Annotations.foo", "keys are quoted, as in"),
    ],
)
def test_a_path_that_no_event_has_is_a_warning(store: Path, path: str, hint: str) -> None:
    """KQL gives null for it, and the query silence: the worst answer about an attack."""
    (warning,) = warnings(store, f"AKSAudit | where tostring({path}) == 'x'")
    assert "is null in every row" in warning
    assert hint in warning


@pytest.mark.parametrize(
    "path",
    ["ObjectRef.resource", "User.extra.x", "RequestObject.spec", 'Annotations["a.example/b"]'],
)
def test_a_path_that_events_have_is_no_warning(store: Path, path: str) -> None:
    """Bodies and annotations may hold anything."""
    assert warnings(store, f"AKSAudit | where tostring({path}) == 'x'") == ()


def test_a_path_that_no_object_has_is_a_warning_each_once(query: Query) -> None:
    """What an event's own fields are is told by the columns, and not twice."""
    text = (
        "AKSAudit | where isnotnull(RequestObject.spec.hostNetwrk) or isnotnull(User.name) | count"
    )
    done = query(text)
    assert done.code == 0
    assert "`RequestObject.spec.hostNetwrk`: there is no such field; did you mean" in done.err
    assert done.err.count("User.name`") == 1
    assert done.err.count("warning: ") == 2


def test_without_the_types_of_kubernetes_nothing_is_said_of_objects(
    query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come with an extra, and the query needs none of them."""
    monkeypatch.setitem(sys.modules, "kubewitness.detections.object_paths.paths", None)
    done = query("AKSAudit | where isnotnull(RequestObject.spec.hostNetwrk) | count")
    assert (done.code, done.err) == (0, "")


def test_a_missing_table_of_a_fuzzy_union_is_no_fault(store: Path) -> None:
    """This is how rules read workspaces that have other tables."""
    with open_for_queries(store) as connection:
        text = "union isfuzzy=true AKSAudit, NoSuchTable | count"
        assert list(run_kql(connection, text).rows()) == [(20,)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the query is empty"),
        ("AKSAudits | count", "unknown table `AKSAudits`: did you mean `AKSAudit`?"),
        ("AKSAudit | where Verb ==", "syntax error at column 25: unexpected end of the query\n"),
        ("AKSAudit\n| wherex 1", "at line 2, column 3: `wherex` is not an operator; did you mean"),
        ("AKSAudit | where Verb == 'get", "syntax error at column 26"),
        ("AKSAudit | mv-apply g = User.groups on (take 1)", "`mv-apply` at column 12 is not"),
        ("AKSAudit | mv-apply g = User.groups on (take 1)", "; use `mv-expand`"),
        ("AKSAudit | make-series count() on Verb", "`make-series` at column 12 is not supported"),
        ("AKSAudit | evaluate pivot(Verb)", "`evaluate` at column 12 is not supported"),
        ("AKSAudit | where ipv4_is_match('a', 'b')", "`ipv4_is_match` is not supported by duckdb"),
        ("AKSAudit | summarize make_bag(User)", "`make_bag` is not supported"),
        ("AKSAudit | project-away Verb*", "this form of `project-away` at column 12"),
        ("AKSAudit | count; AKSAudit | count", "a query is one statement"),
        (".create table x (a:string)", "a command of Kusto, and no query"),
        ("externaldata(x:string)['https://example.com']", "`externaldata` at column 1 is not"),
        ("externaldata(x:string)['https://example.com']", "queries cannot read URLs or files"),
        ("AKSAudit | evaluate pivot(Verb)", "; plugins run in Azure only"),
        ("AKSAudit | where * has 'x'", "`*` at column 18 is not supported by duckdb-kql"),
        ("SELECT * FROM AKSAudit", "the text is SQL and not KQL; add `--sql`"),
        ("  from AKSAudit", "the text is SQL and not KQL; add `--sql`"),
    ],
)
def test_a_query_that_cannot_run_says_why_and_what_to_write(
    store: Path, text: str, words: str
) -> None:
    """With the place, and in the words of the query."""
    assert words in "\n".join(faults(store, text))


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO store.version VALUES (2)",
        "CREATE TABLE x (a INTEGER)",
        "COPY AKSAudit TO 'stolen.csv'",
        "SET threads = 1",
        "ATTACH 'other.db'",
        "SELECT 1; SELECT 2",
        "PRAGMA database_list",
        "",
    ],
)
def test_sql_is_one_select(store: Path, text: str) -> None:
    """Nothing else is even tried."""
    with open_for_queries(store) as connection, pytest.raises(InputError, match="is one SELECT"):
        run_sql(connection, text)


@pytest.mark.parametrize("call", ["read_text('{0}')", "read_csv('{0}')", "'{0}'", "glob('{0}')"])
def test_sql_reads_no_file(store: Path, tmp_path: Path, call: str) -> None:
    """Nor can it lift the ban."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n", "utf-8")
    with open_for_queries(store) as connection, pytest.raises(InputError, match="no files"):
        list(run_sql(connection, f"FROM {call.format(secret)}").rows())


def test_sql_errors_show_the_place_and_no_traceback(
    query: Query, snapshot: SnapshotAssertion
) -> None:
    """What DuckDB says of the user's own text."""
    done = query("SELECT Verbs FROM AKSAudit", "--sql")
    assert done.code == 2
    assert done.err == snapshot


def test_two_columns_of_one_name_are_refused(store: Path) -> None:
    """One of them would be lost in JSON."""
    with open_for_queries(store) as connection, pytest.raises(InputError, match="same name"):
        run_sql(connection, "SELECT 1 AS a, 2 AS a")


def test_an_error_in_the_midst_of_the_rows_is_an_error_of_the_query(store: Path) -> None:
    """It comes when rows are read, and is told as any other."""
    with open_for_queries(store) as connection:
        result = run_sql(connection, "SELECT CAST(Verb AS INTEGER) FROM AKSAudit")
        with pytest.raises(InputError, match="the query fails: Could not convert"):
            list(result.rows())


def test_rows_that_nobody_reads_do_not_block_the_next_query(store: Path) -> None:
    """Ten million rows are not fetched to show one."""
    with open_for_queries(store) as connection:
        result = run_sql(connection, "SELECT range AS n FROM range(10000000)")
        rows = result.rows()
        assert next(rows) == (0,)
        rows.close()  # type: ignore[attr-defined]
        assert result.count() == 10_000_000


def test_importing_queries_does_not_load_pulumi() -> None:
    """Reading logs starts quickly."""
    modules = "kubewitness.logs.kql.query, kubewitness.cli.actions.query"
    code = f"import sys, {modules}; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
