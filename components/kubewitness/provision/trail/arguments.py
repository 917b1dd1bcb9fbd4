"""The arguments that say where the audit logs go, shared by two components."""

from typing import TypedDict

import pulumi


class NewWorkspace(TypedDict, total=False):
    """A Log Analytics workspace that is created for the audit logs, on the plan PerGB2018."""

    name: pulumi.Input[str]
    """Its name: 4 to 63 letters, digits and hyphens. By default Pulumi makes one from the
    component's name."""

    interactive_retention_days: int
    """For how many days the logs can be queried as usual: 90 (default) to 730."""

    total_retention_days: int
    """For how many days the audit tables are kept in all; after the interactive days a search job
    reads them. At least 365 and at least the interactive days, which is also the default. Azure
    takes up to 730, or 1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018 or 4383. Source: Azure
    docs, "Manage data retention in a Log Analytics workspace"."""

    kube_audit_plan: str
    """Plan of the table AKSAudit, which takes most of the volume: `Analytics` (default) or `Basic`.
    Basic costs less to store, and then has no joins, no alert rules but simple ones, and 30 days of
    interactive retention, so `aks-audit-retention` fails until exempted. Source: Azure docs,
    "Select a table plan based on data usage in a Log Analytics workspace"."""


class Destination(TypedDict, total=False):
    """Somewhere else that logs go to, besides the workspace.

    Give exactly one of `workspace_id`, `storage_account_id`, `event_hub_authorization_rule_id` and
    `partner_id`.
    """

    categories: list[str]
    """The log categories that go there. Default: `kube-audit`, `kube-audit-admin` and `guard`."""

    workspace_id: pulumi.Input[str]
    """Resource id of another Log Analytics workspace, in any subscription and region."""

    storage_account_id: pulumi.Input[str]
    """Resource id of a storage account in the cluster's region, such as that of an
    AuditArchive."""

    event_hub_authorization_rule_id: pulumi.Input[str]
    """Resource id of an authorization rule, with the rights Manage, Send and Listen, of an event
    hub namespace in the cluster's region."""

    event_hub_name: pulumi.Input[str]
    """Name of the event hub in that namespace. Default: Azure makes one for each category."""

    partner_id: pulumi.Input[str]
    """Resource id of an Azure Native ISV service, such as a Datadog or Elastic monitor."""


class AdoptLogging(TypedDict, total=False):
    """Resources that the program of this stack made without the component; see Adopt."""

    workspace: str
    """The Workspace."""

    diagnostic_setting: str
    """The DiagnosticSetting that sends the audit logs to the workspace."""
