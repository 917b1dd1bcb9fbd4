"""The kinds of resource in the graph, and the Pulumi type tokens of each.

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

from kubewitness.catalog import kubernetes_tokens
from kubewitness.catalog.token_patterns import classic, kubernetes, native, terraform


class ResourceKind(Enum):
    """The kinds of resource in the graph."""

    CLUSTER = "AKS cluster"
    EKS_CLUSTER = "EKS cluster"
    DIAGNOSTIC_SETTING = "diagnostic setting"
    UNREAD_SETTING = "diagnostic setting whose properties are not read"
    WORKSPACE = "Log Analytics workspace"
    TABLE = "table of a Log Analytics workspace"
    STORAGE_ACCOUNT = "storage account"
    LIFECYCLE_POLICY = "lifecycle policy of a storage account"
    IMMUTABILITY_POLICY = "immutability policy of a storage container"
    NAMESPACE_RULE = "authorization rule of an event hub namespace"
    HUB_RULE = "authorization rule of an event hub"
    EVENT_HUB = "event hub"
    PARTNER = "partner solution"
    DATA_COLLECTION_RULE = "data collection rule"
    RESOURCE_GROUP = "resource group"
    JWT_AUTHENTICATOR = "other identity provider of an AKS cluster"
    TRUSTED_ACCESS = "role binding for Trusted Access to an AKS cluster"
    OTHER_ACCESS = "another way to an AKS cluster or to its nodes"
    AZURE_PROVIDER = "provider for Azure"
    KUBERNETES_PROVIDER = "provider for Kubernetes"
    UNREAD_AKS_CLUSTER = "AKS cluster whose properties are not read"
    UNREAD_EKS_CLUSTER = "EKS cluster whose properties are not read"
    UNREAD_CLUSTER = "Kubernetes cluster of an unknown platform"
    CLUSTER_BY_PROPERTIES = "resource that makes a cluster, depending on its properties"
    OTHER_CLUSTER = "Kubernetes cluster of a platform without policies"
    EKS_COMPONENT = "component of the EKS package"
    KUBERNETES_OBJECT = "Kubernetes object that may contain other objects"
    CHART = "Helm chart, or other objects from files"
    SCRIPT = "script or command"
    ARM = "anything that Azure Resource Manager can make"
    CLOUDFORMATION = "anything that AWS CloudFormation can make"
    ARC_CLUSTER = "Kubernetes cluster that Azure Arc connects"
    STACK_REFERENCE = "outputs of another stack"


PATTERNS: Final = {
    ResourceKind.CLUSTER: (
        native("containerservice", "ManagedCluster"),
        classic("containerservice", "KubernetesCluster|AutomaticCluster"),
    ),
    ResourceKind.EKS_CLUSTER: (r"aws:eks/\w+:Cluster", r"aws-native:eks:Cluster"),
    ResourceKind.DIAGNOSTIC_SETTING: (
        native("insights|monitor", "DiagnosticSetting"),
        classic("monitoring", "DiagnosticSetting"),
    ),
    ResourceKind.UNREAD_SETTING: (
        terraform("azurerm_monitor_diagnostic_setting"),
        kubernetes(r"insights\.azure[\w.]*", r"\w*DiagnosticSetting"),
    ),
    ResourceKind.WORKSPACE: (
        native("operationalinsights", "Workspace"),
        classic("operationalinsights", "AnalyticsWorkspace"),
    ),
    ResourceKind.TABLE: (
        native("operationalinsights", "Table"),
        classic("loganalytics", "WorkspaceTable"),
    ),
    ResourceKind.STORAGE_ACCOUNT: (
        native("storage", "StorageAccount"),
        classic("storage", "Account"),
    ),
    ResourceKind.LIFECYCLE_POLICY: (
        native("storage", "ManagementPolicy"),
        classic("storage", "ManagementPolicy"),
    ),
    ResourceKind.IMMUTABILITY_POLICY: (
        native("storage", "BlobContainerImmutabilityPolicy"),
        classic("storage", "ContainerImmutabilityPolicy"),
    ),
    ResourceKind.NAMESPACE_RULE: (
        native("eventhub|servicebus", "NamespaceAuthorizationRule"),
        classic("eventhub|servicebus", "EventHubNamespaceAuthorizationRule"),
        classic("servicebus", "NamespaceAuthorizationRule"),
    ),
    ResourceKind.HUB_RULE: (
        native("eventhub", "EventHubAuthorizationRule"),
        classic("eventhub", "AuthorizationRule|EventHubAuthorizationRule"),
    ),
    ResourceKind.EVENT_HUB: (
        native("eventhub", r"Namespace\w*|EventHub\w*"),
        classic("eventhub", r"EventHub\w*|Namespace\w*"),
    ),
    ResourceKind.PARTNER: (
        native(r"datadog|elastic|dynatrace|logz|newrelic\w*", r"\w*Monitor\w*|\w*Elastic\w*"),
    ),
    ResourceKind.JWT_AUTHENTICATOR: (native("containerservice", "JWTAuthenticator"),),
    ResourceKind.TRUSTED_ACCESS: (
        native("containerservice", "TrustedAccessRoleBinding"),
        classic("containerservice", "ClusterTrustedAccessRoleBinding"),
        r"kubernetes:containerservice\.azure\.com/\w+:TrustedAccessRoleBinding",
    ),
    ResourceKind.OTHER_ACCESS: (
        native(
            "containerservice",
            "FleetMember|FleetManagedNamespace|PrivateEndpointConnection|AgentPool",
        ),
        native("kubernetesconfiguration", "Extension|FluxConfiguration|SourceControlConfiguration"),
        classic(
            "containerservice",
            "FleetMember|FluxConfiguration|KubernetesClusterExtension|KubernetesClusterNodePool",
        ),
    ),
    ResourceKind.AZURE_PROVIDER: (r"pulumi:providers:azure(?:-native\w*|-nextgen)?",),
    ResourceKind.KUBERNETES_PROVIDER: (r"pulumi:providers:kubernetes",),
    ResourceKind.UNREAD_AKS_CLUSTER: kubernetes_tokens.UNREAD_AKS,
    ResourceKind.UNREAD_EKS_CLUSTER: kubernetes_tokens.UNREAD_EKS,
    ResourceKind.CLUSTER_BY_PROPERTIES: kubernetes_tokens.BY_PROPERTIES,
    ResourceKind.OTHER_CLUSTER: tuple(
        pattern for patterns in kubernetes_tokens.PLATFORMS.values() for pattern in patterns
    ),
    ResourceKind.EKS_COMPONENT: (r"eks:index:Cluster",),
    ResourceKind.CHART: (
        r"kubernetes:helm\.sh/\w+:(?:Chart|Release)",
        r"kubernetes:(?:yaml|kustomize)(?:/\w+)?:\w+",
    ),
    ResourceKind.KUBERNETES_OBJECT: (
        r"kubernetes:[\w.]*(?:crossplane\.io|upbound\.io)/\w+:\w+",
        r"kubernetes:core/v1:List",
    ),
    ResourceKind.SCRIPT: (
        r"command:(?:local|remote):Command",
        native("resources", r"AzureCliScript|AzurePowerShellScript|DeploymentScript"),
        classic("core", r"ResourceDeploymentScript\w*"),
        terraform(r"azurerm_resource_deployment_script_azure_(?:cli|power_shell)"),
        r"[^:]+:tf:(?:null_resource|terraform_data|local_exec)",
    ),
    ResourceKind.ARM: (
        native("resources", r"Resource|Deployment(?!Script|\w*WhatIf)\w*|TemplateSpec\w*"),
        native("blueprint", r"Assignment|\w*Artifact"),
        native("solutions", r"Application(?:Definition)?"),
        classic("core", r"\w*TemplateDeployment|ResourceProviderAction"),
        classic("blueprint", "Assignment"),
        classic("managedapplication", "Application|Definition"),
        terraform(r"azurerm_\w+_template_deployment"),
        r"azapi:.*|[^:]+:tf:azapi_\w+",
    ),
    ResourceKind.CLOUDFORMATION: (
        r"aws:cloudformation/(?:stack|stackSet):\w+",
        r"aws:cloudcontrol/resource:Resource",
        r"aws-native:cloudformation:(?:Stack|StackSet)",
        r"aws-native:index:ExtensionResource",
        r"[^:]+:tf:aws_(?:cloudformation_stack(?:_set)?|cloudcontrolapi_resource)",
        r"[^:]+:tf:awscc_cloudformation_stack(?:_set)?",
    ),
    ResourceKind.ARC_CLUSTER: (native("kubernetes", "ConnectedCluster"),),
    ResourceKind.STACK_REFERENCE: (r"pulumi:pulumi:StackReference",),
    ResourceKind.DATA_COLLECTION_RULE: (
        native("insights|monitor", "DataCollectionRule"),
        classic("monitoring", "DataCollectionRule"),
    ),
    ResourceKind.RESOURCE_GROUP: (
        native("resources", "ResourceGroup"),
        classic("core", "ResourceGroup"),
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
"""The kinds of resource to which a diagnostic setting can send logs."""


UNREAD_KINDS: Final = (
    ResourceKind.UNREAD_AKS_CLUSTER,
    ResourceKind.UNREAD_EKS_CLUSTER,
    ResourceKind.UNREAD_CLUSTER,
    ResourceKind.CLUSTER_BY_PROPERTIES,
    ResourceKind.KUBERNETES_OBJECT,
    ResourceKind.ARM,
    ResourceKind.CLOUDFORMATION,
)
"""The kinds of resource that make a cluster that is not read, or may make one."""

JUDGED_KINDS: Final = frozenset(
    {
        ResourceKind.CLUSTER,
        ResourceKind.EKS_CLUSTER,
        ResourceKind.JWT_AUTHENTICATOR,
        ResourceKind.TRUSTED_ACCESS,
        ResourceKind.KUBERNETES_PROVIDER,
        *UNREAD_KINDS,
    }
)
"""The kinds of resource that a policy on one resource can judge. All other kinds only inform a
verdict."""

WRITE_SETTINGS: Final = frozenset({ResourceKind.ARM, ResourceKind.UNREAD_SETTING})
"""The kinds of resource that also write diagnostic settings."""

MAY_CARRY_ANY_ID: Final = frozenset(
    {
        *UNREAD_KINDS,
        ResourceKind.OTHER_CLUSTER,
        ResourceKind.ARC_CLUSTER,
        ResourceKind.STACK_REFERENCE,
    }
)
"""The kinds of resource that may return the ID of an unknown cluster or destination.

Clusters of Azure Arc have the categories `kube-audit`, `kube-audit-admin` and `guard`, too. Source:
Azure Monitor reference, "Supported log categories for microsoft.kubernetes/connectedClusters".
"""
