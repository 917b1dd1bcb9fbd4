"""Rules that somebody brings are deployed from the folders that `hunt --rules` reads."""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest
import yaml

from kubewitness import AuditDetections
from kubewitness.detections.custom.load import read_custom
from kubewitness.detections.custom.warnings import query_warnings
from kubewitness.detections.detection import Detection, read_detection
from kubewitness.detections.engines.local import create_parsers
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables
from kubewitness.detections.sentinel import as_yaml
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.kql.query import rows
from kubewitness.provision.arguments.validation import InvalidArguments
from kubewitness.provision.audit_detections.alert_rules import sentinel_rule
from kubewitness.provision.audit_detections.choice import Service, why_not
from support.argument_strategies import WORKSPACE
from support.audit_detections import ALLOWED, NOW, SERVICES, deployed, refusal, store_of, translated
from support.audit_requests import request
from support.command import run
from support.components import Deployment
from support.paths import DATA
from support.sigma_cases import HEAD, whole

FOLDER: Final = DATA / "rules_of_others"
IDS: Final = "0a3d6a52-0f0b-4a52-9d1b-6d7a2f1a4c{:02}"
RULE: Final[dict[str, Any]] = {
    "id": IDS.format(0),
    "name": "Something happened",
    "severity": "High",
    "kind": "Scheduled",
    "queryFrequency": "1h",
    "queryPeriod": "1h",
    "query": "KubeAudit | where Verb == 'list'",
}
"""All that an alert rule has to say."""

DETAILS: Final[dict[str, Any]] = {
    "triggerOperator": "lt",
    "enabled": False,
    "customDetails": {"Who": "Username"},
    "alertDetailsOverride": {
        "alertDisplayNameFormat": "Listed by {{Username}}",
        "alertDynamicProperties": [{"alertProperty": "ProductName", "value": "ClientKind"}],
    },
    "eventGroupingSettings": {"aggregationKind": "SingleAlert"},
    "suppressionEnabled": True,
    "suppressionDuration": "PT2H",
    "incidentConfiguration": {
        "createIncident": True,
        "groupingConfiguration": {
            "enabled": True,
            "lookbackDuration": "1d",
            "matchingMethod": "Selected",
            "groupByEntities": ["Account"],
        },
    },
}


def write(folder: Path, name: str = "own", **changes: Any) -> Path:
    """A rule as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**RULE, **changes}), "utf-8")
    return path


def rule(folder: Path, **changes: Any) -> Detection:
    """A rule as it is read."""
    return read_detection(write(folder, **changes), "own")


def told(more: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a deployment warns of."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))
    deployed(dict(more))
    return said


def test_without_the_types_of_objects_paths_are_said_to_be_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra is not needed to deploy, and what was not looked at is not passed over."""
    monkeypatch.setitem(sys.modules, "kubewitness.detections.object_paths.paths", None)
    rule = Detection(slug="mine", name="Mine", query="KubeAudit | where User.nobody == 1")
    assert "install kubewitness[sigma]" in query_warnings(rule)[0]


def test_a_rule_of_somebody_else_is_deployed_beside_ours() -> None:
    """As its file says, in Sentinel's words."""
    names = ["pod-exec", "iso-durations"]
    made = deployed({"rule_folders": [str(FOLDER)], "rules": names})
    assert made.outputs["rule_ids"].keys() == {*names}
    (theirs,) = (one for one in made.all("ScheduledAlertRule") if one["severity"] == "High")
    (read,) = (one for one in read_custom(FOLDER) if one.slug == "iso-durations")
    assert theirs["ruleId"] == read.id
    assert theirs["query"] == read.query
    assert theirs["triggerOperator"] == "GreaterThan"
    assert (theirs["queryFrequency"], theirs["queryPeriod"]) == ("PT1H30M", "P1DT12H")


