"""What AuditDetections makes of the detections, under Pulumi's mocks."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pulumi
import pytest
from pulumi_azure_native.securityinsights import AttackTactic, EntityMappingType

from kubewitness import AuditDetections
from kubewitness.detections import allow_list
from kubewitness.detections.allow_list import AllowList
from kubewitness.detections.coverage.simulation import write_log
from kubewitness.detections.detection import SEVERITIES, Detection
from kubewitness.detections.engines.local import LocalEngine, create_parsers
from kubewitness.detections.library import all_detections, cases
from kubewitness.detections.parsers import PARSERS, SOURCE, Tables, parser, source
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.kql.query import rows as query_rows
from kubewitness.provision.arguments.validation import InvalidArguments
from kubewitness.provision.audit_detections import model as detection_models
from kubewitness.provision.audit_detections.alert_rules import (
    OPERATORS,
    monitor_rule,
    sentinel_rule,
)
from kubewitness.provision.audit_detections.choice import LONGEST_QUERY, Service, why_not
from kubewitness.provision.audit_detections.component import check_plans
from kubewitness.provision.audit_detections.generated import Allowed
from support.argument_strategies import WORKSPACE
from support.audit_detections import (
    ALLOWED,
    NOW,
    SERVICES,
    arguments,
    deployed,
    refusal,
    store_of,
    translated,
)
from support.components import Deployment

EXEC = next(rule for rule in all_detections() if rule.slug == "pod-exec")
GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Insights/actionGroups/soc"
RULES = [pytest.param(rule, id=rule.slug) for rule in all_detections()]
OTHER_ID = "0a3d6a52-0f0b-4a52-9d1b-6d7a2f1a4b00"


def only_exec(more: dict[str, Any] | None = None) -> dict[str, Any]:
    """Deploy one rule and return its inputs."""
    more = {"rules": ["pod-exec"], **(more or {})}
    return deployed(more).one(SERVICES[more.get("sentinel", "existing")])


def changed(**properties: Any) -> Detection:
    """The rule pod-exec with some properties changed."""
    return EXEC.model_copy(update=properties)


@pytest.fixture
def other_rules(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put other rules in the place of ours."""

    def put(*rules: Detection) -> None:
        monkeypatch.setattr(detection_models, "all_detections", lambda: rules)

    return put


@pytest.fixture
def one_without_needs(other_rules: Any) -> None:
    """All rules, and one that runs wherever there is a table."""
    other_rules(*all_detections(), changed(slug="other", id=OTHER_ID, kubewitness=None))


def test_a_rule_in_sentinel() -> None:
    """Everything that the file says, in Sentinel's words; a finding is an alert."""
    assert only_exec() == {
        "resourceGroupName": "g",
        "workspaceName": "central",
        "kind": "Scheduled",
        "ruleId": EXEC.id,
        "displayName": EXEC.name,
        "description": EXEC.description.strip(),
        "severity": EXEC.severity,
        "enabled": True,
        "query": EXEC.query,
        "queryFrequency": "PT1H",
        "queryPeriod": "PT1H",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "tactics": list(EXEC.tactics),
        "techniques": list(EXEC.relevant_techniques),
        "entityMappings": [
            {
                "entityType": kind,
                "fieldMappings": [{"identifier": identifier, "columnName": column}],
            }
            for kind, identifier, column in (
                ("Account", "FullName", "Username"),
                ("IP", "Address", "SourceIp"),
                ("AzureResource", "ResourceId", "_ResourceId"),
            )
        ],
        "eventGroupingSettings": {"aggregationKind": "AlertPerResult"},
        "incidentConfiguration": {
            "createIncident": True,
            "groupingConfiguration": {
                "enabled": True,
                "lookbackDuration": "PT5H",
                "matchingMethod": "AllEntities",
                "reopenClosedIncident": False,
            },
        },
        "suppressionEnabled": False,
        "suppressionDuration": "PT5H",
    }


