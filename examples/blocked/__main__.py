import pulumi
from pulumi_azure_native import containerservice, monitor, operationalinsights, resources

group = resources.ResourceGroup("unaudited", location="westeurope")
workspace = operationalinsights.Workspace(
    "logs", resource_group_name=group.name, sku={"name": "PerGB2018"}, retention_in_days=365
)
cluster = containerservice.ManagedCluster(
    "unaudited",
    resource_group_name=group.name,
    dns_prefix="unaudited",
    # Local accounts are enabled and managed Entra ID is off: both are defaults of AKS.
    disable_local_accounts=False,
    api_server_access_profile={"enable_private_cluster": True, "disable_run_command": True},
    identity={"type": containerservice.ResourceIdentityType.SYSTEM_ASSIGNED},
    agent_pool_profiles=[
        {"name": "system", "mode": "System", "count": 1, "vm_size": "Standard_D4ds_v5"}
    ],
)
setting = monitor.DiagnosticSetting(
    "audit-logs",
    resource_uri=cluster.id,
    workspace_id=workspace.id,
    log_analytics_destination_type="Dedicated",
    # Without `guard`, sign-ins and decisions of Azure RBAC are not logged.
    logs=[
        {"category": "kube-audit", "enabled": True},
        {"category": "kube-audit-admin", "enabled": True},
    ],
)

pulumi.export("clusterId", cluster.id)
