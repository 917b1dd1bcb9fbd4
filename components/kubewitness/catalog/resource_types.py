"""The kinds of resource that the graph knows, and the Pulumi type tokens of each.

Providers spell one Azure resource in many ways: azure-native v1 and v2 with an API version in the
module (`azure-native:containerservice/v20230101:ManagedCluster`), v3 with a package per version
(`azure-native_containerservice_v20250602preview:containerservice:ManagedCluster`), azure-nextgen
before them, and the classic `azure` provider, bridged from Terraform, with names of its own. The
patterns below match a whole token.

Sources: the type aliases in the generated Azure Native, Azure Classic, AWS and AWS Native SDKs;
Pulumi's guide "Accessing any API version in Azure Native".
"""

from enum import Enum
from typing import Final


class Kind(Enum):
    """The kinds of resource that the graph knows."""

    CLUSTER = "AKS cluster"
    EKS_CLUSTER = "EKS cluster"
    DIAGNOSTIC_SETTING = "diagnostic setting"
    WORKSPACE = "Log Analytics workspace"
    TABLE = "table of a Log Analytics workspace"
    STORAGE_ACCOUNT = "storage account"
    LIFECYCLE_POLICY = "lifecycle policy of a storage account"
    IMMUTABILITY_POLICY = "immutability policy of a storage container"
    EVENT_HUB = "event hub"
    PARTNER = "partner solution"
    RESOURCE_GROUP = "resource group"
    JWT_AUTHENTICATOR = "other identity provider of an AKS cluster"
    KUBERNETES_PROVIDER = "provider for Kubernetes"
    UNREADABLE_CLUSTER = "cluster made through a provider whose properties are not read"
    ARM = "anything that Azure Resource Manager can make"
    ARC_CLUSTER = "Kubernetes cluster that Azure Arc connects"
    STACK_REFERENCE = "outputs of another stack"


def _native(module: str, name: str) -> str:
    """The pattern of one Azure Native resource in all versions of that provider."""
    return rf"azure-(?:native|nextgen)(?:_(?:{module})_v\w+)?:(?:{module})(?:/\w+)?:(?:{name})"


def _classic(module: str, name: str) -> str:
    """The pattern of one resource of the classic provider."""
    return rf"azure:{module}/\w+:(?:{name})"


PATTERNS: Final = {
    Kind.CLUSTER: (
        _native("containerservice", "ManagedCluster"),
        _classic("containerservice", "KubernetesCluster"),
    ),
    Kind.EKS_CLUSTER: (r"aws:eks/\w+:Cluster", r"aws-native:eks:Cluster"),
    Kind.DIAGNOSTIC_SETTING: (
        _native("insights|monitor", "DiagnosticSetting"),
        _classic("monitoring", "DiagnosticSetting"),
    ),
    Kind.WORKSPACE: (
        _native("operationalinsights", "Workspace"),
        _classic("operationalinsights", "AnalyticsWorkspace"),
    ),
    Kind.TABLE: (
        _native("operationalinsights", "Table"),
        _classic("loganalytics", "WorkspaceTable"),
    ),
    Kind.STORAGE_ACCOUNT: (
        _native("storage", "StorageAccount"),
        _classic("storage", "Account"),
    ),
    Kind.LIFECYCLE_POLICY: (
        _native("storage", "ManagementPolicy"),
        _classic("storage", "ManagementPolicy"),
    ),
    Kind.IMMUTABILITY_POLICY: (
        _native("storage", "BlobContainerImmutabilityPolicy"),
        _classic("storage", "ContainerImmutabilityPolicy"),
    ),
    Kind.EVENT_HUB: (
        _native("eventhub", r"Namespace\w*|EventHub\w*"),
        _classic("eventhub", r"EventHub\w*|Namespace\w*"),
    ),
    Kind.PARTNER: (
        _native(r"datadog|elastic|dynatrace|logz|newrelic\w*", r"\w*Monitor\w*|\w*Elastic\w*"),
    ),
    Kind.JWT_AUTHENTICATOR: (_native("containerservice", "JWTAuthenticator"),),
    Kind.KUBERNETES_PROVIDER: (r"pulumi:providers:kubernetes",),
    Kind.UNREADABLE_CLUSTER: (
        r"azurerm:\w+/kubernetesCluster:KubernetesCluster",
        r"aws:index/eksCluster:EksCluster",
        r"kubernetes:containerservice\.azure\.com/\w+:ManagedCluster",
    ),
    Kind.ARM: (
        _native("resources", r"Resource|Deployment\w*|TemplateSpec\w*"),
        _classic("core", r"\w*TemplateDeployment"),
        r"azapi:.*",
    ),
    Kind.ARC_CLUSTER: (_native("kubernetes", "ConnectedCluster"),),
    Kind.STACK_REFERENCE: (r"pulumi:pulumi:StackReference",),
    Kind.RESOURCE_GROUP: (
        _native("resources", "ResourceGroup"),
        _classic("core", "ResourceGroup"),
    ),
}

DESTINATION_KINDS: Final = frozenset(
    {Kind.WORKSPACE, Kind.STORAGE_ACCOUNT, Kind.EVENT_HUB, Kind.PARTNER}
)
"""What a diagnostic setting can send logs to."""


JUDGED_KINDS: Final = frozenset(
    {
        Kind.CLUSTER,
        Kind.EKS_CLUSTER,
        Kind.JWT_AUTHENTICATOR,
        Kind.KUBERNETES_PROVIDER,
        Kind.UNREADABLE_CLUSTER,
        Kind.ARM,
    }
)
"""What a rule on one resource can have something to say of; all else only says something of it."""

MAY_CARRY_ANY_ID: Final = frozenset(
    {Kind.UNREADABLE_CLUSTER, Kind.ARM, Kind.ARC_CLUSTER, Kind.STACK_REFERENCE}
)
"""Where the id of a cluster or of a destination may come from that the graph does not know.

Clusters of Azure Arc have the categories `kube-audit`, `kube-audit-admin` and `guard`, too. Source:
Azure Monitor reference, "Supported log categories for microsoft.kubernetes/connectedClusters".
"""
