"""Ways in which something bad could be said, or hidden, that a rule might miss."""

import json
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome

NATIVE = "azure-native:"
LATER = Unknown("later")
LOGS = [{"category": c, "enabled": True} for c in ("kube-audit", "kube-audit-admin", "guard")]
TABLE = "Microsoft.OperationalInsights/workspaces/tables"
CLUSTER = {"type": "Microsoft.ContainerService/managedClusters", "name": "aks"}
SITE = {"type": "Microsoft.Web/sites", "name": "site"}


def made(name: str, kind: str, given: dict[str, Any], **links: Any) -> Resource:
    """A resource of this stack; each link is a property and what it came from."""
    came = {
        key: tuple(f"urn:{one}" for one in ([urns] if isinstance(urns, str) else urns))
        for key, urns in links.items()
    }
    token = kind if kind.startswith(("azapi:", "azure:", "pulumi:")) else NATIVE + kind
    return Resource(f"urn:{name}", token, name, given, LATER, came)


AKS = made(
    "aks",
    "containerservice:ManagedCluster",
    {
        "resourceName": "shop",
        "resourceGroupName": "shops",
        "location": "westeurope",
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "apiServerAccessProfile": {"enablePrivateCluster": True, "disableRunCommand": True},
    },
)
WORKSPACE = made(
    "workspace",
    "operationalinsights:Workspace",
    {"workspaceName": "central", "resourceGroupName": "logs", "retentionInDays": 365},
)
SETTING = made(
    "audit",
    "monitor:DiagnosticSetting",
    {
        "resourceUri": LATER,
        "workspaceId": LATER,
        "logAnalyticsDestinationType": "Dedicated",
        "logs": LOGS,
    },
    resourceUri="aks",
    workspaceId="workspace",
)
ACCOUNT = made(
    "account",
    "storage:StorageAccount",
    {"accountName": "central", "resourceGroupName": "logs", "location": "westeurope"},
)
IN_ORDER = (AKS, WORKSPACE, SETTING)
SHORT = {"plan": "Basic", "totalRetentionInDays": 4}


def given(resource: Resource, **changes: Any) -> Resource:
    """A resource with other properties."""
    return replace(resource, properties={**resource.properties, **changes})


def outcomes(*resources: Resource, **settings: Any) -> dict[str, Outcome]:
    """The outcome of each rule on the cluster."""
    document = {rule.replace("_", "-"): setting for rule, setting in settings.items()}
    graph = build_graph(resources, calls=())
    verdicts = evaluate(all_policies(), graph, Settings(document, all_policies()))
    return {v.policy_id: v.outcome for v in verdicts if v.resource.name == "aks"}


def test_the_stack_in_order_passes() -> None:
    """So that what follows is about what it changes."""
    assert set(outcomes(*IN_ORDER).values()) == {Outcome.PASS}


def deployment(template: Any, **more: Any) -> Resource:
    """A deployment of a template, made of the workspace's name."""
    properties = {"properties": {"mode": "Incremental", "template": template, **more}}
    return made("template", "resources:Deployment", properties, properties="workspace")


