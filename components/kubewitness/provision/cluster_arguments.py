"""The arguments that say what a cluster is like, part by part; see `arguments`."""

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
    works. Give plain values, or only append: what is an Output is told apart by its place in the
    list."""

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

    vnet_integration: bool
    """True for an API server that the nodes reach within the virtual network, without a tunnel.
    Whether it is public is still for `private` or `authorized_ip_ranges` to say. AKS Automatic
    always does this. Source: Azure docs, "API Server VNet Integration"."""

    vnet_integration_subnet_id: pulumi.Input[str]
    """With `vnet_integration` and a subnet of your own for the nodes: resource id of the subnet for
    the API server, in the same virtual network, delegated to
    `Microsoft.ContainerService/managedClusters`."""


class RoleAssignment(TypedDict):
    """A role of Azure RBAC on the cluster, or on one of its namespaces."""

    role: pulumi.Input[str]
    """`Azure Kubernetes Service RBAC Reader`, `... RBAC Writer`, `... RBAC Admin`, `... RBAC
    Cluster Admin`, `... Cluster User Role` or `... Cluster Monitoring User`, or the GUID of any
    role definition."""

    object_id: pulumi.Input[str]
    """Object id in Entra ID of who gets the role, a GUID."""

    type: pulumi.Input[str]
    """`User`, `Group` or `ServicePrincipal` (a managed identity is one, too)."""

    namespace: NotRequired[str]
    """Kubernetes namespace that the role is for. Default: all of the cluster."""


class MaintenanceWindow(TypedDict, total=False):
    """The hours of the week in which AKS may upgrade the cluster and its nodes."""

    day: str
    """Day of the week, `Monday` to `Sunday`. Default `Sunday`."""

    start_time: str
    """Start of the window, `HH:MM`. Default `00:00`."""

    duration_hours: int
    """Its length, 4 to 24 hours. Default 8. Source: Azure docs, "Use planned maintenance"."""

    utc_offset: str
    """Offset of the start time from UTC, `+HH:MM` or `-HH:MM`. Default `+00:00`."""


class ContainerInsights(TypedDict, total=False):
    """What containers write to their logs, which are not the audit logs.

    The cluster's managed identity sends it, under a data collection rule.
    """

    streams: list[str]
    """What is collected. Default `Microsoft-ContainerLogV2`, `Microsoft-KubeEvents` and
    `Microsoft-KubePodInventory`. Source: Azure docs, "Configure log collection for Container
    insights"."""

    workspace_id: pulumi.Input[str]
    """Resource id of the Log Analytics workspace that receives them. Default: that of the audit
    logs."""

    workspace_location: pulumi.Input[str]
    """Azure region of that workspace, where the rule must be. Default: that of the cluster."""


class SystemPool(TypedDict, total=False):
    """The node pool that runs the cluster's own pods, and workloads where there is no other."""

    vm_size: pulumi.Input[str]
    """Size of the virtual machines. Default `Standard_D4ds_v5`."""

    count: int
    """Number of nodes, 1 to 1000. Default 3, unless `min_count` and `max_count` are given."""

    min_count: int
    """Fewest nodes with autoscaling, which `min_count` and `max_count` turn on: 1 to 1000."""

    max_count: int
    """Most nodes with autoscaling: `min_count` to 1000."""

    availability_zones: pulumi.Input[list[pulumi.Input[str]]]
    """Zones of the region that the nodes are spread over. Default `1`, `2`, `3`; in a region
    without zones give an empty list. A pool's zones cannot be changed later."""

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
    """Zones of the region that the nodes are spread over. Default `1`, `2`, `3`; in a region
    without zones give an empty list."""

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
