"""The models of the node pools among a cluster's arguments.

Sources, all of the Azure documentation: "Manage node pools in AKS"; "Customize node surge upgrade";
"Upgrade OS versions in AKS".
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

from pulumi_azure_native import containerservice
from pydantic import ValidationInfo, field_validator

from kubewitness.provision.arguments.validation import (
    Arguments,
    Given,
    Raw,
    argument,
    problem,
    problems,
    whole_arguments,
)
from kubewitness.provision.arguments.values import PoolName, SubnetId, Tags, Taint, Text, Whole
from kubewitness.provision.secure_aks_cluster.raw import Path, Sets, raw_problems, setters

SYSTEM_POOL_NAME: Final = "system"
DEFAULT_NODE_COUNT: Final = 3
ZONES: Final[Any] = ["1", "2", "3"]
WINDOWS_NAME_LENGTH: Final = 6

_COUNT: Final = "give a whole number of nodes, at most 1000"
_OS_SKU: Final = "give one of these, or leave it out"
_OVERRIDES: Final = "give properties of azure-native's AgentPool"
_SUBNET: Final = (
    "give the resource id of a subnet, "
    "`/subscriptions/.../providers/Microsoft.Network/virtualNetworks/NAME/subnets/NAME`"
)


LinuxSku: TypeAlias = Literal["AzureLinux", "AzureLinux3", "Ubuntu", "Ubuntu2204", "Ubuntu2404"]


class Pool(Arguments):
    """The common arguments of system and user pools."""

    vm_size: Annotated[Given[Text], Sets("vmSize")] = argument(
        default="Standard_D4ds_v5", fix="give a size such as `Standard_D4ds_v5`"
    )
    """Size of the virtual machines. Default `Standard_D4ds_v5`. Azure cannot change it: see the
    docs, "What replaces a pool"."""

    availability_zones: Annotated[Given[list[Given[Text]]], Sets("availabilityZones")] = argument(
        default=ZONES,
        fix='give a list of zones, such as ["1", "2", "3"], or an empty one',
    )
    """Zones of the region that the nodes are spread over. Default `1`, `2`, `3`; in a region
    without zones give an empty list. A pool's zones cannot be changed later."""

    vnet_subnet_id: Annotated[Given[SubnetId] | None, Sets("vnetSubnetID")] = argument(
        default=None, fix=_SUBNET
    )
    """Resource id of a subnet in the virtual network of the system pool's. Default: the system
    pool's subnet."""

    os_sku: Annotated[Given[LinuxSku] | None, Sets("osSKU")] = argument(default=None, fix=_OS_SKU)
    """On Linux: `AzureLinux` (default), `AzureLinux3`, `Ubuntu`, `Ubuntu2204` or `Ubuntu2404`. The
    names without a number are the version that AKS chooses for the Kubernetes version. Azure
    changes it in place. On Windows AKS chooses."""

    count: Annotated[Whole | None, Sets("count")] = argument(
        default=None, ge=0, le=1000, fix=_COUNT
    )
    """Number of nodes, 0 to 1000. Default 3, unless `min_count` and `max_count` are given."""

    min_count: Annotated[Whole | None, Sets("minCount", "enableAutoScaling")] = argument(
        default=None, ge=0, le=1000, fix=_COUNT
    )
    """Fewest nodes with autoscaling, which `min_count` and `max_count` turn on: 0 to 1000."""

    max_count: Annotated[Whole | None, Sets("maxCount", "enableAutoScaling")] = argument(
        default=None, ge=1, le=1000, validate_default=True, fix=_COUNT
    )
    """Most nodes with autoscaling: at least 1, at least `min_count`, at most 1000."""

    @field_validator("max_count")
    @classmethod
    def _counts_agree(cls, maximum: int | None, info: ValidationInfo) -> int | None:
        if not {"count", "min_count"} <= info.data.keys():
            return maximum
        count, minimum = info.data["count"], info.data["min_count"]
        if maximum is None and minimum is None:
            return None
        if maximum is None or minimum is None:
            raise problem("and `min_count` go together; give both or neither")
        if count is not None:
            raise problem("contradicts `count`; give `count`, or `min_count` and `max_count`")
        if maximum < minimum:
            raise problem("is less than `min_count`; raise it or lower the other")
        return maximum

    @field_validator("overrides", check_fields=False)
    @classmethod
    def _overrides_are_properties(cls, overrides: dict[str, Any]) -> dict[str, Any]:
        if found := raw_problems(overrides, cls.azure_type(), {**setters(cls), **_OF_THE_CLUSTER}):
            raise problems(*found)
        return overrides

    @classmethod
    def azure_type(cls) -> type:
        """Return azure-native's class of the inputs that the overrides are merged into."""
        raise NotImplementedError

    @property
    def autoscales(self) -> bool:
        """Whether the cluster autoscaler, and not the program, sets the number of nodes."""
        return self.max_count is not None

    @property
    def first_count(self) -> int:
        """The number of nodes to start with."""
        given = self.min_count if self.autoscales else self.count
        return DEFAULT_NODE_COUNT if given is None else given


_OF_THE_CLUSTER: Final[dict[Path, list[str]]] = {
    ("enableEncryptionAtHost",): ["host_encryption"],
    ("resourceGroupName",): ["resource_group_name"],
    ("resourceName",): ["cluster_name"],
    ("tags",): ["tags"],
}
"""Properties of pools that arguments of the cluster set."""