@pytest.mark.parametrize(
    ("kind", "properties", "hidden"),
    [
        ("resources:Deployment", {"properties": {"templateLink": {"uri": "https://x"}}}, True),
        ("resources:Deployment", {"properties": {"template": {"resources": LATER}}}, True),
        ("resources:Deployment", {"properties": {"template": {"resources": [LATER]}}}, True),
        (
            "resources:Deployment",
            {"properties": {"template": {"resources": [{"type": LATER}]}}},
            True,
        ),
        (
            "resources:Deployment",
            {
                "properties": {
                    "template": {
                        "resources": {
                            "inner": {
                                "type": "Microsoft.Resources/deployments",
                                "properties": {"templateLink": {"uri": "https://x"}},
                            }
                        }
                    }
                }
            },
            True,
        ),
        ("resources:Deployment", {"properties": {"template": {"resources": [SITE]}}}, False),
        ("resources:Deployment", {"properties": {"template": {"resources": {"a": SITE}}}}, False),
        ("resources:DeploymentStackAtSubscription", {"template": LATER}, True),
        ("resources:DeploymentStackAtSubscription", {"templateLink": {"id": "x"}}, True),
        ("resources:Resource", {"resourceProviderNamespace": "x", "resourceType": LATER}, True),
        (
            "resources:Resource",
            {"resourceProviderNamespace": "Microsoft.Web", "resourceType": "sites"},
            False,
        ),
        ("azapi:resources:Resource", {"type": LATER, "body": {}}, True),
        ("azapi:resources:Resource", {"type": "Microsoft.Web/sites@x", "body": LATER}, False),
        ("azure:core/templateDeployment:TemplateDeployment", {"templateBody": LATER}, True),
        (
            "azure:core/subscriptionTemplateDeployment:SubscriptionTemplateDeployment",
            {"templateSpecVersionId": "x"},
            True,
        ),
        (
            "azure:core/templateDeployment:TemplateDeployment",
            {"templateBody": json.dumps({"resources": [CLUSTER]}).replace("/", "\\/")},
            True,
        ),
        (
            "azure:core/templateDeployment:TemplateDeployment",
            {"templateBody": json.dumps({"resources": [SITE]})},
            False,
        ),
    ],
)
def test_a_template_that_may_make_a_cluster_is_never_silent(
    kind: str, properties: dict[str, Any], hidden: bool
) -> None:
    """Whatever hides it; and one that certainly makes none is."""
    graph = build_graph([made("template", kind, properties)])
    assert bool(graph.opaque) is hidden


NESTED = {
    "type": "Microsoft.Resources/deployments",
    "name": "inner",
    "properties": {"template": {"resources": [{"type": TABLE, "name": "central/AKSAudit"}]}},
}
CHILD = {
    "type": "Microsoft.OperationalInsights/workspaces",
    "name": "central",
    "resources": [{"type": "tables", "name": "AKSAudit", "properties": SHORT}],
}


def full(name: str = "central/AKSAudit") -> dict[str, Any]:
    """The table as a template declares it."""
    return {"type": TABLE, "name": name, "properties": SHORT}


@pytest.mark.parametrize(
    "attachment",
    [
        deployment({"resources": [full()]}),
        deployment({"resources": {"symbolic": full()}}),
        deployment(json.dumps({"resources": [full()]})),
        deployment({"resources": [CHILD]}),
        deployment(
            {"resources": [{**NESTED, "properties": {"template": {"resources": [full()]}}}]}
        ),
        deployment({"resources": LATER}),
        deployment(LATER),
        deployment({"resources": [full("central/AKSAudit").copy() | {"name": LATER}]}),
        made(
            "table",
            "operationalinsights:Table",
            {"tableName": "aksaudit", "workspaceName": "central", **SHORT},
        ),
        made(
            "table", "operationalinsights:Table", {"tableName": LATER, "workspaceName": "central"}
        ),
        made(
            "table",
            "operationalinsights:Table",
            {"tableName": "AKSAudit", "workspaceName": LATER, **SHORT},
        ),
        made(
            "table",
            "resources:Resource",
            {
                "resourceProviderNamespace": "Microsoft.OperationalInsights",
                "parentResourcePath": "workspaces/central",
                "resourceType": "tables",
                "resourceName": "AKSAudit",
                "properties": SHORT,
            },
        ),
        made(
            "table",
            "azapi:resources:Resource",
            {
                "type": f"{TABLE}@2022-10-01",
                "name": "AKSAudit",
                "parentId": "/subscriptions/s/x/workspaces/central",
                "body": {"properties": SHORT},
            },
        ),
    ],
    ids=str,
)
def test_a_table_that_is_kept_too_short_is_seen_however_it_is_said(attachment: Resource) -> None:
    """Or at least nobody says that it is kept long enough."""
    assert outcomes(*IN_ORDER, attachment)["aks-audit-retention"] is not Outcome.PASS


def test_a_store_of_another_kind_with_the_same_name_takes_nothing_from_the_workspace() -> None:
    """A table is a workspace's, a lifecycle policy an account's."""
    table = made(
        "table",
        "operationalinsights:Table",
        {"tableName": "AKSAudit", "workspaceName": "central", **SHORT},
    )
    assert outcomes(*IN_ORDER, ACCOUNT, table)["aks-audit-retention"] is Outcome.FAIL


