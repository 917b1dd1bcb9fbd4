"""The model of the arguments of SecureAksCluster, and the checks across their parts."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.catalog.aks_roles import CLUSTER_USER, RBAC_CLUSTER_ADMIN
from kubewitness.provision.arguments.validation import (
    Given,
    Raw,
    problem,
    problems,
    whole_arguments,
)
from kubewitness.provision.arguments.values import (
    ClusterName,
    DnsPrefix,
    Flag,
    KubernetesVersion,
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
from kubewitness.provision.trail.model import ADOPT, AdoptLogging, AuditTrail

AUTOMATIC_DECIDES: Final = {
    "network_policy": "is always `cilium` on AKS Automatic; leave it out",
    "sku_tier": "is always `Standard` on AKS Automatic; leave it out",
    "upgrade_channel": "is always `stable` on AKS Automatic; leave it out",
    "node_os_upgrade_channel": "is always `NodeImage` on AKS Automatic; leave it out",
    "system_pool": "is run by AKS Automatic itself; leave it out",
    "user_pools": "are made by AKS Automatic as workloads need nodes; leave them out",
    "host_encryption": "is for node pools, which AKS Automatic makes itself; leave it out",
    "image_cleaner_hours": "is preconfigured on AKS Automatic; leave it out",
    "node_resource_group_lockdown": "is always on with AKS Automatic; leave it out",
}
"""Arguments that AKS Automatic leaves no choice about: "What is AKS Automatic?"."""


class Adopt(AdoptLogging):
    """The same with the cluster and its pools."""

    cluster: Text | None = Field(default=None, description=ADOPT)
    user_pools: dict[str, Text] = Field(default_factory=dict, description=ADOPT)


class SecureAksClusterModel(AuditTrail):
    """The arguments of SecureAksCluster."""

    resource_group_name: Given[Text] = Field(description="give the name of a resource group")
    mode: Literal["standard", "automatic"] = Field(
        default="standard", description="give one of these"
    )
    cluster_admins: ClusterAdmins = Field(
        description="give {group_object_ids: [...]}, {principals: [...]} or {waived_because: ...}"
    )
    api_access: ApiAccess = Field(
        description="give {private: true}, {authorized_ip_ranges: [...]} or {public_because: ...}"
    )
    cluster_name: Given[ClusterName] | None = Field(
        default=None, description="give 1 to 63 letters, digits, hyphens and underscores"
    )
    dns_prefix: Given[DnsPrefix] | None = Field(
        default=None, description="give 1 to 54 letters, digits and hyphens, no hyphen at the ends"
    )
    network_policy: Literal["cilium", "azure", "calico"] = Field(
        default="cilium", description="give one of these"
    )
    sku_tier: Literal["Standard", "Premium"] = Field(
        default="Standard", description="give one of these"
    )
    upgrade_channel: Literal["patch", "stable", "rapid", "node-image"] | None = Field(
        default=None, description="give one of these"
    )
    node_os_upgrade_channel: Literal["NodeImage", "SecurityPatch"] = Field(
        default="NodeImage", description="give one of these"
    )
    kubernetes_version: Given[KubernetesVersion] | None = Field(
        default=None, description="give a version such as `1.34`"
    )
    system_pool: SystemPool = Field(
        default_factory=SystemPool, description="give an object such as {count: 3}"
    )
    user_pools: list[UserPool] = Field(
        default_factory=list, description="give a list of objects, each with a `name`"
    )
    outbound_type: (
        Literal[
            "loadBalancer",
            "managedNATGateway",
            "userAssignedNATGateway",
            "userDefinedRouting",
            "none",
        ]
        | None
    ) = Field(default=None, description="give one of these")
    maintenance_window: MaintenanceWindow = Field(
        default_factory=MaintenanceWindow, description="give an object such as {day: Saturday}"
    )
    run_command: Flag = Field(default=False, description="give true or false")
    azure_policy: Flag = Field(default=True, description="give true or false")
    defender: Flag = Field(default=True, description="give true or false")
    image_cleaner_hours: Whole = Field(
        default=168, ge=24, le=2160, description="give 24 to 2160 hours"
    )
    host_encryption: Flag = Field(default=False, description="give true or false")
    node_resource_group_lockdown: Flag = Field(default=True, description="give true or false")
    container_insights: ContainerInsights | None = Field(
        default=None, description="give an object such as {streams: [Microsoft-ContainerLogV2]}"
    )
    role_assignments: list[RoleAssignment] = Field(
        default_factory=list, description="give objects with `role`, `object_id` and `type`"
    )
    cluster_overrides: Raw = Field(
        default_factory=dict, description="give properties of azure-native's ManagedCluster"
    )
    adopt: Adopt = Field(default_factory=Adopt, description="give an object such as {cluster: aks}")

    @property
    def channel(self) -> str:
        """The upgrade channel: long-term support, which Premium brings, goes with patches."""
        return self.upgrade_channel or ("patch" if self.sku_tier == "Premium" else "stable")

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

    @field_validator(*AUTOMATIC_DECIDES, mode="before")
    @classmethod
    def _automatic_decides(cls, given: Any, info: ValidationInfo) -> Any:
        if whole_arguments(info).get("mode") == "automatic":
            raise problem(AUTOMATIC_DECIDES[str(info.field_name)])
        return given

    @field_validator("cluster_overrides")
    @classmethod
    def _overrides_keep_promises(cls, overrides: dict[str, Any]) -> dict[str, Any]:
        if found := override_problems(overrides):
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
    """What `admit_admins` assigns: principal, role and namespace."""
    if admins is None:
        return set()
    principals = [_lower(one.object_id) for one in admins.principals]
    users = [*(_lower(one) for one in admins.group_object_ids), *principals]
    return {
        *((one, CLUSTER_USER, None) for one in users),
        *((one, RBAC_CLUSTER_ADMIN, None) for one in principals),
    }