def test_a_relative_folder_begins_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a file may be named itself; one that is named twice is one rule."""
    write(tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    for folders in (["rules"], ["rules/own.yaml"], ["rules", "./rules/own.yaml"]):
        assert deployed({"rule_folders": folders, "rules": ["own"]}).outputs["rule_ids"].keys() == {
            "own"
        }


def test_what_chooses_among_ours_chooses_among_theirs(tmp_path: Path) -> None:
    """By severity and by name, switched off, and with what is allowed, each for its rules only."""
    write(tmp_path, "grave")
    write(tmp_path, "slight", id=IDS.format(1), severity="Low")
    folders = {"rule_folders": [str(tmp_path)]}
    by_severity = deployed({**folders, "severities": ["High"]}).outputs["rule_ids"]
    ours = {one.slug for one in all_detections() if one.severity == "High"}
    assert by_severity.keys() - ours == {"grave"}

    for sentinel, kind in SERVICES.items():
        more = {"rules": ["grave", "slight"], "disabled_rules": ["slight"], "sentinel": sentinel}
        entry = {**ALLOWED, "rules": ["grave"]}
        made = deployed({**folders, **more, "allow_list": [entry]})
        states = {request.name: request.object["enabled"] for request in made.requests(kind)}
        assert states == {"soc-grave": True, "soc-slight": False}
        grave, slight = (json.dumps(one) for one in made.all(kind))
        assert "flux@shop" in grave
        assert "flux@shop" not in slight


def test_what_azure_cannot_run_is_left_out_and_told_and_refused_by_name() -> None:
    """With the reason; nothing gets lost."""
    left_out = deployed({"rule_folders": [str(FOLDER)]}).outputs["left_out"]
    reasons = {
        "nrt-exec": "is of kind NRT",
        "hunting-query": "does not have `severity`, `queryFrequency`, `queryPeriod`",
        "nobody": "has no GUID as its `id`",
    }
    for slug, reason in reasons.items():
        assert reason in left_out[slug]
    text = refusal({"rule_folders": [str(FOLDER)], "rules": [*reasons]})
    for i, reason in enumerate(reasons.values()):
        assert f"rules[{i}]: " in text
        assert reason in text


@pytest.mark.parametrize(
    ("changes", "tables", "service", "said"),
    [
        ({}, Tables.BOTH, Service.SENTINEL, ""),
        ({"id": "mine"}, Tables.BOTH, Service.SENTINEL, "has no GUID"),
        ({"id": "mine"}, Tables.BOTH, Service.MONITOR, ""),
        ({"queryFrequency": "1m"}, Tables.BOTH, Service.MONITOR, "more often than every 5 minutes"),
        ({"queryPeriod": "3d"}, Tables.BOTH, Service.MONITOR, "looks back 3 days"),
        ({"queryFrequency": "30d"}, Tables.BOTH, Service.SENTINEL, "runs every 30 days"),
        ({"queryFrequency": "30d"}, Tables.BOTH, Service.MONITOR, ""),
        ({"query": "union A, B"}, Tables.BOTH, Service.MONITOR, "uses `union`"),
        ({"query": "A" * 10_001}, Tables.BOTH, Service.SENTINEL, "has 10,001 characters"),
        ({"query": "AKSAudit"}, Tables.ADMIN, Service.SENTINEL, "reads AKSAudit, which"),
        ({"query": "union AKSAudit, AKSAuditAdmin"}, Tables.ADMIN, Service.SENTINEL, ""),
        ({"query": "AzureDiagnostics"}, Tables.BOTH, Service.SENTINEL, "reads AzureDiagnostics"),
        ({"tactics": ["Mischief"]}, Tables.BOTH, Service.SENTINEL, "the tactic `Mischief`"),
        ({"relevantTechniques": ["x"]}, Tables.BOTH, Service.SENTINEL, "the technique `x`"),
        (
            {"entityMappings": [{"entityType": "Pod", "fieldMappings": []}]},
            Tables.BOTH,
            Service.SENTINEL,
            "the entity `Pod`",
        ),
    ],
)
def test_why_a_rule_cannot_run(
    changes: dict[str, Any], tables: Tables, service: Service, said: str, tmp_path: Path
) -> None:
    """Known before Azure is asked."""
    reason = why_not(rule(tmp_path, **changes), tables, service)
    assert said in reason
    assert bool(said) is bool(reason)


def test_what_a_rule_says_of_its_alerts_is_deployed(tmp_path: Path) -> None:
    """What an alert and an incident are, and what they show, in Sentinel's words."""
    made = deployed({"rule_folders": [str(write(tmp_path, **DETAILS))], "rules": ["own"]}).one(
        "ScheduledAlertRule"
    )
    same = ("customDetails", "alertDetailsOverride", "eventGroupingSettings", "suppressionEnabled")
    assert {name: made[name] for name in same} == {name: DETAILS[name] for name in same}
    assert (made["enabled"], made["triggerOperator"]) == (False, "LessThan")
    assert made["suppressionDuration"] == "PT2H"
    assert made["incidentConfiguration"] == {
        "createIncident": True,
        "groupingConfiguration": {
            **DETAILS["incidentConfiguration"]["groupingConfiguration"],
            "reopenClosedIncident": False,
            "lookbackDuration": "P1D",
        },
    }


