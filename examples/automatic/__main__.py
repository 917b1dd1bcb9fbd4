import pulumi
from pulumi_azure_native import resources

from kubewitness import SecureAksCluster

admin_group = pulumi.Config().get("adminGroupId") or "00000000-0000-0000-0000-000000000000"
group = resources.ResourceGroup("automatic", location="westeurope")
cluster = SecureAksCluster(
    "automatic",
    {
        "mode": "automatic",
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": [admin_group]},
        "api_access": {"authorized_ip_ranges": ["203.0.113.0/24"]},
    },
)

pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("collected", cluster.collected)
