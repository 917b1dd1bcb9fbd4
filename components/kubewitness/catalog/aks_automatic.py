"""The properties that AKS Automatic forces on its clusters, so a program does not need to set them.

Source of each: Azure docs, "Introduction to Azure Kubernetes Service (AKS) Automatic", table
"Security and policies" of 2026-05-22, where *preconfigured* means that it is always enabled and
cannot be changed. Local accounts are not in that table, and "Manage local accounts" does not except
Automatic from being enabled by default: a program must still disable them.
"""

from typing import Final

AUTOMATIC: Final = "automatic"
"""The name of the SKU, in lower case."""

FORCED: Final = {
    "entra_managed": (
        "Azure RBAC for Kubernetes authorization for managing cluster authentication: preconfigured"
    ),
    "azure_rbac": "Azure RBAC for Kubernetes authorization: preconfigured",
    "vnet_integrated": "API server virtual network integration: preconfigured",
}
"""The properties of a cluster that are true in every program, with the text of the table."""
