"""The component that keeps audit logs in immutable storage."""

import re
from typing import Any, Optional, Unpack, overload

import pulumi
from pulumi_azure_native import storage

from kubewitness.catalog.log_categories import CONTAINER
from kubewitness.provision.arguments.documentation import describe_arguments
from kubewitness.provision.arguments.reporting import checked_arguments, leave_unknown
from kubewitness.provision.arguments.validation import NOT_GIVEN, given_arguments
from kubewitness.provision.audit_archive.generated import AuditArchiveArgs
from kubewitness.provision.audit_archive.model import AuditArchiveModel


def account_name(name: str) -> str:
    """Return what azure-native makes the account's name of, with eight characters of its own.

    A storage account takes 24 lowercase letters and digits, and azure-native changes nothing.
    """
    return re.sub("[^a-z0-9]", "", name.lower())[:16] or "audit"


class AuditArchive(pulumi.ComponentResource):
    """A storage account for audit logs that are written once and cannot be deleted before time.

    It has no shared keys, no public access and a firewall that lets in Azure's trusted services, of
    which diagnostic settings are one. It keeps versions. Each log category has its container with a
    time-based immutability policy that lets logs be appended.

    The policies are not locked, so that you can test them: authorised users can still remove them.
    Lock each one manually when it works as intended. You cannot undo this. The account remains when
    the stack is destroyed. Create it in its own stack, whose owners are not those of the clusters.

    Source: Azure docs, "Time-based retention policies for immutable blob data" and "Diagnostic
    settings in Azure Monitor".
    """

    storage_account_id: pulumi.Output[str]
    """Resource id of the storage account, for `destinations`."""

    storage_account_name: pulumi.Output[str]
    """Name of the storage account."""

    container_names: pulumi.Output[list[str]]
    """Names of the containers, whose policies are to be locked."""

    @overload
    def __init__(
        self,
        name: str,
        args: AuditArchiveArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Unpack[AuditArchiveArgs],
    ) -> None: ...

    def __init__(
        self,
        name: str,
        # Pulumi's analyzer reads this annotation and takes no Optional.
        args: AuditArchiveArgs = NOT_GIVEN,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Any,
    ) -> None:
        """Create the archive.

        Args:
            name: of the component; the names of all that it creates begin with it.
            args: its arguments, as a dictionary instead of as keyword arguments.
            opts: as for every Pulumi component.
            arguments: its arguments, as keyword arguments.

        Raises:
            InvalidArguments: with everything that is wrong with the arguments.
        """
        title = f'AuditArchive "{name}"'
        given = given_arguments(title, args, arguments)
        checked = checked_arguments(AuditArchiveModel, title, given)
        super().__init__("kubewitness:index:AuditArchive", name, {**given} if checked else {}, opts)
        if checked is None:
            leave_unknown(self)
            return

        account = self._account(name, checked)
        self._keep_versions(name, checked, account)
        policies = [
            self._container(name, checked, account, category) for category in checked.categories
        ]
        self._delete_in_time(name, checked, account)

        # Known only when nothing can slip in before the policies hold.
        self.storage_account_id = pulumi.Output.all(
            account.id, *(policy.id for policy in policies)
        ).apply(lambda known: str(known[0]))
        self.storage_account_name = account.name
        self.container_names = pulumi.Output.from_input(
            [CONTAINER.format(category) for category in checked.categories]
        )
        self.register_outputs(
            {
                "storageAccountId": self.storage_account_id,
                "storageAccountName": self.storage_account_name,
                "containerNames": self.container_names,
            }
        )

    def _account(self, name: str, checked: AuditArchiveModel) -> storage.StorageAccount:
        return storage.StorageAccount(
            account_name(name),
            resource_group_name=checked.resource_group_name,
            account_name=checked.account_name,
            location=checked.location,
            kind="StorageV2",
            sku={"name": checked.redundancy},
            allow_shared_key_access=False,
            allow_blob_public_access=False,
            allow_cross_tenant_replication=False,
            enable_https_traffic_only=True,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            # A firewall with this exception is what the docs of diagnostic settings ask for.
            network_rule_set={
                "default_action": storage.DefaultAction.DENY,
                "bypass": storage.Bypass.AZURE_SERVICES,
            },
            tags=checked.tags,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )

    def _keep_versions(
        self, name: str, checked: AuditArchiveModel, account: storage.StorageAccount
    ) -> None:
        storage.BlobServiceProperties(
            f"{name}-versions",
            **_within(checked, account),
            blob_services_name="default",
            is_versioning_enabled=True,
            opts=pulumi.ResourceOptions(parent=account, retain_on_delete=True),
        )

    def _container(
        self,
        name: str,
        checked: AuditArchiveModel,
        account: storage.StorageAccount,
        category: str,
    ) -> storage.BlobContainerImmutabilityPolicy:
        container = storage.BlobContainer(
            f"{name}-{category}",
            **_within(checked, account),
            container_name=CONTAINER.format(category),
            public_access=storage.PublicAccess.NONE,
            opts=pulumi.ResourceOptions(parent=account, retain_on_delete=True),
        )
        return storage.BlobContainerImmutabilityPolicy(
            f"{name}-{category}",
            **_within(checked, account),
            container_name=container.name,
            immutability_policy_name="default",
            immutability_period_since_creation_in_days=checked.immutable_days,
            # Diagnostic settings append to a blob for an hour.
            allow_protected_append_writes=True,
            opts=pulumi.ResourceOptions(parent=container, retain_on_delete=True),
        )

    def _delete_in_time(
        self, name: str, checked: AuditArchiveModel, account: storage.StorageAccount
    ) -> None:
        if checked.delete_after_days is None:
            return
        days = checked.delete_after_days
        logs_only = {"blob_types": ["appendBlob"], "prefix_match": [CONTAINER.format("")]}
        delete: Any = {
            "base_blob": {"delete": {"days_after_modification_greater_than": days}},
            "version": {"delete": {"days_after_creation_greater_than": days}},
        }
        rule: Any = {
            "name": "delete-old-logs",
            "type": "Lifecycle",
            "enabled": True,
            "definition": {"actions": delete, "filters": logs_only},
        }
        storage.ManagementPolicy(
            f"{name}-deletion",
            **_within(checked, account),
            management_policy_name="default",
            policy={"rules": [rule]},
            opts=pulumi.ResourceOptions(parent=account, retain_on_delete=True),
        )


def _within(checked: AuditArchiveModel, account: storage.StorageAccount) -> dict[str, Any]:
    return {"resource_group_name": checked.resource_group_name, "account_name": account.name}


describe_arguments(AuditArchive, AuditArchiveModel)
