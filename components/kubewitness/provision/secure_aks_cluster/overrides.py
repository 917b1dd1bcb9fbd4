"""Raw properties of azure-native's ManagedCluster, merged into what the component sets.

They are for properties on which the component has no opinion. Properties that contradict its
guarantees are refused: by our own policies, for a cluster that passes without the overrides.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_azure_native import containerservice

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from kubewitness.provision.secure_aks_cluster.address_ranges import reserved_ranges
from kubewitness.provision.secure_aks_cluster.raw import (
    Path,
    merged,
    on_the_wire,
    raw_problems,
    with_raw,
)

PROMISES: Final = ("aks-entra-rbac", "aks-local-accounts")
"""The policies that no override may break."""

IN_ORDER: Final = {
    "disableLocalAccounts": True,
    "enableRBAC": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    "oidcIssuerProfile": {"enabled": True},
    "securityProfile": {"workloadIdentity": {"enabled": True}},
}
"""The properties that the component always sets."""


def override_problems(
    overrides: Mapping[str, Any], arguments: Mapping[Path, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return what is wrong with overrides: for each problem its path below them and the reason.

    Args:
        overrides: as the user gives them.
        arguments: which arguments set which property, from `setters`.
    """
    cluster = containerservice.ManagedClusterArgs
    wire = on_the_wire(overrides, cluster)
    return [
        *raw_problems(overrides, cluster, arguments),
        *reserved_ranges(wire),
        *_broken_promises(wire),
    ]


def with_overrides(inputs: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a ManagedCluster with checked overrides merged into them."""
    return with_raw(inputs, overrides, containerservice.ManagedClusterArgs)


def _broken_promises(wire: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    properties = _known(merged(IN_ORDER, wire))
    for promised in ("oidcIssuerProfile", "securityProfile", "enableRBAC"):
        if not _holds(IN_ORDER[promised], properties[promised]):
            problem = "must stay on, for workload identity and Azure RBAC need it; leave it out"
            yield promised, problem
    cluster = Resource(
        "urn:pulumi:stack::project::azure-native:containerservice:ManagedCluster::cluster",
        "azure-native:containerservice:ManagedCluster",
        "cluster",
        properties,
    )
    policies = [find_policy(name) for name in PROMISES]
    for verdict in evaluate(policies, build_graph([cluster]), Settings({}, tuple(policies))):
        if verdict.outcome is not Outcome.PASS:
            for reason in verdict.judgement.reasons:
                broken = f"break the policy `{verdict.policy_id}`"
                yield "", f"{broken}: {reason.message}; leave that out"


def _holds(promised: Any, value: Any) -> bool:
    if isinstance(promised, Mapping):
        inner = value if isinstance(value, Mapping) else {}
        return all(_holds(each, inner.get(name)) for name, each in promised.items())
    return value is promised


def _known(value: Any) -> Any:
    """Return a value as policies read it: what is known later is unknown."""
    if isinstance(value, pulumi.Output):
        return Unknown()
    if isinstance(value, Mapping):
        return {key: _known(each) for key, each in value.items()}
    return [_known(each) for each in value] if isinstance(value, list) else value
