"""The model of the arguments of AksAuditLogging."""

from typing import Any

from pydantic import ValidationInfo, field_validator

from kubewitness.provision.arguments.validation import (
    Given,
    argument,
    problem,
)
from kubewitness.provision.arguments.values import (
    ClusterId,
    SettingName,
)
from kubewitness.provision.trail.model import AuditTrail


class AksAuditLoggingModel(AuditTrail):
    """The arguments of AksAuditLogging."""

    cluster_id: Given[ClusterId] = argument(
        fix="give the resource id of an AKS cluster, "
        "`/subscriptions/.../providers/Microsoft.ContainerService/managedClusters/NAME`"
    )
    """Resource id of the AKS cluster whose logs are to be collected."""

    setting_name: Given[SettingName] | None = argument(
        default=None, fix='give 1 to 248 characters other than <>*%&:\\?+/" '
    )
    """Name of the diagnostic setting: 1 to 248 characters. The names of those for `destinations`
    end in the kind of the destination, such as `-storage`. By default Pulumi makes one from the
    component's name. A cluster has at most five settings."""

    @field_validator("resource_group_name")
    @classmethod
    def _group_for_a_new_workspace(cls, group: Any, info: ValidationInfo) -> Any:
        if group is None and info.data.get("workspace_id", "") is None:
            raise problem(
                "is required to create a workspace; give the name of a resource group, or "
                "use an existing one with `workspace_id`"
            )
        return group

    @field_validator("resource_group_name", "location", "tags")
    @classmethod
    def _only_for_a_new_workspace(cls, given: Any, info: ValidationInfo) -> Any:
        if given is not None and info.data.get("workspace_id") is not None:
            raise problem("is for a workspace that is created; leave it or `workspace_id` out")
        return given
