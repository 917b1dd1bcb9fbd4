import pulumi
from pulumi_azure_native import resources

from kubewitness import AksAuditLogging

cluster_id = pulumi.Config().get("clusterId") or (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop"
    "/providers/Microsoft.ContainerService/managedClusters/shop"
)
group = resources.ResourceGroup("audit", location="westeurope")
logging = AksAuditLogging(
    "shop",
    {"cluster_id": cluster_id, "resource_group_name": group.name},
)

pulumi.export("workspaceId", logging.workspace_id)
pulumi.export("collected", logging.collected)