class SystemPool(Pool):
    """The node pool that runs the cluster's own pods, and workloads where there is no other."""

    vnet_subnet_id: Annotated[Given[SubnetId] | None, Sets("vnetSubnetID")] = argument(
        default=None, fix=_SUBNET
    )
    """Resource id of your subnet for the nodes. The cluster then runs as a user-assigned identity
    that is Network Contributor on the virtual network before the cluster is made. By default AKS
    makes a network. Source: Azure docs, "Managed identities in AKS"."""

    os_sku: Annotated[Given[LinuxSku] | None, Sets("osSKU")] = argument(default=None, fix=_OS_SKU)
    """`AzureLinux` (default), `AzureLinux3`, `Ubuntu`, `Ubuntu2204` or `Ubuntu2404`."""

    count: Annotated[Whole | None, Sets("count")] = argument(
        default=None, ge=1, le=1000, fix=_COUNT
    )
    """Number of nodes, 1 to 1000. Default 3, unless `min_count` and `max_count` are given."""

    min_count: Annotated[Whole | None, Sets("minCount", "enableAutoScaling")] = argument(
        default=None, ge=1, le=1000, fix=_COUNT
    )
    """Fewest nodes with autoscaling, which `min_count` and `max_count` turn on: 1 to 1000."""

    max_count: Annotated[Whole | None, Sets("maxCount", "enableAutoScaling")] = argument(
        default=None, ge=1, le=1000, validate_default=True, fix=_COUNT
    )
    """Most nodes with autoscaling: `min_count` to 1000."""

    overrides: Raw = argument(default_factory=dict, fix=_OVERRIDES)
    """Properties of azure-native's ManagedClusterAgentPoolProfile, spelt as there, for all that has
    no argument here, such as `upgrade_settings`, `os_disk_type`, `max_pods` or `kubelet_config`.
    They are merged into what this component sets, lists replaced as a whole."""

    changes: Literal["applied", "ignored"] | None = argument(
        default=None, fix="give one of these, or leave it out"
    )
    """Whether changes of this pool after its creation are `applied` or `ignored`. After a
    refresh, Azure lists the user pools together with the system pool, and Pulumi can ignore that
    only together with the changes of the system pool. Default: `ignored` if there are user
    pools, AKS upgrades the version, and this pool has no `overrides`; otherwise `applied`. An
    ignored change gets a warning. See the docs, "What drifts, and what does not"."""

    @classmethod
    def azure_type(cls) -> type:
        """Return the class of a pool that the cluster is made with."""
        return containerservice.ManagedClusterAgentPoolProfileArgs


class UserPool(Pool):
    """A node pool for workloads.

    It is a resource of its own, so that changing it never replaces the cluster.
    """

    name: Annotated[PoolName, Sets("agentPoolName")] = argument(
        fix="give 1 to 12 lowercase letters and digits, a letter first"
    )
    """Its name: 1 to 12 lowercase letters and digits (6 on Windows), a letter first, not
    `system`."""

    node_labels: Annotated[Tags | None, Sets("nodeLabels")] = argument(
        default=None, fix="give a map from strings to strings"
    )
    """Kubernetes labels of the nodes."""

    node_taints: Annotated[Given[list[Given[Taint]]] | None, Sets("nodeTaints")] = argument(
        default=None, fix="give taints such as `dedicated=batch:NoSchedule`"
    )
    """Kubernetes taints of the nodes, such as `dedicated=batch:NoSchedule`."""

    os_type: Annotated[Literal["Linux", "Windows"], Sets("osType")] = argument(
        default="Linux", fix="give one of these"
    )
    """`Linux` (default) or `Windows`. Windows needs the network policy `calico`: Cilium runs on
    Linux only. Source: Azure docs, "Secure traffic between pods"."""

    overrides: Raw = argument(default_factory=dict, fix=_OVERRIDES)
    """Properties of azure-native's AgentPool, spelt as there, for all that has no argument here,
    such as `upgrade_settings`, `orchestrator_version`, `max_pods` or `mode`. They are merged into
    what this component sets, lists replaced as a whole."""

    @classmethod
    def azure_type(cls) -> type:
        """Return the class of a pool that is a resource of its own."""
        return containerservice.AgentPoolArgs

    @field_validator("vnet_subnet_id")
    @classmethod
    def _subnet_beside_the_system_pools(cls, subnet: Any, info: ValidationInfo) -> Any:
        system_pool = whole_arguments(info).get("system_pool")
        if isinstance(system_pool, Mapping) and "vnet_subnet_id" in system_pool:
            return subnet
        raise problem(
            "needs `system_pool.vnet_subnet_id` in the same virtual network; give both or neither"
        )

    @field_validator("name")
    @classmethod
    def _name_of_its_own(cls, name: str, info: ValidationInfo) -> str:
        if name == SYSTEM_POOL_NAME:
            raise problem("is the name of the system pool; choose another")
        pools = whole_arguments(info).get("user_pools", ())
        if [pool.get("name") for pool in pools if isinstance(pool, Mapping)].count(name) > 1:
            raise problem("is given twice; choose another")
        return name

    @field_validator("os_type")
    @classmethod
    def _windows_fits(cls, os_type: str, info: ValidationInfo) -> str:
        if os_type != "Windows":
            return os_type
        checks = (
            (
                whole_arguments(info).get("network_policy") != "calico",
                "the network policy `calico`",
            ),
            (info.data.get("os_sku") is not None, "no `os_sku`, which is for Linux"),
            (
                len(info.data.get("name", "")) > WINDOWS_NAME_LENGTH,
                f"a name of at most {WINDOWS_NAME_LENGTH} characters",
            ),
        )
        missing = [needed for wrong, needed in checks if wrong]
        if missing:
            raise problem(f"`Windows` needs {', '.join(missing)}; change it or choose `Linux`")
        return os_type
