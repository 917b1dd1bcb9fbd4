"""A rule that somebody wrote for Sentinel, over the tables themselves, runs as it is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from kubewitness.cli.commands.hunt import command
from kubewitness.detections.custom.load import read_custom, unique_names
from kubewitness.errors import ExitCode, InputError
from support.audit_requests import findings, request
from support.paths import DATA

FOLDER: Final = DATA / "rules_of_others"
RULES: Final = {rule.slug: rule for rule in read_custom(FOLDER)}

EXEC: Final = {
    "requestURI": "/api/v1/namespaces/shop/pods/basket-0/exec?command=sh&stdin=true&tty=true"
}
ROLE: Final = {"roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}
ACTIVITY: Final = {
    "TimeGenerated": "2026-03-01T10:00:00Z",
    "Type": "AzureActivity",
    "OperationNameValue": "Microsoft.ContainerService/managedClusters"
    "/listClusterAdminCredential/action",
    "ActivityStatusValue": "Success",
    "CorrelationId": "c",
    "Caller": "mallory@shop.example",
    "CallerIpAddress": "203.0.113.7",
    "Authorization": '{"scope": "/subscriptions/s/shop"}',
}

BAD: Final[dict[str, list[dict[str, Any]]]] = {
    "nrt-exec": [request("get", "pods", "basket-0", subresource="exec", code=101, **EXEC)],
    "iso-durations": [request("get", "secrets", f"secret-{number}") for number in range(4)],
    "hunting-query": [
        request("create", "clusterrolebindings", "owner", namespace="", code=201, body=ROLE,
                group="rbac.authorization.k8s.io"),
    ],
    "activity": [ACTIVITY],
    "nobody": [request("create", "pods", "basket-1", user="system:anonymous", code=201)],
}  # fmt: skip
"""For each rule the events that it is about."""

GOOD: Final = [
    request("get", "pods", "basket-0"),
    request("get", "secrets", "one"),
    request("list", "secrets", user="aksService"),
    request("create", "rolebindings", "viewer", body={"roleRef": {"name": "view"}}, code=201),
    request("create", "clusterrolebindings", "owner", namespace="", code=403, body=ROLE),
]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_of_somebody_else_finds_what_it_is_about(name: str, tmp_path: Path) -> None:
    """And nothing among requests of every day."""
    events = {one: tmp_path / one for one in ("bad", "good")}
    for folder in events.values():
        folder.mkdir()
    assert len(findings([RULES[name]], BAD[name] + GOOD, events["bad"])[name]) == 1
    assert not findings([RULES[name]], GOOD, events["good"])[name]


def test_every_rule_of_somebody_else_has_events() -> None:
    """Else it would be tested on nothing."""
    assert RULES.keys() == BAD.keys()


def test_what_a_rule_does_not_say_is_what_sentinel_takes_for_granted() -> None:
    """Durations in ISO 8601, NRT rules without a schedule, hunting queries without a severity."""
    iso, nrt = RULES["iso-durations"], RULES["nrt-exec"]
    assert (iso.query_frequency, iso.query_period) == (timedelta(hours=1.5), timedelta(days=1.5))
    assert (nrt.kind, nrt.version, nrt.tactics, nrt.relevant_techniques) == ("NRT", "1.0", (), ())
    hunting = RULES["hunting-query"]
    assert (hunting.severity, hunting.kind) == ("Medium", "Scheduled")
    assert hunting.tactics == ("Persistence", "PrivilegeEscalation")


def test_every_fault_of_every_rule_is_told_at_once(tmp_path: Path) -> None:
    """With the file, the place and how to write it."""
    (tmp_path / "one.yaml").write_text("name: a\nqueryPeriod: daily\nseverity: bad\n", "utf-8")
    (tmp_path / "two.yml").write_text("- a list\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_custom(tmp_path)
    told = "\n".join(caught.value.faults)
    for part in (
        "one.yaml:1: query: ",
        "one.yaml:2: queryPeriod: write it as",
        "one.yaml:3: severity: ",
        "two.yml:1: is no",
    ):
        assert part in told


def test_a_query_is_text(tmp_path: Path) -> None:
    """Of the number 5 every engine would make a finding."""
    (tmp_path / "one.yaml").write_text("name: a\nquery: 5\n", "utf-8")
    with pytest.raises(InputError, match=r"one.yaml:2: query: must be text; put it in quotes"):
        read_custom(tmp_path)


def test_no_two_rules_have_one_name() -> None:
    """Also where a number behind a name makes that of another."""
    assert list(unique_names(["a", "a-2", "a", "b", "a"])) == ["a", "a-2", "a-3", "b", "a-4"]


def test_hunt_runs_a_folder_of_rules(tmp_path: Path) -> None:
    """And ends as it does with ours: 1 for findings."""
    log = tmp_path / "audit.ndjson"
    log.write_text("".join(json.dumps(e) + "\n" for es in BAD.values() for e in es), "utf-8")
    done = CliRunner().invoke(
        command, [str(log), "--rules", str(FOLDER), "--no-progress"], standalone_mode=False
    )
    assert done.return_value == ExitCode.VIOLATION
    for rule in RULES.values():
        assert rule.name in done.output