def test_a_rule_in_azure_monitor() -> None:
    """A row of the query is enough; the alert is about the cluster and goes to the groups."""
    more = {"sentinel": "none", "action_group_ids": [GROUP], "tags": {"team": "soc"}}
    assert only_exec({**more, "location": "westeurope"}) == {
        "resourceGroupName": "g",
        "ruleName": "soc-pod-exec",
        "location": "westeurope",
        "tags": {"team": "soc"},
        "kind": "LogAlert",
        "displayName": EXEC.name,
        "description": EXEC.description.strip(),
        "severity": 1 + SEVERITIES.index(EXEC.severity),
        "enabled": True,
        "scopes": [WORKSPACE],
        "evaluationFrequency": "PT1H",
        "windowSize": "PT1H",
        "criteria": {
            "allOf": [
                {
                    "query": EXEC.query,
                    "timeAggregation": "Count",
                    "operator": "GreaterThan",
                    "threshold": 0,
                    "failingPeriods": {
                        "minFailingPeriodsToAlert": 1,
                        "numberOfEvaluationPeriods": 1,
                    },
                    "resourceIdColumn": "_ResourceId",
                }
            ]
        },
        "autoMitigate": False,
        "actions": {"actionGroups": [GROUP]},
    }


@pytest.mark.parametrize("tables", list(Tables))
@pytest.mark.usefixtures("one_without_needs")
def test_the_functions_fit_the_tables_and_come_first(tables: Tables) -> None:
    """Each after those that it reads, and every rule after all of them."""
    made = deployed({"tables": tables.value, "rules": ["other"]})
    functions = {one["functionAlias"]: one["query"] for one in made.all("SavedSearch")}
    assert functions == {SOURCE: source(tables)} | {name: parser(name) for name in PARSERS}
    for i, request in enumerate(made.requests("SavedSearch")):
        before = {urn.rpartition("::soc-")[2] for urn in request.dependencies}
        assert before >= {*list(functions)[:i]}
        assert request.deleteBeforeReplace
        assert list(request.replaceOnChanges) == ["query"]
    for request in made.requests("ScheduledAlertRule"):
        assert {urn.rpartition("::soc-")[2] for urn in request.dependencies} >= functions.keys()


@pytest.mark.usefixtures("one_without_needs")
@pytest.mark.parametrize("sentinel", SERVICES)
@pytest.mark.parametrize("tables", list(Tables))
def test_each_detection_is_deployed_or_told(tables: Tables, sentinel: str) -> None:
    """By default and by name; none gets lost."""
    made = deployed({"tables": tables.value, "sentinel": sentinel})
    names = [*made.outputs["rule_ids"], *made.outputs["left_out"]]
    assert sorted(names) == sorted([*(rule.slug for rule in all_detections()), "other"])
    assert len(made.all(SERVICES[sentinel])) == len(made.outputs["rule_ids"])


@pytest.mark.parametrize("rule", RULES)
def test_azure_takes_each_detection(rule: Detection) -> None:
    """Names of tactics and entities, lengths, times and operators are those that Azure knows."""
    assert str(UUID(rule.id)) == rule.id
    assert [other.name for other in all_detections()].count(rule.name) == 1
    assert rule.trigger_operator in OPERATORS
    assert set(rule.tactics) <= {tactic.value for tactic in AttackTactic}
    assert {one.entity_type for one in rule.entity_mappings} <= {e.value for e in EntityMappingType}
    assert len(rule.query) <= LONGEST_QUERY[Service.SENTINEL]
    assert len(rule.description) <= 5000
    as_if_nothing_lacked = rule.model_copy(update={"kubewitness": None})
    assert not why_not(as_if_nothing_lacked, Tables.BOTH, Service.SENTINEL)
    assert timedelta(minutes=5) <= rule.query_frequency <= rule.query_period
    inputs = sentinel_rule(rule, rule.query, None)
    assert all(re.fullmatch(r"T\d{4}", technique) for technique in inputs["techniques"])


def test_what_is_deployed_finds_what_hunt_finds(tmp_path: Path) -> None:
    """On all malicious cases: saved functions, an allow-list that does not fit, and the queries."""
    rules = [rule for rule in all_detections() if not why_not(rule, Tables.BOTH, Service.SENTINEL)]
    made = deployed({"rules": [rule.slug for rule in rules], "allow_list": [ALLOWED]})
    write_log(tmp_path / "cases.ndjson", all_detections())
    with store_of(tmp_path / "cases.ndjson", tmp_path) as connection:
        engine = LocalEngine(connection, rules)
        hunted = {r.name: [_texts(found.values) for found in engine.run(r)] for r in rules}
    with open_for_queries(tmp_path / "store") as connection:
        for function in made.all("SavedSearch"):
            view = translated(function["query"], connection).sql
            connection.execute(f"CREATE TEMP TABLE {function['functionAlias']} AS {view}")
        for alert in made.all("ScheduledAlertRule"):
            query = translated(alert["query"], connection)
            found = [_texts(row) for row in query_rows(connection, query, NOW)]
            assert sorted(found) == sorted(hunted[alert["displayName"]]), alert["displayName"]
            assert found, alert["displayName"]