def test_of_two_workspaces_with_one_name_the_group_tells_whose_a_table_is() -> None:
    """And where it cannot, the table of either is unknown."""
    other = replace(given(WORKSPACE, resourceGroupName="elsewhere"), urn="urn:other", name="other")
    named = {"tableName": "AKSAudit", "workspaceName": "central", **SHORT}
    table = made("table", "operationalinsights:Table", named)
    found = {
        group: outcomes(*IN_ORDER, other, given(table, resourceGroupName=group))
        for group in ("elsewhere", "logs")
    }
    assert found["elsewhere"]["aks-audit-retention"] is Outcome.PASS
    assert found["logs"]["aks-audit-retention"] is Outcome.FAIL
    unsure = outcomes(*IN_ORDER, other, table)
    assert unsure["aks-audit-retention"] is Outcome.UNDECIDED


def archived(*more: Resource) -> Outcome:
    """What the retention rule says of a trail that goes to the account as well."""
    setting = replace(
        given(SETTING, storageAccountId=LATER),
        property_dependencies={
            **SETTING.property_dependencies,
            "storageAccountId": ("urn:account",),
        },
    )
    short = given(WORKSPACE, retentionInDays=90)
    return outcomes(AKS, short, setting, ACCOUNT, *more)["aks-audit-retention"]


@pytest.mark.parametrize(
    ("filters", "outcome"),
    [
        ({}, Outcome.FAIL),
        ({"prefixMatch": ["insights-logs-kube-audit/"]}, Outcome.FAIL),
        ({"prefixMatch": ["in"]}, Outcome.FAIL),
        ({"prefixMatch": [LATER]}, Outcome.FAIL),
        ({"prefixMatch": ["uploads/"]}, Outcome.PASS),
        ({"blobTypes": ["blockBlob"]}, Outcome.PASS),
        ({"blobTypes": ["appendBlob"]}, Outcome.FAIL),
    ],
)
def test_a_lifecycle_rule_counts_where_it_may_delete_logs(
    filters: dict[str, Any], outcome: Outcome
) -> None:
    """By the containers and the kind of blob that diagnostic settings use."""
    days = {"daysAfterModificationGreaterThan": 30}
    definition = {"actions": {"baseBlob": {"delete": days}}, "filters": filters}
    policy = {"rules": [{"enabled": True, "definition": definition}]}
    rule = made("rule", "storage:ManagementPolicy", {"accountName": "central", "policy": policy})
    assert archived(rule) is outcome


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        ({"actions": {"baseBlob": {"deleteAfterDaysSinceModificationGreaterThan": 30}}}, "fail"),
        ({"actions": {"baseBlob": {"deleteAfterDaysSinceModificationGreaterThan": -1}}}, "pass"),
        (
            {
                "actions": {"baseBlob": {"deleteAfterDaysSinceModificationGreaterThan": 30}},
                "filters": {"blobTypes": ["BlockBlob"]},
            },
            "pass",
        ),
        (
            {
                "actions": {"baseBlob": {"deleteAfterDaysSinceModificationGreaterThan": 30}},
                "filters": {"blobTypes": ["BlockBlob", "AppendBlob"], "prefixMatch": ["insights"]},
            },
            "fail",
        ),
    ],
)
def test_a_classic_lifecycle_rule_is_read_alike(rule: dict[str, Any], outcome: str) -> None:
    """With filters of its own, and -1 for never."""
    given_rules = {"storageAccountId": LATER, "rules": [{"enabled": True, **rule}]}
    kind = "azure:storage/managementPolicy:ManagementPolicy"
    policy = made("rule", kind, given_rules, storageAccountId="account")
    assert archived(policy).value == outcome


