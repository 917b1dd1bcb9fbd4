"""AKS clusters as each provider spells them.

Property names are those on the wire. Sources: Azure Native API docs for ManagedCluster; Azure
Classic API docs for KubernetesCluster and AutomaticCluster.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.aks_automatic import AUTOMATIC, FORCED
from kubewitness.graph.locations import location, resource_group, subscription
from kubewitness.graph.model import AksCluster
from kubewitness.graph.resource_kinds import is_classic
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import (
    ABSENT,
    Unknown,
    Value,
    declared_flag,
    first_present,
    read,
    text,
)

_AUTOMATIC_CLUSTER: Final = ":AutomaticCluster"
_NO_PROPERTY: Final = Unknown("`AutomaticCluster` has no property for it")


def aks_cluster(resource: Resource, by_urn: Mapping[str, Resource]) -> AksCluster:
    """Return the cluster that a resource of either provider is."""
    is_automatic = resource.type.endswith(_AUTOMATIC_CLUSTER)
    reader = _classic if is_classic(resource.type) else _native
    cluster = replace(
        (_classic_automatic if is_automatic else reader)(resource),
        resource_group=resource_group(resource, by_urn),
        location=location(resource, by_urn),
        subscription=subscription(resource, by_urn),
    )
    sku = AUTOMATIC if is_automatic else read(resource.properties, "sku", "name")
    return _as_automatic(cluster, sku)


def _native(resource: Resource) -> AksCluster:
    properties = resource.properties
    return AksCluster(
        resource=resource,
        # An input is called `resourceName`; in outputs Azure calls the same `name`.
        name=text(first_present(read(properties, "resourceName"), read(properties, "name"))),
        local_accounts_disabled=read(properties, "disableLocalAccounts"),
        entra_managed=read(properties, "aadProfile", "managed"),
        entra_application=_application(
            read(properties, "aadProfile"), "serverAppID", "clientAppID", "serverAppSecret"
        ),
        azure_rbac=read(properties, "aadProfile", "enableAzureRBAC"),
        kubernetes_rbac=declared_flag(read(properties, "enableRBAC")),
        admin_groups=read(properties, "aadProfile", "adminGroupObjectIDs"),
        private=read(properties, "apiServerAccessProfile", "enablePrivateCluster"),
        vnet_integrated=read(properties, "apiServerAccessProfile", "enableVnetIntegration"),
        authorized_ranges=read(properties, "apiServerAccessProfile", "authorizedIPRanges"),
        run_command_disabled=read(properties, "apiServerAccessProfile", "disableRunCommand"),
    )


def _classic(resource: Resource) -> AksCluster:
    properties = resource.properties
    entra = first_present(
        read(properties, "azureActiveDirectoryRoleBasedAccessControl"),
        read(properties, "roleBasedAccessControl", "azureActiveDirectory"),  # until version 4
    )
    return AksCluster(
        resource=resource,
        name=text(read(properties, "name")),
        local_accounts_disabled=read(properties, "localAccountDisabled"),
        entra_managed=_classic_entra_managed(entra),
        entra_application=_application(entra, "serverAppId", "clientAppId", "serverAppSecret"),
        azure_rbac=read(entra, "azureRbacEnabled"),
        kubernetes_rbac=declared_flag(
            first_present(
                read(properties, "roleBasedAccessControlEnabled"),
                read(properties, "roleBasedAccessControl", "enabled"),  # until version 4
            )
        ),
        admin_groups=read(entra, "adminGroupObjectIds"),
        private=read(properties, "privateClusterEnabled"),
        vnet_integrated=first_present(
            read(properties, "apiServerAccessProfile", "virtualNetworkIntegrationEnabled"),
            read(properties, "apiServerAccessProfile", "vnetIntegrationEnabled"),
        ),
        authorized_ranges=first_present(
            read(properties, "apiServerAccessProfile", "authorizedIpRanges"),
            read(properties, "apiServerAuthorizedIpRanges"),
        ),
        run_command_disabled=_disabled(read(properties, "runCommandEnabled")),
    )


def _classic_automatic(resource: Resource) -> AksCluster:
    """Return a cluster of AKS Automatic as the classic provider has it."""
    properties = resource.properties
    private = read(properties, "privateCluster")
    is_given = not isinstance(private, Unknown) and private is not ABSENT
    return AksCluster(
        resource=resource,
        name=text(read(properties, "name")),
        local_accounts_disabled=_NO_PROPERTY,
        private=True if is_given else private,
        authorized_ranges=read(properties, "apiServerAccess", "authorizedIpRanges"),
        run_command_disabled=_NO_PROPERTY,
    )


def _classic_entra_managed(entra: Value[Any]) -> Value[Any]:
    """Return whether AKS manages it: since version 6, unless an application is named."""
    managed, application = read(entra, "managed"), read(entra, "serverAppId")
    if managed is not ABSENT or isinstance(entra, Unknown) or not isinstance(entra, Mapping):
        return managed
    if isinstance(application, Unknown):
        return application
    return application is ABSENT


def _application(entra: Value[Any], *names: str) -> Value[str]:
    """Return the name of a property that gives an application; a known one counts first."""
    given = {name: text(read(entra, name)) for name in names}
    known = next((name for name, value in given.items() if isinstance(value, str)), None)
    return known or first_present(*given.values())


def _disabled(enabled: Value[Any]) -> Value[bool]:
    """Return the opposite of a flag that enables something."""
    return enabled if enabled is ABSENT or isinstance(enabled, Unknown) else enabled is False


def _as_automatic(cluster: AksCluster, sku: Value[Any]) -> AksCluster:
    """Add what AKS Automatic forces where the program is silent; unknown if the SKU is."""
    if isinstance(sku, Unknown):
        why = f"whether the cluster's SKU is Automatic {sku.words}"
        forced: Any = Unknown(why, sku.decide)
    elif isinstance(sku, str) and fold(sku) == AUTOMATIC:
        forced = True
    else:
        return cluster
    silent = {name: forced for name in FORCED if getattr(cluster, name) is ABSENT}
    return replace(cluster, **silent)
