"""Who may do what with the cluster, and what the cluster may do: Azure role assignments.

The ids of built-in roles are the same in every tenant. Sources, all of the Azure documentation:
"Azure built-in roles"; "Use Azure RBAC for Kubernetes authorization"; "Managed identities in AKS".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native import managedidentity

from kubewitness.catalog.aks_roles import CLUSTER_USER, RBAC_CLUSTER_ADMIN
from kubewitness.provision.role_assignments import assign_role, stable_name
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.parts import ClusterAdmins, RoleAssignment

NETWORK_CONTRIBUTOR: Final = "4d97b98b-1d4f-4787-a291-c67834d212e7"
"""Network Contributor."""

PRIVATE_DNS_ZONE_CONTRIBUTOR: Final = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
"""Private DNS Zone Contributor."""


@dataclass(frozen=True)
class ClusterIdentity:
    """The identity that the cluster manages its resources with.

    Attributes:
        inputs: the `identity` of the cluster.
        grants: role assignments that must be there before the cluster is made.
        principal_id: its object id in Entra ID; None if it is made with the cluster.
    """

    inputs: Any
    grants: Sequence[pulumi.Resource] = ()
    principal_id: pulumi.Output[str] | None = None


def cluster_identity(
    name: str, arguments: SecureAksClusterModel, parent: pulumi.Resource
) -> ClusterIdentity:
    """Return a system-assigned identity, or a user-assigned one where the user brings a network.

    A system-assigned identity is made with the cluster: too late to be allowed to join a network
    or to write to a DNS zone.
    """
    subnet = arguments.system_pool.vnet_subnet_id or arguments.api_access.vnet_integration_subnet_id
    zone = arguments.api_access.private_dns_zone_id
    if isinstance(zone, str) and zone in {"system", "none"}:
        zone = None  # nothing of the user's to be allowed to write to
    if subnet is None and zone is None:
        return ClusterIdentity({"type": "SystemAssigned"})
    identity = managedidentity.UserAssignedIdentity(
        f"{name}-identity",
        resource_group_name=arguments.resource_group_name,
        location=arguments.location,
        tags=arguments.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    network = None if subnet is None else pulumi.Output.from_input(subnet).apply(_network_of)
    wanted = (
        (f"{name}-uses-network", NETWORK_CONTRIBUTOR, network),
        (f"{name}-uses-dns-zone", PRIVATE_DNS_ZONE_CONTRIBUTOR, zone),
    )
    return ClusterIdentity(
        {"type": "UserAssigned", "user_assigned_identities": [identity.id]},
        [
            assign_role(child, role, scope, identity.principal_id, "ServicePrincipal", identity)
            for child, role, scope in wanted
            if scope is not None
        ],
        identity.principal_id,
    )


def admit_admins(name: str, admins: ClusterAdmins, cluster: pulumi.CustomResource) -> None:
    """Let the admins into the cluster.

    Groups are admins through the cluster's Entra ID profile, principals through Azure RBAC. Either
    also needs the role that fetches a kubeconfig.
    """
    for index, group in enumerate(admins.group_object_ids):
        child = f"{name}-admin-group-{stable_name(group, index)}"
        assign_role(f"{child}-user", CLUSTER_USER, cluster.id, group, "Group", cluster)
    for index, principal in enumerate(admins.principals):
        child = f"{name}-admin-{stable_name(principal.object_id, index)}"
        for suffix, role in (("user", CLUSTER_USER), ("admin", RBAC_CLUSTER_ADMIN)):
            assign_role(
                f"{child}-{suffix}", role, cluster.id, principal.object_id, principal.type, cluster
            )


def assign_roles(
    name: str, wanted: Sequence[RoleAssignment], cluster: pulumi.CustomResource
) -> None:
    """Give roles on the cluster or on one of its namespaces."""
    for index, one in enumerate(wanted):
        scope = cluster.id
        words = [stable_name(one.object_id, index), stable_name(one.role, index)]
        if one.namespace is not None:
            scope = pulumi.Output.concat(cluster.id, "/namespaces/", one.namespace)
            words.append(one.namespace)
        assign_role(
            f"{name}-role-{'-'.join(words)}", one.role, scope, one.object_id, one.type, cluster
        )


def _network_of(subnet_id: str) -> str:
    """Return the id of a subnet's virtual network, which all pools of a cluster share."""
    return subnet_id.rsplit("/", 2)[0]