def test_a_lifecycle_rule_of_nobody_in_particular_is_a_doubt() -> None:
    """Of two accounts it could be either's."""
    definition = {"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 30}}}}
    policy = {"rules": [{"enabled": True, "definition": definition}]}
    hidden = made("rule", "storage:ManagementPolicy", {"accountName": LATER, "policy": policy})
    other = replace(given(ACCOUNT, accountName="other"), urn="urn:other", name="other")
    assert archived(other, hidden) is Outcome.UNDECIDED


def test_a_deletion_that_cannot_be_read_is_no_absence() -> None:
    """A list where an object should be."""
    definition = {"actions": {"baseBlob": {"delete": [{"daysAfter": 30}]}}}
    policy = {"rules": [{"enabled": True, "definition": definition}]}
    rule = made("rule", "storage:ManagementPolicy", {"accountName": "central", "policy": policy})
    assert archived(rule) is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"enableRBAC": False}, Outcome.FAIL),
        ({"enableRBAC": LATER}, Outcome.UNDECIDED),
        ({"enableRBAC": "yes"}, Outcome.UNDECIDED),
        ({"enableRBAC": True}, Outcome.PASS),
    ],
)
def test_azure_rbac_rests_on_kubernetes_rbac(changes: dict[str, Any], outcome: Outcome) -> None:
    """Which nobody need switch on, and nobody may switch off."""
    found = outcomes(given(AKS, **changes), WORKSPACE, SETTING)
    assert found["aks-entra-rbac"] is outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.PASS),
        ({"roleBasedAccessControlEnabled": True}, Outcome.PASS),
        ({"roleBasedAccessControlEnabled": False}, Outcome.FAIL),
        ({"roleBasedAccessControl": {"enabled": False}}, Outcome.FAIL),
        ({"roleBasedAccessControlEnabled": LATER}, Outcome.UNDECIDED),
    ],
)
def test_kubernetes_rbac_has_two_names_in_the_classic_provider(
    changes: dict[str, Any], outcome: Outcome
) -> None:
    """One until version 4, another since."""
    kind = "azure:containerservice/kubernetesCluster:KubernetesCluster"
    entra = {"azureRbacEnabled": True}
    block = {"azureActiveDirectoryRoleBasedAccessControl": entra, "localAccountDisabled": True}
    aks = made("aks", kind, {"name": "shop", **block, **changes})
    assert outcomes(aks)["aks-entra-rbac"] is outcome


@pytest.mark.parametrize("value", [False, LATER])
def test_kubernetes_rbac_is_named_where_it_is_what_is_wrong(value: Any) -> None:
    """And nothing else is."""
    graph = build_graph([given(AKS, enableRBAC=value)])
    rules = [rule for rule in all_policies() if rule.id == "aks-entra-rbac"]
    (verdict,) = evaluate(rules, graph, Settings({}, tuple(rules)))
    (finding,) = verdict.judgement.reasons
    assert finding.message.startswith(
        ("Kubernetes RBAC is off (set explicitly)", "whether Kubernetes RBAC")
    )


def test_an_id_that_may_come_from_another_stack_proves_no_destination() -> None:
    """It may be another workspace, or none at all."""
    stack = made("stack", "pulumi:pulumi:StackReference", {})
    links = {**SETTING.property_dependencies, "workspaceId": ("urn:workspace", "urn:stack")}
    mixed = replace(SETTING, property_dependencies=links)
    found = outcomes(AKS, WORKSPACE, mixed, stack)
    assert found["aks-audit-logs"] is Outcome.UNDECIDED


def test_a_group_that_is_called_like_a_workspace_is_none() -> None:
    """Only the name behind the type counts."""
    identifier = (
        "/subscriptions/s/resourceGroups/central/providers/Microsoft.OperationalInsights"
        "/workspaces/other"
    )
    found = outcomes(AKS, WORKSPACE, given(SETTING, workspaceId=identifier))
    assert found["aks-audit-retention"] is Outcome.UNDECIDED


