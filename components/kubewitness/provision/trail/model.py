"""The models of the arguments for the destinations of the audit logs, shared by two components.

Sources, all of the Azure documentation: "Diagnostic settings in Azure Monitor"; "Monitor AKS";
"Manage data retention in a Log Analytics workspace"; "Transformations in Azure Monitor".
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, Literal, Self

import pulumi
from pydantic import ValidationInfo, field_validator, model_validator

from kubewitness.azure.diagnostic_settings import (
    NO_DESTINATION,
    TOO_MANY_SETTINGS,
    DestinationKind,
    sent_twice,
)
from kubewitness.azure.resource_ids import comparable
from kubewitness.catalog.log_categories import (
    AUDIT_CATEGORIES,
    GUARD,
    KUBE_AUDIT,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.provision.arguments.validation import (
    Arguments,
    ByParts,
    Given,
    InvalidArguments,
    Problem,
    argument,
    problem,
    problems,
)
from kubewitness.provision.arguments.values import (
    MAXIMUM_INTERACTIVE_DAYS,
    MINIMUM_INTERACTIVE_DAYS,
    MINIMUM_TOTAL_DAYS,
    EventHubRuleId,
    Guid,
    LogAndMetricCategories,
    LogCategories,
    OtherLogCategories,
    PartnerId,
    StorageAccountId,
    Tags,
    Text,
    TotalDays,
    Whole,
    WorkspaceId,
    WorkspaceName,
    repeated,
)
from kubewitness.provision.trail.routes import (
    Setting,
    WantedRoute,
    arranged_settings,
)

PROFILES: Final = {
    "full": AUDIT_CATEGORIES,
    "filtered": AUDIT_CATEGORIES,
    "archive": (KUBE_AUDIT_ADMIN, GUARD),
    "frugal": (KUBE_AUDIT_ADMIN, GUARD),
}
"""The audit categories that each profile sends to the workspace."""

PARTS: Final = ("system_pool", "maintenance_window", "container_insights", "adopt")
"""Objects that a component takes besides, none of which may be empty."""

ADOPT: Final = "give the name that the resource had in the program, or its URN"

WORKSPACE_ID: Final = (
    "give the resource id of a Log Analytics workspace, "
    "`/subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME`"
)


class NewWorkspace(Arguments):
    """A Log Analytics workspace that is created for the audit logs, on the plan PerGB2018."""

    name: Given[WorkspaceName] | None = argument(
        default=None, fix="give 4 to 63 letters, digits and hyphens, no hyphen at the ends"
    )
    """Its name: 4 to 63 letters, digits and hyphens. By default Pulumi makes one from the
    component's name."""

    interactive_retention_days: Whole = argument(
        default=MINIMUM_INTERACTIVE_DAYS,
        ge=MINIMUM_INTERACTIVE_DAYS,
        le=MAXIMUM_INTERACTIVE_DAYS,
        fix=f"give {MINIMUM_INTERACTIVE_DAYS} to {MAXIMUM_INTERACTIVE_DAYS} days",
    )
    """For how many days the logs can be queried as usual: 90 (default) to 730."""

    total_retention_days: TotalDays | None = argument(
        default=None, validate_default=True, fix="give a whole number of days"
    )
    """For how many days the audit tables are kept in all; after the interactive days a search job
    reads them. At least 365 and at least the interactive days, which is also the default. Azure
    takes up to 730, or 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018 or 4383. Source: Azure
    docs, "Manage data retention in a Log Analytics workspace"."""

    kube_audit_plan: Literal["Analytics", "Basic"] = argument(
        default="Analytics", fix="give one of these"
    )
    """Plan of the table AKSAudit, which takes most of the volume: `Analytics` (default) or `Basic`.
    Basic costs less to store, and then has no joins, no alert rules but simple ones, and 30 days of
    interactive retention, so `aks-audit-retention` fails until exempted. Source: Azure docs,
    "Select a table plan based on data usage in a Log Analytics workspace"."""

    @field_validator("total_retention_days")
    @classmethod
    def _at_least_interactive(cls, days: int | None, info: ValidationInfo) -> int | None:
        interactive: int = info.data.get("interactive_retention_days", MINIMUM_INTERACTIVE_DAYS)
        if days is None:
            return max(MINIMUM_TOTAL_DAYS, interactive)
        if days < interactive:
            raise problem("is less than `interactive_retention_days`; raise it or lower the other")
        return days


