"""From resources as Pulumi has them to the graph that rules read.

Property names are those on the wire. Sources: Azure Native API docs for ManagedCluster and
DiagnosticSetting; Azure Classic API docs for KubernetesCluster and monitoring.DiagnosticSetting.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kubewitness.catalog.type_tokens import DESTINATION_KINDS, Kind, is_classic, kind_of
from kubewitness.graph.links import place
from kubewitness.graph.model import Cluster, Destination, DiagnosticSetting, Graph, LogEntry
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import ABSENT, Unknown, Value, first_present, read, text

TARGET_PROPERTIES: Final = ("resourceUri", "targetResourceId")
"""Where Azure Native and Azure Classic keep the id of a diagnostic setting's target."""

TEMPLATE_PROPERTIES: Final = (("properties", "template"), ("templateContent",), ("body",))
"""Where deployments of Azure Native and Azure Classic and azapi keep what they deploy."""

DESTINATION_PROPERTIES: Final = {
    "workspaceId": "Log Analytics workspace",
    "logAnalyticsWorkspaceId": "Log Analytics workspace",
    "storageAccountId": "storage account",
    "eventHubAuthorizationRuleId": "event hub",
    "eventhubAuthorizationRuleId": "event hub",
    "marketplacePartnerId": "partner solution",
    "partnerSolutionId": "partner solution",
}
"""Where either provider keeps the id of a destination, and what that destination is."""


def build_graph(resources: Iterable[Resource]) -> Graph:
    """Normalise resources and link diagnostic settings to clusters.

    Args:
        resources: everything the source knows, in any order.

    Returns:
        The graph, in the order of URNs, so that the same resources give the same report.
        Resources that no rule needs leave no trace in it.
    """
    by_urn = {resource.urn: resource for resource in sorted(resources, key=lambda r: r.urn)}
    kinds = {urn: kind_of(resource.type) for urn, resource in by_urn.items()}
    clusters = [_cluster(by_urn[urn], by_urn) for urn in _of(kinds, Kind.CLUSTER)]
    settings = [_setting(by_urn[urn], kinds) for urn in _of(kinds, Kind.DIAGNOSTIC_SETTING)]
    placement = place(
        [setting for setting in settings if setting.resource.origin is Origin.MANAGED],
        clusters,
        {urn for urn, kind in kinds.items() if kind is Kind.RESOURCE_GROUP},
        {urn for urn, resource in by_urn.items() if resource.origin is Origin.REMOTE},
    )
    opaque = tuple(r for r in by_urn.values() if _may_hide_a_cluster(r, kinds[r.urn]))
    return Graph(
        tuple(clusters), placement.links, placement.foreign, placement.unplaced, opaque=opaque
    )


def _may_hide_a_cluster(resource: Resource, kind: Kind | None) -> bool:
    """A remote component, another provider's cluster, a template that names or hides one."""
    if resource.origin is Origin.REMOTE or kind is Kind.UNREADABLE_CLUSTER:
        return True
    if kind is not Kind.ARM:
        return False
    template = first_present(*(read(resource.properties, *path) for path in TEMPLATE_PROPERTIES))
    named = "microsoft.containerservice/managedclusters" in str(resource.properties).lower()
    return named or _is_generic_cluster(resource) or isinstance(template, Unknown)


def _is_generic_cluster(resource: Resource) -> bool:
    return str(read(resource.properties, "resourceType")).lower() == "managedclusters"


def _of(kinds: Mapping[str, Kind | None], wanted: Kind) -> list[str]:
    return [urn for urn, kind in kinds.items() if kind is wanted]


def _cluster(resource: Resource, by_urn: Mapping[str, Resource]) -> Cluster:
    reader = _classic_cluster if is_classic(resource.type) else _native_cluster
    return reader(resource, by_urn)


def _native_cluster(resource: Resource, by_urn: Mapping[str, Resource]) -> Cluster:
    properties = resource.properties
    return Cluster(
        resource=resource,
        # An input is called `resourceName`; in outputs Azure calls the same `name`.
        name=text(first_present(read(properties, "resourceName"), read(properties, "name"))),
        resource_group=_resource_group(resource, by_urn),
        local_accounts_disabled=read(properties, "disableLocalAccounts"),
        entra_managed=read(properties, "aadProfile", "managed"),
        azure_rbac=read(properties, "aadProfile", "enableAzureRBAC"),
    )


