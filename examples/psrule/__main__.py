import pulumi
from pulumi_azure_native import network, resources

from kubewitness import SecureAksCluster

NOBODY = "00000000-0000-0000-0000-000000000000"
admins = pulumi.Config().get("adminGroupId") or NOBODY

group = resources.ResourceGroup("clusters", location="westeurope")
vnet = network.VirtualNetwork(
    "clusters",
    resource_group_name=group.name,
    address_space={"address_prefixes": ["10.20.0.0/16"]},
)
nodes = network.Subnet(
    "nodes",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="10.20.0.0/20",
)
cluster = SecureAksCluster(
    "psrule",
    {
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": [admins]},
        "api_access": {"authorized_ip_ranges": ["203.0.113.0/24"]},
        "network_policy": "azure",
        "upgrade_channel": "stable",
        # The subnet makes the component create a user-assigned identity for the cluster.
        "system_pool": {
            "min_count": 3,
            "max_count": 10,
            "vnet_subnet_id": nodes.id,
            "overrides": {"os_disk_type": "Ephemeral", "os_disk_size_gb": 32, "max_pods": 50},
        },
        "container_insights": {
            "streams": ["Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-Perf"]
        },
        "cluster_overrides": {
            "network_profile": {"service_cidr": "192.168.0.0/16", "dns_service_ip": "192.168.0.4"},
            "addon_profiles": {"kubeDashboard": {"enabled": False}},
        },
    },
)

pulumi.export("clusterId", cluster.cluster_id)
pulumi.export("collected", cluster.collected)
