"""Names and identifiers as Azure Resource Manager gives them."""

import base64
import hashlib
import json
import re
import uuid
from typing import Any

from pulumi.runtime.rpc import UNKNOWN

from . import sdk
from .sdk import Values

SUBSCRIPTION = "00000000-0000-4000-8000-00000000000a"
TENANT = "00000000-0000-4000-8000-00000000000b"
LOCATION = "westeurope"
API_VERSION = "2025-01-01"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
# Azure answers for AKS in lower case here; a rule that compares identifiers by case breaks on it.
_CLUSTER = (
    "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"
    "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
)
_WORKSPACE = _GROUP + "/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}"
_NETWORK = _GROUP + "/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}"
_SETTING = "/providers/microsoft.insights/diagnosticSettings/{name}"
_ROLE_ASSIGNMENT = "/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
_PATHS = {
    "resources:ResourceGroup": _GROUP,
    "containerservice:ManagedCluster": _CLUSTER,
    "containerservice:AgentPool": _CLUSTER + "/agentPools/{agentPoolName}",
    "operationalinsights:Workspace": _WORKSPACE,
    "operationalinsights:Table": _WORKSPACE + "/tables/{tableName}",
    "network:VirtualNetwork": _NETWORK,
    "network:Subnet": _NETWORK + "/subnets/{subnetName}",
    "monitor:DiagnosticSetting": "{resourceUri}" + _SETTING,
    "authorization:RoleAssignment": "{scope}" + _ROLE_ASSIGNMENT,
    # The two types of the older package `azure` that matter here.
    "containerservice:KubernetesCluster": _CLUSTER.replace("{resourceName}", "{name}"),
    "monitoring:DiagnosticSetting": "{targetResourceId}|{name}",
}


def placeholders(token: str) -> list[str]:
    """The inputs that make up the identifier of a type, its name last."""
    return _PLACEHOLDER.findall(_path(token))


def resource_id(token: str, inputs: Values) -> str:
    """The identifier that Azure would give to a resource with these inputs."""
    values = {"subscriptionId": SUBSCRIPTION, **inputs}
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], "none")), _path(token))


def default_name(token: str, urn: str) -> str:
    """The name of a resource whose program gives none; the same on every call.

    As in azure-native, what stands directly in its group gets a suffix, a child does not, and role
    assignments are named by a UUID.
    """
    name, digest = urn.rsplit("::", 1)[-1], hashlib.sha256(urn.encode())
    if placeholders(token)[-1] == "roleAssignmentName":
        return str(uuid.UUID(bytes=digest.digest()[:16]))
    _, provider, rest = _path(token).lower().rpartition("microsoft.")
    return name if provider and rest.count("{") > 1 else name + digest.hexdigest()[:8]


def default_location(old: Values, new: Values, configured: str | None) -> Any:
    """The location of what names none: its group's, so unknown as long as the group is."""
    if "location" in old:
        return old["location"]
    return configured or (UNKNOWN if new.get("resourceGroupName") == UNKNOWN else LOCATION)


def _path(token: str) -> str:
    return _PATHS.get(sdk.kind(token)) or _derived_path(token)


def _derived_path(token: str) -> str:
    module, name = sdk.kind(token).split(":")
    keys = [key for key in sdk.address_names(token) if key != "resourceGroupName"] or ["name"]
    own = max(keys, key=lambda key: (_stem(key) in name.lower()) * len(key))
    parents = "".join(f"/{_stem(key)}s/{{{key}}}" for key in keys if key != own)
    return f"{_GROUP}/providers/Microsoft.{module}{parents}/{name[0].lower()}{name[1:]}s/{{{own}}}"


def _stem(key: str) -> str:
    return re.sub(r"(Name|Id)$", "", key).lower()


def arm_type(resource_id: str) -> str:
    """Return the type of a resource, as Azure writes it."""
    namespace, *rest = resource_id.rpartition("/providers/")[-1].split("/")
    return "/".join([namespace, *rest[::2]])


def kubeconfig() -> str:
    """Return what Azure answers, and worse: with a token, which must never get any further."""
    certificate = b"-----BEGIN CERTIFICATE-----\nc3RhbmQtaW4=\n-----END CERTIFICATE-----\n"
    authority = base64.b64encode(certificate).decode()
    server = {"server": "https://stand-in.example", "certificate-authority-data": authority}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "stand-in", "cluster": server}],
        "users": [{"name": "stand-in", "user": {"token": "stand-in-secret-token"}}],
        "contexts": [],
    }
    return base64.b64encode(json.dumps(document).encode()).decode()