def _classic_cluster(resource: Resource, by_urn: Mapping[str, Resource]) -> Cluster:
    properties = resource.properties
    entra = first_present(
        read(properties, "azureActiveDirectoryRoleBasedAccessControl"),
        read(properties, "roleBasedAccessControl", "azureActiveDirectory"),  # until version 4
    )
    return Cluster(
        resource=resource,
        name=text(read(properties, "name")),
        resource_group=_resource_group(resource, by_urn),
        local_accounts_disabled=read(properties, "localAccountDisabled"),
        entra_managed=_classic_entra_managed(entra),
        azure_rbac=read(entra, "azureRbacEnabled"),
    )


def _classic_entra_managed(entra: Value[Any]) -> Value[Any]:
    """Since version 6 the block has no `managed`: AKS manages it unless an application is named."""
    managed, application = read(entra, "managed"), read(entra, "serverAppId")
    if managed is not ABSENT or isinstance(entra, Unknown) or entra is ABSENT:
        return managed
    return application is ABSENT


def _resource_group(resource: Resource, by_urn: Mapping[str, Resource]) -> Value[str]:
    """The cluster's resource group, looked up in the group's own name where it comes from one."""
    name = text(read(resource.properties, "resourceGroupName"))
    if isinstance(name, str):
        return name
    groups = [
        by_urn[urn]
        for urn in resource.property_dependencies.get("resourceGroupName", ())
        if urn in by_urn and kind_of(by_urn[urn].type) is Kind.RESOURCE_GROUP
    ]
    if len(groups) == 1:
        own = groups[0].properties
        return text(first_present(read(own, "resourceGroupName"), read(own, "name"), name))
    return _from_node_resource_group(resource) if name is ABSENT else name


def _from_node_resource_group(resource: Resource) -> Value[str]:
    """Azure's outputs hold no group, but `MC_GROUP_CLUSTER_LOCATION` unless the user chose it."""
    parts = [read(resource.properties, name) for name in ("nodeResourceGroup", "name", "location")]
    if not all(isinstance(part, str) for part in parts):
        return ABSENT
    node_group, name, location = (str(part) for part in parts)
    suffix = f"_{name}_{location.replace(' ', '')}".lower()
    if node_group.startswith("MC_") and node_group.lower().endswith(suffix):
        return text(node_group[len("MC_") : -len(suffix)])
    return ABSENT


def _setting(resource: Resource, kinds: Mapping[str, Kind | None]) -> DiagnosticSetting:
    properties = resource.properties
    return DiagnosticSetting(
        resource=resource,
        target_id=text(first_present(*(read(properties, name) for name in TARGET_PROPERTIES))),
        target_dependencies=tuple(
            urn
            for name in TARGET_PROPERTIES
            for urn in resource.property_dependencies.get(name, ())
        ),
        logs=_entries(properties, is_classic(resource.type)),
        destinations=_destinations(resource, kinds),
    )


def _entries(properties: Mapping[str, Any], classic: bool) -> tuple[LogEntry, ...] | Unknown:
    """The entries of `logs`, and of `enabledLogs` as the classic provider has called it since.

    To be listed means to be enabled in the classic provider; in Azure Native it must be said.
    """
    entries: list[LogEntry] = []
    for name in ("logs", "enabledLogs"):
        listed = read(properties, name)
        if isinstance(listed, Unknown):
            return listed
        if isinstance(listed, Sequence) and not isinstance(listed, str):
            entries += [_entry(item, enabled_by_default=classic) for item in listed]
    return tuple(entries)


def _entry(item: Value[Any], *, enabled_by_default: bool) -> LogEntry:
    if isinstance(item, Unknown):
        return LogEntry(category=item, group=item, enabled=item)
    enabled = read(item, "enabled")
    if enabled is ABSENT:
        enabled = enabled_by_default
    return LogEntry(
        category=text(read(item, "category")),
        group=text(read(item, "categoryGroup")),
        enabled=enabled,
    )


def _destinations(resource: Resource, kinds: Mapping[str, Kind | None]) -> tuple[Destination, ...]:
    found = []
    for name, kind in DESTINATION_PROPERTIES.items():
        identifier = text(read(resource.properties, name))
        if identifier is not ABSENT:
            sources = resource.property_dependencies.get(name, ())
            known = any(kinds.get(urn) in DESTINATION_KINDS for urn in sources)
            found.append(Destination(kind, identifier, known))
    return tuple(found)
