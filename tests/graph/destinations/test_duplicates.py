"""Two resources that write one destination in Azure: what they disagree on is unknown."""

from dataclasses import replace
from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import StorageAccount, Workspace
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

LATER = Unknown("it is known only after the deployment")


def workspace(urn: str, group: Any = "g", **properties: Any) -> Resource:
    """A workspace of Azure Native, called `logs`."""
    known = {"resourceGroupName": group, "workspaceName": "logs", **properties}
    return Resource(urn, "azure-native:operationalinsights:Workspace", urn, known, id=LATER)


CLUSTER = Resource("aks", "azure-native:containerservice:ManagedCluster", "aks", {}, id=LATER)
SETTING = Resource(
    "audit",
    "azure-native:monitor:DiagnosticSetting",
    "audit",
    {"resourceUri": LATER, "workspaceId": LATER, "storageAccountId": LATER},
    property_dependencies={
        "resourceUri": ("aks",),
        "workspaceId": ("one",),
        "storageAccountId": ("account",),
    },
)


def receivers(*resources: Resource) -> list[Any]:
    """What the setting sends to."""
    (link,) = build_graph([CLUSTER, SETTING, *resources]).links["aks"]
    return [destination.receiver for destination in link.setting.destinations]


def days(*resources: Resource) -> Any:
    """For how long the workspace `one` keeps records."""
    found = receivers(*resources)[0]
    assert isinstance(found, Workspace)
    return found.interactive_days


ONE = workspace("one", retentionInDays=365)


@pytest.mark.parametrize(
    ("other", "known"),
    [
        (workspace("two", retentionInDays=30), False),
        (workspace("two"), False),
        (workspace("two", "G", workspaceName="LOGS", retentionInDays=30), False),
        (workspace("two", LATER, retentionInDays=30), False),
        (workspace("two", retentionInDays=365), True),
        (workspace("two", "other", retentionInDays=30), True),
        (workspace("two", workspaceName="other", retentionInDays=30), True),
        (workspace("two", workspaceName=None, retentionInDays=30), True),
    ],
)
def test_what_two_workspaces_with_one_id_disagree_on_is_unknown(
    other: Resource, known: bool
) -> None:
    """The last one written counts, and nobody says which that is."""
    found = days(ONE, other)
    assert found == 365 if known else isinstance(found, Unknown)
    if isinstance(found, Unknown):
        assert "`one` and `two` are one resource in Azure" in found.why


def test_ids_decide_where_they_are_known() -> None:
    """A state has them."""
    one = replace(ONE, id="/subscriptions/a/workspaces/logs")
    other = replace(workspace("two", retentionInDays=30), id="/subscriptions/b/workspaces/logs")
    assert days(one, other) == 365
    assert isinstance(days(one, replace(other, id="/SUBSCRIPTIONS/A/workspaces/logs")), Unknown)


def test_groups_that_the_provider_names_differ() -> None:
    """Two resource groups of a stack without a name of their own are two in Azure."""
    groups = [
        Resource(urn, "azure-native:resources:ResourceGroup", urn, {}, id=LATER)
        for urn in ("east", "west")
    ]
    one = workspace("one", LATER, retentionInDays=365)
    two = workspace("two", LATER, retentionInDays=30)
    apart = [
        replace(each, property_dependencies={"resourceGroupName": (group.urn,)})
        for each, group in zip((one, two), groups, strict=True)
    ]
    together = [
        replace(each, property_dependencies={"resourceGroupName": ("east",)}) for each in (one, two)
    ]
    assert days(*groups, *apart) == 365
    assert isinstance(days(*groups, *together), Unknown)


@pytest.mark.parametrize("order", [1, -1])
def test_two_immutability_policies_on_one_container_are_unknown(order: int) -> None:
    """One of them may be unlocked."""
    account = Resource(
        "account", "azure-native:storage:StorageAccount", "account", {"accountName": "a"}, id=LATER
    )
    locks = [
        Resource(
            f"lock-{number}",
            "azure-native:storage:BlobContainerImmutabilityPolicy",
            "lock",
            {"accountName": "a", "containerName": "c", "immutabilityPeriodSinceCreationInDays": n},
            outputs={"state": state},
        )
        for number, (state, n) in enumerate([("Locked", 400), ("Unlocked", 1)][::order])
    ]
    found = receivers(ONE, account, *locks)[1]
    assert isinstance(found, StorageAccount)
    assert isinstance(found.immutability["c"], Unknown)
    assert isinstance(found.immutable_days["c"], Unknown)
