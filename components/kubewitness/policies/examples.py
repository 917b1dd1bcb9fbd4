"""The code before the program of each policy's example, so that the example shows one thing."""

from typing import Final

PRELUDE: Final = """\
import pulumi
from pulumi_azure_native import (
    authorization,
    containerservice,
    monitor,
    operationalinsights,
    resources,
    storage,
)

AUDIT_CATEGORIES = ("kube-audit", "kube-audit-admin", "guard")
group = resources.ResourceGroup("group")
workspace = operationalinsights.Workspace(
    "workspace", resource_group_name=group.name, retention_in_days=365
)


def cluster(name, opts=None, **overrides):
    properties = {
        "resource_group_name": group.name,
        "disable_local_accounts": True,
        "aad_profile": {"managed": True, "enable_azure_rbac": True},
        "api_server_access_profile": {
            "enable_private_cluster": True,
            "disable_run_command": True,
        },
        **overrides,
    }
    return containerservice.ManagedCluster(name, opts=opts, **properties)


def setting(name, /, target, categories=AUDIT_CATEGORIES, opts=None, **overrides):
    properties = {
        "resource_uri": target,
        "workspace_id": workspace.id,
        "log_analytics_destination_type": "Dedicated",
        "logs": [{"category": category, "enabled": True} for category in categories],
        **overrides,
    }
    return monitor.DiagnosticSetting(name, opts=opts, **properties)


def transformation(kql, *tables):
    return monitor.DataCollectionRule(
        "transformation",
        resource_group_name=group.name,
        kind="WorkspaceTransforms",
        destinations={"log_analytics": [{"name": "w", "workspace_resource_id": workspace.id}]},
        data_flows=[
            {
                "streams": [f"Microsoft-Table-{table}" for table in tables],
                "destinations": ["w"],
                "transform_kql": kql,
            }
        ],
    )


"""
"""A cluster and a diagnostic setting that pass; an example contains only the difference.

`aws` and `aws_native` in the examples of guests are `pulumi_aws` and `pulumi_aws_native`.
"""
