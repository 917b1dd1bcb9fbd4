"""What valid arguments look like: one model for each class of `arguments`, field for field.

The `description` of a field is the second half of its error messages: how to fix it. A validator
sees only the fields above its own, so the last field of a group carries the checks that concern
the group. That way one wrong field does not hide another.

Sources, all of the Azure documentation: "Long-term support for AKS versions"; "Automatically
upgrade a cluster"; "Secure traffic between pods by using network policies"; "Create node pools".
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.provision.validation import Arguments, Given, problem, problems
from kubewitness.provision.values import (
    MAXIMUM_INTERACTIVE_DAYS,
    MINIMUM_INTERACTIVE_DAYS,
    MINIMUM_TOTAL_DAYS,
    Flag,
    Guid,
    IpRanges,
    PoolName,
    PrivateDnsZoneId,
    Sentence,
    SubnetId,
    Tags,
    Taint,
    Text,
    TotalDays,
    Whole,
    WorkspaceName,
)

SYSTEM_POOL_NAME: Final = "system"
DEFAULT_NODE_COUNT: Final = 3
WINDOWS_NAME_LENGTH: Final = 6

_GUID: Final = "give an object id of Entra ID, a GUID"
_COUNT: Final = "give a whole number of nodes, at most 1000"


class ClusterPrincipal(Arguments):
    """One principal of Entra ID."""

    object_id: Given[Guid] = Field(description=_GUID)
    type: Given[Literal["User", "Group", "ServicePrincipal"]] = Field(
        description="give one of these"
    )


class ClusterAdmins(Arguments):
    """Somebody, or a reason why nobody."""

    group_object_ids: list[Given[Guid]] = Field(default_factory=list, description=_GUID)
    principals: list[ClusterPrincipal] = Field(
        default_factory=list, description="give objects with `object_id` and `type`"
    )
    waived_because: Sentence | None = Field(
        default=None,
        validate_default=True,
        description="say in a sentence why no admins are named here",
    )

    @field_validator("group_object_ids", "principals")
    @classmethod
    def _no_one_twice(cls, given: list[Any]) -> list[Any]:
        ids = [one.object_id if isinstance(one, ClusterPrincipal) else one for one in given]
        twice = [i for i, one in enumerate(ids) if isinstance(one, str) and one in ids[:i]]
        if twice:
            raise problems(*((f"[{i}]", "is given twice; leave one out") for i in twice))
        return given

    @field_validator("waived_because")
    @classmethod
    def _someone_gets_in(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if not {"group_object_ids", "principals"} <= info.data.keys():
            return reason
        someone = info.data["group_object_ids"] or info.data["principals"]
        if not someone and reason is None:
            raise problem(
                "is required when nobody is named, for local accounts are off and nobody would get "
                "in; give `group_object_ids` or `principals`, or say here why there are none"
            )
        if someone and reason is not None:
            raise problem("contradicts the admins that are named; leave one of the two out")
        return reason


class ApiAccess(Arguments):
    """Exactly one of three ways."""

    private: Flag = Field(default=False, description="give true or leave it out")
    private_dns_zone_id: Given[PrivateDnsZoneId] | None = Field(
        default=None,
        description="give the resource id of a private DNS zone, "
        "`/subscriptions/.../providers/Microsoft.Network/privateDnsZones/NAME`",
    )
    authorized_ip_ranges: Given[Annotated[IpRanges, Field(min_length=1, max_length=200)]] | None = (
        Field(
            default=None,
            description="give 1 to 200 ranges in CIDR notation, such as `203.0.113.0/24`",
        )
    )
    public_because: Sentence | None = Field(
        default=None,
        validate_default=True,
        description="say in a sentence why everybody may reach the API",
    )

    @field_validator("private_dns_zone_id")
    @classmethod
    def _only_if_private(cls, zone: Any, info: ValidationInfo) -> Any:
        if zone is not None and info.data.get("private") is False:
            raise problem("is for a private cluster only; add `private: true` or leave it out")
        return zone

    @field_validator("public_because")
    @classmethod
    def _exactly_one(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if not {"private", "authorized_ip_ranges"} <= info.data.keys():
            return reason
        ranges = info.data["authorized_ip_ranges"]
        ways = [info.data["private"], ranges is not None, reason is not None]
        if sum(ways) != 1:
            said = (
                "contradicts another way" if any(ways) else "is required when nothing else is given"
            )
            raise problem(
                f"{said}; give exactly one of `private: true`, `authorized_ip_ranges` and "
                "`public_because`, which says in a sentence why everybody may reach the API"
            )
        return reason


class NewWorkspace(Arguments):
    """At least 90 days interactive and 365 in all."""

    name: Given[WorkspaceName] | None = Field(
        default=None, description="give 4 to 63 letters, digits and hyphens, no hyphen at the ends"
    )
    interactive_retention_days: Whole = Field(
        default=MINIMUM_INTERACTIVE_DAYS,
        ge=MINIMUM_INTERACTIVE_DAYS,
        le=MAXIMUM_INTERACTIVE_DAYS,
        description=f"give {MINIMUM_INTERACTIVE_DAYS} to {MAXIMUM_INTERACTIVE_DAYS} days",
    )
    total_retention_days: TotalDays | None = Field(
        default=None, validate_default=True, description="give a whole number of days"
    )

    @field_validator("total_retention_days")
    @classmethod
    def _at_least_interactive(cls, days: int | None, info: ValidationInfo) -> int | None:
        interactive: int = info.data.get("interactive_retention_days", MINIMUM_INTERACTIVE_DAYS)
        if days is None:
            return max(MINIMUM_TOTAL_DAYS, interactive)
        if days < interactive:
            raise problem("is less than `interactive_retention_days`; raise it or lower the other")
        return days


class Pool(Arguments):
    """What system and user pools have in common."""

    vm_size: Given[Text] = Field(
        default="Standard_D4ds_v5", description="give a size such as `Standard_D4ds_v5`"
    )
    availability_zones: Given[list[Given[Text]]] | None = Field(
        default=None, description='give a list of zones, such as ["1", "2", "3"]'
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
        system_pool = _cluster(info).get("system_pool")
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
        pools = _cluster(info).get("user_pools", ())
        if [pool.get("name") for pool in pools if isinstance(pool, Mapping)].count(name) > 1:
            raise problem("is given twice; choose another")
        return name

    @field_validator("os_type")
    @classmethod
    def _windows_fits(cls, os_type: str, info: ValidationInfo) -> str:
        if os_type != "Windows":
            return os_type
        checks = (
            (_cluster(info).get("network_policy") != "calico", "the network policy `calico`"),
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


def _cluster(info: ValidationInfo) -> Mapping[str, Any]:
    """Return the arguments of the whole cluster, not yet checked."""
    context = info.context
    return context if isinstance(context, Mapping) else {}
