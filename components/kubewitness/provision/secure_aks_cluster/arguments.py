"""The arguments of SecureAksCluster, as users write them."""

from typing import Any, NotRequired, TypedDict

import pulumi

from kubewitness.provision.trail.arguments import Destination, NewWorkspace


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


class Adopt(TypedDict, total=False):
    """Resources that the program of this stack made without the component.

    Each is given by the name that it had in the program, which is Pulumi's and not Azure's, at the
    top of the stack, or by its URN. The resource must be gone from the program. See the docs,
    "Adopt what exists".
    """

    cluster: str
    """The ManagedCluster."""

    workspace: str
    """The Workspace."""

    diagnostic_setting: str
    """The DiagnosticSetting that sends the audit logs to the workspace."""

    user_pools: dict[str, str]
    """AgentPools, by their `name` in `user_pools`."""


class SecureAksClusterArgs(TypedDict):
    """The arguments of SecureAksCluster."""

    resource_group_name: pulumi.Input[str]
    """Resource group that gets the cluster and, if one is created, the workspace."""

    cluster_admins: pulumi.Input[ClusterAdmins]
    """Who gets into the cluster."""

    api_access: pulumi.Input[ApiAccess]
    """From where the Kubernetes API can be reached. Required, so that it is decided before there
    is a cluster: some choices cannot be changed later."""

    mode: NotRequired[str]
    """`standard` (default) or `automatic`: AKS Automatic, which runs the system pool, makes nodes
    as workloads need them and forces much of what this component does by default. It cannot be
    changed later. Source: Azure docs, "What is AKS Automatic?"."""

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

    audit_profile: NotRequired[str]
    """What of the audit logs goes to the workspace, and so what can be seen later:

    - `full` (default): `kube-audit`, `kube-audit-admin` and `guard`. Every detection can alert.
    - `filtered`: the same, but of `kube-audit` only the reads that detections need, kept by a
      transformation of the workspace, which must be a new one. Writes are in `kube-audit-admin`.
    - `archive`: `kube-audit-admin` and `guard`; `kube-audit` goes to a storage account among the
      `destinations`. Reads, such as of secrets, and `kubectl exec` can be found later, not alerted
      on.
    - `frugal`: `kube-audit-admin` and `guard`. Reads and `kubectl exec` are never recorded, and
      `aks-audit-logs` fails unless its coverage is set to `admin`."""

    destinations: NotRequired[list[Destination]]
    """Where logs go besides the workspace, in as few diagnostic settings as Azure's rules allow.
    Default: nowhere. To move a category from one place to another, take it away in one update and
    add it in the next: Azure refuses it twice, also for a moment."""

    collected_elsewhere: NotRequired[list[str]]
    """Log categories that a setting made by somebody else, such as Azure Policy, already sends to
    the same workspace, so that another would be refused. Declare it to the policy pack, too, under
    `collectedElsewhere`. Default: none."""

    system_pool: NotRequired[pulumi.Input[SystemPool]]
    """The node pool for the cluster's own pods. Default: three nodes."""

    user_pools: NotRequired[pulumi.Input[list[pulumi.Input[UserPool]]]]
    """Node pools for workloads. Default: none; workloads then run on the system pool."""

    network_policy: NotRequired[str]
    """The engine that enforces Kubernetes network policies: `cilium` (default), with its own data
    plane, `azure` or `calico`. The network is Azure CNI Overlay in each case."""

    outbound_type: NotRequired[str]
    """How pods reach the internet: `loadBalancer` (default), `managedNATGateway`,
    `userAssignedNATGateway`, `userDefinedRouting` or `none`. The two that begin with `user` need
    `system_pool.vnet_subnet_id`. It cannot always be changed later. Source: Azure docs, "Customize
    cluster egress with outbound types"."""

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

    maintenance_window: NotRequired[MaintenanceWindow]
    """When AKS may upgrade the cluster and its nodes. Default: Sundays from midnight UTC, for
    eight hours."""

    run_command: NotRequired[bool]
    """Whether `az aks command invoke` may run commands in the cluster, past the network rules.
    Default false."""

    azure_policy: NotRequired[bool]
    """Whether the Azure Policy add-on enforces Azure policies on pods. Default true."""

    defender: NotRequired[bool]
    """Whether the sensor of Microsoft Defender for Containers runs on the nodes and reports to the
    workspace of the audit logs. It acts, and costs, only where the subscription has the plan.
    Default true."""

    image_cleaner_hours: NotRequired[int]
    """How often unused images with vulnerabilities are removed from the nodes: every 24 to 2160
    hours. Default 168. To switch it off is for `cluster_overrides`. Source: Azure docs, "Use Image
    Cleaner"."""

    host_encryption: NotRequired[bool]
    """Whether the nodes' temporary disks and caches are encrypted on their host. Default false, for
    the subscription must first register the feature `Microsoft.Compute/EncryptionAtHost`. It cannot
    be changed later. Source: Azure docs, "Host-based encryption on AKS"."""

    node_resource_group_lockdown: NotRequired[bool]
    """Whether the resource group of the nodes is read-only for everybody but AKS. Default true.
    Source: Azure docs, "Node resource group lockdown"."""

    container_insights: NotRequired[ContainerInsights]
    """The logs of containers. Default: not collected."""

    role_assignments: NotRequired[list[RoleAssignment]]
    """Roles on the cluster and its namespaces, besides those of `cluster_admins`. Default: none.
    Give object ids as plain values, or only append: what is an Output is told apart by its place
    in the list."""

    cluster_overrides: NotRequired[dict[str, Any]]
    """Properties of azure-native's ManagedCluster, spelt as there, for all that has no argument
    here. They are merged into what this component sets, lists replaced as a whole. What undoes the
    component's promises is refused: see the docs, "Overrides"."""

    adopt: NotRequired[Adopt]
    """Resources of this stack that the component takes over, instead of new ones."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the cluster and of all that is created with it."""
