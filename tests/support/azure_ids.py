"""The Azure IDs that resources of a drawn stack get."""

from support import azure_resources as azure
from support.servicer import Shown

PROVIDERS = {
    "ManagedCluster": "Microsoft.ContainerService/managedClusters",
    "KubernetesCluster": "Microsoft.ContainerService/managedClusters",
    "Workspace": "Microsoft.OperationalInsights/workspaces",
    "StorageAccount": "Microsoft.Storage/storageAccounts",
}


def azure_id(name: str, shown: Shown) -> str:
    """The id that Azure gives."""
    provider = PROVIDERS.get(shown.type.rpartition(":")[2], "Microsoft.Other/things")
    return f"/subscriptions/{azure.SUBSCRIPTION}/resourceGroups/shop/providers/{provider}/{name}"
