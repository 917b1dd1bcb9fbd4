"""What workspace transformations leave of the audit logs, and what the policies say of it."""

import subprocess
import sys
from typing import Any

import pytest

from kubewitness import AksAuditLogging, SecureAksCluster
from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome, Verdict
from support.argument_strategies import STORAGE
from support.components import VALID
from support.in_process import preview_in_process

NATIVE = "azure-native:"
LATER = Unknown("it is known only after the deployment")
CATEGORIES = ("kube-audit", "kube-audit-admin", "guard")
TABLES = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane")


def resource(name: str, token: str, properties: dict[str, Any], **links: str) -> Resource:
    """A resource whose properties came from others, by name."""
    sources = {key: (f"urn:{source}",) for key, source in links.items()}
    return Resource(f"urn:{name}", token, name, properties, property_dependencies=sources)


CLUSTER = resource("aks", f"{NATIVE}containerservice:ManagedCluster", {"resourceGroupName": "g"})
WORKSPACES = [
    resource(name, f"{NATIVE}operationalinsights:Workspace", {"workspaceName": name})
    for name in ("logs", "other")
]


def setting(**changes: Any) -> Resource:
    """A setting that sends the cluster's audit logs to the workspace."""
    properties = {
        "resourceUri": LATER,
        "workspaceId": LATER,
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [{"category": name, "enabled": True} for name in CATEGORIES],
        **changes,
    }
    token = f"{NATIVE}monitor:DiagnosticSetting"
    return resource("audit", token, properties, resourceUri="aks", workspaceId="logs")


def rule(kql: object, *tables: str, of: str = "logs", classic: bool = False) -> Resource:
    """A rule that puts what arrives in tables of a workspace through KQL."""
    token = f"{NATIVE}monitor:DataCollectionRule"
    if classic:
        token = "azure:monitoring/dataCollectionRule:DataCollectionRule"  # noqa: S105 a type token
    streams = [f"Microsoft-Table-{table}" for table in tables or TABLES]
    properties = {
        "kind": "WorkspaceTransforms",
        "destinations": {"logAnalytics": [{"workspaceResourceId": LATER, "name": "w"}]},
        "dataFlows": [{"streams": streams, "transformKql": kql, "destinations": ["w"]}],
    }
    return resource(f"rule of {of}", token, properties, destinations=of)


def verdicts(*resources: Resource, audit: Resource | None = None) -> dict[str, Verdict]:
    """The verdicts of the two policies on the cluster."""
    graph = build_graph([CLUSTER, *WORKSPACES, audit or setting(), *resources])
    policies = [find_policy(name) for name in ("aks-audit-logs", "aks-audit-destination")]
    found = evaluate(policies, graph, Settings({}, all_policies()))
    return {verdict.policy_id: verdict for verdict in found}


def told(*resources: Resource, audit: Resource | None = None) -> tuple[Outcome, Outcome, set[str]]:
    """Whether the logs are collected, whether the workspace keeps them, and all codes."""
    logs, keeps = verdicts(*resources, audit=audit).values()
    reasons = (*logs.judgement.reasons, *keeps.judgement.reasons)
    return logs.outcome, keeps.outcome, {reason.code for reason in reasons}


PASS, FAIL, UNDECIDED = Outcome.PASS, Outcome.FAIL, Outcome.UNDECIDED


@pytest.mark.parametrize("classic", [False, True])
@pytest.mark.parametrize(
    "kql",
    ["source | where false", "source | where 1 == 2", "source|where 1>2 // all"],
)
def test_a_category_of_which_every_row_is_dropped_is_not_collected(kql: str, classic: bool) -> None:
    """Whichever provider writes the rule."""
    for table, category in zip(TABLES, CATEGORIES, strict=True):
        outcome, _, codes = told(rule(kql, table.upper(), classic=classic))
        assert outcome is FAIL
        assert f"missing:{category}" in codes
    found = verdicts(rule(kql))["aks-audit-logs"].judgement.reasons
    assert "transformation of the Log Analytics workspace `logs` drops all" in found[0].message


