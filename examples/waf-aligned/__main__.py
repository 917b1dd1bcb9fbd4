import pulumi
from pulumi_azure_native import network, resources

from kubewitness import SecureAksCluster

NOBODY = "00000000-0000-0000-0000-000000000000"
SECURITY = f"/subscriptions/{NOBODY}/resourceGroups/security/providers"
config = pulumi.Config()
workspace_id = config.get("workspaceId") or (
    f"{SECURITY}/Microsoft.OperationalInsights/workspaces/central"
)
archive_id = config.get("archiveId") or f"{SECURITY}/Microsoft.Storage/storageAccounts/audittrail"

group = resources.ResourceGroup("shop", location="westeurope")
vnet = network.VirtualNetwork(
    "shop",
    resource_group_name=group.name,
    address_space={"address_prefixes": ["10.20.0.0/16"]},
)
nodes = network.Subnet(
    "nodes",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.20.0.0/20",
)
api = network.Subnet(
    "api",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.20.16.0/28",
    delegations=[{"name": "aks", "service_name": "Microsoft.ContainerService/managedClusters"}],
    opts=pulumi.ResourceOptions(depends_on=[nodes]),  # Azure changes one subnet at a time
)
cluster = SecureAksCluster(
    "shop",
    {
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": [config.get("adminGroupId") or NOBODY]},
        "api_access": {
            "private": True,
            "vnet_integration": True,
            "vnet_integration_subnet_id": api.id,
        },
        # The subscription must have registered the feature Microsoft.Compute/EncryptionAtHost.
        "host_encryption": True,
        "system_pool": {"min_count": 3, "max_count": 5, "vnet_subnet_id": nodes.id},
        "user_pools": [{"name": "work", "min_count": 3, "max_count": 20}],
        "maintenance_window": {"day": "Saturday", "start_time": "22:00", "duration_hours": 6},
        # All audit logs for the detections, and a copy that cannot be deleted.
        "workspace_id": workspace_id,
        "destinations": [{"storage_account_id": archive_id}],
        "container_insights": {"workspace_location": "westeurope"},
        "tags": {"team": "shop", "environment": "production"},
    },
)

pulumi.export("clusterId", cluster.cluster_id)
pulumi.export("collected", cluster.collected)
