"""Examples of the arguments whose `fix` and description name none, as Python spells them."""

from typing import Final

_ID: Final = "/subscriptions/ID/resourceGroups/GROUP/providers"
_GUID: Final = "11111111-2222-3333-4444-555555555555"
_SUBNET: Final = f'"{_ID}/Microsoft.Network/virtualNetworks/NAME/subnets/NAME"'

EXAMPLES: Final = {
    "Adopt.cluster": '"aks"',
    "Adopt.diagnostic_setting": '"audit"',
    "Adopt.user_pools": '{"work": "pool"}',
    "Adopt.workspace": '"logs"',
    "AdoptLogging.diagnostic_setting": '"audit"',
    "AdoptLogging.workspace": '"logs"',
    "account_name": '"audittrail"',
    "action_group_ids": f'["{_ID}/Microsoft.Insights/actionGroups/NAME"]',
    "adopt": '{"workspace": "logs"}',
    "allow_list": '[{"rules": ["pod-exec"], "usernames": ["backup"], "owner": "ops", '
    '"reason": "nightly backup", "expires": "2027-06-30"}]',
    "api_access": '{"private": True}',
    "availability_zones": '["1", "2", "3"]',
    "cluster_admins": f'{{"group_object_ids": ["{_GUID}"]}}',
    "cluster_id": f'"{_ID}/Microsoft.ContainerService/managedClusters/NAME"',
    "cluster_name": '"prod-1"',
    "cluster_overrides": '{"auto_scaler_profile": {"expander": "least-waste"}}',
    "container_insights": '{"streams": ["Microsoft-ContainerLogV2"]}',
    "destinations": f'[{{"storage_account_id": "{_ID}/Microsoft.Storage/storageAccounts/NAME"}}]',
    "dns_prefix": '"prod"',
    "event_hub_authorization_rule_id": f'"{_ID}/Microsoft.EventHub/namespaces/NAME'
    '/authorizationRules/RULE"',
    "event_hub_name": '"audit"',
    "expires": '"2027-06-30"',
    "group_object_ids": f'["{_GUID}"]',
    "images": '["registry.example/backup"]',
    "maintenance_window": '{"day": "Saturday", "start_time": "22:00"}',
    "NewWorkspace.name": '"audit-logs"',
    "namespace": '"shop"',
    "namespaces": '["backup"]',
    "node_labels": '{"team": "data"}',
    "object_id": f'"{_GUID}"',
    "overrides": '{"upgrade_settings": {"max_surge": "33%"}}',
    "owner": '"platform team"',
    "partner_id": f'"{_ID}/Microsoft.Datadog/monitors/NAME"',
    "principals": f'[{{"object_id": "{_GUID}", "type": "ServicePrincipal"}}]',
    "private_dns_zone_id": '"system"',
    "public_because": '"partners without fixed addresses use the API"',
    "reason": '"nightly backup"',
    "resource_group_name": '"clusters"',
    "responders": f'["{_GUID}"]',
    "role": '"Azure Kubernetes Service RBAC Reader"',
    "role_assignments": '[{"role": "Azure Kubernetes Service RBAC Reader", '
    f'"object_id": "{_GUID}", "type": "Group"}}]',
    "rules": '["pod-exec"]',
    "setting_name": '"audit-logs"',
    "storage_account_id": f'"{_ID}/Microsoft.Storage/storageAccounts/NAME"',
    "system_pool": '{"min_count": 3, "max_count": 5}',
    "tags": '{"team": "shop"}',
    "tenant_id": f'"{_GUID}"',
    "total_retention_days": "730",
    "UserPool.name": '"work"',
    "user_pools": '[{"name": "work", "count": 3}]',
    "usernames": '["system:serviceaccount:backup:agent"]',
    "vnet_integration_subnet_id": _SUBNET,
    "vnet_subnet_id": _SUBNET,
    "waived_because": '"roles are assigned on the subscription"',
    "workspace": '{"interactive_retention_days": 180}',
    "workspace_id": f'"{_ID}/Microsoft.OperationalInsights/workspaces/NAME"',
}
"""By name, or by object and name where objects differ."""

OUTPUTS: Final = {
    "cluster_id": EXAMPLES["cluster_id"],
    "cluster_name": '"prod-cluster1a2b3c4d"',
    "collected": '{"guard": [{"kind": "workspace", "id": "/subscriptions/...", '
    '"table": "AKSControlPlane"}]}',
    "container_names": '["insights-logs-kube-audit"]',
    "data_collection_rule_id": f'"{_ID}/Microsoft.Insights/dataCollectionRules/NAME"',
    "diagnostic_setting_ids": f'["{_ID}/Microsoft.ContainerService/managedClusters/NAME'
    '/providers/microsoft.insights/diagnosticSettings/NAME"]',
    "kubeconfig": '"apiVersion: v1\\nkind: Config\\n..."',
    "kubelet_identity": f'{{"clientId": "{_GUID}", "objectId": "{_GUID}", "resourceId": '
    '"/subscriptions/..."}',
    "left_out": '{"pod-exec": "needs `reads`, which a workspace with the tables `admin` does not '
    'hold"}',
    "node_resource_group": '"MC_clusters_prod-cluster1a2b3c4d_westeurope"',
    "oidc_issuer_url": '"https://westeurope.oic.prod-aks.azure.com/TENANT/ISSUER/"',
    "principal_id": f'"{_GUID}"',
    "rule_ids": '{"pod-exec": "/subscriptions/..."}',
    "storage_account_id": EXAMPLES["storage_account_id"],
    "storage_account_name": '"audit1a2b3c4d"',
    "tables": '["AKSAudit", "AKSAuditAdmin", "AKSControlPlane"]',
    "workspace_id": EXAMPLES["workspace_id"],
}
"""Examples of the outputs of components, by name."""
