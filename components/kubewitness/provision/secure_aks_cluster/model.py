"""The model of the arguments of SecureAksCluster, and the checks across their parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import pulumi
from pydantic import ValidationInfo, field_validator

from kubewitness.catalog.aks_roles import CLUSTER_USER, RBAC_CLUSTER_ADMIN
from kubewitness.provision.arguments.validation import (
    ByParts,
    Given,
    Raw,
    argument,
    marked,
    problem,
    problems,
    whole_arguments,
)
from kubewitness.provision.arguments.values import (
    ClusterName,
    DnsPrefix,
    Flag,
    Guid,
    KubernetesVersion,
    Tags,
    Text,
    Whole,
)
from kubewitness.provision.secure_aks_cluster.overrides import override_problems
from kubewitness.provision.secure_aks_cluster.parts import (
    ApiAccess,
    ClusterAdmins,
    ContainerInsights,
    MaintenanceWindow,
    RoleAssignment,
)
from kubewitness.provision.secure_aks_cluster.pools import SystemPool, UserPool
from kubewitness.provision.secure_aks_cluster.raw import Sets, setters
from kubewitness.provision.trail.model import ADOPT, AdoptLogging, AuditTrail

CHANGE_MINORS: Final = frozenset({"stable", "rapid"})
"""The upgrade channels that move to new minor versions."""


@dataclass(frozen=True)
class AutomaticDecides:
    """Marks an argument that AKS Automatic leaves no choice about: "What is AKS Automatic?".

    Attributes:
        reason: the error if it is given.
    """

    reason: str


class Adopt(AdoptLogging):
    """Resources that the program of this stack made without the component.

    Give each by the name that it had in the program at the top of the stack, which is Pulumi's name
    and not Azure's, or by its URN. Remove the resource itself from the program. See the docs,
    "Adopt what exists".
    """

    cluster: Text | None = argument(default=None, fix=ADOPT)
    """The ManagedCluster."""

    user_pools: dict[str, Text] = argument(default_factory=dict, fix=ADOPT)
    """AgentPools, by their `name` in `user_pools`."""


class SecureAksClusterModel(AuditTrail):
    """The arguments of SecureAksCluster."""

    resource_group_name: Annotated[Given[Text], Sets("resourceGroupName")] = argument(
        fix="give the name of a resource group"
    )
    """Resource group that gets the cluster and, if one is created, the workspace."""

    mode: Annotated[Literal["standard", "automatic"], Sets("sku")] = argument(
        default="standard", fix="give one of these"
    )
    """`standard` (default) or `automatic`: AKS Automatic, which runs the system pool, makes nodes
    as workloads need them and forces much of what this component does by default. It cannot be
    changed later. Source: Azure docs, "What is AKS Automatic?"."""

    cluster_admins: Annotated[ByParts[ClusterAdmins], Sets("aadProfile.adminGroupObjectIDs")] = (
        argument(fix="give {group_object_ids: [...]}, {principals: [...]} or {waived_because: ...}")
    )
    """Who gets into the cluster."""

    api_access: Annotated[
        ByParts[ApiAccess],
        Sets(
            "publicNetworkAccess",
            "apiServerAccessProfile.authorizedIPRanges",
            "apiServerAccessProfile.enablePrivateCluster",
            "apiServerAccessProfile.enableVnetIntegration",
            "apiServerAccessProfile.privateDNSZone",
            "apiServerAccessProfile.subnetId",
        ),
    ] = argument(fix="give {private: true}, {authorized_ip_ranges: [...]} or {public_because: ...}")
    """From where the Kubernetes API can be reached. Required, so that it is decided before there
    is a cluster: some choices cannot be changed later."""

    cluster_name: Annotated[Given[ClusterName] | None, Sets("resourceName")] = argument(
        default=None, fix="give 1 to 63 letters, digits, hyphens and underscores"
    )
    """Name of the cluster: 1 to 63 letters, digits, hyphens and underscores. By default Pulumi
    makes one from the component's name."""

    dns_prefix: Annotated[Given[DnsPrefix] | None, Sets("dnsPrefix")] = argument(
        default=None, fix="give 1 to 54 letters, digits and hyphens, no hyphen at the ends"
    )
    """First part of the API server's host name: 1 to 54 letters, digits and hyphens. Default: from
    the component's name. It cannot be changed later."""

    network_policy: Annotated[
        Literal["cilium", "azure", "calico"],
        Sets("networkProfile.networkPolicy", "networkProfile.networkDataplane"),
        AutomaticDecides("is always `cilium` on AKS Automatic; leave it out"),
    ] = argument(default="cilium", fix="give one of these")
    """The engine that enforces Kubernetes network policies: `cilium` (default), with its own data
    plane, `azure` or `calico`. The network is Azure CNI Overlay in each case."""

    sku_tier: Annotated[
        Literal["Standard", "Premium"],
        Sets("sku", "supportPlan"),
        AutomaticDecides("is always `Standard` on AKS Automatic; leave it out"),
    ] = argument(default="Standard", fix="give one of these")
    """`Standard` (default) or `Premium`, which comes with long-term support. There is no `Free`:
    it has no uptime agreement."""

    upgrade_channel: Annotated[
        Literal["patch", "stable", "rapid", "node-image"] | None,
        Sets("autoUpgradeProfile.upgradeChannel"),
        AutomaticDecides("is always `stable` on AKS Automatic; leave it out"),
    ] = argument(default=None, fix="give one of these")
    """How AKS upgrades Kubernetes: `patch` (default on Premium), `stable` (default on Standard),
    `rapid` or `node-image`."""

    node_os_upgrade_channel: Annotated[
        Literal["NodeImage", "SecurityPatch"],
        Sets("autoUpgradeProfile.nodeOSUpgradeChannel"),
        AutomaticDecides("is always `NodeImage` on AKS Automatic; leave it out"),
    ] = argument(default="NodeImage", fix="give one of these")
    """How AKS upgrades the nodes' operating system: `NodeImage` (default) or `SecurityPatch`."""

    kubernetes_version: Annotated[Given[KubernetesVersion] | None, Sets("kubernetesVersion")] = (
        argument(default=None, fix="give a version such as `1.34`")
    )
    """Kubernetes version, such as `1.34`. Default: AKS's own. On the channels `stable` and `rapid`,
    AKS changes the version and a later change here has no effect. On `patch` and `node-image`, the
    control plane and then the pools follow a change; on `patch`, give the minor version only."""

    system_pool: Annotated[
        ByParts[SystemPool],
        Sets("agentPoolProfiles"),
        AutomaticDecides("is run by AKS Automatic itself; leave it out"),
    ] = argument(default_factory=SystemPool, fix="give an object such as {count: 3}")
    """The node pool for the cluster's own pods. Default: three nodes."""

    user_pools: Annotated[
        ByParts[list[ByParts[UserPool]]],
        AutomaticDecides("are made by AKS Automatic as workloads need nodes; leave them out"),
    ] = argument(default_factory=list, fix="give a list of objects, each with a `name`")
    """Node pools for workloads. Default: none; workloads then run on the system pool."""

    outbound_type: Annotated[
        Literal[
            "loadBalancer",
            "managedNATGateway",
            "userAssignedNATGateway",
            "userDefinedRouting",
            "none",
        ]
        | None,
        Sets("networkProfile.outboundType"),
    ] = argument(default=None, fix="give one of these")
    """How pods reach the internet: `loadBalancer` (default), `managedNATGateway`,
    `userAssignedNATGateway`, `userDefinedRouting` or `none`. The two that begin with `user` need
    `system_pool.vnet_subnet_id`. It cannot always be changed later. Source: Azure docs, "Customize
    cluster egress with outbound types"."""

    maintenance_window: MaintenanceWindow = argument(
        default_factory=MaintenanceWindow, fix="give an object such as {day: Saturday}"
    )
    """When AKS may upgrade the cluster and its nodes. Default: Sundays from midnight UTC, for
    eight hours."""

    run_command: Annotated[Flag, Sets("apiServerAccessProfile.disableRunCommand")] = argument(
        default=False, fix="give true or false"
    )
    """Whether `az aks command invoke` may run commands in the cluster, past the network rules.
    Default false."""

    azure_policy: Annotated[Flag, Sets("addonProfiles.azurepolicy")] = argument(
        default=True, fix="give true or false"
    )
    """Whether the Azure Policy add-on enforces Azure policies on pods. Default true."""

    defender: Annotated[Flag, Sets("securityProfile.defender")] = argument(
        default=True, fix="give true or false"
    )
    """Whether the sensor of Microsoft Defender for Containers runs on the nodes and reports to the
    workspace of the audit logs. It acts, and costs, only where the subscription has the plan.
    Default true."""

    image_cleaner_hours: Annotated[
        Whole,
        Sets("securityProfile.imageCleaner.intervalHours"),
        AutomaticDecides("is preconfigured on AKS Automatic; leave it out"),
    ] = argument(default=168, ge=24, le=2160, fix="give 24 to 2160 hours")
    """How often unused images with vulnerabilities are removed from the nodes: every 24 to 2160
    hours. Default 168. To switch it off is for `cluster_overrides`. Source: Azure docs, "Use Image
    Cleaner"."""

    host_encryption: Annotated[
        Flag, AutomaticDecides("is for node pools, which AKS Automatic makes itself; leave it out")
    ] = argument(default=False, fix="give true or false")
    """Whether the nodes' temporary disks and caches are encrypted on their host. Default false, for
    the subscription must first register the feature `Microsoft.Compute/EncryptionAtHost`. It cannot
    be changed later. Source: Azure docs, "Host-based encryption on AKS"."""

    node_resource_group_lockdown: Annotated[
        Flag,
        Sets("nodeResourceGroupProfile.restrictionLevel"),
        AutomaticDecides("is always on with AKS Automatic; leave it out"),
    ] = argument(default=True, fix="give true or false")
    """Whether the resource group of the nodes is read-only for all users except AKS itself.
    Default true. Source: Azure docs, "Node resource group lockdown"."""

    container_insights: Annotated[ContainerInsights | None, Sets("addonProfiles.omsagent")] = (
        argument(default=None, fix="give an object such as {streams: [Microsoft-ContainerLogV2]}")
    )
    """The logs of containers. Default: not collected."""

    role_assignments: list[RoleAssignment] = argument(
        default_factory=list, fix="give objects with `role`, `object_id` and `type`"
    )
    """Roles on the cluster and its namespaces, besides those of `cluster_admins`. Default: none.
    Give object ids as plain values, or only append: an Output is identified by its place in the
    list."""

    tenant_id: Given[Guid] | None = argument(
        default=None, fix="give the ID of a tenant of Entra ID, a GUID"
    )
    """ID of the Entra ID tenant where kubelogin signs in with the output `kubeconfig`. Default: the
    one where the Azure CLI signed in. Give it if your users work in several tenants."""

    cluster_overrides: Raw = argument(
        default_factory=dict, fix="give properties of azure-native's ManagedCluster"
    )
    """Properties of azure-native's ManagedCluster, with the same spelling, for everything that
    has no argument here. They are merged into the properties of this component; lists are
    replaced as a whole. Properties that contradict a guarantee of the component are refused: see
    the docs, "Overrides"."""

    adopt: Adopt = argument(default_factory=Adopt, fix="give an object such as {cluster: aks}")
    """Resources of this stack that the component takes over, instead of new ones."""

    location: Annotated[Given[Text] | None, Sets("location")] = argument(
        default=None, fix="give an Azure region such as `westeurope`"
    )
    """Azure region. Default: that of the resource group."""

    tags: Annotated[Tags | None, Sets("tags")] = argument(
        default=None, fix="give a map from strings to strings"
    )
    """Tags of the cluster and of all that is created with it."""

    @property
    def channel(self) -> str:
        """The upgrade channel: long-term support, which Premium brings, goes with patches."""
        return self.upgrade_channel or ("patch" if self.sku_tier == "Premium" else "stable")

    @property
    def pool_version(self) -> pulumi.Input[str] | None:
        """The Kubernetes version of the pools; None where AKS chooses or changes it."""
        return None if self.channel in CHANGE_MINORS else self.kubernetes_version

    @property
    def ignores_system_pool(self) -> bool:
        """Whether changes of the system pool after its creation are ignored."""
        if self.system_pool.changes is not None:
            return self.system_pool.changes == "ignored"
        left_to_aks = self.pool_version is None and not self.system_pool.overrides
        return bool(self.user_pools) and left_to_aks

    @field_validator("sku_tier")
    @classmethod
    def _premium_without_calico(cls, tier: str, info: ValidationInfo) -> str:
        if tier == "Premium" and info.data.get("network_policy") == "calico":
            raise problem(
                "`Premium` comes with long-term support, which excludes `calico`; choose another "
                "`network_policy` or the tier `Standard`"
            )
        return tier

    @field_validator("node_os_upgrade_channel")
    @classmethod
    def _node_image_with_itself(cls, nodes: str, info: ValidationInfo) -> str:
        if info.data.get("upgrade_channel") == "node-image" and nodes != "NodeImage":
            raise problem("contradicts the upgrade channel `node-image`; leave one of the two out")
        return nodes

    @field_validator("kubernetes_version")
    @classmethod
    def _patch_channel_sets_patch(cls, version: Any, info: ValidationInfo) -> Any:
        premium = info.data.get("sku_tier") == "Premium"
        channel = info.data.get("upgrade_channel") or ("patch" if premium else "stable")
        if channel == "patch" and isinstance(version, str) and version.count(".") > 1:
            raise problem(
                "names a patch version, which the upgrade channel `patch` changes; give the minor "
                "version only, such as `1.34`"
            )
        return version

    @field_validator("outbound_type")
    @classmethod
    def _own_network_for_own_egress(cls, outbound: str | None, info: ValidationInfo) -> str | None:
        pool = info.data.get("system_pool")
        own = pool is not None and pool.vnet_subnet_id is not None
        if (outbound or "").startswith("user") and not own and "system_pool" in info.data:
            raise problem(
                f"`{outbound}` needs a network of your own; give `system_pool.vnet_subnet_id`, "
                "which AKS Automatic does not take"
            )
        if outbound == "managedNATGateway" and own:
            raise problem(
                "`managedNATGateway` does not work in a network of your own; choose another or "
                "leave `system_pool.vnet_subnet_id` out"
            )
        return outbound

    @field_validator("upgrade_channel")
    @classmethod
    def _long_term_support_without_new_minors(
        cls, channel: str | None, info: ValidationInfo
    ) -> str | None:
        if info.data.get("sku_tier") == "Premium" and channel in {"rapid", "stable"}:
            raise problem(
                f"`{channel}` moves to new minor versions, which long-term support and so the "
                "tier `Premium` excludes; choose `patch` or `node-image`"
            )
        return channel

    @field_validator("role_assignments")
    @classmethod
    def _no_role_twice(cls, given: list[RoleAssignment], info: ValidationInfo) -> Any:
        taken = _roles_of_admins(info.data.get("cluster_admins"))
        twice = []
        for i, one in enumerate(given):
            key = (_lower(one.object_id), _lower(one.role), one.namespace)
            if key in taken and isinstance(one.object_id, str) and isinstance(one.role, str):
                twice.append(i)
            taken.add(key)
        if twice:
            reason = "is given already, here or by `cluster_admins`, and Azure refuses it twice"
            raise problems(*((f"[{i}]", f"{reason}; leave it out") for i in twice))
        return given

    @field_validator("*", mode="before")
    @classmethod
    def _automatic_decides(cls, given: Any, info: ValidationInfo) -> Any:
        decided = marked(cls, AutomaticDecides).get(str(info.field_name))
        if decided and whole_arguments(info).get("mode") == "automatic":
            raise problem(decided.reason)
        return given

    @field_validator("cluster_overrides")
    @classmethod
    def _overrides_keep_promises(cls, overrides: dict[str, Any]) -> dict[str, Any]:
        if found := override_problems(overrides, setters(cls)):
            raise problems(*found)
        return overrides

    @field_validator("adopt")
    @classmethod
    def _adopted_pools_are_there(cls, adopt: Adopt, info: ValidationInfo) -> Adopt:
        pools = whole_arguments(info).get("user_pools", ())
        listed = pools if isinstance(pools, list) else []
        names = {pool.get("name") for pool in listed if isinstance(pool, Mapping)}
        if strange := adopt.user_pools.keys() - names:
            reason = "is the name of no pool in `user_pools`; add the pool or leave this out"
            raise problems(*((f"user_pools.{name}", reason) for name in sorted(strange)))
        return adopt


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _roles_of_admins(admins: ClusterAdmins | None) -> set[tuple[Any, Any, str | None]]:
    """The role assignments of `admit_admins`: principal, role and namespace."""
    if admins is None:
        return set()
    principals = [_lower(one.object_id) for one in admins.principals]
    users = [*(_lower(one) for one in admins.group_object_ids), *principals]
    return {
        *((one, CLUSTER_USER, None) for one in users),
        *((one, RBAC_CLUSTER_ADMIN, None) for one in principals),
    }
