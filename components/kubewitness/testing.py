"""Mocks of Azure for unit tests of programs that use the components.

    from kubewitness.testing import mock_azure

    mock_azure()
    import infrastructure  # your program

    @pulumi.runtime.test
    def test_reads_are_collected() -> pulumi.Output[None]:
        return infrastructure.cluster.collected.apply(lambda found: check(found["kube-audit"]))

Nothing is sent anywhere. The answers have the form of Azure's: resource ids, principals, addresses
and a kubeconfig.
"""

import base64
import re
import uuid
from typing import Any, Final

import pulumi
import yaml

SUBSCRIPTION: Final = "/subscriptions/00000000-0000-4000-8000-000000000000"
TENANT: Final = "00000000-0000-4000-8000-000000000001"

_PROVIDERS: Final = {
    "authorization": "Microsoft.Authorization",
    "containerservice": "Microsoft.ContainerService",
    "eventhub": "Microsoft.EventHub",
    "managedidentity": "Microsoft.ManagedIdentity",
    "monitor": "Microsoft.Insights",
    "operationalinsights": "Microsoft.OperationalInsights",
    "privatedns": "Microsoft.Network",
}
"""The resource providers whose name is not that of azure-native's module."""

_TYPES: Final = {
    "AgentPool": "managedClusters/{resourceName}/agentPools",
    "NamespaceAuthorizationRule": "namespaces/{namespaceName}/authorizationRules",
    "PrivateZone": "privateDnsZones",
    "Subnet": "virtualNetworks/{virtualNetworkName}/subnets",
}
"""The types whose name in Azure is not the plural of azure-native's."""


_NAMES: Final = ("resourceName", "workspaceName", "accountName")
"""Inputs that hold the name of a resource, besides those that are named after its type."""


def mock_azure(*, preview: bool = False) -> None:
    """Let Pulumi's programs in this process run without an engine and without Azure.

    Args:
        preview: whether the programs are previewed.
    """
    pulumi.runtime.set_mocks(AzureMocks(), preview=preview)


class AzureMocks(pulumi.runtime.Mocks):
    """Answers what the components ask, and gives each resource the id that Azure would give it.

    Override a method to answer more.
    """

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        """Return the id and the outputs of a resource: its inputs, and what Azure adds."""
        outputs = {**args.inputs, "name": _name(args)}
        kind = args.typ.rpartition(":")[2]
        if kind == "ManagedCluster":
            outputs |= _cluster_outputs(outputs)
        if kind == "UserAssignedIdentity":
            outputs |= {"principalId": _guid(args.name), "clientId": _guid(f"{args.name} client")}
        return _id(args), outputs

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Return the answer of a function; empty for one that the components do not call."""
        answers: dict[str, dict[Any, Any]] = {
            "listManagedClusterUserCredentials": {
                "kubeconfigs": [{"name": "clusterUser", "value": _encoded_kubeconfig()}]
            },
            "getTable": {"plan": "Analytics"},
            "getClientConfig": {"subscriptionId": SUBSCRIPTION.rpartition("/")[2]},
        }
        return answers.get(args.token.rpartition(":")[2], {}), []


def _name(args: pulumi.runtime.MockResourceArgs) -> str:
    kind = args.typ.rpartition(":")[2]
    own = f"{kind[0].lower()}{kind[1:]}Name"
    names = ["agentPoolName"] if kind == "AgentPool" else [own, *_NAMES]
    return next((str(args.inputs[name]) for name in names if args.inputs.get(name)), args.name)


def _id(args: pulumi.runtime.MockResourceArgs) -> str:
    _, module, kind = args.typ.split(":")
    group = args.inputs.get("resourceGroupName", "group")
    if kind == "ResourceGroup":
        return f"{SUBSCRIPTION}/resourceGroups/{_name(args)}"
    module = module.partition("/")[0]
    provider = _PROVIDERS.get(module, f"Microsoft.{module[:1].upper()}{module[1:]}")
    types = _TYPES.get(kind, f"{kind[0].lower()}{kind[1:]}s")
    path = re.sub(r"\{(\w+)\}", lambda found: str(args.inputs.get(found[1], "parent")), types)
    scope = args.inputs.get("resourceUri") or args.inputs.get("scope")
    return f"{scope or f'{SUBSCRIPTION}/resourceGroups/{group}'}/providers/{provider}/{path}/" + (
        _name(args)
    )


def _cluster_outputs(outputs: dict[Any, Any]) -> dict[Any, Any]:
    name, location = outputs["name"], outputs.get("location", "westeurope")
    group = f"MC_{outputs.get('resourceGroupName', 'group')}_{name}_{location}"
    identity = outputs.get("identity") or {}
    return {
        "location": location,
        "fqdn": f"{name}.hcp.{location}.azmk8s.io",
        "nodeResourceGroup": outputs.get("nodeResourceGroup", group),
        "aadProfile": {**(outputs.get("aadProfile") or {}), "tenantID": TENANT},
        "identity": {
            "type": identity.get("type", "SystemAssigned"),
            "principalId": _guid(name),
            "tenantId": TENANT,
        },
        "identityProfile": {
            "kubeletidentity": {
                "clientId": _guid(f"{name} kubelet client"),
                "objectId": _guid(f"{name} kubelet object"),
                "resourceId": f"{SUBSCRIPTION}/resourceGroups/{group}/providers"
                f"/Microsoft.ManagedIdentity/userAssignedIdentities/{name}-agentpool",
            }
        },
        "oidcIssuerProfile": {"enabled": True, "issuerURL": f"https://{location}.oic.example/"},
    }


def _guid(name: str) -> str:
    return str(uuid.uuid5(uuid.UUID(TENANT), name))


def _encoded_kubeconfig() -> str:
    certificate = b"-----BEGIN CERTIFICATE-----\nTk9ORQ==\n-----END CERTIFICATE-----\n"
    cluster = {
        "server": "https://mock.hcp.westeurope.azmk8s.io:443",
        "certificate-authority-data": base64.b64encode(certificate).decode(),
    }
    text = yaml.safe_dump({"clusters": [{"name": "mock", "cluster": cluster}], "users": []})
    return base64.b64encode(text.encode()).decode()
