"""What duckdb-kql does not know and what has the same meaning in other words runs all the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubewitness.detections.engines.local import create_parsers
from kubewitness.errors import InputError
from kubewitness.logs.kql.query import open_for_queries, run_kql
from log_generator.audit_log import as_line, events
from support.command import read

LOG = b"".join(as_line(event) for event in events(80, seed=9))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of eighty events."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "log").write_bytes(LOG)
    read(folder / "logs.store", folder / "log")
    return folder / "logs.store"


def rows(store: Path, text: str) -> list[tuple[Any, ...]]:
    """The rows of a query, by which the parsers can be read, too."""
    with open_for_queries(store) as connection:
        create_parsers(connection)
        return list(run_kql(connection, text).rows())


def value(store: Path, expression: str) -> Any:
    """What an expression gives; dynamic values as values."""
    ((found,),) = rows(store, f"print x = tostring({expression})")
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('split("a_b_c", "_", 1)', '["b"]'),
        ('split("a_b_c", "_", 0)[0]', "a"),
        ('split("a_b", "_", 5)', "[]"),
        ('split("ada@example.com", "@", 1)[0]', "example.com"),
        ('extractall("([0-9]+)", "a1b22")', '["1","22"]'),
        ("replace(\"'\", '\"', \"['a']\")", '["a"]'),
        ('replace("[0-9]+", "n", "a1b22")', "anbn"),
    ],
)
def test_a_function_gives_what_kusto_s_docs_say(
    store: Path, expression: str, expected: str
) -> None:
    """An index of `split` beyond the parts is an empty array; `replace` takes the text last."""
    assert value(store, expression) == expected


@pytest.mark.parametrize("index", ["-1", "strlen(Verb)"])
def test_an_index_whose_meaning_is_not_documented_is_refused(store: Path, index: str) -> None:
    """A wrong part without a message is worse than none."""
    with pytest.raises(InputError, match="an index is a number of 0 or more"):
        rows(store, f'AKSAudit | project split(Verb, "e", {index})')


def test_a_column_that_is_not_there_has_its_default(store: Path) -> None:
    """Also after an operator that takes it away, and in a query within."""
    text = """
let Column = "log_s";
AKSAudit | where Verb in ((AKSAudit | extend v = column_ifexists("Verb", "") | project v))
| project a = column_ifexists("Verb", "none"), b = column_ifexists(Column, "none")
| extend c = columnifexists("Stage", "gone") | where isnotempty(a) | distinct b, c"""
    assert rows(store, text) == [("none", "gone")]


@pytest.mark.parametrize("text", ["union withsource=T *", "AKSControlPlane | union withsource=T *"])
def test_a_pattern_of_tables_does_not_count_what_the_parsers_make_of_them(
    store: Path, text: str
) -> None:
    """They are functions in Azure."""
    found = {row[0] for row in rows(store, f"{text} | summarize count() by T")}
    assert found == {"AKSAudit", "AKSAuditAdmin", "AzureDiagnostics"}
    assert rows(store, "KubeAudit | take 1 | project Stage")


@pytest.mark.parametrize(
    "path", ["a.kind", "a.b.kind", "f(a).kind", 'a["b"].kind', "a.limit.count", "a . kind"]
)
def test_a_field_that_is_called_like_a_keyword_is_read(store: Path, path: str) -> None:
    """As `RequestObject.kind`, which Kusto reads; a text and a comment stay what they are."""
    bag = json.dumps({"kind": "x", "b": {"kind": "x"}, "limit": {"count": "x"}})
    text = f"""
let f = (x:dynamic) {{ x }};
print a = dynamic({bag}), t = "a.kind"  // a.kind
| where {path} == "x" | project t"""
    assert rows(store, text) == [("a.kind",)]
