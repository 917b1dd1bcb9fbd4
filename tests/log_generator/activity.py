"""What Azure's activity log says of an ordinary day of the cluster, as a workspace exports it."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from log_generator.actors import stable_id

DEPLOYER: Final = stable_id("service principal", "shop-infrastructure")
"""The service principal of the pipeline that deploys the cluster and its settings."""

_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
_GROUP: Final = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/shop"
_CLUSTER: Final = f"{_GROUP}/providers/Microsoft.ContainerService/managedClusters/shop"
_NODES: Final = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/MC_shop/providers"
_SERVICE: Final = stable_id("identity of the cluster")
_PERSON: Final = "ana.sousa@shop.example"

_NODE_POOL: Final = f"{_CLUSTER}/agentPools/nodepool1"
_SETTING: Final = f"{_CLUSTER}/providers/Microsoft.Insights/diagnosticSettings/audit"
_WORKSPACE: Final = f"{_GROUP}/providers/Microsoft.OperationalInsights/workspaces/shop"
_DEPLOYMENT: Final = f"{_GROUP}/providers/Microsoft.Resources/deployments/shop"
_MACHINES: Final = f"{_NODES}/Microsoft.Compute/virtualMachineScaleSets/aks-nodepool1"
_BALANCER: Final = f"{_NODES}/Microsoft.Network/loadBalancers/kubernetes"
_ADDRESS: Final = f"{_NODES}/Microsoft.Network/publicIPAddresses/shop"
_AKS: Final = "Microsoft.ContainerService/managedClusters"

_DAY: Final = (
    (40, _PERSON, _CLUSTER, f"{_AKS}/listClusterUserCredential/action"),
    (30, _SERVICE, _MACHINES, "Microsoft.Compute/virtualMachineScaleSets/write"),
    (12, _SERVICE, _BALANCER, "Microsoft.Network/loadBalancers/write"),
    (12, _SERVICE, _ADDRESS, "Microsoft.Network/publicIPAddresses/write"),
    (4, DEPLOYER, _DEPLOYMENT, "Microsoft.Resources/deployments/write"),
    (2, DEPLOYER, _CLUSTER, f"{_AKS}/write"),
    (2, DEPLOYER, _NODE_POOL, f"{_AKS}/agentPools/write"),
    (1, DEPLOYER, _NODE_POOL, f"{_AKS}/agentPools/upgradeNodeImageVersion/action"),
    (2, DEPLOYER, _SETTING, "Microsoft.Insights/diagnosticSettings/write"),
    (1, DEPLOYER, _WORKSPACE, "Microsoft.OperationalInsights/workspaces/write"),
)
"""How often, by whom, on what: reads are not in this log."""


def activity(*, seed: int, start: datetime, span: timedelta) -> Iterator[dict[str, Any]]:
    """The rows of AzureActivity in the order of the operations: two of each, as it begins and ends.

    Args:
        seed: the same seed gives the same rows.
        start: when the day begins, in UTC.
        span: how long it is.
    """
    random = Random(f"{seed}/activity")
    whole = [(random.random(), one) for one in _DAY for _ in range(one[0])]
    for share, (_, caller, resource, operation) in sorted(whole):
        begun = start + span * share
        correlation = stable_id(operation, begun)
        for status, moment in (("Start", begun), ("Success", begun + timedelta(seconds=2))):
            yield _row(moment, status, caller, resource, operation, correlation)


def _row(  # noqa: PLR0913 PLR0917 a row has so many columns
    moment: datetime, status: str, caller: str, resource: str, operation: str, correlation: str
) -> dict[str, Any]:
    properties = {"eventCategory": "Administrative", "entity": resource, "message": operation}
    return {
        "TimeGenerated": moment.isoformat().replace("+00:00", "Z"),
        "OperationNameValue": operation.upper(),
        "ActivityStatusValue": status,
        "ActivitySubstatusValue": "" if status == "Start" else "OK",
        "CategoryValue": "Administrative",
        "Level": "Information",
        "Caller": caller,
        "CallerIpAddress": "203.0.113.7",
        "CorrelationId": correlation,
        "EventDataId": stable_id(correlation, status),
        "ResourceGroup": "shop",
        "ResourceProviderValue": operation.split("/", 1)[0].upper(),
        "SubscriptionId": _SUBSCRIPTION,
        "Authorization": json.dumps({"action": operation, "scope": resource}),
        "Properties": json.dumps(properties),
        "Properties_d": properties,
        "_ResourceId": resource.lower(),
        "Type": "AzureActivity",
    }
