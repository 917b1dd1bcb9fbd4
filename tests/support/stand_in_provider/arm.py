"""Names and identifiers as Azure Resource Manager gives them, and what Azure computes by itself."""

import base64
import hashlib
import json
import os
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


def refuse(token: str, inputs: Values) -> None:
    """Refuse what Azure would: names of another form, as azure-native makes them unchecked."""
    for kind, (key, form) in _NAMES.items():
        if sdk.kind(token) == kind and not re.fullmatch(form, str(inputs.get(key))):
            raise ValueError(f"Azure refuses {key} {inputs.get(key)!r}")


_NAMES = {
    "storage:StorageAccount": ("accountName", "[a-z0-9]{3,24}"),
    "operationalinsights:Workspace": (
        "workspaceName",
        "[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    ),
    "resources:Deployment": ("deploymentName", r"[-\w._()]{1,64}"),
}


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


def state(token: str, resource_id: str, inputs: Values) -> Values:
    """The outputs of a resource that exists: its inputs, and what Azure adds to them."""
    name = re.split(r"[/|]", resource_id)[-1]
    shape, more = sdk.output_types(token), _BY_KIND.get(sdk.kind(token))
    if not shape:
        public = {key: value for key, value in inputs.items() if not key.startswith("__")}
        return {"name": name, **public, "id": resource_id}
    added = {
        "name": name,
        "type": _arm_type(resource_id),
        "azureApiVersion": API_VERSION,
        "provisioningState": "Succeeded",
        **{key: _fake_uuid(key + name) for key in ("customerId", "principalId", "clientId")},
    }
    values = {**added, **inputs, **(more(name, inputs) if more else {})}
    return {**{key: values[key] for key in values.keys() & shape.keys()}, "id": resource_id}


def answer(token: str) -> Values:
    """The answer to a function call; empty for a function that is not known here."""
    name = token.rpartition(":")[-1]
    if name == "getClientConfig":
        ids = {"clientId": _fake_uuid("client"), "objectId": _fake_uuid("object")}
        return {**ids, "subscriptionId": SUBSCRIPTION, "tenantId": TENANT}
    if name == "getTable":
        return {"name": "table", "plan": os.environ.get("STAND_IN_TABLE_PLAN", "Analytics")}
    if re.fullmatch("listManagedCluster(User|Admin)Credentials", name):
        return {"kubeconfigs": [{"name": "stand-in", "value": _kubeconfig()}]}
    return {}


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


def _arm_type(resource_id: str) -> str:
    namespace, *rest = resource_id.rpartition("/providers/")[-1].split("/")
    return "/".join([namespace, *rest[::2]])


def _cluster(name: str, inputs: Values) -> Values:
    location, prefix = inputs.get("location", LOCATION), inputs.get("dnsPrefix", name)
    oidc, version = inputs.get("oidcIssuerProfile", {}), inputs.get("kubernetesVersion", "1.33")
    issuer = f"https://{location}.oic.prod-aks.azure.com/{TENANT}/{name}/"
    identity = {**inputs.get("identity", {}), "principalId": _fake_uuid(name), "tenantId": TENANT}
    if "userAssignedIdentities" in identity:  # a list among the inputs, a mapping in answers
        identity["userAssignedIdentities"] = {
            key: {"principalId": _fake_uuid(key)} for key in identity["userAssignedIdentities"]
        }
    return {
        "fqdn": f"{prefix}-stand-in.hcp.{location}.azmk8s.io",
        "currentKubernetesVersion": version if version.count(".") > 1 else f"{version}.0",
        "nodeResourceGroup": f"MC_{inputs.get('resourceGroupName', 'group')}_{name}_{location}",
        "oidcIssuerProfile": {**oidc, **({"issuerURL": issuer} if oidc.get("enabled") else {})},
        "identity": identity,
        "powerState": {"code": "Running"},
    }


def _group(name: str, inputs: Values) -> Values:
    del name, inputs
    properties = {"provisioningState": "Succeeded"}
    return {"type": "Microsoft.Resources/resourceGroups", "properties": properties}


_BY_KIND = {"containerservice:ManagedCluster": _cluster, "resources:ResourceGroup": _group}


def _fake_uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.UUID(SUBSCRIPTION), name))


def _kubeconfig() -> str:
    """What Azure answers, and worse: with a token, which must never get any further."""
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