class Destination(Arguments):
    """Somewhere else that logs go to, besides the workspace.

    Give exactly one of `workspace_id`, `storage_account_id`, `event_hub_authorization_rule_id` and
    `partner_id`.
    """

    categories: LogAndMetricCategories = argument(
        default_factory=lambda: list(AUDIT_CATEGORIES),
        min_length=1,
        fix="give a list of categories such as `kube-audit`",
    )
    """The log categories that go there, and `AllMetrics` for the metrics of the cluster. Default:
    `kube-audit`, `kube-audit-admin` and `guard`."""

    workspace_id: Given[WorkspaceId] | None = argument(default=None, fix=WORKSPACE_ID)
    """Resource id of another Log Analytics workspace, in any subscription and region."""

    storage_account_id: Given[StorageAccountId] | None = argument(
        default=None,
        fix="give the resource id of a storage account, "
        "`/subscriptions/.../providers/Microsoft.Storage/storageAccounts/NAME`",
    )
    """Resource id of a storage account in the cluster's region, such as that of an
    AuditArchive."""

    event_hub_authorization_rule_id: Given[EventHubRuleId] | None = argument(
        default=None,
        fix="give the resource id of a namespace's authorization rule, `/subscriptions/..."
        "/providers/Microsoft.EventHub/namespaces/NAME/authorizationRules/RULE`",
    )
    """Resource id of an authorization rule, with the rights Manage, Send and Listen, of an event
    hub namespace in the cluster's region."""

    event_hub_name: Given[Text] | None = argument(default=None, fix="give the name of an event hub")
    """Name of the event hub in that namespace. Default: Azure makes one for each category."""

    partner_id: Given[PartnerId] | None = argument(
        default=None,
        fix="give the resource id of an Azure Native ISV service",
    )
    """Resource id of an Azure Native ISV service, such as a Datadog or Elastic monitor."""

    @field_validator("event_hub_name")
    @classmethod
    def _only_with_a_rule(cls, name: Any, info: ValidationInfo) -> Any:
        rule = info.data.get("event_hub_authorization_rule_id", "")
        if name is not None and rule is None:
            raise problem("is for an event hub; give its `event_hub_authorization_rule_id`, too")
        return name

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = (
            self.workspace_id,
            self.storage_account_id,
            self.event_hub_authorization_rule_id,
            self.partner_id,
        )
        number = sum(one is not None for one in given)
        if number == 0:
            raise problem(NO_DESTINATION.reason)
        if number > 1:
            raise problem(
                "has several destinations; give exactly one of `workspace_id`, "
                "`storage_account_id`, `event_hub_authorization_rule_id` and `partner_id`"
            )
        return self

    @property
    def route(self) -> WantedRoute:
        """The categories on their way."""
        ways = {
            DestinationKind.WORKSPACE: self.workspace_id,
            DestinationKind.STORAGE_ACCOUNT: self.storage_account_id,
            DestinationKind.EVENT_HUB: self.event_hub_authorization_rule_id,
            DestinationKind.PARTNER: self.partner_id,
        }
        kind, identifier = next((k, v) for k, v in ways.items() if v is not None)
        return WantedRoute(kind, identifier, frozenset(self.categories), self.event_hub_name)


class AdoptLogging(Arguments):
    """Resources that the program of this stack created without the component; see Adopt."""

    workspace: Text | None = argument(default=None, fix=ADOPT)
    """The Workspace."""

    diagnostic_setting: Text | None = argument(default=None, fix=ADOPT)
    """The DiagnosticSetting that sends the audit logs to the workspace."""


