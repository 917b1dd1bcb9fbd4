"""Convert a document of Azure Resource Manager to a resource in the format of Azure Native.

Azure Native moves `properties` to the top and names what the segments of the ID contain.
Source: Azure docs, "Resource ID"; Pulumi's Azure Native API docs of each resource.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kubewitness.azure.manager import Document
from kubewitness.azure.resource_ids import segments
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

CLUSTERS: Final = "Microsoft.ContainerService/managedClusters"
AUTHENTICATORS: Final = f"{CLUSTERS}/jwtAuthenticators"
TRUSTED_ACCESS: Final = f"{CLUSTERS}/trustedAccessRoleBindings"
WORKSPACES: Final = "Microsoft.OperationalInsights/workspaces"
TABLES: Final = f"{WORKSPACES}/tables"
ACCOUNTS: Final = "Microsoft.Storage/storageAccounts"
LIFECYCLES: Final = f"{ACCOUNTS}/managementPolicies"
IMMUTABILITY: Final = f"{ACCOUNTS}/blobServices/containers/immutabilityPolicies"
NAMESPACES: Final = "Microsoft.EventHub/namespaces"
COLLECTION_RULES: Final = "Microsoft.Insights/dataCollectionRules"
SETTINGS: Final = "Microsoft.Insights/diagnosticSettings"

_TOKENS: Final = {
    CLUSTERS: "azure-native:containerservice:ManagedCluster",
    AUTHENTICATORS: "azure-native:containerservice:JWTAuthenticator",
    TRUSTED_ACCESS: "azure-native:containerservice:TrustedAccessRoleBinding",
    WORKSPACES: "azure-native:operationalinsights:Workspace",
    TABLES: "azure-native:operationalinsights:Table",
    ACCOUNTS: "azure-native:storage:StorageAccount",
    LIFECYCLES: "azure-native:storage:ManagementPolicy",
    IMMUTABILITY: "azure-native:storage:BlobContainerImmutabilityPolicy",
    NAMESPACES: "azure-native:eventhub:Namespace",
    COLLECTION_RULES: "azure-native:monitor:DataCollectionRule",
    SETTINGS: "azure-native:monitor:DiagnosticSetting",
}

_NAMES: Final = {
    "resourcegroups": "resourceGroupName",
    "managedclusters": "resourceName",
    "workspaces": "workspaceName",
    "tables": "tableName",
    "storageaccounts": "accountName",
    "containers": "containerName",
    "namespaces": "namespaceName",
}
"""The property of Azure Native for the name that follows a segment of an ID."""

_NOT_ECHOED: Final = Unknown("Azure does not always report which tables a setting uses")


def resource(kind: str, document: Document) -> Resource:
    """Return a resource of the subscription.

    Args:
        kind: its type in Azure: one of those above.
        document: as Azure gives it.
    """
    identifier = str(document.get("id", ""))
    inner = document.get("properties")
    properties = {
        **{key: value for key, value in document.items() if key != "properties"},
        **(inner if isinstance(inner, Mapping) else {}),
        **_names(identifier),
    }
    return Resource(
        urn=identifier,
        type=_TOKENS[kind],
        name=str(document.get("name") or identifier.rpartition("/")[2]),
        properties=properties,
        id=identifier,
        outputs=properties,
    )


def setting(target: str, document: Document) -> Resource:
    """Return a diagnostic setting.

    Its destination type is unknown where Azure is silent: for some services it answers null
    whatever was set. Source: Azure/azure-rest-api-specs#22400.

    Args:
        target: the id of what it is attached to.
        document: as Azure gives it.
    """
    found = resource(SETTINGS, document)
    given = found.properties.get("logAnalyticsDestinationType")
    known = {"resourceUri": target, "logAnalyticsDestinationType": given or _NOT_ECHOED}
    return replace(
        found,
        urn=found.urn or f"{target}/providers/{SETTINGS}/{found.name}",
        properties={**found.properties, **known},
    )


def hidden(kind: str, identifier: str, /, **properties: Any) -> Resource:
    """Return a placeholder for something that may exist and is not shown.

    Args:
        kind: its type in Azure: one of those above.
        identifier: its id, or that of the collection that it would be in.
        properties: those that may have any value, as unknown, and those that identify its parent.
    """
    return Resource(
        urn=identifier,
        type=_TOKENS[kind],
        name=identifier.rpartition("/")[2],
        properties={**_names(identifier), **properties},
    )


def _names(identifier: str) -> dict[str, Any]:
    """Return the names that an ID contains."""
    return {_NAMES[key]: name for key, name in segments(identifier).items() if key in _NAMES}
