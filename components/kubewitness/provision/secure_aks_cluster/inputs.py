"""The inputs of the cluster and its node pools, as azure-native takes them.

Nested inputs are plain dictionaries: their classes were renamed within version 3 of azure-native.

Sources, all of the Azure documentation: "Use Entra ID authorization for the Kubernetes API";
"Manage local accounts"; "Configure Azure CNI Powered by Cilium"; "Create a private AKS cluster";
"Long-term support for AKS versions"; "What is AKS Automatic?"; "Host-based encryption on AKS";
"Overview of Azure CNI Overlay networking"; "Manage system node pools".
"""

import re
from typing import Any, Final

import pulumi

from kubewitness.provision.secure_aks_cluster.addons import addon_profiles, security_profile
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.parts import ApiAccess
from kubewitness.provision.secure_aks_cluster.pools import SYSTEM_POOL_NAME, Pool, UserPool
from kubewitness.provision.secure_aks_cluster.raw import with_raw

MOST_PODS: Final = 250
SYSTEM_POOL_TAINT: Final = "CriticalAddonsOnly=true:NoSchedule"


def cluster_inputs(
    name: str, arguments: SecureAksClusterModel, workspace_id: pulumi.Input[str]
) -> dict[str, Any]:
    """Return the inputs of the cluster, all but its identity.

    Args:
        name: of the component, from which the DNS prefix is made if none is given.
        arguments: those of the component.
        workspace_id: of the audit logs, where other things report to as well.
    """
    own = _automatic(arguments) if arguments.mode == "automatic" else _standard(arguments)
    return {
        "resource_group_name": arguments.resource_group_name,
        "resource_name_": arguments.cluster_name,
        "location": arguments.location,
        "dns_prefix": arguments.dns_prefix or default_dns_prefix(name),
        "kubernetes_version": arguments.kubernetes_version,
        **_who_gets_in(arguments),
        "api_server_access_profile": _api_server_access(arguments),
        "addon_profiles": addon_profiles(arguments, workspace_id),
        "security_profile": security_profile(arguments, workspace_id),
        "oidc_issuer_profile": {"enabled": True},
        "tags": arguments.tags,
        **own,
    }


def _standard(arguments: SecureAksClusterModel) -> dict[str, Any]:
    """Return what AKS Standard leaves to its users."""
    lockdown = "ReadOnly" if arguments.node_resource_group_lockdown else "Unrestricted"
    return {
        "sku": {"name": "Base", "tier": arguments.sku_tier},
        "support_plan": _support_plan(arguments),
        "network_profile": _network(arguments),
        "agent_pool_profiles": [system_pool_inputs(arguments)],
        "auto_upgrade_profile": {
            "upgrade_channel": arguments.channel,
            "node_os_upgrade_channel": arguments.node_os_upgrade_channel,
        },
        "node_resource_group_profile": {"restriction_level": lockdown},
    }


def _automatic(arguments: SecureAksClusterModel) -> dict[str, Any]:
    """Return the remaining properties of AKS Automatic, whose system pool is not the user's."""
    outbound = arguments.outbound_type
    return {
        "sku": {"name": "Automatic", "tier": "Standard"},
        **({"network_profile": {"outbound_type": outbound}} if outbound else {}),
    }


def user_pool_inputs(pool: UserPool, arguments: SecureAksClusterModel) -> dict[str, Any]:
    """Return the inputs of a user pool, all but the name of its cluster."""
    linux = pool.os_type == "Linux"
    inputs = {
        "resource_group_name": arguments.resource_group_name,
        "agent_pool_name": pool.name,
        "mode": "User",
        **_pool(pool, arguments),
        "os_type": pool.os_type,
        "os_sku": (pool.os_sku or "AzureLinux") if linux else None,
        "vnet_subnet_id": pool.vnet_subnet_id or arguments.system_pool.vnet_subnet_id,
        "node_labels": pool.node_labels,
        "node_taints": pool.node_taints,
        "tags": arguments.tags,
    }
    return with_raw(inputs, pool.overrides, pool.azure_type())


def default_dns_prefix(name: str) -> str:
    """Return a DNS prefix made from a name: at most 54 letters, digits and inner hyphens."""
    return re.sub("[^A-Za-z0-9]+", "-", name).strip("-")[:54].strip("-") or "aks"


def _who_gets_in(arguments: SecureAksClusterModel) -> dict[str, Any]:
    """Return the properties that restrict access to Entra ID and Azure RBAC."""
    return {
        "aad_profile": {
            "managed": True,
            "enable_azure_rbac": True,
            "admin_group_object_ids": arguments.cluster_admins.group_object_ids,
        },
        "disable_local_accounts": True,
        "enable_rbac": True,
    }


def _api_server_access(arguments: SecureAksClusterModel) -> dict[str, Any]:
    access = arguments.api_access
    integrated = access.vnet_integration or arguments.mode == "automatic"
    return {
        **_reachable_from(access),
        "disable_run_command": not arguments.run_command,
        **({"enable_vnet_integration": True} if integrated else {}),
        "subnet_id": access.vnet_integration_subnet_id,
    }


def _reachable_from(access: ApiAccess) -> dict[str, Any]:
    if access.authorized_ip_ranges is not None:
        return {"authorized_ip_ranges": access.authorized_ip_ranges}
    if access.private_dns_zone_id is not None:
        return {"enable_private_cluster": True, "private_dns_zone": access.private_dns_zone_id}
    return {"enable_private_cluster": access.private}


def _network(arguments: SecureAksClusterModel) -> dict[str, str]:
    policy = arguments.network_policy
    return {
        "network_plugin": "azure",
        "network_plugin_mode": "overlay",
        "network_dataplane": "cilium" if policy == "cilium" else "azure",
        "network_policy": policy,
        "outbound_type": arguments.outbound_type or "loadBalancer",
        "load_balancer_sku": "standard",
    }


def _support_plan(arguments: SecureAksClusterModel) -> str:
    premium = arguments.sku_tier == "Premium"
    return "AKSLongTermSupport" if premium else "KubernetesOfficial"


def system_pool_inputs(arguments: SecureAksClusterModel) -> dict[str, Any]:
    """Return the inputs of the system pool."""
    pool = arguments.system_pool
    inputs = {
        "name": SYSTEM_POOL_NAME,
        "mode": "System",
        **_pool(pool, arguments),
        "os_type": "Linux",
        "os_sku": pool.os_sku or "AzureLinux",
        "vnet_subnet_id": pool.vnet_subnet_id,
        # Workloads have pools of their own, so that they cannot starve the cluster's own pods.
        "node_taints": [SYSTEM_POOL_TAINT] if arguments.user_pools else None,
        "tags": arguments.tags,
    }
    return with_raw(inputs, pool.overrides, pool.azure_type())


def _pool(pool: Pool, arguments: SecureAksClusterModel) -> dict[str, Any]:
    windows = isinstance(pool, UserPool) and pool.os_type == "Windows"
    return {
        "type": "VirtualMachineScaleSets",
        "vm_size": pool.vm_size,
        "availability_zones": pool.availability_zones,
        "count": pool.first_count,
        "enable_auto_scaling": pool.autoscales,
        "min_count": pool.min_count,
        "max_count": pool.max_count,
        # Azure's own default in an overlay network, set explicitly; on Windows it is another.
        "max_pods": None if windows else MOST_PODS,
        "orchestrator_version": arguments.pool_version,
        "enable_encryption_at_host": arguments.host_encryption,
    }
