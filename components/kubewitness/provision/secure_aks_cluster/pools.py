"""What valid node pools look like: the models of the classes in `cluster_arguments`."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.provision.arguments.validation import Arguments, Given, problem, whole_arguments
from kubewitness.provision.arguments.values import PoolName, SubnetId, Tags, Taint, Text, Whole

SYSTEM_POOL_NAME: Final = "system"
DEFAULT_NODE_COUNT: Final = 3
ZONES: Final[Any] = ["1", "2", "3"]
WINDOWS_NAME_LENGTH: Final = 6

_COUNT: Final = "give a whole number of nodes, at most 1000"


class Pool(Arguments):
    """What system and user pools have in common."""

    vm_size: Given[Text] = Field(
        default="Standard_D4ds_v5", description="give a size such as `Standard_D4ds_v5`"
    )
    availability_zones: Given[list[Given[Text]]] = Field(
        default=ZONES,
        description='give a list of zones, such as ["1", "2", "3"], or an empty one',
    )
    vnet_subnet_id: Given[SubnetId] | None = Field(
        default=None,
        description="give the resource id of a subnet, "
        "`/subscriptions/.../providers/Microsoft.Network/virtualNetworks/NAME/subnets/NAME`",
    )
    os_sku: Given[Literal["AzureLinux", "Ubuntu"]] | None = Field(
        default=None, description="give one of these, or leave it out"
    )
    count: Whole | None = Field(default=None, ge=0, le=1000, description=_COUNT)
    min_count: Whole | None = Field(default=None, ge=0, le=1000, description=_COUNT)
    max_count: Whole | None = Field(
        default=None, ge=1, le=1000, validate_default=True, description=_COUNT
    )

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

    @property
    def autoscales(self) -> bool:
        """Whether the cluster autoscaler, and not the program, sets the number of nodes."""
        return self.max_count is not None

    @property
    def first_count(self) -> int:
        """The number of nodes to start with."""
        given = self.min_count if self.autoscales else self.count
        return DEFAULT_NODE_COUNT if given is None else given


class SystemPool(Pool):
    """Never empty."""

    count: Whole | None = Field(default=None, ge=1, le=1000, description=_COUNT)
    min_count: Whole | None = Field(default=None, ge=1, le=1000, description=_COUNT)


class UserPool(Pool):
    """Fits the cluster and the other pools."""

    name: PoolName = Field(description="give 1 to 12 lowercase letters and digits, a letter first")
    node_labels: Tags | None = Field(default=None, description="give a map from strings to strings")
    node_taints: Given[list[Given[Taint]]] | None = Field(
        default=None, description="give taints such as `dedicated=batch:NoSchedule`"
    )
    os_type: Literal["Linux", "Windows"] = Field(default="Linux", description="give one of these")

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
