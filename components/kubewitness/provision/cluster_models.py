"""The models of the two components' own arguments, and the checks across their parts."""

from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from kubewitness.provision.models import (
    ApiAccess,
    ClusterAdmins,
    NewWorkspace,
    SystemPool,
    UserPool,
)
from kubewitness.provision.validation import Arguments, Given, problem
from kubewitness.provision.values import (
    ClusterId,
    ClusterName,
    DnsPrefix,
    KubernetesVersion,
    LogCategories,
    SettingName,
    Tags,
    Text,
    WorkspaceId,
)


class AuditTrail(Arguments):
    """Where the logs go: what both components ask."""

    workspace_id: Given[WorkspaceId] | None = Field(
        default=None,
        description="give the resource id of a Log Analytics workspace, "
        "`/subscriptions/.../providers/Microsoft.OperationalInsights/workspaces/NAME`",
    )
    workspace: NewWorkspace | None = Field(
        default=None, description="give an object such as {interactive_retention_days: 90}"
    )
    location: Given[Text] | None = Field(
        default=None, description="give an Azure region such as `westeurope`"
    )
    other_log_categories: LogCategories = Field(
        default_factory=list, description="give a list of categories such as `kube-apiserver`"
    )
    tags: Tags | None = Field(default=None, description="give a map from strings to strings")
    resource_group_name: Given[Text] | None = Field(
        default=None, validate_default=True, description="give the name of a resource group"
    )

    @field_validator("workspace", "system_pool", mode="before", check_fields=False)
    @classmethod
    def _not_empty(cls, given: Any) -> Any:
        # Pulumi's component host hands on an object that is an Output as a whole as an empty one:
        # taken for the defaults, it would drop what the program says without a word.
        if given == {}:
            raise problem(
                "is empty; leave it out for the defaults, or give its fields, not the whole, as "
                "Outputs"
            )
        return given

    @field_validator("workspace")
    @classmethod
    def _one_workspace(cls, new: Any, info: ValidationInfo) -> Any:
        if new is not None and info.data.get("workspace_id") is not None:
            raise problem("contradicts `workspace_id`; bring a workspace or have one created")
        return new


class SecureAksClusterModel(AuditTrail):
    """The arguments of SecureAksCluster."""

    resource_group_name: Given[Text] = Field(description="give the name of a resource group")
    cluster_admins: ClusterAdmins = Field(
        description="give {group_object_ids: [...]}, {principals: [...]} or {waived_because: ...}"
    )
    api_access: ApiAccess = Field(
        description="give {private: true}, {authorized_ip_ranges: [...]} or {public_because: ...}"
    )
    cluster_name: Given[ClusterName] | None = Field(
        default=None, description="give 1 to 63 letters, digits, hyphens and underscores"
    )
    dns_prefix: Given[DnsPrefix] | None = Field(
        default=None, description="give 1 to 54 letters, digits and hyphens, no hyphen at the ends"
    )
    network_policy: Literal["cilium", "azure", "calico"] = Field(
        default="cilium", description="give one of these"
    )
    sku_tier: Literal["Standard", "Premium"] = Field(
        default="Standard", description="give one of these"
    )
    upgrade_channel: Literal["patch", "stable", "rapid", "node-image"] | None = Field(
        default=None, description="give one of these"
    )
    node_os_upgrade_channel: Literal["NodeImage", "SecurityPatch"] = Field(
        default="NodeImage", description="give one of these"
    )
    kubernetes_version: Given[KubernetesVersion] | None = Field(
        default=None, description="give a version such as `1.34`"
    )
    system_pool: SystemPool = Field(
        default_factory=SystemPool, description="give an object such as {count: 3}"
    )
    user_pools: list[UserPool] = Field(
        default_factory=list, description="give a list of objects, each with a `name`"
    )

    @property
    def channel(self) -> str:
        """The upgrade channel: long-term support, which Premium brings, goes with patches."""
        return self.upgrade_channel or ("patch" if self.sku_tier == "Premium" else "stable")

    @field_validator("sku_tier")
    @classmethod
    def _premium_without_calico(cls, tier: str, info: ValidationInfo) -> str:
        if tier == "Premium" and info.data.get("network_policy") == "calico":
            raise problem(
                "`Premium` comes with long-term support, which excludes `calico`; choose another "
                "`network_policy` or the tier `Standard`"
            )
        return tier

    @field_validator("node_os_upgrade_channel")
    @classmethod
    def _node_image_with_itself(cls, nodes: str, info: ValidationInfo) -> str:
        if info.data.get("upgrade_channel") == "node-image" and nodes != "NodeImage":
            raise problem("contradicts the upgrade channel `node-image`; leave one of the two out")
        return nodes

    @field_validator("kubernetes_version")
    @classmethod
    def _patch_channel_sets_patch(cls, version: Any, info: ValidationInfo) -> Any:
        premium = info.data.get("sku_tier") == "Premium"
        channel = info.data.get("upgrade_channel") or ("patch" if premium else "stable")
        if channel == "patch" and isinstance(version, str) and version.count(".") > 1:
            raise problem(
                "names a patch version, which the upgrade channel `patch` changes; give the minor "
                "version only, such as `1.34`"
            )
        return version


class AksAuditLoggingModel(AuditTrail):
    """The arguments of AksAuditLogging."""

    cluster_id: Given[ClusterId] = Field(
        description="give the resource id of an AKS cluster, "
        "`/subscriptions/.../providers/Microsoft.ContainerService/managedClusters/NAME`"
    )
    setting_name: Given[SettingName] | None = Field(
        default=None, description='give 1 to 260 characters other than <>*%&:\\?+/" '
    )

    @field_validator("resource_group_name")
    @classmethod
    def _group_for_a_new_workspace(cls, group: Any, info: ValidationInfo) -> Any:
        if group is None and info.data.get("workspace_id", "") is None:
            raise problem(
                "is required, for a workspace is created; give the name of a resource group, or "
                "bring a workspace with `workspace_id`"
            )
        return group

    @field_validator("resource_group_name", "location", "tags")
    @classmethod
    def _only_for_a_new_workspace(cls, given: Any, info: ValidationInfo) -> Any:
        if given is not None and info.data.get("workspace_id") is not None:
            raise problem("is for a workspace that is created; leave it or `workspace_id` out")
        return given
