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


class ResourceKind(Enum):
    """The kinds of resource that the graph knows."""

    CLUSTER = "AKS cluster"
    EKS_CLUSTER = "EKS cluster"
    DIAGNOSTIC_SETTING = "diagnostic setting"
    WORKSPACE = "Log Analytics workspace"
    TABLE = "table of a Log Analytics workspace"
    STORAGE_ACCOUNT = "storage account"
    LIFECYCLE_POLICY = "lifecycle policy of a storage account"
    IMMUTABILITY_POLICY = "immutability policy of a storage container"
    NAMESPACE_RULE = "authorization rule of an event hub namespace"
    HUB_RULE = "authorization rule of an event hub"
    EVENT_HUB = "event hub"
    PARTNER = "partner solution"
    RESOURCE_GROUP = "resource group"
    JWT_AUTHENTICATOR = "other identity provider of an AKS cluster"
    TRUSTED_ACCESS = "role binding for Trusted Access to an AKS cluster"
    OTHER_ACCESS = "another way to an AKS cluster or to its nodes"
    KUBERNETES_PROVIDER = "provider for Kubernetes"
    UNREADABLE_CLUSTER = "cluster made through a provider whose properties are not read"
    ARM = "anything that Azure Resource Manager can make"
    ARC_CLUSTER = "Kubernetes cluster that Azure Arc connects"
    STACK_REFERENCE = "outputs of another stack"


def _native(module: str, name: str) -> str:
    """Return the pattern of one Azure Native resource in all versions of that provider."""
    return rf"azure-(?:native|nextgen)(?:_(?:{module})_v\w+)?:(?:{module})(?:/\w+)?:(?:{name})"


def _classic(module: str, name: str) -> str:
    """Return the pattern of one resource of the classic provider."""
    return rf"azure:(?:{module})/\w+:(?:{name})"


PATTERNS: Final = {
    ResourceKind.CLUSTER: (
        _native("containerservice", "ManagedCluster"),
        _classic("containerservice", "KubernetesCluster"),
    ),
    ResourceKind.EKS_CLUSTER: (r"aws:eks/\w+:Cluster", r"aws-native:eks:Cluster"),
    ResourceKind.DIAGNOSTIC_SETTING: (
        _native("insights|monitor", "DiagnosticSetting"),
        _classic("monitoring", "DiagnosticSetting"),
    ),
    ResourceKind.WORKSPACE: (
        _native("operationalinsights", "Workspace"),
        _classic("operationalinsights", "AnalyticsWorkspace"),
    ),
    ResourceKind.TABLE: (
        _native("operationalinsights", "Table"),
        _classic("loganalytics", "WorkspaceTable"),
    ),
    ResourceKind.STORAGE_ACCOUNT: (
        _native("storage", "StorageAccount"),
        _classic("storage", "Account"),
    ),
    ResourceKind.LIFECYCLE_POLICY: (
        _native("storage", "ManagementPolicy"),
        _classic("storage", "ManagementPolicy"),
    ),
    ResourceKind.IMMUTABILITY_POLICY: (
        _native("storage", "BlobContainerImmutabilityPolicy"),
        _classic("storage", "ContainerImmutabilityPolicy"),
    ),
    ResourceKind.NAMESPACE_RULE: (
        _native("eventhub|servicebus", "NamespaceAuthorizationRule"),
        _classic("eventhub|servicebus", "EventHubNamespaceAuthorizationRule"),
        _classic("servicebus", "NamespaceAuthorizationRule"),
    ),
    ResourceKind.HUB_RULE: (
        _native("eventhub", "EventHubAuthorizationRule"),
        _classic("eventhub", "AuthorizationRule|EventHubAuthorizationRule"),
    ),
    ResourceKind.EVENT_HUB: (
        _native("eventhub", r"Namespace\w*|EventHub\w*"),
        _classic("eventhub", r"EventHub\w*|Namespace\w*"),
    ),
    ResourceKind.PARTNER: (
        _native(r"datadog|elastic|dynatrace|logz|newrelic\w*", r"\w*Monitor\w*|\w*Elastic\w*"),
    ),
    ResourceKind.JWT_AUTHENTICATOR: (_native("containerservice", "JWTAuthenticator"),),
    ResourceKind.TRUSTED_ACCESS: (
        _native("containerservice", "TrustedAccessRoleBinding"),
        _classic("containerservice", "ClusterTrustedAccessRoleBinding"),
        r"kubernetes:containerservice\.azure\.com/\w+:TrustedAccessRoleBinding",
    ),
    ResourceKind.OTHER_ACCESS: (
        _native(
            "containerservice",
            "FleetMember|FleetManagedNamespace|PrivateEndpointConnection|AgentPool",
        ),
        _native(
            "kubernetesconfiguration", "Extension|FluxConfiguration|SourceControlConfiguration"
        ),
        _classic(
            "containerservice",
            "FleetMember|FluxConfiguration|KubernetesClusterExtension|KubernetesClusterNodePool",
        ),
    ),
    ResourceKind.KUBERNETES_PROVIDER: (r"pulumi:providers:kubernetes",),
    ResourceKind.UNREADABLE_CLUSTER: (
        r"azurerm:\w+/kubernetesCluster:KubernetesCluster",
        r"aws:index/eksCluster:EksCluster",
        r"kubernetes:containerservice\.azure\.com/\w+:ManagedCluster",
    ),
    ResourceKind.ARM: (
        _native("resources", r"Resource|Deployment\w*|TemplateSpec\w*"),
        _classic("core", r"\w*TemplateDeployment"),
        r"azapi:.*",
    ),
    ResourceKind.ARC_CLUSTER: (_native("kubernetes", "ConnectedCluster"),),
    ResourceKind.STACK_REFERENCE: (r"pulumi:pulumi:StackReference",),
    ResourceKind.RESOURCE_GROUP: (
        _native("resources", "ResourceGroup"),
        _classic("core", "ResourceGroup"),
    ),
}

DESTINATION_KINDS: Final = frozenset(
    {
        ResourceKind.WORKSPACE,
        ResourceKind.STORAGE_ACCOUNT,
        ResourceKind.NAMESPACE_RULE,
        ResourceKind.EVENT_HUB,
        ResourceKind.PARTNER,
    }
)
"""What a diagnostic setting can send logs to."""


JUDGED_KINDS: Final = frozenset(
    {
        ResourceKind.CLUSTER,
        ResourceKind.EKS_CLUSTER,
        ResourceKind.JWT_AUTHENTICATOR,
        ResourceKind.TRUSTED_ACCESS,
        ResourceKind.KUBERNETES_PROVIDER,
        ResourceKind.UNREADABLE_CLUSTER,
        ResourceKind.ARM,
    }
)
"""What a policy on one resource can judge. All other kinds only inform a verdict."""

MAY_CARRY_ANY_ID: Final = frozenset(
    {
        ResourceKind.UNREADABLE_CLUSTER,
        ResourceKind.ARM,
        ResourceKind.ARC_CLUSTER,
        ResourceKind.STACK_REFERENCE,
    }
)
"""Where the id of a cluster or of a destination may come from that the graph does not know.

Clusters of Azure Arc have the categories `kube-audit`, `kube-audit-admin` and `guard`, too. Source:
Azure Monitor reference, "Supported log categories for microsoft.kubernetes/connectedClusters".
"""