def test_a_rule_that_is_written_again_says_the_same(tmp_path: Path) -> None:
    """Time spans at any depth among it."""
    read = rule(tmp_path, **DETAILS)
    (tmp_path / "again.yaml").write_text(as_yaml(read), "utf-8")
    assert read_detection(tmp_path / "again.yaml", "own") == read


@pytest.mark.parametrize(
    "changes",
    [
        {"triggerOperator": ">"},
        {"suppressionDuration": "soon"},
        {"queryPeriod": "99999999999d"},
        {"queryPeriod": "P9999999999D"},
    ],
)
def test_what_an_alert_rule_cannot_be_is_a_fault_of_the_file(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    """Not a crash on the way to Azure."""
    path = write(tmp_path, **changes)
    text = refusal({"rule_folders": [str(path)], "rules": ["own"]})
    (key,) = changes
    keys = [line.partition(":")[0] for line in path.read_text("utf-8").splitlines()]
    assert f"rule_folders[0]: {path}:{keys.index(key) + 1}: {key}: " in text


def test_a_misspelt_key_is_a_fault_and_a_key_of_sentinel_is_none(tmp_path: Path) -> None:
    """A detection would run with a default in place of what was meant."""
    others: dict[str, Any] = {"status": "Available", "requiredDataConnectors": [], "tags": ["a"]}
    assert rule(tmp_path, **others).query == RULE["query"]
    path = write(tmp_path, **others, tactic=["Execution"])
    with pytest.raises(InputError) as error:
        read_detection(path, "own")
    assert error.value.faults == (f"{path}:10: tactic: unknown key; did you mean `tactics`?",)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    """With the file, what is wrong and how to mend it, and with the other arguments' faults."""
    rules, more = tmp_path / "rules", tmp_path / "more"
    write(rules, "own")
    write(rules, "pod-exec", id=IDS.format(1))
    write(rules, "copied", id=all_detections()[0].id.upper())
    write(rules, "two words", id=IDS.format(2))
    write(rules, "daily", id=IDS.format(3), queryPeriod="daily", severity="bad")
    (rules / "broken.yaml").write_text("name: [\n", "utf-8")
    (rules / "sigma.yml").write_text(yaml.safe_dump({**HEAD, "detection": whole({})}), "utf-8")
    write(more, "OWN", id=IDS.format(4))
    (tmp_path / "empty").mkdir()
    folders = [str(tmp_path / name) for name in ("rules", "more", "empty", "none")]
    text = refusal({"rule_folders": folders, "frequency": "2m", "rules": ["own"]})
    first = all_detections()[0].slug
    for fault in (
        f"[0]: {rules / 'broken.yaml'}:1: cannot be read as YAML: ",
        f"[0]: {rules / 'copied.yaml'}: has the id of `{first}` of kubewitness; give",
        f"[0]: {rules / 'daily.yaml'}:6: queryPeriod: write it as 5m, 1h or 14d",
        f"[0]: {rules / 'daily.yaml'}:7: severity: ",
        f"[0]: {rules / 'pod-exec.yaml'}: has the name of `pod-exec` of kubewitness; rename",
        f"[0]: {rules / 'sigma.yml'}: is a rule of Sigma; make it one of Sentinel by `kubewitness",
        f"[0]: {rules / 'two words.yaml'}: cannot be part of a resource's name; rename it",
        f"[1]: {more / 'OWN.yaml'}: has the name of {rules / 'own.yaml'}; rename the file",
        f"[2]: {tmp_path / 'empty'} has no rule; give",
        f"[3]: {tmp_path / 'none'} is not there; give",
    ):
        assert f"\n  rule_folders{fault}" in text
    assert "frequency: is not one of" in text
    assert len(text.splitlines()) == 1 + 10 + 1 + 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("rules", "rule_folders: is not a list; give a list of folders"),
        ([1], "rule_folders[0]: is not a string; give a list of folders"),
        ([""], "rule_folders[0]: is not of the right form; give"),
        ([pulumi.Output.from_input("rules")], "rule_folders[0]: must be known when the program"),
    ],
)
def test_folders_that_are_none_are_refused(given: Any, said: str) -> None:
    """What is deployed is known at preview."""

    def program() -> AuditDetections:
        wanted: Any = {"workspace_id": WORKSPACE, "sentinel": "existing", "rule_folders": given}
        return AuditDetections("soc", wanted)

    with pytest.raises(InvalidArguments) as error:
        Deployment(program)
    assert said in str(error.value)