def test_no_transformation_and_one_that_keeps_everything_pass() -> None:
    """Also one that adds a column, and one of a table of somebody else."""
    for rules in ([], [rule("source")], [rule("source | extend Team = 'x'")]):
        assert told(*rules) == (PASS, PASS, set())
    assert told(rule("source | where false", "Syslog")) == (PASS, PASS, set())


def test_a_transformation_of_another_workspace_is_not_of_this_one() -> None:
    """Though neither's id is known before the deployment."""
    assert told(rule("source | where false", of="other")) == (PASS, PASS, set())


def test_a_copy_elsewhere_makes_up_for_a_workspace_that_drops_it() -> None:
    """A storage account gets what is sent, not what a workspace makes of it."""
    both = setting(storageAccountId=f"{STORAGE}/archive")
    logs, _, codes = told(rule("source | where false"), audit=both)
    assert logs is PASS
    assert not any(code.startswith("dropped") for code in codes)


@pytest.mark.parametrize(
    ("kql", "code"),
    [
        ('source | where Verb != "create"', "dropped-events:kube-audit-admin"),
        ('source | where Verb !in ("delete", "deletecollection")', "dropped-events:kube-audit"),
        ("source | where Level != 'Metadata'", "dropped-events:kube-audit"),
        ('source | where Verb in ("create", "update")', "dropped-events:kube-audit"),
    ],
)
def test_a_verb_or_a_level_that_is_gone_is_a_violation(kql: str, code: str) -> None:
    """Everything of that kind is lost, whatever it is."""
    logs, keeps, codes = told(rule(kql, "AKSAudit", "AKSAuditAdmin"))
    assert (logs, keeps) == (PASS, FAIL)
    assert code in codes


@pytest.mark.parametrize(
    "kql",
    [
        'source | where tostring(User.username) != "mallory"',
        "source | where tostring(User.username) !startswith 'mal'",
        'source | where tostring(ObjectRef.namespace) != "dark"',
        'source | where UserAgent !contains "implant"',
        'source | where not(tostring(SourceIps) has "203.0.113.66")',
        'source | where RequestUri !contains "hide=me"',
        'source | where not(tostring(User.username) matches regex @"^(?i)m[ae]l+.ry\\d$")',
        'source | where not(UserAgent matches regex "^(nmap|sqlmap).*")',
        'source | where tostring(ObjectRef.subresource) != "exec"',
        'source | where tostring(ObjectRef.resource) !in ("pods", "clusterrolebindings")',
    ],
)
def test_sensitive_events_that_are_dropped_are_reported(kql: str) -> None:
    """All of one user, namespace, client or address, or of one kind of resource."""
    logs, keeps, codes = told(rule(kql, "AKSAudit", "AKSAuditAdmin"))
    assert (logs, keeps) == (PASS, UNDECIDED)
    assert "dropped-event:kube-audit" in codes


@pytest.mark.parametrize(
    ("kql", "column"),
    [
        ("source | project-away RequestObject", "RequestObject"),
        ("source | extend User = dynamic(null)", "User"),
        ('source | extend Verb = "get"', "Verb"),
    ],
)
def test_columns_that_are_emptied_are_reported(kql: str, column: str) -> None:
    """A row without its user is kept, and worth little."""
    found = verdicts(rule(kql, "AKSAudit", "AKSAuditAdmin"))["aks-audit-destination"]
    assert found.outcome is UNDECIDED
    assert f"`{column}`" in found.judgement.reasons[0].message


