"""The arguments of AuditArchive, as users write them."""

from typing import NotRequired, TypedDict

import pulumi


class AuditArchiveArgs(TypedDict):
    """The arguments of AuditArchive."""

    resource_group_name: pulumi.Input[str]
    """Resource group that gets the storage account."""

    location: NotRequired[pulumi.Input[str]]
    """Azure region, which must be that of the clusters. Default: that of the resource group."""

    account_name: NotRequired[pulumi.Input[str]]
    """Name of the storage account: 3 to 24 lowercase letters and digits. By default Pulumi makes
    one from the component's name."""

    redundancy: NotRequired[str]
    """How the account is replicated: `Standard_ZRS` (default), `Standard_GZRS`, `Standard_RAGZRS`,
    `Standard_GRS`, `Standard_RAGRS` or `Standard_LRS`. Diagnostic settings refuse premium
    storage."""

    categories: NotRequired[list[str]]
    """The log categories that are archived, each in its container `insights-logs-<category>`.
    Default: `kube-audit`, `kube-audit-admin` and `guard`."""

    immutable_days: NotRequired[int]
    """For how many days after it was written nothing can be deleted or changed: 1 to 146000.
    Default 365. Shorter than 365 fails `aks-audit-retention` where the pack sees it. Source: Azure
    docs, "Time-based retention policies for immutable blob data"."""

    delete_after_days: NotRequired[int]
    """After how many days blobs are deleted: more than `immutable_days`. Default: never."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """Tags of the storage account."""
