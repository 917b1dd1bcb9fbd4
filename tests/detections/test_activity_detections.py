"""What holds for every detection on AzureActivity, however Azure writes an operation."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kubewitness.detections.allow_list import NOTHING_ALLOWED, Allowed, AllowList
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections, cases
from kubewitness.logs.kql.query import open_for_queries
from support.command import read

RULES = [
    rule for rule in all_detections() if rule.kubewitness and "activity" in rule.kubewitness.needs
]
DONE = ("Accept", "Success", "Succeeded")

OF_PEOPLE = {
    "aks-cluster-changed",
    "diagnostic-setting-changed",
    "workspace-changed",
    "log-table-changed",
}
"""What is found of people, and of applications only where the log says that it does harm."""

BY_APPLICATION = "protection-changed-by-an-application"
APPLICATION = "8a1c5b62-4e0f-4d6b-9c7e-2f0b6d1a9e33"

Row = dict[str, Any]


def rows() -> Iterator[Row]:
    """The rows of every malicious case."""
    for rule in RULES:
        for path in cases(rule, "malicious").values():
            yield from map(json.loads, path.read_text("utf-8").splitlines())


def hunt(
    folder: Path, change: Callable[[Row], Row | None], allow_list: AllowList = NOTHING_ALLOWED
) -> list[Finding]:
    """What all the rules find when each row is changed, or left out for None."""
    changed = [json.dumps(row) for row in map(change, rows()) if row]
    folder.mkdir(exist_ok=True)
    (folder / "rows.ndjson").write_text("\n".join(changed) + "\n", "utf-8")
    assert not read(folder / "store", folder / "rows.ndjson").quarantine
    with open_for_queries(folder / "store") as connection:
        engine = LocalEngine(connection, RULES, allow_list=allow_list)
        return [finding for rule in RULES for finding in engine.run(rule)]


def counts(findings: list[Finding]) -> Counter[str]:
    """How much each rule found."""
    return Counter(finding.detection.slug for finding in findings)


def operations(findings: list[Finding]) -> set[tuple[str, object, object]]:
    """Which operations each rule found of each user."""
    return {
        (one.detection.slug, one.values["Username"], one.values.get("CorrelationId"))
        for one in findings
    }


def deleted(finding: Finding) -> bool:
    """Whether something was deleted, which says enough."""
    return str(finding.values.get("Operation")).lower().endswith("/delete")


@pytest.fixture(scope="module")
def as_written(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What is found in the cases as they are."""
    return hunt(tmp_path_factory.mktemp("logs"), lambda row: row)


def test_an_operation_is_found_once_though_it_is_logged_up_to_three_times(
    as_written: list[Finding],
) -> None:
    """Start, Accept and Success are rows of one operation, which have its correlation id.

    Two operations of which a client gave the second the id of the first have two requests.
    """
    found = Counter(
        (one.detection.slug, *map(one.values.get, ("CorrelationId", "Setting", "Request")))
        for one in as_written
        if "CorrelationId" in one.values
    )
    assert set(found.values()) == {1}
    assert counts(as_written).keys() == {rule.slug for rule in RULES}


@pytest.mark.parametrize("left", ["Accept", "success", "SUCCEEDED", "Accepted"])
def test_any_row_that_says_that_it_was_done_is_enough(
    left: str, as_written: list[Finding], tmp_path: Path
) -> None:
    """Azure does not write all of them for every operation."""

    def change(row: Row) -> Row:
        status = row["ActivityStatusValue"]
        return {**row, "ActivityStatusValue": left} if status in DONE else row

    assert counts(hunt(tmp_path, change)) == counts(as_written)


def test_what_is_accepted_and_then_done_is_found_once(
    as_written: list[Finding], tmp_path: Path
) -> None:
    """Though both rows say that it was done."""
    done = {row["CorrelationId"] for row in rows() if row["ActivityStatusValue"] in DONE}

    def change(row: Row) -> Row:
        begun = row["ActivityStatusValue"] == "Start" and row["CorrelationId"] in done
        return {**row, "ActivityStatusValue": "Accept"} if begun else row

    assert counts(hunt(tmp_path, change)) == counts(as_written)


