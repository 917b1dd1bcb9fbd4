"""A generic resource is another writer of a cluster and of its diagnostic settings."""

from dataclasses import replace
from typing import Any

import pytest

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
OFF = {"logs": [], "workspaceId": LATER}
ON = {"logs": LOGS, "workspaceId": LATER, "logAnalyticsDestinationType": "Dedicated"}
CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters"
SETTING_TYPE = "Microsoft.Insights/diagnosticSettings"


def made(name: str, token: str, given: dict[str, Any], **links: str) -> Resource:
    """A resource of this stack; each link is a property and what it came from."""
    came = {key: (f"urn:{source}",) for key, source in links.items()}
    return Resource(f"urn:{name}", token, name, given, LATER, came)


AKS = made(
    "aks",
    f"{NATIVE}containerservice:ManagedCluster",
    {
        "resourceName": "shop",
        "resourceGroupName": "shops",
        "location": "westeurope",
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
    },
)
WORKSPACE = made(
    "workspace",
    f"{NATIVE}operationalinsights:Workspace",
    {"workspaceName": "central", "resourceGroupName": "logs", "retentionInDays": 365},
)
SETTING = made(
    "audit",
    f"{NATIVE}monitor:DiagnosticSetting",
    {"name": "audit", "resourceUri": LATER, **ON},
    resourceUri="aks",
    workspaceId="workspace",
)


def generic(**properties: Any) -> Resource:
    """`azure-native:resources:Resource`."""
    return made("other", f"{NATIVE}resources:Resource", properties)


def azapi(kind: str, name_of_type: str = "Resource", **properties: Any) -> Resource:
    """A resource of azapi whose parent, or which itself, is the cluster."""
    links = {name: "aks" for name in ("parentId", "resourceId") if name in properties}
    return made(
        "other", f"azapi:resources:{name_of_type}", {"type": f"{kind}@x", **properties}, **links
    )


def template(*resources: dict[str, Any]) -> Resource:
    """A deployment of a template."""
    given = {"properties": {"template": {"resources": list(resources)}}}
    return made("other", f"{NATIVE}resources:Deployment", given)


def outcome(policy: str, *resources: Resource) -> Outcome:
    """The outcome of one policy on the cluster."""
    found = evaluate(all_policies(), build_graph(resources), Settings({}, all_policies()))
    (verdict,) = (v for v in found if (v.policy_id, v.resource.name) == (policy, "aks"))
    return verdict.outcome


ON_CLUSTER = "managedClusters/shop/providers/Microsoft.Insights"
OVERWRITTEN = [
    generic(
        resourceProviderNamespace="Microsoft.ContainerService",
        parentResourcePath=ON_CLUSTER,
        resourceType="diagnosticSettings",
        resourceName="audit",
        properties=OFF,
    ),
    azapi(SETTING_TYPE, name="audit", parentId=LATER, body={"properties": OFF}),
    azapi(SETTING_TYPE, name="audit", parentId=LATER, body=LATER),
    azapi(SETTING_TYPE, "UpdateResource", resourceId=LATER, body={"properties": OFF}),
    template(
        {
            "Type": f"{CLUSTER_TYPE}/providers/diagnosticSettings",
            "Name": "shop/Microsoft.Insights/audit",
            "Properties": OFF,
        }
    ),
    template(
        {
            "type": SETTING_TYPE,
            "name": "audit",
            "scope": f"{CLUSTER_TYPE}/shop",
            "properties": OFF,
        }
    ),
    template({"type": SETTING_TYPE, "name": "[parameters('n')]", "scope": "[parameters('s')]"}),
    made(
        "other",
        "net:tf:azurerm_monitor_diagnostic_setting",
        {"name": "audit", "target_resource_id": LATER},
        target_resource_id="aks",
    ),
]


def test_the_stack_in_order_passes() -> None:
    """So that what follows is about what it changes."""
    for policy in ("aks-audit-logs", "aks-local-accounts", "aks-entra-rbac"):
        assert outcome(policy, AKS, WORKSPACE, SETTING) is Outcome.PASS


@pytest.mark.parametrize("writer", OVERWRITTEN, ids=lambda one: str(one.properties))
def test_a_setting_that_a_generic_resource_may_overwrite_is_no_pass(writer: Resource) -> None:
    """By the same name, or by one that nobody can know."""
    found = outcome("aks-audit-logs", AKS, WORKSPACE, SETTING, writer)
    assert found in (Outcome.UNDECIDED, Outcome.FAIL)


@pytest.mark.parametrize(
    "writer",
    [
        azapi(SETTING_TYPE, name="metrics", parentId=LATER, body={"properties": OFF}),
        template({"type": SETTING_TYPE, "name": "audit", "scope": "Microsoft.KeyVault/vaults/v"}),
        azapi(f"{CLUSTER_TYPE}/maintenanceConfigurations", name="default", parentId=LATER, body={}),
    ],
    ids=lambda one: str(one.properties),
)
def test_a_generic_resource_beside_the_setting_changes_nothing(writer: Resource) -> None:
    """With another name, of another resource, or of another type."""
    assert outcome("aks-audit-logs", AKS, WORKSPACE, SETTING, writer) is Outcome.PASS


def test_a_setting_of_a_generic_resource_is_judged() -> None:
    """What collects all categories passes, what collects none fails."""
    for properties, expected in ((ON, Outcome.PASS), (OFF, Outcome.FAIL)):
        given = {"properties": {**properties, "workspaceId": _ID}}
        writer = azapi(SETTING_TYPE, name="audit", parentId=LATER, body=given)
        assert outcome("aks-audit-logs", AKS, WORKSPACE, writer) is expected


_ID = (
    "/subscriptions/s/resourceGroups/logs/providers/Microsoft.OperationalInsights"
    "/workspaces/central"
)


@pytest.mark.parametrize(
    "writer",
    [
        generic(
            resourceProviderNamespace="Microsoft.ContainerService",
            resourceType="managedClusters",
            resourceName="shop",
        ),
        generic(
            resourceProviderNamespace="microsoft.containerservice",
            parentResourcePath="",
            resourceType="MANAGEDCLUSTERS",
            resourceName="SHOP",
        ),
        azapi(CLUSTER_TYPE, "UpdateResource", resourceId=LATER, body={"properties": {}}),
        template({"type": CLUSTER_TYPE, "name": "shop", "properties": {}}),
    ],
    ids=lambda one: str(one.properties),
)
@pytest.mark.parametrize("policy", ["aks-local-accounts", "aks-audit-logs", "aks-entra-rbac"])
def test_a_cluster_that_a_generic_resource_writes_too_is_undecided(
    writer: Resource, policy: str
) -> None:
    """The last one written counts."""
    assert outcome(policy, AKS, WORKSPACE, SETTING, writer) is Outcome.UNDECIDED


def test_a_bad_cluster_stays_one_that_fails() -> None:
    """Another writer is no excuse."""
    bad = replace(AKS, properties={**AKS.properties, "disableLocalAccounts": False})
    writer = template({"type": CLUSTER_TYPE, "name": "shop", "properties": {}})
    assert outcome("aks-local-accounts", bad, WORKSPACE, SETTING, writer) is Outcome.FAIL
