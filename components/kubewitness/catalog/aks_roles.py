"""Built-in roles of Azure RBAC that concern an AKS cluster; their ids are those of every tenant.

Source: Azure docs, "Azure built-in roles for Containers".
"""

from typing import Final

CLUSTER_USER: Final = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
"""Fetch a kubeconfig, nothing inside the cluster."""

RBAC_CLUSTER_ADMIN: Final = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
"""Everything inside the cluster."""

AKS_ROLES: Final = {
    "Azure Kubernetes Service Cluster Monitoring User": "1afdec4b-e479-420e-99e7-f82237c7c5e6",
    "Azure Kubernetes Service Cluster User Role": CLUSTER_USER,
    "Azure Kubernetes Service RBAC Admin": "3498e952-d568-435e-9b2c-8d77e338d7f7",
    "Azure Kubernetes Service RBAC Cluster Admin": RBAC_CLUSTER_ADMIN,
    "Azure Kubernetes Service RBAC Reader": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
    "Azure Kubernetes Service RBAC Writer": "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb",
}
"""The roles that can be given by name. Not the one that lists the local admin's credentials."""