@pytest.mark.parametrize("status", ["Start", "Failure", "Failed", None])
def test_what_only_began_or_failed_is_not_found(status: str | None, tmp_path: Path) -> None:
    """Nothing was undone."""

    def change(row: Row) -> Row:
        return {**row, "ActivityStatusValue": status}

    assert not hunt(tmp_path, change)


@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_case_does_not_matter(
    case: Callable[[str], str], as_written: list[Finding], tmp_path: Path
) -> None:
    """Azure writes names of operations and of resources in any."""

    def change(row: Row) -> Row:
        return {**row, **{name: case(row[name]) for name in ("OperationNameValue", "_ResourceId")}}

    assert counts(hunt(tmp_path, change)) == counts(as_written)


def test_who_is_allowed_is_not_found(as_written: list[Finding], tmp_path: Path) -> None:
    """Which application is the one that deploys is known by the allow-list, and by nothing else."""
    users = {finding.values["Username"] for finding in as_written}
    deploys = next(user for user in users if "@" not in user)
    entry = Allowed(reason="it deploys", expires=date.max, usernames=(deploys,))
    found = hunt(tmp_path, lambda row: row, AllowList(version=1, allow=(entry,)))
    assert {finding.values["Username"] for finding in found} == users - {deploys}


def test_a_finding_says_who_did_what_to_what(as_written: list[Finding]) -> None:
    """In the columns that each detection has, the first ones in order."""
    for finding in as_written:
        assert list(finding.values)[:2] == ["TimeGenerated", "Username"]
        if "Operation" in finding.values:
            assert finding.values["SourceIp"]
            assert finding.values["_ResourceId"]


def test_what_was_asked_for_is_shown_where_azure_noted_it(as_written: list[Finding]) -> None:
    """It stands in another row than the one that says that it was done."""
    asked = [one.values["Request"] for one in as_written if "Request" in one.values]
    assert asked
    assert all('"logs"' in request.lower() for request in asked if request)
    roles = [one.values["Role"] or "unknown" for one in as_written if "Role" in one.values]
    assert sorted(roles) == [
        "Azure Kubernetes Service RBAC Cluster Admin",
        "Owner",
        "User Access Administrator",
        "unknown",
    ]


def test_what_was_asked_for_is_a_condition_only_of_what_an_application_writes(
    as_written: list[Finding], tmp_path: Path
) -> None:
    """What cannot be told is found, not passed; of an application, as something it wrote."""
    silent = {"Properties": "{}", "Properties_d": {}}
    found = hunt(tmp_path, lambda row: row if "Policy" in row.values() else row | silent)
    lost = operations(as_written) - operations(found)
    assert {one[:2] for one in lost} == {("diagnostic-setting-changed", APPLICATION)}
    assert operations(found) <= operations(as_written)


def test_what_a_person_writes_is_not_said_to_be_an_applications(tmp_path: Path) -> None:
    """Also where the caller's name is missing."""
    found = counts(hunt(tmp_path, lambda row: {**row, "Caller": None, "Claims_d": None}))
    assert not found[BY_APPLICATION]
    assert found.keys() >= OF_PEOPLE - {"aks-cluster-changed"}


def test_what_an_application_writes_is_found_as_such_and_else_only_where_it_shows_harm(
    as_written: list[Finding], tmp_path: Path
) -> None:
    """Each write of the four rules' cases, once."""
    found = hunt(tmp_path, lambda row: {**row, "Caller": APPLICATION, "Claims_d": None})
    loud = [one for one in found if one.detection.slug in OF_PEOPLE]
    assert {one.detection.slug for one in loud} == {
        "diagnostic-setting-changed",
        "log-table-changed",
    }
    assert all(one.values.get("Request") or deleted(one) for one in loud)
    written = {
        one.values["CorrelationId"]
        for one in as_written
        if one.detection.slug in {*OF_PEOPLE, BY_APPLICATION} and not deleted(one)
    }
    by_application = [one for one in found if one.detection.slug == BY_APPLICATION]
    assert {one.values["CorrelationId"] for one in by_application} == written
    assert len(by_application) == len(written)


def test_who_is_an_application_is_said_alike_in_every_rule() -> None:
    """There is no parser of AzureActivity that could say it once."""
    said = {
        rule.slug: line.strip()
        for rule in RULES
        for line in rule.query.splitlines()
        if "IsApplication =" in line
    }
    assert said.keys() == {*OF_PEOPLE, BY_APPLICATION}
    assert len(set(said.values())) == 1