def _texts(values: Mapping[str, Any]) -> str:
    """Text that a log lacks is null in the tables of a store and empty in the parsers' there."""
    return str({name: "" if value is None else value for name, value in values.items()})


@pytest.mark.usefixtures("one_without_needs")
def test_both_services_run_the_same_queries() -> None:
    """Wherever a detection runs, it is the same text."""
    sentinel = {one["displayName"]: one["query"] for one in deployed().all("ScheduledAlertRule")}
    for one in deployed({"sentinel": "none"}).all("ScheduledQueryRule"):
        (condition,) = one["criteria"]["allOf"]
        assert condition["query"] == sentinel[one["displayName"]]


def test_sentinel_is_onboarded_before_its_rules_and_outlives_them() -> None:
    """Others may use it by the time that the component goes."""
    some = {"rules": ["pod-exec", "privileged-container"]}
    made = deployed({"sentinel": "onboard", **some})
    assert made.one("SentinelOnboardingState")["sentinelOnboardingStateName"] == "default"
    (onboarding,) = made.requests("SentinelOnboardingState")
    assert onboarding.retainOnDelete
    for rule in made.requests("ScheduledAlertRule"):
        assert any(urn.endswith("::soc-sentinel") for urn in rule.dependencies)
    assert not deployed(some).all("SentinelOnboardingState")


def test_by_default_the_grave_ones_run(other_rules: Any) -> None:
    """High and Medium."""
    other_rules(*(changed(slug=severity.lower(), severity=severity) for severity in SEVERITIES))
    made = Deployment(
        lambda: AuditDetections("soc", {"workspace_id": WORKSPACE, "sentinel": "existing"})
    )
    assert made.outputs["rule_ids"].keys() == {"high", "medium"}


def test_a_disabled_rule_is_there_and_does_not_run() -> None:
    """So that it can be switched on and off in place."""
    for sentinel in SERVICES:
        assert not only_exec({"disabled_rules": ["pod-exec"], "sentinel": sentinel})["enabled"]


def test_the_allow_list_travels_in_the_query_and_ends_by_itself() -> None:
    """As `hunt` reads it, with the date in the query: nobody has to deploy again for it to end."""
    entry = {**ALLOWED, "expires": date(2026, 12, 31)}  # as YAML reads it
    prelude = only_exec({"allow_list": [entry]})["query"].removesuffix(EXEC.query)
    assert prelude == (
        "let KubeAuditCommands = KubeAuditCommands | where not((now() < datetime(2027-01-01) and "
        '(Username matches regex @"(?i)^(flux@shop\\.example)$")));\n'
    )


def test_an_entry_holds_until_its_day_is_over(tmp_path: Path) -> None:
    """The query leaves out what it allows, and finds it the day after."""
    found = {}
    entry = {**ALLOWED, "usernames": ["mallory@*"], "expires": "2026-03-01"}
    query = only_exec({"allow_list": [entry]})["query"]
    with store_of(cases(EXEC, "malicious")["attach"], tmp_path) as connection:
        create_parsers(connection)
        for day in (1, 2):
            now = datetime(2026, 3, day, 23, 59, tzinfo=UTC)
            found[day] = len(list(query_rows(connection, translated(query, connection), now)))
    assert found == {1: 0, 2: 1}


def test_what_has_expired_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It allows nothing, and somebody should know."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))
    deployed({"rules": ["pod-exec"], "allow_list": [{**ALLOWED, "expires": "2020-01-31"}]})
    assert said == ['AuditDetections "soc": allow_list[0] expired on 2020-01-31 and allows nothing']


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [("15m", ("PT15M", "PT1H")), ("1h", ("PT1H", "PT1H")), ("4h", ("PT4H", "PT4H"))],
)
def test_every_rule_can_run_at_another_frequency(frequency: str, expected: tuple[str, str]) -> None:
    """And looks back at least as far, so that nothing falls between two runs."""
    inputs = only_exec({"frequency": frequency})
    assert (inputs["queryFrequency"], inputs["queryPeriod"]) == expected
    inputs = only_exec({"frequency": frequency, "sentinel": "none"})
    assert (inputs["evaluationFrequency"], inputs["windowSize"]) == expected


