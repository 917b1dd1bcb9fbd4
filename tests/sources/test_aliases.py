"""What the launcher spares a program on aliases changes nothing of what the program sends."""

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi import Alias, ResourceOptions
from pulumi.runtime import resource as sdk
from pulumi_azure_native import network

from kubewitness.graph.resources import Resource
from kubewitness.sources.program.kubewitness_launcher.aliases import shorten_aliases
from support.in_process import preview_in_process

OTHER = "urn:pulumi:dev::shop::a:b:C::old"


@pytest.fixture
def shortened(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Shorten aliases for a test; returns the SDK's own function."""
    original = sdk.prepare_aliases
    monkeypatch.setattr(sdk, "prepare_aliases", original)
    monkeypatch.setattr("pulumi.resource.collapse_alias_to_urn", sdk.collapse_alias_to_urn)
    shorten_aliases()
    return original


ALIASES = [
    [Alias(type_="a:b/v1:C"), Alias(type_="a:b/v2:C")],
    [OTHER],
    [Alias(name="old")],
    [Alias(type_="a:b/v1:C", name="old")],
    [Alias(type_="a:b/v1:C"), Alias(parent=None)],
    [Alias(type_="a:b/v1:C", parent=OTHER)],
    [Alias(type_="a:b/v1:C", project="other", stack="prod")],
    [],
]


@pytest.mark.parametrize("aliases", ALIASES, ids=range(len(ALIASES)))
def test_the_same_aliases_are_sent(aliases: list[Any], shortened: Any) -> None:
    """Transforms and the engine's own packs see them."""

    async def both() -> tuple[Any, Any]:
        options = ResourceOptions(aliases=aliases)
        resource: Any = None
        return (
            await shortened(resource, options, supports_alias_specs=True),
            await sdk.prepare_aliases(resource, options, True),
        )

    ours, theirs = asyncio.run(both())
    assert ours == theirs


def networks() -> None:
    """Register a resource with some sixty aliases, and children of one that moved."""
    parent = pulumi.ComponentResource("a:b:C", "new", opts=ResourceOptions(aliases=[OTHER]))
    network.VirtualNetwork("vnet", resource_group_name="shop", opts=ResourceOptions(parent=parent))


def registered() -> list[Resource]:
    """What the monitor records of them."""
    return preview_in_process(networks)


def test_the_same_resources_are_recorded(shortened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no verdict changes."""
    short = registered()
    monkeypatch.setattr(sdk, "prepare_aliases", shortened)
    monkeypatch.setattr("pulumi.resource.collapse_alias_to_urn", sdk.collapse_alias_to_urn)
    assert registered() == short
    assert len(short) == 2