def test_a_folder_of_which_nothing_is_chosen_is_an_error(tmp_path: Path) -> None:
    """It would look as if its rules ran."""
    write(tmp_path, severity="Low")
    for choice in ({"severities": ["High"]}, {"rules": ["pod-exec"]}):
        text = refusal({"rule_folders": [str(tmp_path)], **choice})
        assert "rules: or `severities` must choose a rule of `rule_folders`; name some" in text


def test_what_cannot_be_checked_before_azure_does_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query that is not readable here, or with a path that no event has; it is deployed."""
    write(tmp_path, "unread", query="KubeAudit | mv-apply A = B on (count)")
    path = "KubeAudit | where RequestObject.spec.hostNetwrk == true"
    write(tmp_path, "misspelt", id=IDS.format(1), query=path)
    write(tmp_path, "right", id=IDS.format(2))
    names = ["unread", "misspelt", "right", "pod-exec"]
    said = told({"rule_folders": [str(tmp_path)], "rules": names}, monkeypatch)
    misspelt, unread = said
    assert misspelt.startswith('AuditDetections "soc" cannot check `misspelt`: `RequestObject.')
    assert unread.startswith('AuditDetections "soc" cannot check `unread`: ')
    assert "mv-apply" in unread


def test_the_tables_that_a_rule_names_are_asked_for_their_plan(tmp_path: Path) -> None:
    """Beside those that the functions read."""
    write(tmp_path, query="AKSControlPlane | where Category == 'guard'")
    more = {"rule_folders": [str(tmp_path)], "rules": ["own"], "tables": "AKSAuditAdmin"}
    asked = {call.args["tableName"] for call in deployed(more).azure.calls}
    assert asked == {"AKSAuditAdmin", "AKSControlPlane"}


def test_a_rule_of_sigma_is_imported_and_hunts_and_is_deployed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file from Sigma's format to Azure, which finds what `hunt` finds."""
    sigma, folder, log = tmp_path / "sigma.yml", tmp_path / "rules", tmp_path / "audit.ndjson"
    detection = {"verb": ["list", "watch"], "objectRef.resource": "secrets"}
    sigma.write_text(yaml.safe_dump({**HEAD, "detection": whole(detection)}), "utf-8")
    events = [request("list", "secrets"), request("get", "secrets", "one")]
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")

    assert run(capsys, "import-sigma", sigma, "--output", folder)[0] == ExitCode.OK
    code, out, _ = run(capsys, "hunt", log, "--rules", folder, "--format", "json")
    assert code == ExitCode.VIOLATION
    (hunted,) = json.loads(out)["findings"]
    made = deployed({"rule_folders": [str(folder)], "rules": ["sigma"]}).one("ScheduledAlertRule")
    assert made["ruleId"] == HEAD["id"]
    with store_of(log, tmp_path) as connection:
        create_parsers(connection)
        (found,) = rows(connection, translated(made["query"], connection), NOW)
    assert found["AuditId"] == events[0]["auditID"] == hunted["values"]["AuditId"]


def test_the_defaults_of_alerts_are_those_of_ours(tmp_path: Path) -> None:
    """Where a file says nothing of them."""
    made = sentinel_rule(rule(tmp_path), "q", timedelta(hours=1))
    assert made["event_grouping_settings"] == {"aggregation_kind": "AlertPerResult"}
    assert not made.keys() & {"custom_details", "alert_details_override"}