def test_times_that_azure_does_not_know_are_fitted() -> None:
    """Azure Monitor runs rather more often and looks rather further back; Sentinel's two days."""
    odd = changed(query_frequency=timedelta(hours=8), query_period=timedelta(hours=9))
    inputs = monitor_rule(odd, "q", None)
    assert (inputs["evaluation_frequency"], inputs["window_size"]) == ("PT6H", "P1D")
    long = changed(query_frequency=timedelta(hours=1), query_period=timedelta(days=14))
    inputs = sentinel_rule(long, "q", timedelta(minutes=5))
    assert (inputs["query_frequency"], inputs["query_period"]) == ("PT1H", "P14D")


def test_severities_and_techniques_in_azures_words() -> None:
    """Azure Monitor counts from 1; Sentinel's API takes no sub-techniques."""
    by_severity = [monitor_rule(changed(severity=s), "q", None)["severity"] for s in SEVERITIES]
    assert by_severity == [1, 2, 3, 4]
    several = changed(relevant_techniques=("T1552.007", "T1552.001", "T1609"))
    assert sentinel_rule(several, "q", None)["techniques"] == ["T1552", "T1609"]


def test_a_burst_without_a_cluster_is_about_the_workspace() -> None:
    """Where no column says which cluster."""
    (condition,) = monitor_rule(changed(entity_mappings=()), "q", None)["criteria"]["all_of"]
    assert condition["resource_id_column"] is None
    grouping = sentinel_rule(changed(entity_mappings=()), "q", None)["incident_configuration"]
    assert not grouping["grouping_configuration"]["enabled"]


@pytest.mark.parametrize(
    ("rule", "tables", "service", "said"),
    [
        (EXEC, Tables.ADMIN, Service.SENTINEL, "needs `reads`"),
        (changed(query_period=timedelta(days=3)), Tables.BOTH, Service.MONITOR, "2 at most"),
        (changed(query_period=timedelta(days=15)), Tables.BOTH, Service.SENTINEL, "14 at most"),
        (changed(query="union A, B"), Tables.BOTH, Service.MONITOR, "uses `union`"),
        (changed(query="union * | x"), Tables.BOTH, Service.SENTINEL, "uses `union *`"),
        (
            changed(entity_mappings=EXEC.entity_mappings * 4),
            Tables.BOTH,
            Service.SENTINEL,
            "more than 10 entities",
        ),
    ],
)
def test_what_cannot_run_is_refused_by_name_and_told_by_severity(
    rule: Detection, tables: Tables, service: Service, said: str, other_rules: Any
) -> None:
    """Whoever asks for it gets an error; whoever asks for many gets the others."""
    assert said in why_not(rule, tables, service)
    other_rules(rule, changed(slug="other", id=OTHER_ID, kubewitness=None))
    where = {
        "tables": tables.value,
        "sentinel": "none" if service is Service.MONITOR else "existing",
    }
    assert f"rules[0]: {why_not(rule, tables, service)}" in refusal(
        {**where, "rules": ["pod-exec"]}
    )
    made = deployed(where)
    assert made.outputs["left_out"] == {"pod-exec": why_not(rule, tables, service)}
    assert made.outputs["rule_ids"].keys() == {"other"}


