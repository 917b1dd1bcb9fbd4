"""The page on properties of a cluster is complete: each note is printed, each policy judges."""

import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any, Final

import pulumi
import pytest
from pulumi_azure_native import containerservice
from pulumi_azure_native.containerservice import _inputs, managed_cluster

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.registry import all_policies
from kubewitness.policies.verdict import Outcome
from support.check_source import check_planned
from support.paths import ROOT

PAGE: Final = (ROOT / "docs" / "enforce" / "cluster-properties.md").read_text("utf-8")
ROWS: Final = dict(re.findall(r"^\| `([\w.*]+)` \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE))
NAMES: Final = vars(typing) | vars(pulumi) | vars(_inputs) | vars(managed_cluster)
CLUSTER: Final = "azure-native:containerservice:ManagedCluster"


def properties(arguments: type, above: str = "") -> Iterator[str]:
    """The path on the wire of each property without properties of its own."""
    for value in vars(arguments).values():
        if isinstance(value, property) and value.fget:
            name = str(getattr(value.fget, "_pulumi_name", value.fget.__name__))
            nested = _arguments(typing.get_type_hints(value.fget, NAMES)["return"])
            if nested:
                yield from properties(nested, f"{above}{name}.")
            else:
                yield above + name


def _arguments(hint: Any) -> type | None:
    """The class of nested arguments in a type."""
    if isinstance(hint, type) and hint.__name__.endswith("Args"):
        return hint
    return next(filter(None, map(_arguments, typing.get_args(hint))), None)


def is_listed(path: str) -> bool:
    """Whether a row names a property, or everything below a part of its path."""
    steps = path.split(".")
    above = (".".join([*steps[:length], "*"]) for length in range(1, len(steps)))
    return path in ROWS or any(one in ROWS for one in above)


def test_every_property_is_listed() -> None:
    """A newer azure-native may have one that opens another way in."""
    found = list(properties(managed_cluster.ManagedClusterArgs))
    assert len(found) > 200
    assert [path for path in found if not is_listed(path)] == []


def test_every_resource_of_the_module_is_listed() -> None:
    """A newer azure-native may have one that opens another way in."""
    found = {
        name
        for name, one in vars(containerservice).items()
        if inspect.isclass(one) and issubclass(one, pulumi.CustomResource)
    }
    assert len(found) > 10
    assert found - ROWS.keys() == set()


def test_a_property_that_the_page_does_not_list_is_noticed() -> None:
    """No row covers more than it says."""
    assert not is_listed("apiServerAccessProfile.newWayIn")
    assert not is_listed("newProfile.enabled")
    assert is_listed("autoScalerProfile.newOne")


def test_each_decision_is_a_policy_a_note_or_harmless() -> None:
    """The policies exist."""
    ids = {policy.id for policy in all_policies()}
    for row, decision in ROWS.items():
        if row != "ManagedCluster" and decision not in {"note", "harmless"}:
            assert re.sub("policy `(.*)`", r"\1", decision) in ids, row


BAD: Final[dict[str, Any]] = {
    "aadProfile.clientAppID": {"aadProfile": {"managed": True, "clientAppID": "x"}},
    "aadProfile.enableAzureRBAC": {"aadProfile": {"managed": True, "enableAzureRBAC": False}},
    "aadProfile.managed": {"aadProfile": {"managed": False, "enableAzureRBAC": True}},
    "aadProfile.serverAppID": {"aadProfile": {"managed": True, "serverAppID": "x"}},
    "aadProfile.serverAppSecret": {"aadProfile": {"managed": True, "serverAppSecret": "x"}},
    "apiServerAccessProfile.authorizedIPRanges": {
        "apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/0"]}
    },
    "apiServerAccessProfile.disableRunCommand": {
        "apiServerAccessProfile": {"disableRunCommand": False}
    },
    "apiServerAccessProfile.enablePrivateCluster": {
        "apiServerAccessProfile": {"enablePrivateCluster": False}
    },
    "disableLocalAccounts": {"disableLocalAccounts": False},
    "enableRBAC": {"enableRBAC": False},
}
"""A value of each property that its policy must fail."""

JUDGED_ELSEWHERE: Final = {
    "apiServerAccessProfile.enableVnetIntegration": "examples of aks-api-access",
    "sku.name": "tests/policies/test_policies.py",
    "JWTAuthenticator": "tests/policies/test_policies.py",
    "ManagedCluster": "all of tests/policies",
    "TrustedAccessRoleBinding": "tests/policies/test_trusted_access.py",
    "monitor.DiagnosticSetting": "tests/policies/test_policies.py",
}
"""Rows that a single value of a cluster does not decide, and the tests that try them."""


@pytest.mark.parametrize("row", BAD)
def test_the_policy_of_a_property_fails_a_bad_value(row: str) -> None:
    """A policy that only exists would judge nothing."""
    policy = re.sub("policy `(.*)`", r"\1", ROWS[row])
    found = check_planned([made(CLUSTER, BAD[row])]).verdicts
    assert {one.outcome for one in found if one.policy_id == policy} == {Outcome.FAIL}


