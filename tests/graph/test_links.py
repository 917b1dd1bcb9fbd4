"""Whose a diagnostic setting is: by id, by what its target came from, or nobody can say."""

from dataclasses import replace
from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import AksCluster, Link
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import ABSENT, Unknown

NATIVE = "azure-native:"
LATER = Unknown()
CATEGORY = [{"category": "guard", "enabled": True}]
GROUP = [{"categoryGroup": "allLogs", "enabled": True}]


def resource(name: str, type_: str, **properties: Any) -> Resource:
    """A resource of Azure Native."""
    return Resource(f"urn:{name}", NATIVE + type_, name, properties, id=LATER)


ONE = resource("one", "containerservice:ManagedCluster")
TWO = resource("two", "containerservice:ManagedCluster")
VAULT = resource("vault", "keyvault:Vault")
RESOURCE_GROUP = resource("group", "resources:ResourceGroup")
OTHER_STACK = replace(resource("stack", ""), type="pulumi:pulumi:StackReference")
TEMPLATE = resource("template", "resources:Deployment", properties={"template": {}})
ARC = resource("arc", "kubernetes:ConnectedCluster")
REMOTE = replace(resource("remote", "x:Y"), origin=Origin.REMOTE)


def links(logs: list[Any], *sources: Resource) -> dict[str, tuple[bool, str]]:
    """For each cluster that a setting could be of: whether that is certain, and why not."""
    setting = replace(
        resource("audit", "monitor:DiagnosticSetting", resourceUri=LATER, logs=logs),
        property_dependencies={"resourceUri": tuple(source.urn for source in sources)},
    )
    others = [VAULT, RESOURCE_GROUP, REMOTE, OTHER_STACK, TEMPLATE, ARC]
    graph = build_graph([ONE, TWO, *others, setting])
    found: dict[str, tuple[bool, str]] = {}
    for urn, several in graph.links.items():
        (link,) = several
        assert isinstance(link, Link)
        assert link.setting.resource is setting
        found[urn] = (link.certain, link.why)
    return found


MIXED = "its target is computed from a cluster and from other resources"
HIDDEN = "the resource it is attached to cannot be known before the deployment"
BOTH = "its target is computed from several clusters and could be `one` or `two`"


@pytest.mark.parametrize(
    ("logs", "sources", "expected"),
    [
        (GROUP, [ONE], {"urn:one": (True, "")}),
        (GROUP, [ONE, RESOURCE_GROUP], {"urn:one": (True, "")}),
        (GROUP, [ONE, REMOTE], {"urn:one": (False, MIXED)}),
        (CATEGORY, [ONE, REMOTE], {"urn:one": (False, MIXED)}),
        (CATEGORY, [ONE, OTHER_STACK], {"urn:one": (False, MIXED)}),
        (CATEGORY, [ONE, TEMPLATE], {"urn:one": (False, MIXED)}),
        (CATEGORY, [ONE, ARC], {"urn:one": (False, MIXED)}),
        (GROUP, [ONE, VAULT], {"urn:one": (False, MIXED)}),
        (CATEGORY, [ONE, VAULT], {"urn:one": (True, "")}),
        (GROUP, [ONE, TWO], {"urn:one": (False, BOTH), "urn:two": (False, BOTH)}),
        (CATEGORY, [], {"urn:one": (False, HIDDEN), "urn:two": (False, HIDDEN)}),
        (GROUP, [], {"urn:one": (False, HIDDEN), "urn:two": (False, HIDDEN)}),
        (GROUP, [RESOURCE_GROUP], {"urn:one": (False, HIDDEN), "urn:two": (False, HIDDEN)}),
        (CATEGORY, [VAULT], {"urn:one": (False, HIDDEN), "urn:two": (False, HIDDEN)}),
        (GROUP, [VAULT], {}),
    ],
)
def test_a_hidden_target_is_told_by_what_it_came_from(
    logs: list[Any], sources: list[Resource], expected: dict[str, tuple[bool, str]]
) -> None:
    """Exactly, with the words that say why not."""
    assert links(logs, *sources) == expected


def test_a_literal_id_that_may_be_a_clusters_is_a_doubt() -> None:
    """The same name and group may stand in another subscription."""
    named = replace(ONE, properties={"resourceName": "shop", "resourceGroupName": "shops"})
    target = "/subscriptions/s/resourceGroups/shops/providers/Microsoft.ContainerService"
    setting = resource(
        "audit", "monitor:DiagnosticSetting", resourceUri=f"{target}/managedClusters/shop", logs=[]
    )
    graph = build_graph([named, setting])
    (link,) = graph.links["urn:one"]
    assert link.certain is False
    assert "one of the same name" in link.why
    assert graph.foreign == ()


