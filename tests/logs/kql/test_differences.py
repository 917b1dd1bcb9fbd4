"""What runs here and not in Azure is warned of, and what runs in both is not."""

from pathlib import Path

import pytest

from kubewitness.catalog.audit_tables import EMPTY_COLUMNS
from kubewitness.detections.engines.local import create_parsers
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import PARSERS, parser
from kubewitness.detections.queries import saved_queries
from kubewitness.logs.kql.query import open_for_queries, run_kql
from log_generator.audit_log import as_line, events
from support.command import read

SHIPPED = {
    **{one.slug: one.query for one in all_detections()},
    **{one.name: one.text for one in saved_queries().values()},
    **{name: parser(name) for name in PARSERS},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a few events."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "log").write_bytes(b"".join(map(as_line, events(9, seed=1))))
    read(folder / "logs.store", folder / "log")
    return folder / "logs.store"


def warnings(store: Path, *texts: str) -> list[str]:
    """What is to be known of queries."""
    with open_for_queries(store) as connection:
        create_parsers(connection)
        return [each for text in texts for each in run_kql(connection, text).warnings]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("AKSAudit | summarize count() by User.username", "tostring(User.username)"),
        ("AKSAudit | summarize count() by User", "tostring(User)"),
        ("AKSAudit | summarize count() by Verb, u = User.groups[0]", "tostring(User.groups[0])"),
        ("AKSAudit | order by ObjectRef.name asc", "tostring(ObjectRef.name)"),
        ("AKSAudit | top 3 by ResponseStatus.code", "tostring(ResponseStatus.code)"),
        ('AKSAudit | sort by Annotations["a/b"]', 'tostring(Annotations["a/b"])'),
        ("AKSAudit | extend x = parse_json(Verb).a | sort by x", "tostring(x)"),
        ("AKSAudit | mv-expand g = User.groups | summarize count() by g", "tostring(g)"),
        ("AKSAudit | summarize s = make_set(Verb) by Stage | sort by s", "tostring(s)"),
        ("AKSAudit | summarize arg_max(TimeGenerated, *) by Verb | sort by User", "tostring(User)"),
        ("let t = AKSAudit | project o = ObjectRef; t | distinct o | sort by o", "tostring(o)"),
        ("AKSAudit | join kind=inner (AKSAudit) on AuditId | sort by User1", "tostring(User1)"),
        ("AKSAudit | where Verb in ((AKSAudit | summarize by User | project v = 'x'))",
         "tostring(User)"),
        ("print a = dynamic([1]) | sort by a", "tostring(a)"),
        ("KubeAuditContainers | summarize count() by Container", "tostring(Container)"),
    ],
)  # fmt: skip
def test_a_dynamic_value_that_kusto_neither_groups_nor_sorts_by_is_warned_of(
    store: Path, text: str, missing: str
) -> None:
    """With the call that is missing (KS116)."""
    (warning,) = warnings(store, text)
    assert "Kusto refuses a dynamic value here" in warning
    assert warning.endswith(f"write `{missing}`")


@pytest.mark.parametrize(
    "text",
    [
        "AKSAudit | summarize count() by tostring(User.username), bin(TimeGenerated, 1h)",
        "AKSAudit | extend User = tostring(User.username) | summarize count() by User",
        "AKSAudit | project User = tostring(User.username) | sort by User",
        "AKSAudit | mv-expand g = User.groups to typeof(string) | summarize count() by g",
        "AKSAudit | summarize User = count() by Verb | sort by User",
        "AKSAudit | summarize n = array_length(make_set(Verb)) by Stage | sort by n",
        "AKSAudit | where User.username == 'a' | sort by strcat(User.username, Verb)",
        "AKSAudit | summarize count(), make_set(User.username) by Verb",
    ],
)
def test_a_plain_value_is_not_warned_of(store: Path, text: str) -> None:
    """What was made of a dynamic one is of the type that made it."""
    assert warnings(store, text) == []


def test_nothing_that_is_shipped_differs(store: Path) -> None:
    """Detections, saved queries and parsers run in Azure as they stand."""
    assert warnings(store, *SHIPPED.values()) == []
    assert len(SHIPPED) > 130


@pytest.mark.parametrize("column", EMPTY_COLUMNS["AzureActivity"])
def test_a_column_that_azure_no_longer_fills_is_warned_of(store: Path, column: str) -> None:
    """It is there, as in Azure, and no condition on it holds."""
    replacement = EMPTY_COLUMNS["AzureActivity"][column]
    (warning,) = warnings(store, f"AzureActivity | where {column} =~ 'Administrative' | count")
    assert warning.startswith(f"`{column}` is empty in every row")
    assert warning.endswith(f"use `{replacement}`")
    assert warnings(store, f"AzureActivity | extend {column} = Level | where {column} == 'x'") == []


def test_a_function_that_azure_s_docs_leave_open_is_warned_of(store: Path) -> None:
    """What becomes of a plus sign is not documented."""
    with open_for_queries(store) as connection:
        result = run_kql(connection, 'print url_decode("%2Fa%20b")')
        assert list(result.rows()) == [("/a b",)]
        assert [warning[:12] for warning in result.warnings] == ["`url_decode`"]
