"""The models of the objects among a cluster's arguments.

A validator receives only the fields above its own, so the last field of a group has the checks of
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
    ByParts,
    Given,
    argument,
    hint,
    problem,
    problems,
    whole_arguments,
)
from kubewitness.provision.arguments.values import (
    ClockTime,
    Flag,
    Guid,
    IpRanges,
    Namespace,
    PrivateDnsZone,
    Role,
    Sentence,
    SubnetId,
    Text,
    UtcOffset,
    Whole,
    WorkspaceId,
    repeated,
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
"""The streams of Container insights."""

_GUID: Final = "give an object id of Entra ID, a GUID"


class ClusterPrincipal(Arguments):
    """A user, group or service principal of Entra ID that administers the cluster."""

    object_id: Given[Guid] = argument(fix=_GUID)
    """The object id in Entra ID, a GUID. For an application: that of its service principal."""

    type: Given[Literal["User", "Group", "ServicePrincipal"]] = argument(fix="give one of these")
    """`User`, `Group` or `ServicePrincipal` (a managed identity is one, too)."""


class ClusterAdmins(Arguments):
    """Who administers the cluster. Local accounts are disabled, so without this no one has access.

    Give groups, principals or both, or give the reason why there are none.
    """

    group_object_ids: list[Given[Guid]] = argument(default_factory=list, fix=_GUID)
    """Object ids (GUIDs) of Entra ID groups whose members become cluster admins. Each group also
    gets the role Azure Kubernetes Service Cluster User, with which `az aks get-credentials`
    works. Give plain values, or only append: an Output is identified by its place in the list."""

    principals: ByParts[list[ByParts[ClusterPrincipal]]] = argument(
        default_factory=list, fix="give objects with `object_id` and `type`"
    )
    """Principals that get the roles Azure Kubernetes Service RBAC Cluster Admin and Azure
    Kubernetes Service Cluster User on the cluster. Each is an Azure role assignment, so the
    activity log shows who assigned it. The identity that deploys must be allowed to assign
    roles."""

    waived_because: Sentence | None = argument(
        default=None,
        validate_default=True,
        fix="give the reason why no admins are named, as a sentence",
    )
    """Why no one is named here, as a sentence. For example: roles are assigned on the
    subscription."""

    @field_validator("group_object_ids", "principals")
    @classmethod
    def _no_one_twice(cls, given: list[Any], info: ValidationInfo) -> list[Any]:
        groups = info.data.get("group_object_ids", []) if info.field_name == "principals" else []
        named = [one.object_id if isinstance(one, ClusterPrincipal) else one for one in given]
        if twice := repeated(named, groups):
            raise problems(*twice)
        return given

    @field_validator("waived_because")
    @classmethod
    def _someone_gets_in(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if not {"group_object_ids", "principals"} <= info.data.keys():
            return reason
        someone = info.data["group_object_ids"] or info.data["principals"]
        if not someone and reason is None:
            raise problem(
                "is required if no admins are named, because local accounts are disabled and no "
                "one would have access; give `group_object_ids` or `principals`, or give the "
                "reason here"
            )
        if someone and reason is not None:
            raise problem("contradicts the admins that are named; leave one of the two out")
        return reason


class ApiAccess(Arguments):
    """From where the Kubernetes API can be reached.

    Give exactly one of `private`, `authorized_ip_ranges` and `public_because`.
    """

    private: Flag = argument(default=False, fix="give true or leave it out")
    """True for an API server with a private address only. It cannot be changed later.
    Source: Azure docs, "Create a private AKS cluster"."""

    private_dns_zone_id: Given[PrivateDnsZone] | None = argument(
        default=None,
        fix="give `system`, `none`, or the resource id of a private DNS zone, "
        "`/subscriptions/.../providers/Microsoft.Network/privateDnsZones/NAME`",
    )
    """With `private`: resource ID of your private DNS zone `privatelink.<region>.azmk8s.io`,
    `system` (default) for a zone that AKS creates in the node resource group, or `none` for a
    public name with the private address."""

    authorized_ip_ranges: Given[Annotated[IpRanges, Field(min_length=1, max_length=200)]] | None = (
        argument(
            default=None,
            fix="give 1 to 200 ranges in CIDR notation, such as `203.0.113.0/24`",
        )
    )
    """Up to 200 CIDR ranges, such as `203.0.113.0/24`, that reach a public API server. The
    cluster's own egress address is always allowed; `0.0.0.0/32` allows nothing else. Source: Azure
    docs, "API server authorized IP ranges"."""

    public_because: Sentence | None = argument(
        default=None,
        validate_default=True,
        fix="give the reason why the API may be reached from everywhere, as a sentence",
    )
    """Why the API server is open to the internet, in a sentence."""

    vnet_integration: Flag = argument(default=False, fix="give true or leave it out")
    """True for an API server that the nodes reach within the virtual network, without a tunnel.
    `private` or `authorized_ip_ranges` still determine whether it is public. AKS Automatic
    always does this. Source: Azure docs, "API Server VNet Integration"."""

    vnet_integration_subnet_id: Given[SubnetId] | None = argument(
        default=None,
        validate_default=True,
        fix="give the resource id of a subnet, "
        "`/subscriptions/.../providers/Microsoft.Network/virtualNetworks/NAME/subnets/NAME`",
    )
    """With `vnet_integration` and a subnet of your own for the nodes: resource id of the subnet for
    the API server, in the same virtual network, delegated to
    `Microsoft.ContainerService/managedClusters`."""

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
            reason = (
                "contradicts another way" if any(ways) else "is required when nothing else is given"
            )
            raise problem(
                f"{reason}; give exactly one of `private: true`, `authorized_ip_ranges` and "
                "`public_because`, the reason why the API may be reached from everywhere"
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
                "is required together with `system_pool.vnet_subnet_id`; give a dedicated "
                "subnet in the same virtual network, delegated to "
                "`Microsoft.ContainerService/managedClusters`"
            )
        return subnet


class RoleAssignment(Arguments):
    """A role of Azure RBAC on the cluster, or on one of its namespaces."""

    role: Given[Role] = argument(fix=f"give {', '.join(AKS_ROLES)} or a GUID")
    """`Azure Kubernetes Service RBAC Reader`, `... RBAC Writer`, `... RBAC Admin`, `... RBAC
    Cluster Admin`, `... Cluster User Role` or `... Cluster Monitoring User`, or the GUID of any
    role definition."""

    object_id: Given[Guid] = argument(fix=_GUID)
    """Object id in Entra ID of who gets the role, a GUID."""

    type: Given[Literal["User", "Group", "ServicePrincipal"]] = argument(fix="give one of these")
    """`User`, `Group` or `ServicePrincipal` (a managed identity is one, too)."""

    namespace: Namespace | None = argument(
        default=None, fix="give the name of a Kubernetes namespace"
    )
    """Kubernetes namespace that the role is for. Default: all of the cluster."""


class MaintenanceWindow(Arguments):
    """The hours of the week in which AKS may upgrade the cluster and its nodes."""

    day: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] = (
        argument(default="Sunday", fix="give one of these")
    )
    """Day of the week, `Monday` to `Sunday`. Default `Sunday`."""

    start_time: ClockTime = argument(default="00:00", fix="give a time such as `01:30`")
    """Start of the window, `HH:MM`. Default `00:00`."""

    duration_hours: Whole = argument(default=8, ge=4, le=24, fix="give 4 to 24 hours")
    """Its length, 4 to 24 hours. Default 8. Source: Azure docs, "Use planned maintenance"."""

    utc_offset: UtcOffset = argument(default="+00:00", fix="give an offset such as `+02:00`")
    """Offset of the start time from UTC, `+HH:MM` or `-HH:MM`. Default `+00:00`."""


class ContainerInsights(Arguments):
    """The output of containers, which is not part of the audit logs.

    The cluster's managed identity sends it, under a data collection rule.
    """

    streams: list[str] = argument(
        default_factory=lambda: [
            "Microsoft-ContainerLogV2",
            "Microsoft-KubeEvents",
            "Microsoft-KubePodInventory",
        ],
        min_length=1,
        fix="give a list of streams such as `Microsoft-ContainerLogV2`",
    )
    """The collected streams. Default `Microsoft-ContainerLogV2`, `Microsoft-KubeEvents` and
    `Microsoft-KubePodInventory`. Source: Azure docs, "Configure log collection for Container
    insights"."""

    workspace_id: Given[WorkspaceId] | None = argument(
        default=None,
        fix="give the resource id of a Log Analytics workspace, "
        "`/subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME`",
    )
    """Resource id of the Log Analytics workspace that receives them. Default: that of the audit
    logs."""

    workspace_location: Given[Text] | None = argument(
        default=None, fix="give an Azure region such as `westeurope`"
    )
    """Azure region of that workspace, where the rule must be. Default: that of the cluster."""

    @field_validator("streams")
    @classmethod
    def _streams_that_there_are(cls, names: list[str]) -> list[str]:
        reason = "is not a stream of Container insights"
        strange = [
            (f"[{i}]", f"{reason}{hint(name, INSIGHTS_STREAMS)}")
            for i, name in enumerate(names)
            if name not in INSIGHTS_STREAMS
        ]
        if found := [*strange, *repeated(names)]:
            raise problems(*found)
        return names