def test_a_category_that_is_both_on_and_off_is_neither() -> None:
    """Azure decides which, if it takes it at all."""
    off = {"category": "guard", "enabled": False}
    found = outcomes(AKS, WORKSPACE, given(SETTING, logs=[*LOGS, off]))
    assert found["aks-audit-logs"] is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("own", "classic"), [("workspaceId", "logAnalyticsWorkspaceId"), ("logs", "enabledLogs")]
)
def test_a_classic_name_says_nothing_to_azure_native(own: str, classic: str) -> None:
    """It does not know it, so nothing is sent."""
    properties = {**SETTING.properties, classic: SETTING.properties[own]}
    named = {key: value for key, value in properties.items() if key != own}
    found = outcomes(AKS, WORKSPACE, replace(SETTING, properties=named))
    assert found["aks-audit-logs"] is Outcome.FAIL


def test_a_table_of_another_stacks_workspace_is_not_ours() -> None:
    """Its name comes from there, however unknown."""
    stack = made("stack", "pulumi:pulumi:StackReference", {})
    named = {"tableName": "AKSAudit", "workspaceName": LATER, **SHORT}
    table = made("table", "operationalinsights:Table", named, workspaceName="stack")
    assert outcomes(*IN_ORDER, stack, table)["aks-audit-retention"] is Outcome.PASS


def test_nothing_collected_is_no_pass_of_retention() -> None:
    """There is nothing to keep; another rule says what is wrong."""
    found = outcomes(AKS, WORKSPACE)
    assert found["aks-audit-retention"] is Outcome.NOT_APPLICABLE
    assert found["aks-audit-logs"] is Outcome.FAIL


def test_an_eks_cluster_beside_it_hides_no_setting() -> None:
    """A faulty setting with a hidden target is told of, whatever else the stack holds."""
    eks = replace(made("eks", "x:Y", {}), type="aws:eks/cluster:Cluster")
    faulty = replace(given(SETTING, logs=[*LOGS, *LOGS]), property_dependencies={})
    graphs = [build_graph([WORKSPACE, faulty, *more]) for more in ([], [eks])]
    rules = [rule for rule in all_policies() if rule.id == "aks-audit-settings-valid"]
    alone, beside = (
        [(v.resource.name, v.outcome) for v in evaluate(rules, graph, Settings({}, tuple(rules)))]
        for graph in graphs
    )
    assert alone == beside != []


CERTIFICATE = "users:\n- name: root\n  user:\n    client-certificate-data: AAA\n"
SERVER = "clusters: [{cluster: {server: https://shop.hcp.azmk8s.io}}]"


def test_findings_on_credentials_say_what_is_so_and_what_decides(
    snapshot: SnapshotAssertion,
) -> None:
    """For each way in which an administrator's certificate may be used."""
    kind = "azure:containerservice/kubernetesCluster:KubernetesCluster"
    classic = made("aks", kind, {"name": "shop"})
    kubeconfigs = {
        "text": CERTIFICATE,
        "of aks": CERTIFICATE + SERVER,
        "path": "~/.kube/config",
        "hidden": LATER,
    }
    providers = [
        made(name, "pulumi:providers:kubernetes", {"kubeconfig": text}, kubeconfig="aks")
        for name, text in kubeconfigs.items()
    ]
    calls = (
        "azure:containerservice/getKubernetesCluster:getKubernetesCluster",
        "azure-native:containerservice:listManagedClusterAdminCredentials",
    )
    rules = [rule for rule in all_policies() if rule.id == "aks-admin-credentials"]
    graph = build_graph([classic, *providers], calls)
    verdicts = evaluate(rules, graph, Settings({}, tuple(rules)))
    assert [
        f"{v.resource.name}: {v.outcome.value}: {f.code}: {f.message} | {f.decide}"
        for v in verdicts
        for f in v.judgement.reasons
    ] == snapshot


def test_a_kubeconfig_from_nowhere_in_particular_is_no_classic_clusters() -> None:
    """It is unknown, and of nobody that the stack knows."""
    kind = "azure:containerservice/kubernetesCluster:KubernetesCluster"
    provider = made("elsewhere", "pulumi:providers:kubernetes", {"kubeconfig": LATER})
    rules = [rule for rule in all_policies() if rule.id == "aks-admin-credentials"]
    graph = build_graph([made("aks", kind, {"name": "shop"}), provider], ())
    verdicts = evaluate(rules, graph, Settings({}, tuple(rules)))
    assert [verdict.resource.name for verdict in verdicts] == ["aks"]
