"""The log categories of an AKS cluster and the tables that they fill.

Sources: Azure Monitor reference, "Supported log categories for
Microsoft.ContainerService/managedClusters"; table references AKSAudit, AKSAuditAdmin and
AKSControlPlane; "Diagnostic settings in Azure Monitor" for category groups.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class LogCategory:
    """One category that a diagnostic setting on an AKS cluster can enable.

    Attributes:
        name: the category as Azure spells it.
        table: the Log Analytics table it fills in resource-specific mode.
    """

    name: str
    table: str


KUBE_AUDIT: Final = "kube-audit"
KUBE_AUDIT_ADMIN: Final = "kube-audit-admin"
GUARD: Final = "guard"

AUDIT_CATEGORIES: Final = (KUBE_AUDIT, KUBE_AUDIT_ADMIN, GUARD)
"""The categories that kubewitness exists for, in the order in which they are reported."""

CONTAINER: Final = "insights-logs-{}"
"""The container of a storage account that Azure gives each category.

Source: Azure docs, "Azure resource logs", Send to Azure Storage.
"""

AKS_LOG_CATEGORIES: Final = {
    category.name: category
    for category in (
        LogCategory(KUBE_AUDIT, "AKSAudit"),
        LogCategory(KUBE_AUDIT_ADMIN, "AKSAuditAdmin"),
        LogCategory(GUARD, "AKSControlPlane"),
        LogCategory("kube-apiserver", "AKSControlPlane"),
        LogCategory("kube-controller-manager", "AKSControlPlane"),
        LogCategory("kube-scheduler", "AKSControlPlane"),
        LogCategory("cluster-autoscaler", "AKSControlPlane"),
        LogCategory("cloud-controller-manager", "AKSControlPlane"),
        LogCategory("csi-azuredisk-controller", "AKSControlPlane"),
        LogCategory("csi-azurefile-controller", "AKSControlPlane"),
        LogCategory("csi-snapshot-controller", "AKSControlPlane"),
        LogCategory("fleet-member-agent", "AKSControlPlane"),
        LogCategory("fleet-member-net-controller-manager", "AKSControlPlane"),
        LogCategory("fleet-mcs-controller-manager", "AKSControlPlane"),
        LogCategory("karpenter-events", "AKSControlPlane"),
    )
}
"""Every category of a managed cluster, by name."""

ACTIVITY_CATEGORIES: Final = ("Administrative", "Policy")
"""The categories of a subscription's activity log that detections read, in AzureActivity:
operations in Azure, and results of Azure Policy. Source: Azure Monitor docs, "Activity log event
schema"."""

AZURE_DIAGNOSTICS: Final = "AzureDiagnostics"
"""The table that all categories share where the destination type is not `Dedicated`."""

ALL_LOGS: Final = "allLogs"
AUDIT_GROUP: Final = "audit"

CATEGORY_GROUPS: Final[dict[str, frozenset[str] | None]] = {
    ALL_LOGS: frozenset(AKS_LOG_CATEGORIES),
    AUDIT_GROUP: None,
}
"""The members of each category group; None where Azure documents no membership for AKS.

No Azure source lists the categories of the group `audit` for a managed cluster, and Microsoft may
change them at any time, so a setting that relies on it can neither pass nor fail.
"""
