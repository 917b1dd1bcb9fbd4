"""The arguments of the components, as users write them and as Pulumi publishes them.

Pulumi's component analyzer turns these classes and the strings under their fields into the schema
from which every language's SDK is made. So: no Literal, no Union, no tuple, no list of enums, and
no `from __future__ import annotations`. Numbers, objects as a whole and the fields that decide
which resources there are take a plain value; all else, the fields of an object among it, may be an
Output.

`cluster_models` and `trail_models` say what is valid.
"""

from typing import Any, NotRequired, TypedDict

import pulumi

from kubewitness.provision.cluster_arguments import (
    ApiAccess,
    ClusterAdmins,
    ContainerInsights,
    MaintenanceWindow,
    RoleAssignment,
    SystemPool,
    UserPool,
)
from kubewitness.provision.trail_arguments import Destination, NewWorkspace


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


class AdoptLogging(TypedDict, total=False):
    """Resources that the program of this stack made without the component; see Adopt."""

    workspace: str
    """The Workspace."""

    diagnostic_setting: str
    """The DiagnosticSetting that sends the audit logs to the workspace."""


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

    resource_group_name: NotRequired[pulumi.Input[str]]
    """Resource group for the workspace: required if one is created, else not accepted."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region for the workspace, if one is created. Default: that of the resource group."""

    other_log_categories: NotRequired[list[str]]
    """Control plane log categories to collect besides `kube-audit`, `kube-audit-admin` and
    `guard`, such as `kube-apiserver`. Default: none."""

    setting_name: NotRequired[pulumi.Input[str]]
    """Name of the diagnostic setting: 1 to 250 characters. Where several are needed, the others'
    names end in `-2`, `-3` and so on. By default Pulumi makes one from the component's name. A
    cluster has at most five settings."""

    adopt: NotRequired[AdoptLogging]
    """Resources of this stack that the component takes over, instead of new ones."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the workspace, if one is created."""


class AuditArchiveArgs(TypedDict):
    """The arguments of AuditArchive."""

    resource_group_name: pulumi.Input[str]
    """Resource group that gets the storage account."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region, which must be that of the clusters. Default: that of the resource group."""

    account_name: NotRequired[pulumi.Input[str]]
    """Name of the storage account: 3 to 24 lowercase letters and digits. By default Pulumi makes
    one from the component's name."""

    redundancy: NotRequired[str]
    """How the account is replicated: `Standard_ZRS` (default), `Standard_GZRS`, `Standard_RAGZRS`,
    `Standard_GRS`, `Standard_RAGRS` or `Standard_LRS`. Diagnostic settings refuse premium
    storage."""

    categories: NotRequired[list[str]]
    """The log categories that are archived, each in its container `insights-logs-<category>`.
    Default: `kube-audit`, `kube-audit-admin` and `guard`."""

    immutable_days: NotRequired[int]
    """For how many days after it was written nothing can be deleted or changed: 1 to 146000.
    Default 365. Shorter than 365 fails `aks-audit-retention` where the pack sees it. Source: Azure
    docs, "Time-based retention policies for immutable blob data"."""

    delete_after_days: NotRequired[int]
    """After how many days blobs are deleted: more than `immutable_days`. Default: never."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the storage account."""
