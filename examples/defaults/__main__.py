import pulumi
from pulumi_azure_native import resources

from kubewitness import SecureAksCluster

admin_group = pulumi.Config().get("adminGroupId") or "00000000-0000-0000-0000-000000000000"
group = resources.ResourceGroup("defaults", location="westeurope")
cluster = SecureAksCluster(
    "defaults",
    {
        # These three are required.
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": [admin_group]},
        "api_access": {"private": True},
        # The rest are the defaults of the component.
        "mode": "standard",
        "sku_tier": "Standard",
        "upgrade_channel": "stable",
        "node_os_upgrade_channel": "NodeImage",
        "maintenance_window": {
            "day": "Sunday",
            "start_time": "00:00",
            "duration_hours": 8,
            "utc_offset": "+00:00",
        },
        "system_pool": {
            "vm_size": "Standard_D4ds_v5",
            "count": 3,
            "availability_zones": ["1", "2", "3"],
            "os_sku": "AzureLinux",
        },
        "user_pools": [],
        "network_policy": "cilium",
        "outbound_type": "loadBalancer",
        "run_command": False,
        "azure_policy": True,
        "defender": True,
        "image_cleaner_hours": 168,
        "host_encryption": False,
        "node_resource_group_lockdown": True,
        "role_assignments": [],
        "workspace": {
            "interactive_retention_days": 90,
            "total_retention_days": 365,
            "kube_audit_plan": "Analytics",
        },
        "audit_profile": "full",
        "destinations": [],
        "other_log_categories": [],
        "collected_elsewhere": [],
        "cluster_overrides": {},
    },
)

pulumi.export("collected", cluster.collected)
