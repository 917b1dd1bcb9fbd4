"""Which resources an exemption means: never one that a program named to be taken for another."""

from typing import Any

import pytest

from kubewitness.errors import InputError
from kubewitness.graph.resources import Resource
from kubewitness.policies.resource_pattern import is_meant
from kubewitness.policies.settings_file import SettingsFile

TYPE = "azure-native:containerservice:ManagedCluster"
ID = "/subscriptions/s/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/"

OWN: dict[str, dict[str, Any]] = {
    "exemptions": {"reason": "r", "owner": "o"},
    "collectedElsewhere": {"by": "b", "categories": ["guard"]},
}


def named(name: str, stack: str = "dev", kind: str = TYPE) -> Resource:
    """A cluster of a stack of the project `shop`."""
    return Resource(f"urn:pulumi:{stack}::shop::{kind}::{name}", kind, name, {})


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("legacy", "legacy"),
        ("*", "legacy"),
        ("leg*", "legacy"),
        ("urn:pulumi:dev::shop::*::legacy", "legacy"),
        ("urn:pulumi:*::*::*::*", "legacy"),
        ("*::*::*::legacy", "legacy"),
        ("urn:pulumi:dev::shop::*:ManagedCluster::leg*", "legacy"),
        (f"urn:pulumi:dev::shop::{TYPE}::prod::legacy", "prod::legacy"),
        ("aks[1]", "aks[1]"),
        ("a.s?", "a.s?"),
    ],
)
def test_a_resource_is_meant(pattern: str, name: str) -> None:
    """By its name, or by a pattern of all parts of its URN."""
    assert is_meant(named(name), pattern)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("legacy", "prod::legacy"),
        ("*", "prod::legacy"),
        ("*legacy", "prod::legacy"),
        ("urn:pulumi:*::*::*::legacy", "prod::legacy"),
        ("urn:pulumi:*::*::*::*legacy", "prod::legacy"),
        ("urn:pulumi:*::*::*::*", "prod::legacy"),
        ("*::*::*::legacy", "x::legacy"),
        ("urn:pulumi:prod::shop::*::legacy", "legacy"),
        ("urn:pulumi:dev::other::*::legacy", "legacy"),
        ("urn:pulumi:dev::shop::azure:*::legacy", "legacy"),
        ("urn:pulumi:dev::shop::*::legacy", ":legacy"),
        ("legacy", "Legacy"),
        ("aks[1]", "aks1"),
        ("a.s?", "aksx"),
        ("/subscriptions/*", "legacy"),
    ],
)
def test_another_resource_is_not_meant(pattern: str, name: str) -> None:
    """`*` stops at `::`, and nothing else is special."""
    assert not is_meant(named(name), pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"{ID}legacy", True),
        (f"{ID.lower()}leg*", True),
        ("/subscriptions/*/resourceGroups/shop/providers/*/*/legacy", True),
        (f"{ID}other", False),
        ("/subscriptions/*/legacy", False),
        ("/subscriptions/*", False),
    ],
)
def test_in_azure_a_pattern_of_the_id_means_a_resource(pattern: str, *, expected: bool) -> None:
    """`*` stops at `/`, and Azure ignores case."""
    assert is_meant(Resource(f"{ID}legacy", TYPE, "legacy", {}), pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("*::legacy", "legacy"),
        ("*::*::legacy", "legacy"),
        ("*::*:ManagedCluster::aks", "urn:pulumi:*::*::*:ManagedCluster::aks"),
        ("*:ManagedCluster::aks", "urn:pulumi:*::*::*:ManagedCluster::aks"),
        ("urn:pulumi:prod*", "urn:pulumi:prod*::*::*::*"),
        ("urn:pulumi:prod::shop::aks", "urn:pulumi:prod::shop::aks::*"),
        ("prod::legacy", "urn:pulumi:*::*::prod::legacy"),
    ],
)
@pytest.mark.parametrize("key", OWN)
def test_a_pattern_with_fewer_parts_is_an_error_with_its_replacement(
    pattern: str, replacement: str, key: str
) -> None:
    """Nobody guesses what was meant; the replacement is itself a valid pattern."""

    def settings(resource: str) -> SettingsFile:
        entry = {"resource": resource, "expires": "2999-01-01", **OWN[key]}
        return SettingsFile({"aks-audit-logs": {key: [entry]}})

    with pytest.raises(InputError) as error:
        settings(pattern).resolve()
    assert f"entry 1, resource: `{pattern}` has" in str(error.value)
    assert f"write `{replacement}`" in str(error.value)
    assert settings(replacement).resolve()
