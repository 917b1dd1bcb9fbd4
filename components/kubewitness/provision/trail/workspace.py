"""The Log Analytics workspace of the audit logs, existing or created.

Sources, all of the Azure documentation: "Manage data retention in a Log Analytics workspace";
"Select a table plan"; "Create a transformation in a workspace transformation DCR".
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native import operationalinsights, resources

from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES, KUBE_AUDIT
from kubewitness.provision.trail.adoption import adopted
from kubewitness.provision.trail.model import AuditTrail, NewWorkspace

AUDIT_TABLES: Final = tuple(
    dict.fromkeys(AKS_LOG_CATEGORIES[category].table for category in AUDIT_CATEGORIES)
)
"""The tables of the audit categories. Further categories share the last one, AKSControlPlane."""

KUBE_AUDIT_TABLE: Final = AKS_LOG_CATEGORIES[KUBE_AUDIT].table

READS_THAT_DETECTIONS_NEED: Final = """\
source
| where Verb in ("get", "list", "watch")
| where tostring(ObjectRef.resource) in ("secrets", "serviceaccounts", "tokenreviews",
    "clusterroles", "clusterrolebindings", "roles", "rolebindings")
    or tostring(ObjectRef.subresource) in ("exec", "attach", "portforward", "proxy", "log", "token")
    or RequestUri contains "/secrets"
    or tostring(User.username) == "system:anonymous"
    or toint(ResponseStatus.code) in (401, 403)
    or not(tostring(User.username) startswith "system:" or tostring(User.username) in ("aksService",
    "acsService", "hcpService", "nodeclient"))
    or UserAgent startswith "kubectl"
    or UserAgent matches regex @"(?i)^(curl|wget|python|go-http-client)"
