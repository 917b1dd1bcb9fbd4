import pulumi
from pulumi_azure_native import resources

from kubewitness import SecureAksCluster

admin_group = pulumi.Config().get("adminGroupId") or "00000000-0000-0000-0000-000000000000"
group = resources.ResourceGroup("audited", location="westeurope")
cluster = SecureAksCluster(
    "audited",
    {
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": [admin_group]},
        "api_access": {"private": True},
    },
)

pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("clusterId", cluster.cluster_id)
pulumi.export("collected", cluster.collected)