class AuditTrail(Arguments):
    """Where the logs go: what both components ask."""

    workspace_id: Given[WorkspaceId] | None = argument(default=None, fix=WORKSPACE_ID)
    """Resource id of the Log Analytics workspace that receives the logs. It may be in another
    subscription or region. Give this or `workspace`."""

    workspace: ByParts[NewWorkspace] | None = argument(
        default=None, fix="give an object such as {interactive_retention_days: 90}"
    )
    """The workspace to create. Default, without `workspace_id`: one with 90 days interactive and
    365 in all."""

    location: Given[Text] | None = argument(
        default=None, fix="give an Azure region such as `westeurope`"
    )
    """Azure region for the workspace, if one is created. Default: that of the resource group."""

    other_log_categories: OtherLogCategories = argument(
        default_factory=list, fix="give a list of categories such as `kube-apiserver`"
    )
    """Control plane log categories to collect besides `kube-audit`, `kube-audit-admin` and
    `guard`, such as `kube-apiserver`. Default: none."""

    audit_profile: Literal["full", "filtered", "archive", "frugal"] = argument(
        default="full", fix="give one of these"
    )
    """Which audit logs go to the workspace, and therefore what can be investigated later:

    - `full` (default): `kube-audit`, `kube-audit-admin` and `guard`. Every detection can alert.
    - `filtered`: the same, but of `kube-audit` only the reads that detections need, kept by a
      transformation of the workspace, which must be a new one. Writes are in `kube-audit-admin`.
    - `archive`: `kube-audit-admin` and `guard`; `kube-audit` goes to a storage account among the
      `destinations`. Reads, such as of secrets, and `kubectl exec` can be found later, not alerted
      on.
    - `frugal`: `kube-audit-admin` and `guard`. Reads and `kubectl exec` are never recorded, and
      `aks-audit-logs` fails unless its coverage is set to `any`."""

    collected_elsewhere: LogCategories = argument(
        default_factory=list, fix="give a list of categories such as `kube-audit`"
    )
    """Log categories that another setting, for example of Azure Policy, already sends to the
    same workspace, so that Azure would refuse a second one. Also declare this to the policy
    pack, under `collectedElsewhere`. Default: none."""

    destinations: list[Destination] = argument(
        default_factory=list,
        validate_default=True,
        fix="give a list of objects such as {storage_account_id: ...}",
    )
    """Where logs go besides the workspace. Default: nowhere. A cluster has at most five diagnostic
    settings: each destination has one of its own, or shares one where five do not suffice. Those of
    one kind are identified by their place in the list: append new ones. To move a category between
    two destinations, add it to the new one in one deployment and take it from the old one in the
    next."""

    responders: list[Given[Guid]] = argument(
        default_factory=list, fix="give object ids of groups of Entra ID, GUIDs"
    )
    """Object IDs (GUIDs) of the Entra ID groups that read the logs: they get the role Log
    Analytics Reader. Default: none. The identity that deploys must be allowed to assign roles on
    the workspace. Give plain values, or only append: an Output is identified by its position in
    the list."""

    responders_read: Literal["workspace", "tables"] = argument(
        default="workspace", fix="give one of these"
    )
    """Scope of the responders: the whole `workspace` (default), or only the `tables` AKSAudit,
    AKSAuditAdmin and AKSControlPlane. For tables only, they also need a role on the workspace
    with the action `Microsoft.OperationalInsights/workspaces/query/read`. Source: Azure docs,
    "Manage table-level read access in a Log Analytics workspace"."""

    tags: Tags | None = argument(default=None, fix="give a map from strings to strings")
    """Tags of the workspace, if one is created."""

    adopt: AdoptLogging = argument(
        default_factory=AdoptLogging,
        fix="give an object such as {diagnostic_setting: audit}",
    )
    """Resources of this stack that the component takes over, instead of new ones."""

    resource_group_name: Given[Text] | None = argument(
        default=None, validate_default=True, fix="give the name of a resource group"
    )
    """Resource group for the workspace: required if one is created, else not accepted."""

    @field_validator("responders")
    @classmethod
    def _no_responder_twice(cls, groups: list[Any]) -> list[Any]:
        if twice := repeated(groups):
            raise problems(*twice)
        return groups

    @field_validator("workspace", *PARTS, mode="before", check_fields=False)
    @classmethod
    def _not_empty(cls, given: Any) -> Any:
        # Pulumi's component host passes an object that is an Output as an empty object: treated as
        # the defaults, it would silently drop the values of the program.
        if given == {}:
            raise problem("is empty; give its fields, not the whole, as Outputs, or leave it out")
        return given

    @field_validator("workspace")
    @classmethod
    def _one_workspace(cls, new: Any, info: ValidationInfo) -> Any:
        if new is not None and info.data.get("workspace_id") is not None:
            raise problem("contradicts `workspace_id`; use an existing workspace or a new one")
        return new

    @field_validator("audit_profile")
    @classmethod
    def _plan_of_what_is_collected(cls, profile: str, info: ValidationInfo) -> str:
        new = info.data.get("workspace")
        basic = new is not None and new.kube_audit_plan == "Basic"
        if basic and KUBE_AUDIT not in PROFILES[profile]:
            raise problem(
                f"`{profile}` sends no `kube-audit` to the workspace, so "
                "`workspace.kube_audit_plan` has no effect; leave that out or choose another"
            )
        return profile

    @field_validator("audit_profile")
    @classmethod
    def _filter_in_a_new_workspace(cls, profile: str, info: ValidationInfo) -> str:
        if profile == "filtered" and info.data.get("workspace_id") is not None:
            raise problem(
                "`filtered` needs its own workspace, because a workspace has one transformation, "
                "which its owner sets; leave `workspace_id` out or choose another profile"
            )
        return profile

    @field_validator("collected_elsewhere")
    @classmethod
    def _else_collected_here(cls, categories: list[str], info: ValidationInfo) -> list[str]:
        if "audit_profile" not in info.data or "other_log_categories" not in info.data:
            return categories
        here = [*PROFILES[info.data["audit_profile"]], *info.data["other_log_categories"]]
        reason = "would not be sent to the workspace anyway; leave it out"
        found = [(f"[{i}]", reason) for i, name in enumerate(categories) if name not in here]
        if categories and info.data.get("workspace_id") is None:
            reason = "is for an existing workspace; give its `workspace_id` or leave it out"
            found.append(("", reason))
        if found:
            raise problems(*found)
        return categories

    @field_validator("adopt")
    @classmethod
    def _adopted_or_brought(cls, adopt: AdoptLogging, info: ValidationInfo) -> AdoptLogging:
        if adopt.workspace is not None and info.data.get("workspace_id") is not None:
            raise problem("has a `workspace`, but `workspace_id` brings one; leave one of them out")
        return adopt

    @field_validator("destinations")
    @classmethod
    def _kube_audit_is_archived(cls, given: list[Destination], info: ValidationInfo) -> Any:
        archived = any(d.storage_account_id and KUBE_AUDIT in d.categories for d in given)
        if info.data.get("audit_profile") == "archive" and not archived:
            raise problem(
                "must hold a storage account for `kube-audit`, which the profile `archive` does "
                "not send to the workspace; add {storage_account_id: ..., categories: "
                "[kube-audit]} or choose another profile"
            )
        return given

    @field_validator("destinations")
    @classmethod
    def _azure_takes_them(cls, given: list[Destination], info: ValidationInfo) -> list[Destination]:
        if not {"workspace_id", "audit_profile", "collected_elsewhere"} <= info.data.keys():
            return given
        routes = [*_to_workspace(info.data), *(destination.route for destination in given)]
        elsewhere = WantedRoute(
            DestinationKind.WORKSPACE,
            info.data["workspace_id"],
            frozenset(info.data["collected_elsewhere"]),
        )
        if twice := list(_twice([elsewhere, *routes], 1 + len(routes) - len(given))):
            raise problems(*twice)
        own = _to_workspace(info.data)
        if arranged_settings(own, [destination.route for destination in given]) is None:
            raise problem(TOO_MANY_SETTINGS.reason)
        return given

    def routes(self, workspace_id: pulumi.Input[str]) -> list[WantedRoute]:
        """Return which categories go where, those of the workspace first.

        Args:
            workspace_id: of the workspace, existing or created.
        """
        to_workspace = _to_workspace({**dict(self), "workspace_id": workspace_id})
        return [*to_workspace, *(destination.route for destination in self.destinations)]

    def settings(self, workspace_id: pulumi.Input[str]) -> list[Setting]:
        """Return the diagnostic settings that send everything where it goes.

        Args:
            workspace_id: of the workspace, existing or created.
        """
        routes = self.routes(workspace_id)
        others = len(routes) - len(self.destinations)
        return arranged_settings(routes[:others], routes[others:]) or []

    def check_destinations(
        self, component: str, where: str, routes: Sequence[WantedRoute]
    ) -> Sequence[WantedRoute]:
        """Return the routes if no two destinations that were known only later are the same.

        Args:
            component: how the message calls the component.
            where: the line of the program.
            routes: those of `routes`, their destinations known by now.

        Raises:
            InvalidArguments: with each that Azure would refuse.
        """
        if twice := list(_twice(routes, len(routes) - len(self.destinations))):
            found = tuple(Problem(f"destinations{path}", reason) for path, reason in twice)
            raise InvalidArguments(component, found, where)
        return routes


def _to_workspace(checked: Mapping[str, Any]) -> list[WantedRoute]:
    """Return the route to the workspace, none where everything is collected elsewhere."""
    others = checked.get("other_log_categories", ())
    wanted = {*PROFILES[checked["audit_profile"]], *others} - {*checked["collected_elsewhere"]}
    route = WantedRoute(DestinationKind.WORKSPACE, checked["workspace_id"], frozenset(wanted))
    return [route] if wanted else []


def _twice(routes: Sequence[WantedRoute], before: int) -> Iterator[tuple[str, str]]:
    """Yield each destination that gets from two routes the same category; Azure ignores case."""
    for i, j in combinations(range(len(routes)), 2):
        one, other = routes[i], routes[j]
        known = isinstance(one.destination, str) and isinstance(other.destination, str)
        shared = sorted(one.categories & other.categories)
        if known and comparable(one.destination) == comparable(other.destination):
            yield from ((f"[{j - before}]", sent_twice(name).reason) for name in shared)
