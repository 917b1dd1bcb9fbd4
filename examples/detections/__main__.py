import pulumi

from kubewitness import AuditDetections

workspace_id = pulumi.Config().get("workspaceId") or (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/security"
    "/providers/Microsoft.OperationalInsights/workspaces/central"
)
detections = AuditDetections(
    "detections",
    {
        "workspace_id": workspace_id,
        "sentinel": "existing",
        "severities": ["High", "Medium", "Low"],
        "allow_list": [
            {
                "reason": "GitOps deploys what was reviewed",
                "owner": "platform team",
                "expires": "2099-12-31",
                "usernames": ["system:serviceaccount:flux-system:*"],
                "namespaces": ["shop-*"],
            },
        ],
    },
)

pulumi.export("ruleIds", detections.rule_ids)
pulumi.export("leftOut", detections.left_out)
