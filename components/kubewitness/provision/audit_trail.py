"""Where the audit logs go: what the components have in common.

Sources, all of the Azure documentation: "Diagnostic settings in Azure Monitor"; "Monitor AKS";
"Manage data retention in a Log Analytics workspace".
"""

from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native import monitor, operationalinsights, resources

from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.provision.cluster_models import AuditTrail
from kubewitness.provision.models import NewWorkspace

AUDIT_TABLES: Final = tuple(
    dict.fromkeys(AKS_LOG_CATEGORIES[category].table for category in AUDIT_CATEGORIES)
)
"""The tables of the audit categories. Further categories share the last one, AKSControlPlane."""

TEMPLATE_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
)


@dataclass(frozen=True)
class CollectedLogs:
    """What is collected, and where it goes.

    Attributes:
        workspace_id: resource id of the workspace.
        setting_ids: resource ids of the diagnostic settings.
        collected: for each log category, the workspace and the table.
    """

    workspace_id: pulumi.Output[str]
    setting_ids: pulumi.Output[list[str]]
    collected: pulumi.Output[dict[str, dict[str, str]]]


@dataclass(frozen=True)
class _Destination:
    """The workspace, and what must be done before logs may arrive in it."""

    workspace_id: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...] = ()


def collect_logs(
    name: str,
    cluster_id: pulumi.Input[str],
    arguments: AuditTrail,
    *,
    setting_name: pulumi.Input[str] | None = None,
    parent: pulumi.Resource,
) -> CollectedLogs:
    """Send a cluster's audit logs to the workspace that is brought, or to one that is created.

    Args:
        name: of the component; its children's names begin with it.
        cluster_id: resource id of the cluster.
        arguments: those of the component that concern the logs.
        setting_name: of the diagnostic setting; azure-native makes one by default.
        parent: the component.
    """
    destination = _destination(name, arguments, parent)
    categories = [*AUDIT_CATEGORIES, *arguments.other_log_categories]
    setting = monitor.DiagnosticSetting(
        f"{name}-audit-logs",
        resource_uri=cluster_id,
        name=setting_name,
        workspace_id=destination.workspace_id,
        # A table for each kind of log, with columns, instead of AzureDiagnostics.
        log_analytics_destination_type="Dedicated",
        # Never a category group: Azure changes their members, and refuses them beside categories.
        logs=[{"category": category, "enabled": True} for category in categories],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=destination.ready),
    )
    return CollectedLogs(
        destination.workspace_id,
        pulumi.Output.all(setting.id),
        destination.workspace_id.apply(lambda known: _where(categories, known)),
    )


def _destination(name: str, arguments: AuditTrail, parent: pulumi.Resource) -> _Destination:
    if arguments.workspace_id is not None:
        return _Destination(pulumi.Output.from_input(arguments.workspace_id))
    new = arguments.workspace or NewWorkspace()
    workspace = operationalinsights.Workspace(
        f"{name}-logs",
        resource_group_name=arguments.resource_group_name,
        workspace_name=new.name,
        location=arguments.location,
        sku={"name": "PerGB2018"},
        retention_in_days=new.interactive_retention_days,
        tags=arguments.tags,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return _Destination(workspace.id, (_table_retention(name, arguments, workspace, new),))


def _table_retention(
    name: str, arguments: AuditTrail, workspace: operationalinsights.Workspace, new: NewWorkspace
) -> resources.Deployment:
    """Set plan and retention of the audit tables before the first record arrives.

    A workspace is born with Azure's own tables, which can be changed but neither created nor
    deleted. azure-native's `Table` refuses to create what exists, so that it cannot change them. A
    deployment in incremental mode changes them, and to destroy it deletes nothing but its record.
    """
    template = {
        "$schema": TEMPLATE_SCHEMA,
        "contentVersion": "1.0.0.0",
        # A parameter, so that the template itself is known before the workspace has its name.
        "parameters": {"workspace": {"type": "string"}},
        "resources": [_table(table, new) for table in AUDIT_TABLES],
    }
    return resources.Deployment(
        f"{name}-table-retention",
        resource_group_name=arguments.resource_group_name,
        properties={
            "mode": resources.DeploymentMode.INCREMENTAL,
            "template": template,
            "parameters": {"workspace": {"value": workspace.name}},
        },
        opts=pulumi.ResourceOptions(parent=workspace),
    )


def _table(table: str, new: NewWorkspace) -> dict[str, Any]:
    return {
        "type": "Microsoft.OperationalInsights/workspaces/tables",
        "apiVersion": "2022-10-01",
        "name": f"[format('{{0}}/{table}', parameters('workspace'))]",
        "properties": {
            "plan": "Analytics",
            "retentionInDays": new.interactive_retention_days,
            "totalRetentionInDays": new.total_retention_days,
        },
    }


def _where(categories: list[str], workspace_id: str) -> dict[str, dict[str, str]]:
    return {
        category: {"workspace_id": workspace_id, "table": AKS_LOG_CATEGORIES[category].table}
        for category in categories
    }
