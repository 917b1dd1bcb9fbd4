"""Rules and parsers are written in what DuckDB and Kusto run alike; the rest is told."""

import json
import re
from typing import Any

import duckdb
import pytest
from duckdb_kql import kql

from kubewitness.detections.engines.constructs import (
    AGGREGATES,
    FUNCTIONS,
    JOIN_KINDS,
    OPERATIONS,
    OPERATORS,
    basic_plan_faults,
    construct_faults,
)
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import PARSERS, Tables, definitions, parser, source
from support.paths import ROOT

DOCS = ROOT / "docs" / "investigate" / "writing-detections.md"

QUERIES = [
    *(pytest.param(rule.query, id=rule.slug) for rule in all_detections()),
    *(pytest.param(parser(name), id=name) for name in PARSERS),
    *(pytest.param(source(tables), id=f"source-{tables}") for tables in Tables),
]


@pytest.mark.parametrize("query", QUERIES)
def test_rules_and_parsers_are_written_in_what_both_engines_run(query: str) -> None:
    """Every construct is on the list."""
    assert construct_faults(query) == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("AKSAudit | join (AKSAudit) on AuditId", "join kind=innerunique"),
        ("AKSAudit | join kind=fullouter (AKSAudit) on AuditId", "join kind=fullouter"),
        ("AKSAudit | take 5", "operator `take`"),
        ("AKSAudit | top 5 by TimeGenerated", "operator `top`"),
        ("AKSAudit | sort by TimeGenerated", "operator `sort`"),
        ("AKSAudit | where TimeGenerated > ago(1h)", "`ago()`"),
        ("AKSAudit | extend Age = now() - TimeGenerated", "`now()`"),
        ("AKSAudit | extend Url = parse_url(RequestUri)", "function `parse_url`"),
        ("AKSAudit | summarize percentile(strlen(Verb), 95)", "`percentile`"),
        ("AKSAudit | where UserAgent has_all ('a', 'b')", "`has_all`"),
        ("AKSAudit | where Verb has_cs 'get'", "`has_cs`"),
        ('AKSAudit | where UserAgent == ""', "isempty(UserAgent)"),
        ('AKSAudit | where UserAgent !in ("", "x")', "isempty(UserAgent)"),
        ("AKSAudit | summarize make_set(UserAgent) by Verb", "pack_array(UserAgent)"),
        ("AKSAudit | extend n = toscalar(AKSAudit | count)", "`toscalar`"),
        ("let f = (t:string) { parse_url(t) }; AKSAudit | extend u = f(RequestUri)", "parse_url"),
        ("let T = AKSAudit | take 5; T | where Verb == 'get'", "operator `take`"),
        ("AKSAudit | where Verb in ((AKSAudit | take 1 | project Verb))", "operator `take`"),
        ("AKSAudit | mv-apply x = SourceIps on (count)", "mv-apply"),
        ("AKSAudit | where ipv4_is_private(Verb)", "ipv4_is_private"),
        ('AKSAudit | where Verb matches regex "\\s"', "syntax error"),
    ],
)
def test_what_is_not_run_alike_is_told(query: str, told: str) -> None:
    """Wherever it stands: in a `let`, a function, a query within."""
    assert told in "; ".join(construct_faults(query))


def test_the_page_lists_what_the_code_lists() -> None:
    """Whoever writes a rule reads the page."""
    text = DOCS.read_text("utf-8")
    for title, names in (
        ("Operators", OPERATORS.values()),
        ("Kinds of join", JOIN_KINDS),
        ("Aggregates", AGGREGATES),
        ("Functions", FUNCTIONS),
        ("Operations", OPERATIONS),
    ):
        (paragraph,) = re.findall(rf"^{title}: (.*?)[;.]\n", text, re.DOTALL | re.MULTILINE)
        assert re.findall(r"`([^`]+)`", paragraph.split(";")[0]) == list(names)