@pytest.mark.parametrize("need", ["impersonation", "guard"])
def test_what_the_tables_lack(need: Any) -> None:
    """Azure's own tables drop whom a user acted as; AzureDiagnostics has `guard` elsewhere."""
    assert EXEC.kubewitness
    rule = changed(kubewitness=EXEC.kubewitness.model_copy(update={"needs": (need,)}))
    lacking = {tables for tables in Tables if why_not(rule, tables, Service.SENTINEL)}
    resource_specific = {Tables.BOTH, Tables.AUDIT, Tables.ADMIN}
    assert lacking == (resource_specific if need == "impersonation" else {Tables.DIAGNOSTICS})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"workspace_id": "central"}, "workspace_id: is not the ID of a Log Analytics workspace"),
        ({"sentinel": "yes"}, "sentinel: is not one of 'existing', 'onboard' or 'none'"),
        ({"tables": "AKS"}, "tables: is not one of"),
        ({"severities": ["high"]}, "severities[0]: is not one of"),
        ({"severities": []}, "severities: has no items"),
        ({"rules": ["pod-exek"]}, "rules[0]: is not an existing or chosen detection; did you"),
        ({"rules": ["pod-exec", "pod-exec"]}, "rules[1]: is given twice"),
        ({"rules": ["pod-exec"], "severities": ["Low"]}, "rules: contradicts `severities`"),
        ({"disabled_rules": ["x"]}, "disabled_rules[0]: is not "),
        ({"frequency": "1m"}, "frequency: is not one of '5m'"),
        ({"action_group_ids": [GROUP]}, "action_group_ids: is for `sentinel: none`"),
        ({"action_group_ids": ["soc"], "sentinel": "none"}, "action_group_ids[0]: is not of the"),
        ({"action_group_ids": [GROUP] * 6, "sentinel": "none"}, "has more than 5 items"),
        ({"allow_list": [{"expires": "2027-01-31"}]}, "allow_list[0].reason: is required"),
        ({"allow_list": [{**ALLOWED, "expires": "soon"}]}, "allow_list[0].expires: is not a date"),
        ({"allow_list": [{**ALLOWED, "user": ["x"]}]}, "is not an argument; did you mean `usern"),
        ({"allow_list": [{**ALLOWED, "usernames": []}]}, "allow_list[0]: is not right: name `us"),
        ({"allow_list": [{**ALLOWED, "usernames": ["*"]}]}, "is not right: allows everything"),
        ({"allow_list": [{**ALLOWED, "rules": ["x"]}]}, "allow_list[0].rules[0]: is not "),
        (
            {"allow_list": [{**ALLOWED, "usernames": [f"u{i}@shop.example" for i in range(900)]}]},
            "allow_list: makes queries too long: that of `",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_the_path_and_the_fix(
    more: dict[str, Any], said: str
) -> None:
    """Before anything is made."""
    text = refusal(more)
    assert said in text
    *errors, place = text.splitlines()[1:]
    assert all("; " in line for line in errors)
    assert place.startswith("  at ")


def test_all_wrong_arguments_are_reported_at_once() -> None:
    """With the values that were given."""
    text = refusal({"workspace_id": "central", "sentinel": "x", "frequency": "2m", "tags": 1})
    assert 'AuditDetections "soc" has 4 invalid arguments' in text
    assert "(given: `central`)" in text


def test_no_detection_at_all_is_an_error(other_rules: Any) -> None:
    """A component that watches nothing would look as if it did."""
    other_rules(changed(severity="Low"))
    assert "or `severities` must choose a detection" in refusal({"severities": ["High"]})


@pytest.mark.parametrize("plan", ["Basic", "Auxiliary"])
def test_a_table_on_another_plan_is_refused(plan: str) -> None:
    """Its queries have no joins and no functions; the engine's test shows that it is asked."""
    assert check_plans("soc", "main.py:3", {"AKSAudit": "Analytics", "AKSAuditAdmin": None})
    with pytest.raises(InvalidArguments, match=f"`AKSAudit` is on the plan {plan}"):
        check_plans("soc", "main.py:3", {"AKSAudit": plan, "AKSAuditAdmin": "Analytics"})


@pytest.mark.usefixtures("one_without_needs")
def test_only_tables_that_are_read_are_asked_for_their_plan() -> None:
    """A Basic AKSAudit does not matter to whoever reads AKSAuditAdmin."""
    for tables, expected in {
        "both": {"AKSAudit", "AKSAuditAdmin"},
        "AKSAuditAdmin": {"AKSAuditAdmin"},
        "AzureDiagnostics": set(),
    }.items():
        made = deployed({"tables": tables, "rules": ["privileged-container"]})
        assert {call.args["tableName"] for call in made.azure.calls} == expected


def test_a_workspace_of_the_same_program_is_known_later() -> None:
    """The preview goes on without its id."""

    def program() -> AuditDetections:
        unknown = pulumi.Output.from_input(WORKSPACE)
        return AuditDetections("soc", arguments({"workspace_id": unknown, "rules": ["pod-exec"]}))

    assert Deployment(program).all("ScheduledAlertRule")[0]["workspaceName"] == "central"


def test_an_entry_of_the_component_is_one_of_the_file() -> None:
    """The same fields, and the same ones required."""
    fields = allow_list.Allowed.model_fields
    assert get_type_hints(Allowed).keys() == fields.keys()
    assert Allowed.__required_keys__ == {n for n, field in fields.items() if field.is_required()}
    assert AllowList(version=1, allow=(allow_list.Allowed.model_validate(ALLOWED),))
