"""What is deployed in the recorded states: much of what the components offer."""

from pulumi_azure_native import resources

from kubewitness import AksAuditLogging, SecureAksCluster

group = resources.ResourceGroup("shop", location="westeurope")
shop = SecureAksCluster(
    "shop",
    {
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": ["11111111-1111-1111-1111-111111111111"]},
        "api_access": {"authorized_ip_ranges": ["203.0.113.0/24"]},
        "system_pool": {"min_count": 3, "max_count": 5},
        "user_pools": [{"name": "work", "count": 2}],
        "workspace": {"interactive_retention_days": 180, "total_retention_days": 1095},
        "other_log_categories": ["kube-apiserver"],
    },
)
AksAuditLogging(
    "theirs",
    {
        "cluster_id": "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/other"
        "/providers/Microsoft.ContainerService/managedClusters/theirs",
        "workspace_id": shop.workspace_id,
    },
)