@pytest.fixture
def rows() -> duckdb.DuckDBPyConnection:
    """One row that has a user agent, and one that has none."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE AKSAudit (Verb VARCHAR, UserAgent VARCHAR, ObjectRef JSON)")
    reference = json.dumps({"resource": "pods", "name": None, "list": ["b", "a"]})
    connection.execute(
        """INSERT INTO AKSAudit VALUES ('get', 'kubectl_v1.33/linux', ?), ('list', NULL, NULL)""",
        [reference],
    )
    return connection


@pytest.mark.parametrize(
    ("condition", "verbs"),
    [
        ("UserAgent != 'x'", ["get", "list"]),
        ("not(UserAgent startswith 'x')", ["get", "list"]),
        ("not(UserAgent matches regex 'q')", ["get", "list"]),
        ("UserAgent !contains 'kube' and UserAgent !has 'x'", ["list"]),
        ("UserAgent !in~ ('x')", ["get", "list"]),
        ("isempty(UserAgent)", ["list"]),
        ("isnotempty(UserAgent)", ["get"]),
        ("UserAgent has 'v1'", ["get"]),
        ("UserAgent has 'KUBECTL'", ["get"]),
        ("UserAgent has 'kube'", []),
        ("UserAgent contains 'CTL_V'", ["get"]),
        ("UserAgent startswith 'KUBE'", ["get"]),
        ("Verb == 'GET'", []),
        ("Verb =~ 'GET'", ["get"]),
        ("Verb in ('GET')", []),
        ("Verb in~ ('GET')", ["get"]),
        ("UserAgent matches regex 'KUBE'", []),
        ("ObjectRef.resource != 'pods'", ["list"]),
        ("ObjectRef.Resource == 'pods'", []),
        ("tostring(ObjectRef.name) == ''", ["get", "list"]),
        ("isnull(ObjectRef.nothing)", ["get", "list"]),
        ("tobool(ObjectRef.nothing) != true", ["get", "list"]),
    ],
)
def test_duckdb_answers_as_the_docs_of_kusto_say(
    condition: str, verbs: list[str], rows: duckdb.DuckDBPyConnection
) -> None:
    """Case, terms, and what is not there: Kusto docs, "String operators" and "Null values"."""
    found = kql(rows, f"AKSAudit | where {condition} | project Verb").fetchall()
    assert sorted(verb for (verb,) in found) == verbs


@pytest.mark.parametrize(
    ("query", "here", "in_kusto"),
    [
        ("AKSAudit | where UserAgent == '' | count", 0, 1),
        ("AKSAudit | summarize array_length(make_set(Verb, 1))", 2, 1),
        ("AKSAudit | summarize dcount(UserAgent)", 1, 2),
    ],
)
def test_a_known_difference_is_still_there(
    query: str, here: Any, in_kusto: Any, rows: duckdb.DuckDBPyConnection
) -> None:
    """Else the page and the list say too much: what DuckDB gives, and Kusto by its docs."""
    (answer,) = kql(rows, query).fetchall()
    assert answer == (here,) != (in_kusto,)


def test_make_set_fails_on_a_text_that_reads_as_a_list(rows: duckdb.DuckDBPyConnection) -> None:
    """Whence `pack_array`, which makes the same set in Kusto, whose make_set takes lists apart."""
    rows.execute("""UPDATE AKSAudit SET UserAgent = '["x"] '""")
    with pytest.raises(duckdb.ConversionException):
        kql(rows, "AKSAudit | summarize make_set(UserAgent)").fetchall()
    ((found,),) = kql(rows, "AKSAudit | summarize make_set(pack_array(UserAgent))").fetchall()
    assert json.loads(found) == ['["x"] ']


def test_base64_fails_at_what_is_none_unless_an_iff_asks_first(
    rows: duckdb.DuckDBPyConnection,
) -> None:
    """In Kusto it is empty."""
    with pytest.raises(duckdb.ConversionException):
        kql(rows, "AKSAudit | extend T = base64_decode_tostring(Verb)").fetchall()
    asked = 'iff(Verb matches regex "^([a-z]{4})+$", base64_decode_tostring(Verb), "none")'
    assert kql(rows, f"AKSAudit | extend T = {asked} | where T == 'none'").fetchall()


def whole(query: str, tables: Tables) -> str:
    """A query with its parsers."""
    return definitions(query, tables) + query


@pytest.mark.parametrize("tables", [Tables.AUDIT, Tables.ADMIN])
def test_one_table_asked_once_can_be_of_the_basic_plan(tables: Tables) -> None:
    """With all scalar functions and aggregates, as Azure's docs say."""
    query = "KubeAuditCommands | summarize count(), make_set(Name) by Username"
    assert basic_plan_faults(whole(query, tables)) == []


@pytest.mark.parametrize(
    ("query", "tables", "told"),
    [
        ("KubeAudit", Tables.BOTH, "`join`"),
        ("KubeAudit", Tables.BOTH, "AKSAudit, AKSAuditAdmin"),
        ("KubeAudit | join kind=inner (KubeAuditCommands) on AuditId", Tables.AUDIT, "`join`"),
        ("KubeAudit | union KubeAuditCommands", Tables.AUDIT, "AKSAudit, AKSAudit"),
        ("A | union B, (C | where x in ((D | project x)))", Tables.AUDIT, "A, B, C, D"),
        ("KubeAudit | where AuditId in ((KubeAudit | project AuditId))", Tables.AUDIT, "AKSAudit,"),
        ("let f = (t:string) { tolower(t) }; KubeAudit | extend x = f(Verb)", Tables.ADMIN, "`f`"),
        ("cluster('c').database('d').AKSAudit", Tables.ADMIN, "another cluster"),
    ],
)
def test_what_a_basic_plan_table_cannot_run_is_said_beforehand(
    query: str, tables: Tables, told: str
) -> None:
    """Each reason is one of Azure's docs."""
    assert told in "; ".join(basic_plan_faults(whole(query, tables)))
