import pulumi
from pulumi_azure_native import resources

from kubewitness import AuditArchive

group = resources.ResourceGroup(
    "security", location="westeurope", opts=pulumi.ResourceOptions(retain_on_delete=True)
)
archive = AuditArchive(
    "trail",
    {"resource_group_name": group.name, "immutable_days": 365, "delete_after_days": 1095},
)

pulumi.export("storageAccountId", archive.storage_account_id)
pulumi.export("storageAccountName", archive.storage_account_name)
pulumi.export("containerNames", archive.container_names)
