"""What Azure answers when it is asked for a resource: its inputs, and what Azure adds by itself.

Azure answers a GET after each write, so these are the outputs of create, update and read. Sources:
the examples in the specifications of the REST APIs, and the answers quoted in the reports that
`tests/provision/test_day_two.py` names.
"""

import re
import uuid
from collections.abc import Callable
from typing import Final

from . import arm, sdk
from .arm import SUBSCRIPTION, TENANT
from .sdk import Values
from .world import World

LOG_CATEGORIES: Final = (
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "fleet-mcs-controller-manager",
    "karpenter-events",
)
VERSION: Final = "1.33"

_NO_RETENTION: Final = {"days": 0, "enabled": False}


def state(token: str, resource_id: str, inputs: Values, world: World) -> Values:
    """Return the outputs of a resource that exists.

    Args:
        token: its type.
        resource_id: its identifier.
        inputs: the last that were written.
        world: what else there is, and what changed in Azure since.
    """
    name = re.split(r"[/|]", resource_id)[-1]
    shape, more = sdk.output_types(token), _BY_KIND.get(sdk.kind(token))
    if not shape:
        public = {key: value for key, value in inputs.items() if not key.startswith("__")}
        return {"name": name, **public, "id": resource_id}
    added = {
        "name": name,
        "type": arm.arm_type(resource_id),
        "azureApiVersion": arm.API_VERSION,
        "provisioningState": "Succeeded",
        **{key: fake_uuid(key + name) for key in ("customerId", "principalId", "clientId")},
    }
    values = {**added, **inputs, **(more(resource_id, inputs, world) if more else {})}
    shown = {key: values[key] for key in values.keys() & shape.keys()}
    return world.drifted(sdk.kind(token), {**shown, "id": resource_id})


def fake_uuid(name: str) -> str:
    """Return a UUID made from a name."""
    return str(uuid.uuid5(uuid.UUID(SUBSCRIPTION), name))


def _cluster(resource_id: str, inputs: Values, world: World) -> Values:
    name = resource_id.rpartition("/")[-1]
    location, prefix = inputs.get("location", arm.LOCATION), inputs.get("dnsPrefix", name)
    oidc, version = inputs.get("oidcIssuerProfile", {}), inputs.get("kubernetesVersion", VERSION)
    issuer = f"https://{location}.oic.prod-aks.azure.com/{TENANT}/{name}/"
    group = f"MC_{inputs.get('resourceGroupName', 'group')}_{name}_{location}"
    inline = inputs.get("agentPoolProfiles", [])
    pools = [_pool(pool, version) for pool in [*inline, *world.pools_of(resource_id, inline)]]
    return {
        "kubernetesVersion": version,
        "fqdn": f"{prefix}-stand-in.hcp.{location}.azmk8s.io",
        "currentKubernetesVersion": _full(version),
        "nodeResourceGroup": inputs.get("nodeResourceGroup", group),
        "oidcIssuerProfile": {**oidc, **({"issuerURL": issuer} if oidc.get("enabled") else {})},
        "identity": _identity(name, inputs),
        "identityProfile": {"kubeletidentity": _kubelet_identity(group, name)},
        "agentPoolProfiles": sorted(pools, key=lambda pool: str(pool["name"])),
        "networkProfile": {**_NETWORK, **inputs.get("networkProfile", {})},
        "windowsProfile": {"adminUsername": "azureuser", "enableCSIProxy": True},
        "servicePrincipalProfile": {"clientId": "msi"},
        "storageProfile": {"diskCSIDriver": {"enabled": True}},
        "maxAgentPools": 100,
        "powerState": {"code": "Running"},
    }


_NETWORK: Final = {
    "podCidr": "10.244.0.0/16",
    "podCidrs": ["10.244.0.0/16"],
    "serviceCidr": "10.0.0.0/16",
    "serviceCidrs": ["10.0.0.0/16"],
    "dnsServiceIP": "10.0.0.10",
    "ipFamilies": ["IPv4"],
    "loadBalancerProfile": {
        "managedOutboundIPs": {"count": 1},
        "backendPoolType": "nodeIPConfiguration",
    },
}


def _identity(name: str, inputs: Values) -> Values:
    identity = {**inputs.get("identity", {}), "principalId": fake_uuid(name), "tenantId": TENANT}
    if "userAssignedIdentities" in identity:  # a list among the inputs, a mapping in answers
        identity["userAssignedIdentities"] = {
            key: {"principalId": fake_uuid(key), "clientId": fake_uuid(f"client of {key}")}
            for key in identity["userAssignedIdentities"]
        }
    return identity


