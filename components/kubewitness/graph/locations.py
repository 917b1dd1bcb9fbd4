"""Where a resource of Azure is: its resource group and its region."""

from collections.abc import Mapping

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value, first_present, read, text


def resource_group(resource: Resource, by_urn: Mapping[str, Resource]) -> Value[str]:
    """Return the name of the resource group, from the group itself where it comes from one."""
    name = text(read(resource.properties, "resourceGroupName"))
    if isinstance(name, str):
        return name
    group = own_group(resource, by_urn)
    if group is not None:
        own = group.properties
        return text(first_present(read(own, "resourceGroupName"), read(own, "name"), name))
    return _from_node_resource_group(resource) if name is ABSENT else name


def subscription(resource: Resource, by_urn: Mapping[str, Resource]) -> Value[str]:
    """Return the subscription of the resource's provider, if the provider sets it."""
    provider = by_urn.get(resource.provider)
    return text(read(provider.properties, "subscriptionId")) if provider else ABSENT


def location(resource: Resource, by_urn: Mapping[str, Resource]) -> Value[str]:
    """Return the region in Azure's normal form, such as `westeurope`.

    A resource without one is placed where its resource group is. Source: Pulumi's Azure Native
    docs, "Location".
    """
    own = text(read(resource.properties, "location"))
    if own is ABSENT:
        group = own_group(resource, by_urn)
        own = text(read(group.properties, "location")) if group else ABSENT
    if own is ABSENT:
        return Unknown("it is that of the resource group")
    return fold(own.replace(" ", "")) if isinstance(own, str) else own


def own_group(resource: Resource, by_urn: Mapping[str, Resource]) -> Resource | None:
    """Return the one resource group of this stack that the group's name came from."""
    groups = [
        by_urn[urn]
        for urn in resource.property_dependencies.get("resourceGroupName", ())
        if urn in by_urn and kind_of(by_urn[urn].type) is ResourceKind.RESOURCE_GROUP
    ]
    return groups[0] if len(groups) == 1 else None


def _from_node_resource_group(resource: Resource) -> Value[str]:
    """Read it in `MC_GROUP_CLUSTER_LOCATION`, which outputs have unless the user chose it."""
    parts = [read(resource.properties, name) for name in ("nodeResourceGroup", "name", "location")]
    if not all(isinstance(part, str) for part in parts):
        return ABSENT
    node_group, name, region = (str(part) for part in parts)
    suffix = fold(f"_{name}_{region.replace(' ', '')}")
    if node_group.startswith("MC_") and fold(node_group).endswith(suffix):
        return text(node_group[len("MC_") : -len(suffix)])
    return ABSENT
