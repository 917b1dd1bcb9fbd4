"""A stack of any size, made by code: what the engine would send of it during a first preview.

Two resources in a hundred have to do with AKS: of every 200 there are a resource group, a cluster,
its diagnostic setting and its workspace. The rest is what such stacks are full of. All ids are
unknown, as they are before anything exists. The first cluster has a setting without `guard`, for a
pack that reports nothing may well have looked at nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import json_format
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2

UNKNOWN: Final = rpc.UNKNOWN
PER_UNIT: Final = 200
"""The resources that come with one cluster, itself included."""

_SUBSCRIPTION: Final = "/subscriptions/00000000-0000-0000-0000-000000000000"
_STACK: Final = "urn:pulumi:production::shop::pulumi:pulumi:Stack::shop-production"
_TAGS: Final = {
    "owner": "platform team",
    "cost-centre": "4711",
    "environment": "production",
    "data-classification": "internal",
}
_GROUP: Final = "azure-native:resources:ResourceGroup"
_CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
_SETTING: Final = "azure-native:monitor:DiagnosticSetting"
_WORKSPACE: Final = "azure-native:operationalinsights:Workspace"


@dataclass(frozen=True)
class Made:
    """One resource of the stack: its inputs, what its outputs add, and what each came from."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        """The URN that the engine would give it."""
        return urn(self.type, self.name)


@dataclass(frozen=True)
class Requests:
    """The calls that a pack is to answer, ready to be sent.

    Attributes:
        each: one call for each resource, with its inputs.
        all: one call with every resource, with its outputs.
    """

    each: tuple[analyzer_pb2.AnalyzeRequest, ...]
    all: analyzer_pb2.AnalyzeStackRequest


def urn(token: str, name: str) -> str:
    """The URN of a resource of this stack."""
    return f"urn:pulumi:production::shop::{token}::{name}"


def requests(count: int) -> Requests:
    """Return the requests of the engine for a stack with so many resources."""
    made = [_resource(number) for number in range(count)]
    return Requests(
        tuple(_one(resource) for resource in made),
        analyzer_pb2.AnalyzeStackRequest(resources=[_in_stack(resource) for resource in made]),
    )


def _resource(number: int) -> Made:
    unit, place = divmod(number, PER_UNIT)
    makers = (_group, _workspace, _cluster, _setting)
    if place < len(makers):
        return makers[place](unit)
    others = (_storage_account, _deployment, _role_assignment, _config_map, _security_group)
    return others[place % len(others)](number)


def _group(unit: int) -> Made:
    name = f"group-{unit}"
    inputs = {"resourceGroupName": name, "location": "westeurope", "tags": _TAGS}
    return Made(_GROUP, name, inputs, {"name": name, "properties": UNKNOWN})


def _in_group(unit: int) -> dict[str, str]:
    return {"resourceGroupName": urn(_GROUP, f"group-{unit}")}


def _workspace(unit: int) -> Made:
    inputs = {
        "resourceGroupName": f"group-{unit}",
        "location": "westeurope",
        "retentionInDays": 90,
        "sku": {"name": "PerGB2018"},
        "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
        "tags": _TAGS,
    }
    added = {"customerId": UNKNOWN, "provisioningState": UNKNOWN, "createdDate": UNKNOWN}
    return Made(_WORKSPACE, f"workspace-{unit}", inputs, added, _in_group(unit))


def _cluster(unit: int) -> Made:
    inputs = {
        "resourceGroupName": f"group-{unit}",
        "resourceName": f"cluster-{unit}",
        "location": "westeurope",
        "dnsPrefix": f"cluster-{unit}",
        "disableLocalAccounts": True,
        "enableRBAC": True,
        "aadProfile": {
            "managed": True,
            "enableAzureRBAC": True,
            "adminGroupObjectIDs": ["11111111-1111-1111-1111-111111111111"],
        },
        "apiServerAccessProfile": {
            "enablePrivateCluster": True,
            "privateDNSZone": "system",
            "disableRunCommand": True,
        },
        "autoUpgradeProfile": {"upgradeChannel": "stable", "nodeOSUpgradeChannel": "NodeImage"},
        "identity": {"type": "SystemAssigned"},
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkDataplane": "cilium",
            "networkPolicy": "cilium",
        },
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        "agentPoolProfiles": [
            {"name": name, "count": 3, "vmSize": "Standard_D4s_v5", "mode": mode, "tags": _TAGS}
            for name, mode in (("system", "System"), ("user", "User"))
        ],
        "sku": {"name": "Base", "tier": "Standard"},
        "tags": _TAGS,
    }
    added = {"fqdn": UNKNOWN, "nodeResourceGroup": UNKNOWN, "provisioningState": UNKNOWN}
    return Made(_CLUSTER, f"cluster-{unit}", inputs, added, _in_group(unit))


def _setting(unit: int) -> Made:
    categories = ("kube-audit", "kube-audit-admin", "guard")
    inputs = {
        "name": "audit",
        "resourceUri": UNKNOWN,
        "workspaceId": UNKNOWN,
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [{"category": name, "enabled": True} for name in categories[: 3 if unit else 2]],
    }
    sources = {
        "resourceUri": urn(_CLUSTER, f"cluster-{unit}"),
        "workspaceId": urn(_WORKSPACE, f"workspace-{unit}"),
    }
    return Made(_SETTING, f"setting-{unit}", inputs, {"type": UNKNOWN}, sources)


def _storage_account(number: int) -> Made:
    services = ("blob", "file", "queue", "table")
    unit = number // PER_UNIT
    inputs = {
        "resourceGroupName": f"group-{unit}",
        "accountName": f"account{number}",
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_ZRS"},
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "enableHttpsTrafficOnly": True,
        "encryption": {
            "keySource": "Microsoft.Storage",
            "services": {name: {"enabled": True, "keyType": "Account"} for name in services},
        },
        "networkRuleSet": {
            "defaultAction": "Deny",
            "bypass": "AzureServices",
            "ipRules": [{"action": "Allow", "iPAddressOrRange": f"192.0.2.{n}"} for n in range(6)],
            "virtualNetworkRules": [
                {
                    "action": "Allow",
                    "virtualNetworkResourceId": f"{_SUBSCRIPTION}/resourceGroups/group-{unit}"
                    f"/providers/Microsoft.Network/virtualNetworks/shop/subnets/subnet-{n}",
                }
                for n in range(2)
            ],
        },
        "tags": _TAGS,
    }
    added = {"primaryEndpoints": UNKNOWN, "creationTime": UNKNOWN, "provisioningState": UNKNOWN}
    token = "azure-native:storage:StorageAccount"  # noqa: S105 a type token is not a secret
    return Made(token, f"account-{number}", inputs, added, _in_group(unit))


def _deployment(number: int) -> Made:
    labels = {"app.kubernetes.io/name": f"service-{number}", "app.kubernetes.io/part-of": "shop"}
    container = {
        "name": "service",
        "image": f"registry.example.com/shop/service-{number}:1.4.2",
        "ports": [{"containerPort": 8080, "name": "http"}],
        "env": [{"name": f"SETTING_{n}", "value": f"value of setting {n}"} for n in range(8)],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"memory": "256Mi"},
        },
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 10},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True},
    }
    inputs = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"service-{number}", "namespace": "shop", "labels": labels},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    token = "kubernetes:apps/v1:Deployment"  # noqa: S105 a type token is not a secret
    return Made(token, f"deployment-{number}", inputs, {"status": UNKNOWN})


def _config_map(number: int) -> Made:
    inputs = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"settings-{number}", "namespace": "shop", "labels": _TAGS},
        "data": {f"key-{n}": f"a line of a settings file, number {n}" for n in range(24)},
    }
    token = "kubernetes:core/v1:ConfigMap"  # noqa: S105 a type token is not a secret
    return Made(token, f"settings-{number}", inputs)


def _role_assignment(number: int) -> Made:
    group = f"{_SUBSCRIPTION}/resourceGroups/group-{number // PER_UNIT}"
    inputs = {
        "principalId": UNKNOWN,
        "principalType": "ServicePrincipal",
        "roleAssignmentName": f"22222222-2222-2222-2222-{number:012}",
        "roleDefinitionId": f"{_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        "/ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "scope": f"{group}/providers/Microsoft.Storage/storageAccounts/account{number}",
        "description": "Lets the service of this number read and write its own blobs. " * 6,
        "condition": "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a' OR " * 4,
    }
    added = {"createdOn": UNKNOWN, "updatedOn": UNKNOWN, "createdBy": UNKNOWN}
    sources = {"scope": urn("azure-native:storage:StorageAccount", f"account-{number}")}
    token = "azure-native:authorization:RoleAssignment"  # noqa: S105 a type token is not a secret
    return Made(token, f"role-{number}", inputs, added, sources)


def _security_group(number: int) -> Made:
    unit = number // PER_UNIT
    inputs = {
        "resourceGroupName": f"group-{unit}",
        "location": "westeurope",
        "securityRules": [
            {
                "name": f"rule-{n}",
                "priority": 100 + n,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefix": "10.0.0.0/8",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRange": str(8000 + n),
            }
            for n in range(6)
        ],
        "tags": _TAGS,
    }
    added = {"provisioningState": UNKNOWN, "resourceGuid": UNKNOWN}
    token = "azure-native:network:NetworkSecurityGroup"  # noqa: S105 a type token is not a secret
    return Made(token, f"security-group-{number}", inputs, added, _in_group(unit))


def _one(resource: Made) -> analyzer_pb2.AnalyzeRequest:
    request = analyzer_pb2.AnalyzeRequest(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        options=analyzer_pb2.AnalyzerResourceOptions(parent=_STACK),
        provider=_provider(resource.type),
    )
    json_format.ParseDict(dict(resource.inputs), request.properties)
    return request


def _in_stack(resource: Made) -> analyzer_pb2.AnalyzerResource:
    message = analyzer_pb2.AnalyzerResource(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        options=analyzer_pb2.AnalyzerResourceOptions(parent=_STACK),
        provider=_provider(resource.type),
        parent=_STACK,
        dependencies=sorted(set(resource.sources.values())),
        propertyDependencies={
            name: analyzer_pb2.AnalyzerPropertyDependencies(urns=[resource.sources[name]])
            if name in resource.sources
            else analyzer_pb2.AnalyzerPropertyDependencies()
            for name in resource.inputs  # the engine sends an empty list for all others
        },
    )
    only_inputs = ("resourceGroupName", "resourceUri")
    outputs = {name: value for name, value in resource.inputs.items() if name not in only_inputs}
    json_format.ParseDict({**outputs, **resource.outputs, "id": UNKNOWN}, message.properties)
    return message


def _provider(token: str) -> analyzer_pb2.AnalyzerProviderResource:
    package = token.split(":", 1)[0]
    provider = analyzer_pb2.AnalyzerProviderResource(
        type=f"pulumi:providers:{package}",
        urn=urn(f"pulumi:providers:{package}", "default"),
        name="default",
    )
    json_format.ParseDict({"version": "3.0.0", "location": "westeurope"}, provider.properties)
    return provider


def describe(count: int) -> str:
    """How large the resources are, for people."""
    sizes: Iterator[int] = (request.properties.ByteSize() for request in requests(count).each)
    return f"{sum(sizes) / count / 1024:.1f} KiB of properties on average"
