"""SARIF that code scanning takes: valid, each result at its line, known again where it moves."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from kubewitness.errors import ExitCode
from kubewitness.policies.check import CheckResult, check
from kubewitness.reports.json_text import json_text
from kubewitness.reports.sarif import sarif
from kubewitness.source_position import SourcePosition
from kubewitness.sources.load import load
from kubewitness.sources.loaded import Loaded, LogMessage, NotLoaded, SourceFault, Violation
from support.engine import write_project
from support.paths import DATA
from support.states import state_resource, write_state

SCHEMA = json.loads((DATA / "sarif" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
NAME = "a\u202eb\x1b[2J\nERROR c"


def checked(folder: Path, *resources: dict[str, Any], **changes: Any) -> CheckResult:
    """Check a state."""
    return check(replace(load(write_state(folder, *resources)), **changes))


def everything(folder: Path) -> tuple[list[CheckResult], list[NotLoaded]]:
    """Return results with everything in them that a document can tell."""
    line = {"sourcePosition": "project:///a%20b/__main__.py#12,5"}
    result = checked(
        folder,
        state_resource(NAME, **line),
        state_resource("other"),
        violations=(Violation("acme", NAME, "mandatory", "", "no\x1b[2J"),),
        warnings=(LogMessage("warning", "careful\u2066"), LogMessage("error", "x")),
        unreadable=("a workspace: refused",),
    )
    fault = SourceFault("p/__main__.py:3: wrong", SourcePosition("p/__main__.py", 3))
    return [result], [NotLoaded("p", "dev", ExitCode.USAGE, (fault, SourceFault("no place")))]


def physical(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every physical location of a document."""
    (run,) = document["runs"]
    for one in (*run["results"], *run["invocations"][0]["toolExecutionNotifications"]):
        yield from (place["physicalLocation"] for place in one["locations"])


def test_the_document_is_valid_by_the_schema_of_sarif(tmp_path: Path) -> None:
    """With verdicts, other packs' violations, logs, errors, and with nothing at all."""
    for document in (sarif(*everything(tmp_path)), sarif([])):
        jsonschema.Draft4Validator(SCHEMA).validate(json.loads(json_text(document)))


def test_the_document_has_what_github_demands(tmp_path: Path) -> None:
    """A relative address and a line for each result, and of each policy a help text and its page.

    Source: GitHub docs, "SARIF support for code scanning".
    """
    document = sarif(*everything(tmp_path))
    (run,) = document["runs"]
    for place in physical(document):
        uri = place["artifactLocation"]["uri"]
        assert not uri.startswith("/")
        assert uri.isascii()
        assert ":" not in uri
        assert place["region"]["startLine"] >= 1
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["ruleId"] in rules
        assert result["partialFingerprints"]["primaryLocationLineHash"]
    for name, rule in rules.items():
        assert rule["shortDescription"]["text"]
        if "/" not in name:  # of another pack only the names are known
            assert rule["helpUri"].startswith("https://")
            assert rule["help"]["text"]
            assert rule["help"]["markdown"].startswith(f"# {name}\n")
            assert rule["fullDescription"]["text"]


def test_a_region_has_line_and_column_and_the_address_is_escaped(tmp_path: Path) -> None:
    """A file may have a space in its name; Python knows no column."""
    document = sarif(*everything(tmp_path))
    (place,) = {json.dumps(p) for p in physical(document) if "a%20b" in str(p)}
    assert json.loads(place) == {
        "artifactLocation": {"uri": "a%20b/__main__.py"},
        "region": {"startLine": 12, "startColumn": 5},
    }


def test_fingerprints_do_not_change_with_lines_and_differ_between_resources(tmp_path: Path) -> None:
    """Whoever adds an import at the top does not close all alerts and open them again."""
    found = []
    for line in (3, 400):
        at = {"sourcePosition": f"project:///main.py#{line}"}
        result = checked(tmp_path, state_resource("a", **at), state_resource("b", **at))
        (run,) = sarif([result])["runs"]
        found.append([one["partialFingerprints"] for one in run["results"]])
    assert found[0] == found[1]
    for key in ("resource/v1", "primaryLocationLineHash"):
        values = [one[key] for one in found[0]]
        assert len(set(values)) == len(values)


def test_nothing_that_a_terminal_or_a_reader_obeys_is_in_the_document(tmp_path: Path) -> None:
    """Neither raw in the text nor, once it is parsed, in a message."""
    text = json_text(sarif(*everything(tmp_path)))
    assert text.isascii()
    (run,) = json.loads(text)["runs"]
    shown = [one["message"]["text"] for one in run["results"]]
    shown += [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert all(line.isprintable() for one in shown for line in one.split("\n"))
    assert any("a\\u202eb\\x1b[2J\\nERROR c" in one for one in shown)


def test_sources_that_were_not_checked_are_in_the_document(tmp_path: Path) -> None:
    """A document without results must not look like a pass."""
    results, failed = everything(tmp_path)
    (run,) = sarif(results, failed)["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    first, *_ = invocation["toolExecutionNotifications"]
    assert first["level"] == "error"
    assert first["properties"] == {"source": "p", "stack": "dev"}
    assert sarif(results)["runs"][0]["invocations"][0]["executionSuccessful"] is True


def test_another_packs_violation_is_a_result_of_its_own(tmp_path: Path) -> None:
    """It decides the exit code, so the document has it too."""
    (run,) = sarif(*everything(tmp_path))["runs"]
    (found,) = (one for one in run["results"] if one["ruleId"].startswith("acme/"))
    assert found["level"] == "error"
    assert found["properties"]["stack"] == "prod"


def test_what_is_in_azure_is_named_by_its_id(tmp_path: Path) -> None:
    """It has no file, and GitHub shows nothing without an address."""
    cluster = state_resource("aks")
    loaded = load(write_state(tmp_path, cluster))
    urn = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/x"
    resource = type(loaded.resources[0])(urn, cluster["type"], "aks", {})
    result = check(Loaded("azure://s", loaded.stack, (resource,)))
    uris = {place["artifactLocation"]["uri"] for place in physical(sarif([result]))}
    assert uris == {urn.lstrip("/")}


PROGRAMS = {
    "a plain cluster": (
        """\
import pulumi_azure_native as azure

azure.containerservice.ManagedCluster(
    "aks",
    resource_group_name="shop",
)
""",
        "__main__.py",
        3,
    ),
    "a component's cluster": (
        """\
from kubewitness import SecureAksCluster

SecureAksCluster("prod", {
    "resource_group_name": "shop",
    "cluster_admins": {"group_object_ids": ["00000000-0000-0000-0000-000000000000"]},
    "api_access": {"public_because": "it is a demo"},
})
""",
        "__main__.py",
        3,
    ),
    "a cluster of a helper module": ("import helper\n\nhelper.make()\n", "helper.py", 5),
}
HELPER = """\
import pulumi_azure_native as azure


def make():
    azure.containerservice.ManagedCluster("aks", resource_group_name="shop")
"""


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_result_is_at_the_users_line(tmp_path: Path, name: str) -> None:
    """From the root of the repository, in three programs."""
    source, file, line = PROGRAMS[name]
    (tmp_path / ".git").mkdir()
    program = write_project(tmp_path / "infra", source)
    (program / "helper.py").write_text(HELPER, "utf-8")
    document = sarif([check(load(program))])
    places = {
        (unquote(p["artifactLocation"]["uri"]), p["region"]["startLine"])
        for p in physical(document)
    }
    assert places == {(f"infra/{file}", line)}