def test_every_policy_on_the_page_is_tried() -> None:
    """A new row needs a bad value."""
    judged = {row for row, decision in ROWS.items() if decision.startswith("policy")}
    assert judged == BAD.keys() | JUDGED_ELSEWHERE.keys()


NOTED: Final[list[tuple[str, str, dict[str, Any]]]] = [
    ("linuxProfile.ssh.*", CLUSTER, {"linuxProfile": {"ssh": {"publicKeys": [{"keyData": "x"}]}}}),
    ("linuxProfile.ssh.*", CLUSTER, {"linuxProfile": {"ssh": {"publicKeys": Unknown()}}}),
    ("linuxProfile.ssh.*", CLUSTER, {"linuxProfile": Unknown()}),
    ("windowsProfile.adminPassword", CLUSTER, {"windowsProfile": {"adminPassword": Unknown()}}),
    (
        "agentPoolProfiles.enableNodePublicIP",
        CLUSTER,
        {"agentPoolProfiles": [{"name": "a"}, {"name": "b", "enableNodePublicIP": True}]},
    ),
    ("agentPoolProfiles.enableNodePublicIP", CLUSTER, {"agentPoolProfiles": Unknown()}),
    (
        "addonProfiles.enabled",
        CLUSTER,
        {"addonProfiles": {"kubeDashboard": {"enabled": True}}},
    ),
    (
        "aadProfile.tenantID",
        CLUSTER,
        {"aadProfile": {"tenantID": "t", "adminGroupObjectIDs": ["g"]}},
    ),
    (
        "AgentPool",
        "azure-native:containerservice/v20240901:AgentPool",
        {"enableNodePublicIP": True},
    ),
    ("FleetMember", "azure-native:containerservice:FleetMember", {}),
    ("FleetManagedNamespace", "azure-native:containerservice:FleetManagedNamespace", {}),
    ("PrivateEndpointConnection", "azure-native:containerservice:PrivateEndpointConnection", {}),
    (
        "kubernetesconfiguration.FluxConfiguration",
        "azure-native:kubernetesconfiguration:FluxConfiguration",
        {},
    ),
    ("kubernetesconfiguration.Extension", "azure-native:kubernetesconfiguration:Extension", {}),
    (
        "kubernetesconfiguration.SourceControlConfiguration",
        "azure-native:kubernetesconfiguration:SourceControlConfiguration",
        {},
    ),
    (
        "linuxProfile.ssh.*",
        "azure:containerservice/kubernetesCluster:KubernetesCluster",
        {"linuxProfile": {"adminUsername": "a", "sshKey": {"keyData": "x"}}},
    ),
    (
        "AgentPool",
        "azure:containerservice/kubernetesClusterNodePool:KubernetesClusterNodePool",
        {"nodePublicIpEnabled": True},
    ),
]


def made(kind: str, given: dict[str, Any], origin: Origin = Origin.MANAGED) -> Resource:
    """A resource of the stack."""
    return Resource(f"urn:pulumi:dev::shop::{kind}::it", kind, "it", given, origin=origin)


@pytest.mark.parametrize(("row", "kind", "given"), NOTED, ids=lambda one: str(one)[:60])
def test_what_the_page_calls_a_note_is_one(row: str, kind: str, given: dict[str, Any]) -> None:
    """It names the resource, is printed, and blocks nothing itself."""
    assert ROWS[row] == "note"
    (note,) = build_graph([made(kind, given)]).access_notes
    assert str(note).startswith("`it`: ")
    assert str(note) in check_planned([made(kind, given)]).notes


def test_every_note_on_the_page_is_tried() -> None:
    """A note that nobody prints would be a promise."""
    assert {row for row, decision in ROWS.items() if decision == "note"} == {
        row for row, _, _ in NOTED
    }


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"linuxProfile": {"adminUsername": "a"}, "windowsProfile": {"adminUsername": "a"}},
        {"linuxProfile": {"ssh": {"publicKeys": []}}},
        {"agentPoolProfiles": [{"name": "a", "enableNodePublicIP": False}]},
        {"addonProfiles": {"azurepolicy": {"enabled": True}}},
        {"aadProfile": {"tenantID": "t"}},
    ],
    ids=str,
)
def test_a_cluster_in_order_has_no_note(given: dict[str, Any]) -> None:
    """A note on every cluster would be read by nobody."""
    assert build_graph([made(CLUSTER, given)]).access_notes == ()


def test_a_cluster_that_is_only_read_has_no_note() -> None:
    """Another stack answers for it."""
    ssh = {"linuxProfile": {"ssh": {"publicKeys": [{"keyData": "x"}]}}}
    assert build_graph([made(CLUSTER, ssh, Origin.READ)]).access_notes == ()