"""
"""The events of AKSAudit that the profile `filtered` keeps. All writes are in AKSAuditAdmin, so
only reads: of secrets and permissions, of sessions, refused requests, and all that people read."""

FILTER_TAG: Final = "kubewitness-audit-profile"

_TEMPLATE_SCHEMA: Final = (
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
)
_SKU: Final = "PerGB2018"


@dataclass(frozen=True)
class AuditWorkspace:
    """The workspace, and what must be done before logs may arrive in it."""

    workspace_id: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...] = ()


def audit_workspace(name: str, arguments: AuditTrail, parent: pulumi.Resource) -> AuditWorkspace:
    """Return the existing workspace, or create one with its tables.

    Args:
        name: of the component; its children's names begin with it.
        arguments: those of the component that concern the logs.
        parent: the component.
    """
    if arguments.workspace_id is not None:
        return AuditWorkspace(pulumi.Output.from_input(arguments.workspace_id))
    new = arguments.workspace or NewWorkspace()
    filtered = arguments.audit_profile == "filtered"
    workspace = operationalinsights.Workspace(
        f"{workspace_name(name)}-logs",
        resource_group_name=arguments.resource_group_name,
        workspace_name=new.name,
        location=arguments.location,
        sku={"name": _SKU},
        retention_in_days=new.interactive_retention_days,
        tags=_filter_tags(arguments.tags) if filtered else arguments.tags,
        opts=pulumi.ResourceOptions(
            parent=parent,
            aliases=adopted(arguments.adopt.workspace),
            # A deployment sets it, so a refresh finds it: an update must not take it away.
            ignore_changes=["defaultDataCollectionRuleResourceId"] if filtered else None,
        ),
    )
    ready = [_tables(name, arguments, workspace, new)]
    if filtered:
        ready.append(_filter(name, arguments, workspace, new))
    return AuditWorkspace(workspace.id, tuple(ready))


def _filter_tags(tags: Any) -> pulumi.Output[dict[str, str]]:
    """Return the tags of a workspace with a filter, with one that states this.

    The tag changes with the profile, so that Pulumi writes the workspace again, without the filter,
    when the profile changes. Nothing else in the inputs of the workspace would change.
    """
    given = pulumi.Output.from_input({} if tags is None else tags)
    return given.apply(lambda known: {**known, FILTER_TAG: "filtered"})


def workspace_name(name: str) -> str:
    """Return a component's name as a workspace's takes it: letters, digits and hyphens."""
    return re.sub("[^A-Za-z0-9]+", "-", name).strip("-")[:48].strip("-") or "audit"


def _tables(
    name: str, arguments: AuditTrail, workspace: operationalinsights.Workspace, new: NewWorkspace
) -> pulumi.Resource:
    """Set plan and retention of the audit tables before the first record arrives.

    A new workspace already has Azure's own tables, which can be changed but not created or deleted.
    azure-native's `Table` refuses to create an existing table, so it cannot change them.
    """
    return _deployment(
        f"{name[:39]}-table-retention",
        arguments,
        workspace,
        {"workspace": workspace.name},
        [_table(table, new) for table in AUDIT_TABLES],
    )


def _table(table: str, new: NewWorkspace) -> dict[str, Any]:
    plan = new.kube_audit_plan if table == KUBE_AUDIT_TABLE else "Analytics"
    interactive = new.interactive_retention_days
    return {
        "type": "Microsoft.OperationalInsights/workspaces/tables",
        "apiVersion": "2022-10-01",
        "name": f"[format('{{0}}/{table}', parameters('workspace'))]",
        "properties": {
            "plan": plan,
            # Azure fixes that of a Basic table.
            **({"retentionInDays": interactive} if plan == "Analytics" else {}),
            "totalRetentionInDays": new.total_retention_days,
        },
    }


def _filter(
    name: str, arguments: AuditTrail, workspace: operationalinsights.Workspace, new: NewWorkspace
) -> pulumi.Resource:
    """Drop the reads that no detection needs, as they arrive.

    The rule names the workspace and the workspace names the rule, so a deployment writes the
    workspace a second time. The second write contains all settings of the workspace, so that both
    are written again if one changes.
    """
    location = arguments.location or workspace.location
    rule: dict[str, Any] = {
        "type": "Microsoft.Insights/dataCollectionRules",
        "apiVersion": "2022-06-01",
        "name": f"[format('{{0}}-{KUBE_AUDIT}', parameters('workspace'))]",
        "location": "[parameters('location')]",
        "kind": "WorkspaceTransforms",
        "properties": {
            "destinations": {
                "logAnalytics": [
                    {"workspaceResourceId": "[parameters('workspaceId')]", "name": "workspace"}
                ]
            },
            "dataFlows": [
                {
                    "streams": [f"Microsoft-Table-{KUBE_AUDIT_TABLE}"],
                    "destinations": ["workspace"],
                    "transformKql": READS_THAT_DETECTIONS_NEED,
                }
            ],
        },
    }
    rule_id = (
        "[resourceId('Microsoft.Insights/dataCollectionRules', "
        f"format('{{0}}-{KUBE_AUDIT}', parameters('workspace')))]"
    )
    again: dict[str, Any] = {
        "type": "Microsoft.OperationalInsights/workspaces",
        "apiVersion": "2022-10-01",
        "name": "[parameters('workspace')]",
        "location": "[parameters('location')]",
        "tags": "[parameters('tags')]",
        "dependsOn": [rule_id],
        "properties": {
            "sku": {"name": _SKU},
            "retentionInDays": new.interactive_retention_days,
            "defaultDataCollectionRuleResourceId": rule_id,
        },
    }
    parameters = {
        "workspace": workspace.name,
        "workspaceId": workspace.id,
        "location": location,
        "tags": _filter_tags(arguments.tags),
    }
    return _deployment(f"{name[:39]}-audit-filter", arguments, workspace, parameters, [rule, again])


def _deployment(
    name: str,
    arguments: AuditTrail,
    workspace: operationalinsights.Workspace,
    parameters: dict[str, pulumi.Input[Any]],
    templates: list[dict[str, Any]],
) -> pulumi.Resource:
    """Deploy in incremental mode: what is there is changed, and to destroy it deletes nothing.

    Names are parameters, so that the template itself is known before the workspace has its name.
    """
    template = {
        "$schema": _TEMPLATE_SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {
            key: {"type": "object" if key == "tags" else "string"} for key in parameters
        },
        "resources": templates,
    }
    return resources.Deployment(
        name,
        resource_group_name=arguments.resource_group_name,
        properties={
            "mode": resources.DeploymentMode.INCREMENTAL,
            "template": template,
            "parameters": {key: {"value": value} for key, value in parameters.items()},
        },
        opts=pulumi.ResourceOptions(parent=workspace),
    )
