"""The model of the arguments of AuditArchive."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.provision.arguments.validation import (
    Arguments,
    Given,
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

    resource_group_name: Given[Text] = Field(description="give the name of a resource group")
    location: Given[Text] | None = Field(
        default=None, description="give an Azure region such as `westeurope`"
    )
    account_name: Given[AccountName] | None = Field(
        default=None, description="give 3 to 24 lowercase letters and digits"
    )
    redundancy: Literal[
        "Standard_ZRS",
        "Standard_GZRS",
        "Standard_RAGZRS",
        "Standard_GRS",
        "Standard_RAGRS",
        "Standard_LRS",
    ] = Field(default="Standard_ZRS", description="give one of these")
    categories: LogCategories = Field(
        default_factory=lambda: list(AUDIT_CATEGORIES),
        min_length=1,
        description="give a list of categories such as `kube-audit`",
    )
    immutable_days: Whole = Field(
        default=MINIMUM_TOTAL_DAYS, ge=1, le=146_000, description="give 1 to 146000 days"
    )
    delete_after_days: Whole | None = Field(
        default=None, ge=1, description="give a whole number of days"
    )
    tags: Tags | None = Field(default=None, description="give a map from strings to strings")

    @field_validator("delete_after_days")
    @classmethod
    def _after_the_immutable_days(cls, days: int | None, info: ValidationInfo) -> int | None:
        immutable = info.data.get("immutable_days")
        if days is not None and immutable is not None and days <= immutable:
            raise problem("is not more than `immutable_days`; raise it or leave it out")
        return days