@pytest.mark.parametrize(
    "kql",
    [
        "source | where Verb = 'get'",
        "source | filter Verb= 'get'",
        "source | extend u = 'http://x' | where Verb = 'get'",
        "source | project-away AuditId",
        "source | extend AuditId = 'x'",
        "source | extend a = dynamic([" + ", ".join(f"'zz{n}'" for n in range(70)) + "])"
        " | where tostring(User.username) != 'mallory' | project-away a",
        "source | where rand() < 0.1",
        "source | where TimeGenerated > datetime(2030-01-01)",
        "source | extend When = TimeGenerated | where When > datetime(2030-01-01)",
        "source | where _ResourceId has 'production'",
        "source | where Nope == 1",
        "source | take 5",
        "AKSAudit | where true",
        "source | project TimeGenerated",
        "source | parse UserAgent with *",
        "source | where",
        "print 1",
        LATER,
    ],
    ids=str,
)
def test_what_cannot_be_run_is_undecided_and_printed(kql: object) -> None:
    """Nobody is stopped for it, and it is never a pass."""
    found = verdicts(rule(kql))["aks-audit-destination"]
    assert found.outcome is UNDECIDED
    assert {one.code.partition(":")[0] for one in found.judgement.reasons} == {
        "unknown-transformation"
    }
    assert not found.blocks


def test_several_transformations_of_one_workspace_are_undecided() -> None:
    """Azure takes the last one."""
    second = resource("second", rule("source").type, dict(rule("source | where true").properties))
    logs, keeps, _ = told(rule("source"), second)
    assert (logs, keeps) == (PASS, UNDECIDED)


@pytest.mark.parametrize(
    ("kql", "logs", "keeps"),
    [
        ('source | where Category == "guard"', PASS, PASS),
        ('source | where Category != "guard"', FAIL, FAIL),
        ('source | where Level == "Error"', PASS, FAIL),
        ('source | where Message !has "denied"', PASS, FAIL),
    ],
)
def test_rows_of_guard_are_tried_as_well(kql: str, logs: Outcome, keeps: Outcome) -> None:
    """They share a table with other categories, which may be dropped."""
    assert told(rule(kql, "AKSControlPlane"))[:2] == (logs, keeps)


def test_a_transformation_of_the_legacy_table_is_undecided() -> None:
    """Its rows hold the event as text."""
    legacy = setting(logAnalyticsDestinationType=None)
    logs, keeps, _ = told(rule("source", "AzureDiagnostics"), audit=legacy)
    assert (logs, keeps) == (PASS, UNDECIDED)
    assert told(rule("source | where false", "AKSAudit"), audit=legacy)[:2] == (PASS, PASS)


def test_reads_that_are_dropped_are_lost_and_changes_are_in_the_other_table() -> None:
    """`kube-audit-admin` holds no reads."""
    only_reads = 'source | where Verb in ("get", "list", "watch")'
    assert told(rule(only_reads, "AKSAudit")) == (PASS, PASS, set())
    only_changes = 'source | where Verb !in ("get", "list", "watch")'
    _, keeps, codes = told(rule(only_changes, "AKSAudit"))
    assert keeps is FAIL
    assert "dropped-events:kube-audit" in codes
    assert told(rule(only_reads))[1] is FAIL


@pytest.mark.parametrize("component", [SecureAksCluster, AksAuditLogging])
def test_the_filtered_profile_passes(component: type[Any]) -> None:
    """It drops reads of the system that nobody needs."""
    arguments = {**VALID, "audit_profile": "filtered"}
    if component is AksAuditLogging:
        cluster = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService"
        arguments = {
            "cluster_id": f"{cluster}/managedClusters/c",
            "resource_group_name": "group",
            "audit_profile": "filtered",
        }
    graph = build_graph(preview_in_process(lambda: component("prod", arguments)), calls=())
    assert graph.transformations
    found = evaluate(all_policies(), graph, Settings({}, all_policies()))
    left = {one.outcome for one in found} - {PASS, Outcome.NOT_APPLICABLE}
    assert not left


def test_importing_the_pack_does_not_load_duckdb() -> None:
    """It takes a third of a second, and most stacks have no transformation."""
    code = (
        "import sys; from kubewitness.policies.registry import all_policies; all_policies(); "
        "import kubewitness.policies.crossguard.pack; print('duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
