"""The add-ons, sensors and maintenance of a cluster, next to its workloads.

Sources, all of the Azure documentation: "Understand Azure Policy for Kubernetes clusters"; "Use
Image Cleaner"; "Configure Microsoft Defender for Containers"; "Use planned maintenance"; "Enable
monitoring for Kubernetes clusters".
"""

from typing import Any, Final

import pulumi
from pulumi_azure_native import containerservice, monitor

from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel

MAINTENANCE_CONFIGURATIONS: Final = {
    "aksManagedAutoUpgradeSchedule": "cluster-upgrades",
    "aksManagedNodeOSUpgradeSchedule": "node-upgrades",
}
"""AKS's names of the two schedules, and the component's."""

INSIGHTS: Final = "ContainerInsightsExtension"
"""The names that Container insights looks for, of the data source and of the association."""


def addon_profiles(
    arguments: SecureAksClusterModel, workspace_id: pulumi.Input[str]
) -> dict[str, Any]:
    """Return the add-ons: Azure Policy, and Container insights where it is asked for."""
    addons: dict[str, Any] = {"azurepolicy": {"enabled": arguments.azure_policy}}
    if arguments.container_insights:
        addons["omsagent"] = {
            "enabled": True,
            "config": {
                "logAnalyticsWorkspaceResourceID": (
                    arguments.container_insights.workspace_id or workspace_id
                ),
                # The cluster's managed identity instead of the workspace's key.
                "useAADAuth": "true",
            },
        }
    return addons


def security_profile(
    arguments: SecureAksClusterModel, workspace_id: pulumi.Input[str]
) -> dict[str, Any]:
    """Return workload identity, image cleaner and Defender."""
    profile: dict[str, Any] = {"workload_identity": {"enabled": True}}
    if arguments.mode == "standard":
        profile["image_cleaner"] = {
            "enabled": True,
            "interval_hours": arguments.image_cleaner_hours,
        }
    if arguments.defender:
        profile["defender"] = {
            "log_analytics_workspace_resource_id": workspace_id,
            "security_monitoring": {"enabled": True},
        }
    return profile


def schedule_maintenance(
    name: str, arguments: SecureAksClusterModel, cluster: containerservice.ManagedCluster
) -> None:
    """Let AKS upgrade the cluster and the nodes in the window only."""
    window = arguments.maintenance_window
    for configuration, ours in MAINTENANCE_CONFIGURATIONS.items():
        containerservice.MaintenanceConfiguration(
            f"{name}-{ours}",
            resource_group_name=arguments.resource_group_name,
            resource_name_=cluster.name,
            config_name=configuration,
            maintenance_window={
                "duration_hours": window.duration_hours,
                "schedule": {"weekly": {"day_of_week": window.day, "interval_weeks": 1}},
                "start_time": window.start_time,
                "utc_offset": window.utc_offset,
            },
            opts=pulumi.ResourceOptions(parent=cluster),
        )


def collect_insights(
    name: str,
    arguments: SecureAksClusterModel,
    cluster: containerservice.ManagedCluster,
    workspace_id: pulumi.Input[str],
) -> pulumi.Output[str]:
    """Define what Container insights collects, if it is requested.

    Returns the id of the data collection rule, else an empty text.
    """
    insights = arguments.container_insights
    if insights is None:
        return pulumi.Output.from_input("")
    rule = monitor.DataCollectionRule(
        f"{name}-container-insights",
        resource_group_name=arguments.resource_group_name,
        location=insights.workspace_location or cluster.location,
        kind="Linux",
        data_sources={
            "extensions": [
                {
                    "name": INSIGHTS,
                    "extension_name": "ContainerInsights",
                    "streams": insights.streams,
                    "extension_settings": {
                        "dataCollectionSettings": {
                            "interval": "1m",
                            "namespaceFilteringMode": "Off",
                            "enableContainerLogV2": True,
                        }
                    },
                }
            ]
        },
        destinations={
            "log_analytics": [
                {
                    "name": "workspace",
                    "workspace_resource_id": insights.workspace_id or workspace_id,
                }
            ]
        },
        data_flows=[{"streams": insights.streams, "destinations": ["workspace"]}],
        tags=arguments.tags,
        opts=pulumi.ResourceOptions(parent=cluster),
    )
    monitor.DataCollectionRuleAssociation(
        f"{name}-container-insights",
        resource_uri=cluster.id,
        association_name=INSIGHTS,
        data_collection_rule_id=rule.id,
        opts=pulumi.ResourceOptions(parent=cluster),
    )
    return rule.id
