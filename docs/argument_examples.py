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
