"""A cluster with everything that SecureAksCluster offers, through the real engine."""

from pathlib import Path

import pytest

from kubewitness.policies.crossguard.pack_folder import write_policy_pack
from support.engine import Engine, write_project

pytestmark = pytest.mark.engine

NETWORK = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/hub"
    "/providers/Microsoft.Network/virtualNetworks/hub/subnets"
)
FULL = f"""\
from pulumi_azure_native import resources

from kubewitness import AksAuditLogging, SecureAksCluster

group = resources.ResourceGroup("shop")
shop = SecureAksCluster("shop", {{
    "resource_group_name": group.name,
    "cluster_admins": {{
        "group_object_ids": ["11111111-1111-1111-1111-111111111111"],
        "principals": [{{"object_id": "22222222-2222-2222-2222-222222222222", "type": "User"}}],
    }},
    "api_access": {{"authorized_ip_ranges": ["203.0.113.0/24"]}},
    "network_policy": "calico",
    "system_pool": {{"min_count": 3, "max_count": 5, "vnet_subnet_id": "{NETWORK}/nodes"}},
    "user_pools": [
        {{"name": "work", "count": 2, "vnet_subnet_id": "{NETWORK}/nodes"}},
        {{"name": "burst", "min_count": 0, "max_count": 9, "vnet_subnet_id": "{NETWORK}/nodes"}},
        {{"name": "win", "os_type": "Windows", "vnet_subnet_id": "{NETWORK}/nodes"}},
    ],
    "workspace": {{"interactive_retention_days": 180, "total_retention_days": 1095}},
    "other_log_categories": ["kube-apiserver"],
}})
AksAuditLogging("theirs", {{
    "cluster_id": "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/other"
                  "/providers/Microsoft.ContainerService/managedClusters/theirs",
    "workspace_id": shop.workspace_id,
}})
"""


def test_a_full_cluster_deploys_stays_unchanged_and_is_destroyed(
    engine: Engine, tmp_path: Path
) -> None:
    """With the pack on: created, no change at the second preview, nothing of it left."""
    pack = write_policy_pack("kubewitness", tmp_path / "cache")
    program = write_project(tmp_path / "full", FULL, name="full")
    assert engine.init_stack(program).exit_code == 0
    deployed = engine.up(program, [pack])
    assert deployed.exit_code == 0, deployed.stdout
    assert deployed.changes["create"] >= 15
    again = engine.preview(program, [pack])
    assert set(again.changes) == {"same"}, again.stdout
    assert engine.destroy(program).exit_code == 0
    assert "resources" not in engine.export(program).document["deployment"]
