"""Facts as data: that they are all there, by what depends on them or by Azure's own lists."""

from typing import Any

import pytest
from pulumi.runtime import rpc

from kubewitness.catalog.aks_roles import AKS_ROLES
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.catalog.property_values import RESOURCE, SECRET, SIGNATURE
from kubewitness.catalog.type_tokens import JUDGED_KINDS
from kubewitness.graph.build import build_graph
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

NATIVE = "azure-native:"
LATER = Unknown("later")


def test_every_category_that_azure_lists_is_known() -> None:
    """Azure Monitor reference, "Supported log categories" of managed clusters, of 2026."""
    others = (
        "kube-apiserver kube-controller-manager kube-scheduler cluster-autoscaler "
        "cloud-controller-manager csi-azuredisk-controller csi-azurefile-controller "
        "csi-snapshot-controller fleet-member-agent fleet-member-net-controller-manager "
        "fleet-mcs-controller-manager karpenter-events"
    )
    assert set(AKS_LOG_CATEGORIES) == {*AUDIT_CATEGORIES, *others.split()}


def test_the_roles_of_aks_have_azures_ids() -> None:
    """Azure docs, "Azure built-in roles for Containers"."""
    assert {
        name.removeprefix("Azure Kubernetes Service "): role for name, role in AKS_ROLES.items()
    } == {
        "Cluster Monitoring User": "1afdec4b-e479-420e-99e7-f82237c7c5e6",
        "Cluster User Role": "4abbcc35-e782-43d8-92c5-2d3f1bd2253f",
        "RBAC Admin": "3498e952-d568-435e-9b2c-8d77e338d7f7",
        "RBAC Cluster Admin": "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b",
        "RBAC Reader": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
        "RBAC Writer": "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb",
    }


@pytest.mark.parametrize(
    "token",
    [
        f"{NATIVE}containerservice:ManagedCluster",
        "aws:eks/cluster:Cluster",
        f"{NATIVE}containerservice:JWTAuthenticator",
        f"{NATIVE}containerservice:TrustedAccessRoleBinding",
        "pulumi:providers:kubernetes",
        "azurerm:index/kubernetesCluster:KubernetesCluster",
        f"{NATIVE}resources:Deployment",
    ],
)
def test_what_alone_can_be_wrong_is_judged_as_it_is_made(token: str) -> None:
    """The graph has something to say of it, so a rule on one resource must see it."""
    properties = {"kubeconfig": "x", "properties": {"template": LATER}}
    graph = build_graph([Resource("urn:x", token, "x", properties)])
    found = (graph.clusters, graph.opaque, graph.authenticators, graph.kubeconfigs)
    assert any((*found, graph.trusted_access))
    assert kind_of(token) in JUDGED_KINDS


@pytest.mark.parametrize(
    ("token", "property_", "source"),
    [
        ("monitor:DiagnosticSetting", "workspaceId", "operationalinsights:Workspace"),
        ("monitor:DiagnosticSetting", "storageAccountId", "storage:StorageAccount"),
        (
            "monitor:DiagnosticSetting",
            "eventHubAuthorizationRuleId",
            "eventhub:NamespaceAuthorizationRule",
        ),
        ("monitor:DiagnosticSetting", "marketplacePartnerId", "datadog:Monitor"),
        ("", "logAnalyticsWorkspaceId", "operationalinsights:Workspace"),
        ("", "storageAccountId", "storage:StorageAccount"),
        ("", "eventhubAuthorizationRuleId", "eventhub:NamespaceAuthorizationRule"),
        ("", "partnerSolutionId", "elastic:Monitor"),
    ],
)
def test_each_destination_is_found_where_its_provider_keeps_it(
    token: str, property_: str, source: str
) -> None:
    """Of every kind, and by what its unknown id came from."""
    classic = "azure:monitoring/diagnosticSetting:DiagnosticSetting"
    target = "resourceUri" if token else "targetResourceId"
    links: dict[str, Any] = {property_: ("urn:source",), target: ("urn:aks",)}
    setting = Resource(
        "urn:audit",
        NATIVE + token if token else classic,
        "audit",
        {target: LATER, property_: LATER, "logs": []},
        property_dependencies=links,
    )
    aks = Resource("urn:aks", f"{NATIVE}containerservice:ManagedCluster", "aks", {})
    graph = build_graph([aks, setting, Resource("urn:source", NATIVE + source, "source", {})])
    (link,) = graph.links["urn:aks"]
    assert [one.from_destination for one in link.setting.destinations] == [True]


def test_the_marks_of_special_values_are_those_of_the_sdk() -> None:
    """A state is read without the SDK, which keeps them private."""
    assert rpc._special_sig_key == SIGNATURE
    assert rpc._special_secret_sig == SECRET
    assert rpc._special_resource_sig == RESOURCE