def _kubelet_identity(group: str, name: str) -> Values:
    path = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{group}/providers"
    return {
        "resourceId": f"{path}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}-agentpool",
        "clientId": fake_uuid(f"kubelet client of {name}"),
        "objectId": fake_uuid(f"kubelet object of {name}"),
    }


def _pool(pool: Values, version: str) -> Values:
    own = str(pool.get("orchestratorVersion", version))
    return {
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "kubeletDiskType": "OS",
        "enableFIPS": False,
        "scaleDownMode": "Delete",
        "upgradeSettings": {"maxSurge": "10%"},
        "securityProfile": {"enableSecureBoot": False, "enableVTPM": False},
        "powerState": {"code": "Running"},
        "count": pool.get("minCount", 1),
        **pool,
        "orchestratorVersion": own,
        "currentOrchestratorVersion": _full(own),
        "provisioningState": "Succeeded",
        "nodeImageVersion": "AKSAzureLinux-V3gen2-202611.01.0",
    }


def _agent_pool(_id: str, inputs: Values, world: World) -> Values:
    return _pool(inputs, world.version_of(str(inputs.get("resourceName")), VERSION))


def _full(version: str) -> str:
    return version if version.count(".") > 1 else f"{version}.0"


def _setting(_id: str, inputs: Values, _world: World) -> Values:
    """A diagnostic setting lists every category of the resource, in an order of its own."""
    chosen = {entry.get("category") for entry in inputs.get("logs", []) if entry.get("enabled")}
    metrics = {entry.get("category") for entry in inputs.get("metrics", []) if entry.get("enabled")}
    return {
        "logs": [
            {"category": name, "enabled": name in chosen, "retentionPolicy": _NO_RETENTION}
            for name in LOG_CATEGORIES
        ],
        "metrics": [
            {
                "category": "AllMetrics",
                "enabled": "AllMetrics" in metrics,
                "retentionPolicy": _NO_RETENTION,
            }
        ],
    }


def _workspace(resource_id: str, inputs: Values, world: World) -> Values:
    rule = world.rule_of(resource_id) or inputs.get("defaultDataCollectionRuleResourceId")
    return {
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
        "workspaceCapping": {"dailyQuotaGb": -1, "quotaNextResetTime": "2026-11-30T06:00:00Z"},
        **({"defaultDataCollectionRuleResourceId": rule} if rule else {}),
    }


def _group(_id: str, _inputs: Values, _world: World) -> Values:
    properties = {"provisioningState": "Succeeded"}
    return {"type": "Microsoft.Resources/resourceGroups", "properties": properties}


def _network(resource_id: str, inputs: Values, world: World) -> Values:
    subnets = [
        {"name": entry["id"].rpartition("/")[-1], "id": entry["id"]}
        for entry in world.existing("network:Subnet", resource_id)
    ]
    return {"subnets": inputs.get("subnets", subnets), "enableDdosProtection": False}


_BY_KIND: Final[dict[str, Callable[[str, Values, World], Values]]] = {
    "containerservice:ManagedCluster": _cluster,
    "containerservice:AgentPool": _agent_pool,
    "monitor:DiagnosticSetting": _setting,
    "operationalinsights:Workspace": _workspace,
    "resources:ResourceGroup": _group,
    "network:VirtualNetwork": _network,
}


def answer(token: str, world: World) -> Values:
    """Return the answer to a function call; empty for a function that is not known here.

    Raises:
        PermissionError: the world lets whoever deploys read, and do nothing else.
    """
    name = token.rpartition(":")[-1]
    if name == "getClientConfig":
        ids = {"clientId": fake_uuid("client"), "objectId": fake_uuid("object")}
        return {**ids, "subscriptionId": SUBSCRIPTION, "tenantId": TENANT}
    if name == "getTable":
        return {"name": "table", "plan": world.table_plan}
    if re.fullmatch("listManagedCluster(User|Admin)Credentials", name):
        if world.is_reader:
            raise PermissionError(f"403 AuthorizationFailed: the client may not perform {name}")
        return {"kubeconfigs": [{"name": "stand-in", "value": arm.kubeconfig()}]}
    return {}