@pytest.mark.parametrize("others", [(), (VAULT.urn,), ("urn:elsewhere",)])
@pytest.mark.parametrize(
    ("group", "name", "expected"),
    [
        ({"resourceGroupName": "shops"}, LATER, "shops"),
        ({"name": "shops"}, LATER, "shops"),
        ({}, LATER, LATER),
        ({"resourceGroupName": "other"}, "shops", "shops"),
    ],
)
def test_a_resource_group_is_looked_up_in_the_group_itself(
    group: dict[str, Any], name: Any, expected: Any, others: tuple[str, ...]
) -> None:
    """By the name that it is given, or that Azure answers with, whatever else had a part in it."""
    own = replace(RESOURCE_GROUP, properties=group)
    cluster = replace(
        ONE,
        properties={"resourceGroupName": name},
        property_dependencies={"resourceGroupName": (*others, own.urn)},
    )
    (found,) = build_graph([own, cluster, VAULT]).clusters
    assert isinstance(found, AksCluster)
    assert found.resource_group == expected


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({"nodeResourceGroup": "MC_shops_shop_westeurope"}, "shops"),
        ({"nodeResourceGroup": "MC_shops_other_westeurope"}, ABSENT),
        ({"nodeResourceGroup": "XX_shops_shop_westeurope"}, ABSENT),
        ({"nodeResourceGroup": "nodes"}, ABSENT),
        ({}, ABSENT),
    ],
)
def test_the_group_of_a_cluster_without_inputs_is_read_from_its_nodes_group(
    outputs: dict[str, Any], expected: Any
) -> None:
    """Azure calls that one after the cluster's, unless the user chose a name."""
    properties = {"name": "shop", "location": "west europe", **outputs}
    (found,) = build_graph([replace(ONE, properties=properties)]).clusters
    assert isinstance(found, AksCluster)
    assert (found.name, found.resource_group) == ("shop", expected)
    hidden = replace(ONE, properties={**properties, "resourceGroupName": LATER})
    (found,) = build_graph([hidden]).clusters
    assert isinstance(found, AksCluster)
    assert found.resource_group == LATER


FLEET = resource("fleet", "containerservice:Fleet")
CLASSIC_FLEET = replace(
    FLEET, type="azure:containerservice/kubernetesFleetManager:KubernetesFleetManager"
)


@pytest.mark.parametrize("fleet", [FLEET, CLASSIC_FLEET])
@pytest.mark.parametrize("more", [(), (RESOURCE_GROUP.urn,)])
def test_a_fleets_own_setting_is_no_clusters(fleet: Resource, more: tuple[str, ...]) -> None:
    """A fleet has the categories of clusters, and its id is its own."""
    setting = replace(
        resource("audit", "monitor:DiagnosticSetting", resourceUri=LATER, logs=CATEGORY),
        property_dependencies={"resourceUri": (fleet.urn, *more)},
    )
    graph = build_graph([ONE, fleet, RESOURCE_GROUP, setting])
    assert (graph.links, graph.unplaced) == ({}, ())
    mixed = replace(setting, property_dependencies={"resourceUri": (fleet.urn, ONE.urn)})
    (link,) = build_graph([ONE, fleet, mixed]).links[ONE.urn]
    assert link.setting.resource is mixed


@pytest.mark.parametrize(
    ("package", "subscription", "certain"),
    [
        ("azure-native", "s", True),
        ("azure-native", "S", True),
        ("azure", "s", True),
        ("azure-native_containerservice_v20250602preview", "s", True),
        ("azure-native", "other", None),
        ("azure-native", LATER, False),
        ("azure-native", None, False),
    ],
)
def test_the_subscription_of_an_explicit_provider_tells_whose_a_literal_id_is(
    package: str, subscription: Any, certain: bool | None
) -> None:
    """With name and group; None where it is another cluster's."""
    provider = Resource(
        "urn:mine", f"pulumi:providers:{package}", "mine", {"subscriptionId": subscription}
    )
    properties = {"resourceName": "shop", "resourceGroupName": "shops"}
    cluster = replace(ONE, properties=properties, provider=provider.urn)
    target = (
        "/subscriptions/s/resourceGroups/SHOPS/providers/Microsoft.ContainerService"
        "/managedClusters/shop"
    )
    setting = resource("audit", "monitor:DiagnosticSetting", resourceUri=target, logs=CATEGORY)
    graph = build_graph([provider, cluster, setting])
    assert [link.certain for link in graph.links.get(ONE.urn, ())] == (
        [] if certain is None else [certain]
    )
    assert len(graph.foreign) == (certain is None)
