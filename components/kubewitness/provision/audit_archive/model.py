"""The model of the arguments of AuditArchive."""

from typing import Literal

from pydantic import ValidationInfo, field_validator

from kubewitness.azure.storage_accounts import MOST_IMMUTABLE_DAYS
from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.provision.arguments.validation import (
    Arguments,
    Given,
    argument,
    problem,
)
from kubewitness.provision.arguments.values import (
    MINIMUM_TOTAL_DAYS,
    AccountName,
    LogCategories,
    Tags,
    Text,
    Whole,
)


class AuditArchiveModel(Arguments):
    """The arguments of AuditArchive."""

    resource_group_name: Given[Text] = argument(fix="give the name of a resource group")
    """Resource group that gets the storage account."""

    location: Given[Text] | None = argument(
        default=None, fix="give an Azure region such as `westeurope`"
    )
    """Azure region, which must be that of the clusters. Default: that of the resource group."""

    account_name: Given[AccountName] | None = argument(
        default=None, fix="give 3 to 24 lowercase letters and digits"
    )
    """Name of the storage account: 3 to 24 lowercase letters and digits. By default Pulumi makes
    one from the component's name."""

    redundancy: Literal[
        "Standard_ZRS",
        "Standard_GZRS",
        "Standard_RAGZRS",
        "Standard_GRS",
        "Standard_RAGRS",
        "Standard_LRS",
    ] = argument(default="Standard_ZRS", fix="give one of these")
    """How the account is replicated: `Standard_ZRS` (default), `Standard_GZRS`, `Standard_RAGZRS`,
    `Standard_GRS`, `Standard_RAGRS` or `Standard_LRS`. Diagnostic settings refuse premium
    storage."""

    categories: LogCategories = argument(
        default_factory=lambda: list(AUDIT_CATEGORIES),
        min_length=1,
        fix="give a list of categories such as `kube-audit`",
    )
    """The log categories that are archived, each in its container `insights-logs-<category>`.
    Default: `kube-audit`, `kube-audit-admin` and `guard`."""

    immutable_days: Whole = argument(
        default=MINIMUM_TOTAL_DAYS,
        ge=1,
        le=MOST_IMMUTABLE_DAYS,
        fix=f"give 1 to {MOST_IMMUTABLE_DAYS} days",
    )
    """The number of days during which a blob cannot be deleted or changed: 1 to 146000. Default
    365. A value below 365 fails `aks-audit-retention` if the policy pack reads this stack.
    Source: Azure docs, "Time-based retention policies for immutable blob data"."""

    delete_after_days: Whole | None = argument(
        default=None, ge=1, fix="give a whole number of days"
    )
    """After how many days blobs are deleted: more than `immutable_days`. Default: never."""

    tags: Tags | None = argument(default=None, fix="give a map from strings to strings")
    """Tags of the storage account."""

    @field_validator("delete_after_days")
    @classmethod
    def _after_the_immutable_days(cls, days: int | None, info: ValidationInfo) -> int | None:
        immutable = info.data.get("immutable_days")
        if days is not None and immutable is not None and days <= immutable:
            raise problem("is not more than `immutable_days`; raise it or leave it out")
        return days
