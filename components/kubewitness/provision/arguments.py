"""The arguments of the components, as users write them and as Pulumi publishes them.

Pulumi's component analyzer turns these classes and the strings under their fields into the schema
from which every language's SDK is made. So: no Literal, no Union, no tuple, no list of enums, and
no `from __future__ import annotations`. Numbers and the fields that decide which resources there
are take a plain value; all else may be an Output.

`models` says what is valid.
"""

from typing import NotRequired, TypedDict

import pulumi


class ClusterPrincipal(TypedDict):
    """A user, group or service principal of Entra ID that administers the cluster."""

    object_id: pulumi.Input[str]
    """The object id in Entra ID, a GUID. For an application: that of its service principal."""

    type: pulumi.Input[str]
    """`User`, `Group` or `ServicePrincipal` (a managed identity is one, too)."""


class ClusterAdmins(TypedDict, total=False):
    """Who gets into the cluster. Local accounts are off, so without this nobody does.

    Give groups, principals or both, or else say in words why there are none.
    """

    group_object_ids: list[pulumi.Input[str]]
    """Object ids (GUIDs) of Entra ID groups whose members become cluster admins. Each group also
    gets the role Azure Kubernetes Service Cluster User, with which `az aks get-credentials`
    works."""

    principals: pulumi.Input[list[pulumi.Input[ClusterPrincipal]]]
    """Principals that get the roles Azure Kubernetes Service RBAC Cluster Admin and Azure
    Kubernetes Service Cluster User on the cluster. Each is an Azure role assignment, so the
    activity log shows who gave it, and whoever deploys must be allowed to assign roles."""

    waived_because: str
    """Why nobody is named here, in a sentence. For instance: roles are assigned on the
    subscription."""


class ApiAccess(TypedDict, total=False):
    """From where the Kubernetes API can be reached.

    Give exactly one of `private`, `authorized_ip_ranges` and `public_because`.
    """

    private: bool
    """True for an API server with a private address only. It cannot be changed later.
    Source: Azure docs, "Create a private AKS cluster"."""

    private_dns_zone_id: pulumi.Input[str]
    """With `private`: resource id of your private DNS zone `privatelink.<region>.azmk8s.io`.
    By default AKS makes one beside the nodes."""

    authorized_ip_ranges: pulumi.Input[list[pulumi.Input[str]]]
    """Up to 200 CIDR ranges, such as `203.0.113.0/24`, that reach a public API server. The
    cluster's own egress address is always allowed; `0.0.0.0/32` allows nothing else. Source: Azure
    docs, "API server authorized IP ranges"."""

    public_because: str
    """Why the API server is open to the internet, in a sentence."""


class NewWorkspace(TypedDict, total=False):
    """A Log Analytics workspace that is created for the audit logs, on the plan PerGB2018."""

    name: pulumi.Input[str]
    """Its name: 4 to 63 letters, digits and hyphens. By default Pulumi makes one from the
    component's name."""

    interactive_retention_days: int
    """For how many days the logs can be queried as usual: 90 (default) to 730."""

    total_retention_days: int
    """For how many days the audit tables are kept in all; after the interactive days a search job
    reads them. At least 365 and at least the interactive days, which is also the default. Azure
    takes up to 730, or 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018 or 4383. Source: Azure
    docs, "Manage data retention in a Log Analytics workspace"."""


class SystemPool(TypedDict, total=False):
    """The node pool that runs the cluster's own pods."""

    vm_size: pulumi.Input[str]
    """Size of the virtual machines. Default `Standard_D4ds_v5`."""

    count: int
    """Number of nodes, 1 to 1000. Default 3, unless `min_count` and `max_count` are given."""

    min_count: int
    """Fewest nodes with autoscaling, which `min_count` and `max_count` turn on: 1 to 1000."""

    max_count: int
    """Most nodes with autoscaling: `min_count` to 1000."""

    availability_zones: pulumi.Input[list[pulumi.Input[str]]]
    """Zones of the region that the nodes are spread over, such as `1`, `2`, `3`. Default: none,
    for not every region has zones."""

    vnet_subnet_id: pulumi.Input[str]
    """Resource id of your subnet for the nodes. The cluster then runs as a user-assigned identity
    that is Network Contributor on the virtual network before the cluster is made. By default AKS
    makes a network. Source: Azure docs, "Managed identities in AKS"."""

    os_sku: pulumi.Input[str]
    """`AzureLinux` (default) or `Ubuntu`."""


