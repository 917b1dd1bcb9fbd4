"""What valid parts of a cluster look like: one model for each class of `cluster_arguments`.

The `description` of a field is the second half of its error messages: how to fix it. A validator
sees only the fields above its own, so the last field of a group carries the checks that concern
the group. That way one wrong field does not hide another.

Sources, all of the Azure documentation: "API Server VNet Integration"; "Use planned maintenance";
"Configure log collection for Container insights"; "Azure built-in roles".
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.catalog.aks_roles import AKS_ROLES
from kubewitness.provision.arguments.validation import (
    Arguments,
    Given,
    problem,
    problems,
    suggestion,
    whole_arguments,
)
from kubewitness.provision.arguments.values import (
    ClockTime,
    Flag,
    Guid,
    IpRanges,
    Namespace,
    PrivateDnsZoneId,
    Role,
    Sentence,
    SubnetId,
    Text,
    UtcOffset,
    Whole,
    WorkspaceId,
)

INSIGHTS_STREAMS: Final = (
    "Microsoft-ContainerLog",
    "Microsoft-ContainerLogV2",
    "Microsoft-ContainerLogV2-HighScale",
    "Microsoft-KubeEvents",
    "Microsoft-KubePodInventory",
    "Microsoft-KubeNodeInventory",
    "Microsoft-KubePVInventory",
    "Microsoft-KubeServices",
    "Microsoft-KubeMonAgentEvents",
    "Microsoft-InsightsMetrics",
    "Microsoft-ContainerInventory",
    "Microsoft-ContainerNodeInventory",
    "Microsoft-Perf",
    "Microsoft-ContainerInsights-Group-Default",
)
"""What Container insights can collect."""

_GUID: Final = "give an object id of Entra ID, a GUID"


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
    def _no_one_twice(cls, given: list[Any], info: ValidationInfo) -> list[Any]:
        groups = info.data.get("group_object_ids", []) if info.field_name == "principals" else []
        named = [one.object_id if isinstance(one, ClusterPrincipal) else one for one in given]
        ids = [one.lower() if isinstance(one, str) else one for one in (*groups, *named)]
        twice = [
            i
            for i in range(len(named))
            if isinstance(named[i], str) and ids[len(groups) + i] in ids[: len(groups) + i]
        ]
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
    vnet_integration: Flag = Field(default=False, description="give true or leave it out")
    vnet_integration_subnet_id: Given[SubnetId] | None = Field(
        default=None,
        validate_default=True,
        description="give the resource id of a subnet, "
        "`/subscriptions/.../providers/Microsoft.Network/virtualNetworks/NAME/subnets/NAME`",
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

    @field_validator("vnet_integration_subnet_id")
    @classmethod
    def _subnet_where_it_is_needed(cls, subnet: Any, info: ValidationInfo) -> Any:
        whole = whole_arguments(info)
        integrated = info.data.get("vnet_integration") or whole.get("mode") == "automatic"
        pool = whole.get("system_pool")
        own_network = isinstance(pool, Mapping) and pool.get("vnet_subnet_id") is not None
        if subnet is not None and not integrated:
            raise problem("is for `vnet_integration`; add `vnet_integration: true` or leave it out")
        if subnet is not None and not own_network:
            raise problem(
                "is in a network of yours, and the nodes are not; leave it out or give "
                "`system_pool.vnet_subnet_id`, which AKS Automatic does not take"
            )
        if own_network and integrated and subnet is None:
            raise problem(
                "is required beside `system_pool.vnet_subnet_id`; give a subnet of its own in the "
                "same virtual network, delegated to `Microsoft.ContainerService/managedClusters`"
            )
        return subnet


class RoleAssignment(Arguments):
    """A role that is known, for somebody."""

    role: Given[Role] = Field(description=f"give {', '.join(AKS_ROLES)} or a GUID")
    object_id: Given[Guid] = Field(description=_GUID)
    type: Given[Literal["User", "Group", "ServicePrincipal"]] = Field(
        description="give one of these"
    )
    namespace: Namespace | None = Field(
        default=None, description="give the name of a Kubernetes namespace"
    )


class MaintenanceWindow(Arguments):
    """Long enough for an upgrade."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = (
        Field(default="Sunday", description="give one of these")
    )
    start_time: ClockTime = Field(default="00:00", description="give a time such as `01:30`")
    duration_hours: Whole = Field(default=8, ge=4, le=24, description="give 4 to 24 hours")
    utc_offset: UtcOffset = Field(default="+00:00", description="give an offset such as `+02:00`")


class ContainerInsights(Arguments):
    """At least one stream that there is."""

    streams: list[str] = Field(
        default_factory=lambda: [
            "Microsoft-ContainerLogV2",
            "Microsoft-KubeEvents",
            "Microsoft-KubePodInventory",
        ],
        min_length=1,
        description="give a list of streams such as `Microsoft-ContainerLogV2`",
    )
    workspace_id: Given[WorkspaceId] | None = Field(
        default=None,
        description="give the resource id of a Log Analytics workspace, "
        "`/subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME`",
    )
    workspace_location: Given[Text] | None = Field(
        default=None, description="give an Azure region such as `westeurope`"
    )

    @field_validator("streams")
    @classmethod
    def _streams_that_there_are(cls, names: list[str]) -> list[str]:
        if twice := [i for i, name in enumerate(names) if name in names[:i]]:
            raise problems(*((f"[{i}]", "is given twice; leave one out") for i in twice))
        strange = [i for i, name in enumerate(names) if name not in INSIGHTS_STREAMS]
        if strange:
            said = "is not a stream of Container insights"
            hints = (suggestion(names[i], list(INSIGHTS_STREAMS)) for i in strange)
            raise problems(
                *((f"[{i}]", f"{said}; {hint}") for i, hint in zip(strange, hints, strict=True))
            )
        return names
