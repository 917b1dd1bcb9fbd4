"""Who may do what with the cluster, and what the cluster may do: Azure role assignments.

The ids of built-in roles are the same in every tenant. Sources, all of the Azure documentation:
"Azure built-in roles"; "Use Azure RBAC for Kubernetes authorization"; "Managed identities in AKS".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native import authorization, managedidentity

from kubewitness.catalog.aks_roles import CLUSTER_USER, RBAC_CLUSTER_ADMIN
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
    """

    inputs: Any
    grants: Sequence[pulumi.Resource] = ()


def cluster_identity(
    name: str, arguments: SecureAksClusterModel, parent: pulumi.Resource
) -> ClusterIdentity:
    """Return a system-assigned identity, or a user-assigned one where the user brings a network.

    A system-assigned identity is made with the cluster: too late to be allowed to join a network
    or to write to a DNS zone.
    """
    subnet = arguments.system_pool.vnet_subnet_id or arguments.api_access.vnet_integration_subnet_id
    zone = arguments.api_access.private_dns_zone_id
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
            _assign(child, role, scope, identity.principal_id, "ServicePrincipal", identity)
            for child, role, scope in wanted
            if scope is not None
        ],
    )


def admit_admins(name: str, admins: ClusterAdmins, cluster: pulumi.CustomResource) -> None:
    """Let the admins into the cluster.

    Groups are admins through the cluster's Entra ID profile, principals through Azure RBAC. Either
    also needs the role that fetches a kubeconfig.
    """
    for index, group in enumerate(admins.group_object_ids):
        child = f"{name}-admin-group-{_stable_name(group, index)}"
        _assign(f"{child}-user", CLUSTER_USER, cluster.id, group, "Group", cluster)
    for index, principal in enumerate(admins.principals):
        child = f"{name}-admin-{_stable_name(principal.object_id, index)}"
        for suffix, role in (("user", CLUSTER_USER), ("admin", RBAC_CLUSTER_ADMIN)):
            _assign(
                f"{child}-{suffix}", role, cluster.id, principal.object_id, principal.type, cluster
            )


def assign_roles(
    name: str, wanted: Sequence[RoleAssignment], cluster: pulumi.CustomResource
) -> None:
    """Give roles on the cluster or on one of its namespaces."""
    for index, one in enumerate(wanted):
        scope = cluster.id
        words = [_stable_name(one.object_id, index), _stable_name(one.role, index)]
        if one.namespace is not None:
            scope = pulumi.Output.concat(cluster.id, "/namespaces/", one.namespace)
            words.append(one.namespace)
        _assign(f"{name}-role-{'-'.join(words)}", one.role, scope, one.object_id, one.type, cluster)


def role_definition_id(resource_id: str, role: str) -> str:
    """Return a built-in role's id in the subscription of a resource.

    A unit test's mock may give an id without a subscription; roles are there without one, too.
    """
    subscription = re.match("/subscriptions/[^/]+", resource_id)
    prefix = subscription[0] if subscription else ""
    return f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def _assign(  # noqa: PLR0913, PLR0917  # these six are what a role assignment is
    name: str,
    role: pulumi.Input[str],
    scope: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    principal_type: pulumi.Input[str],
    parent: pulumi.Resource,
) -> pulumi.Resource:
    """Assign a built-in role.

    The assignment's own name, a GUID, is left to azure-native, which makes one at random and keeps
    it in the state. The type is always said: without it Azure looks the principal up, and does not
    yet find one that was created a moment ago.
    """
    definition = pulumi.Output.all(scope, role).apply(lambda known: role_definition_id(*known))
    return authorization.RoleAssignment(
        name,
        scope=scope,
        role_definition_id=definition,
        principal_id=principal_id,
        principal_type=principal_type,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _stable_name(object_id: pulumi.Input[str], index: int) -> str:
    """Return the object id where it is known, so that a reordered list changes nothing."""
    return object_id if isinstance(object_id, str) else str(index)


def _network_of(subnet_id: str) -> str:
    """Return the id of a subnet's virtual network, which all pools of a cluster share."""
    return subnet_id.rsplit("/", 2)[0]