class UserPool(TypedDict):
    """A node pool for workloads.

    It is a resource of its own, so that changing it never replaces the cluster.
    """

    name: str
    """Its name: 1 to 12 lowercase letters and digits (6 on Windows), a letter first, not
    `system`."""

    vm_size: NotRequired[pulumi.Input[str]]
    """Size of the virtual machines. Default `Standard_D4ds_v5`."""

    count: NotRequired[int]
    """Number of nodes, 0 to 1000. Default 3, unless `min_count` and `max_count` are given."""

    min_count: NotRequired[int]
    """Fewest nodes with autoscaling, which `min_count` and `max_count` turn on: 0 to 1000."""

    max_count: NotRequired[int]
    """Most nodes with autoscaling: at least 1, at least `min_count`, at most 1000."""

    availability_zones: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    """Zones of the region that the nodes are spread over. Default: none."""

    vnet_subnet_id: NotRequired[pulumi.Input[str]]
    """Resource id of a subnet in the virtual network of the system pool's. Default: the system
    pool's subnet."""

    node_labels: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Kubernetes labels of the nodes."""

    node_taints: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    """Kubernetes taints of the nodes, such as `dedicated=batch:NoSchedule`."""

    os_type: NotRequired[str]
    """`Linux` (default) or `Windows`. Windows needs the network policy `calico`: Cilium runs on
    Linux only. Source: Azure docs, "Secure traffic between pods"."""

    os_sku: NotRequired[pulumi.Input[str]]
    """On Linux: `AzureLinux` (default) or `Ubuntu`. On Windows AKS chooses."""


class SecureAksClusterArgs(TypedDict):
    """The arguments of SecureAksCluster."""

    resource_group_name: pulumi.Input[str]
    """Resource group that gets the cluster and, if one is created, the workspace."""

    cluster_admins: pulumi.Input[ClusterAdmins]
    """Who gets into the cluster."""

    api_access: pulumi.Input[ApiAccess]
    """From where the Kubernetes API can be reached. Required, so that it is decided before there
    is a cluster: some choices cannot be changed later."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region. Default: that of the resource group."""

    cluster_name: NotRequired[pulumi.Input[str]]
    """Name of the cluster: 1 to 63 letters, digits, hyphens and underscores. By default Pulumi
    makes one from the component's name."""

    dns_prefix: NotRequired[pulumi.Input[str]]
    """First part of the API server's host name: 1 to 54 letters, digits and hyphens. Default: from
    the component's name. It cannot be changed later."""

    kubernetes_version: NotRequired[pulumi.Input[str]]
    """Such as `1.34`. Default: AKS's own. On the channels `stable` and `rapid`, AKS changes the
    version and a later change here has no effect; on `patch`, give the minor version only."""

    workspace_id: NotRequired[pulumi.Input[str]]
    """Resource id of the Log Analytics workspace that receives the logs. It may be in another
    subscription or region. Give this or `workspace`."""

    workspace: NotRequired[pulumi.Input[NewWorkspace]]
    """The workspace to create. Default, without `workspace_id`: one with 90 days interactive and
    365 in all."""

    system_pool: NotRequired[pulumi.Input[SystemPool]]
    """The node pool for the cluster's own pods. Default: three nodes."""

    user_pools: NotRequired[pulumi.Input[list[pulumi.Input[UserPool]]]]
    """Node pools for workloads. Default: none; workloads then run on the system pool."""

    network_policy: NotRequired[str]
    """The engine that enforces Kubernetes network policies: `cilium` (default), `azure` or
    `calico`. The network is Azure CNI Overlay in each case."""

    sku_tier: NotRequired[str]
    """`Standard` (default) or `Premium`, which comes with long-term support. There is no `Free`:
    it has no uptime agreement."""

    upgrade_channel: NotRequired[str]
    """How AKS upgrades Kubernetes: `patch` (default on Premium), `stable` (default on Standard),
    `rapid` or `node-image`."""

    node_os_upgrade_channel: NotRequired[str]
    """How AKS upgrades the nodes' operating system: `NodeImage` (default) or `SecurityPatch`."""

    other_log_categories: NotRequired[list[str]]
    """Control plane log categories to collect besides `kube-audit`, `kube-audit-admin` and
    `guard`, such as `kube-apiserver`. Default: none."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the cluster and of all that is created with it."""


class AksAuditLoggingArgs(TypedDict):
    """The arguments of AksAuditLogging."""

    cluster_id: pulumi.Input[str]
    """Resource id of the AKS cluster whose logs are to be collected."""

    workspace_id: NotRequired[pulumi.Input[str]]
    """Resource id of the Log Analytics workspace that receives the logs. It may be in another
    subscription or region. Give this or `workspace`."""

    workspace: NotRequired[pulumi.Input[NewWorkspace]]
    """The workspace to create. Default, without `workspace_id`: one with 90 days interactive and
    365 in all."""

    resource_group_name: NotRequired[pulumi.Input[str]]
    """Resource group for the workspace: required if one is created, else not accepted."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region for the workspace, if one is created. Default: that of the resource group."""

    other_log_categories: NotRequired[list[str]]
    """Control plane log categories to collect besides `kube-audit`, `kube-audit-admin` and
    `guard`, such as `kube-apiserver`. Default: none."""

    setting_name: NotRequired[pulumi.Input[str]]
    """Name of the diagnostic setting: 1 to 260 characters. By default Pulumi makes one from the
    component's name. A cluster has at most five settings."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the workspace, if one is created."""
