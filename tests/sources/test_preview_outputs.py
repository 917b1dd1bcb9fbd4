"""What a program reads of its own resources is what a real provider's preview returns."""

from pathlib import Path

import pulumi
import pytest
from pulumi_azure_native import network

from kubewitness.policies.verdict import Outcome
from kubewitness.sources.program.kubewitness_launcher.outputs import complete
from kubewitness.sources.program.kubewitness_launcher.withheld import may_register
from kubewitness.sources.program.wire import UNKNOWN, decode, encode
from support.check_source import check_source
from support.engine import write_project
from support.in_process import preview_in_process
from support.scenarios import PRELUDE

SUBNETS = """\
vnet = azure.network.VirtualNetwork(
    "vnet",
    resource_group_name="shop",
    subnets=[{"name": "nodes", "address_prefix": "10.1.0.0/16"}],
)
aks = cluster(
    "aks",
    agent_pool_profiles=[{"name": "system", "vnet_subnet_id": vnet.subnets[0].id}],
    tags={"subnet": vnet.subnets[0].name},
)
setting("audit", aks.id)
pulumi.export("principal", aks.identity.apply(lambda i: i.principal_id.upper()))
"""


def test_a_nested_output_that_only_the_provider_knows_is_unknown(tmp_path: Path) -> None:
    """It was None, and the program failed; what the program set is known."""
    result = check_source(write_project(tmp_path, PRELUDE + SUBNETS))
    assert {verdict.outcome for verdict in result.verdicts} == {Outcome.PASS}
    (aks,) = (resource for resource in result.resources if resource.name == "aks")
    assert aks.properties["tags"] == {"subnet": "nodes"}
    assert result.loaded.notes == ()


HIDING = """\
aks = cluster("aks")
setting("audit", aks.id)


def more(identity):
    cluster("hidden")


aks.identity.apply(more)
for name in ("a", "b"):
    aks.fqdn.apply(lambda fqdn: cluster(fqdn))
aks.fqdn.apply(lambda fqdn: fqdn.upper())
aks.name.apply(len)
"""


def test_resources_that_an_apply_may_hide_are_reported_with_line_and_resource(
    tmp_path: Path,
) -> None:
    """One note; a function that can only compute hides nothing."""
    loaded = check_source(write_project(tmp_path, PRELUDE + HIDING)).loaded
    (note,) = loaded.notes
    first = (PRELUDE + HIDING).splitlines().index("aks.identity.apply(more)") + 1
    assert note.startswith("3 calls of `apply` were withheld")
    assert f'__main__.py:{first} (of "aks"), __main__.py:{first + 2} (of "aks")' in note


@pytest.mark.parametrize(
    ("value", "typ", "completed"),
    [
        ("x", str, "x"),
        (5.0, int, 5.0),
        (True, bool, True),
        ("true", bool, UNKNOWN),
        ([], str, UNKNOWN),
        ({"a": 1.0}, dict[str, int], {"a": 1.0}),
        (["a"], dict[str, int], UNKNOWN),
        (["a", 5.0], list[str], ["a", UNKNOWN]),
        ({"anything": 1.0}, None, {"anything": 1.0}),
        ({"anything": 1.0}, pulumi.Output, {"anything": 1.0}),
        (5.0, str | int, 5.0),
        (UNKNOWN, int, UNKNOWN),
    ],
    ids=str,
)
def test_a_value_of_another_form_is_unknown_and_a_list_keeps_its_length(
    value: object, typ: object, completed: object
) -> None:
    """Unions and untyped values stay as they are."""
    struct = encode({"value": value})
    complete(struct.fields["value"], typ)
    assert struct == encode({"value": completed})


def test_every_nested_property_of_every_list_is_filled_and_secrets_stay_secret() -> None:
    """Also those that are optional, two levels down."""
    subnet = {"name": "a", "delegations": [{"name": "b"}], "natGateway": secret({"id": "n"})}
    struct = encode({"value": [subnet]})
    complete(struct.fields["value"], list[network.outputs.SubnetResponse])
    (filled,) = decode(struct)["value"]
    assert (filled["name"], filled["id"]) == ("a", UNKNOWN)
    assert filled["delegations"][0]["provisioningState"] == UNKNOWN
    assert filled["natGateway"]["value"]["id"] == "n"


def secret(value: object) -> dict[str, object]:
    """A secret as the protocol marks one."""
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": value,
    }


def test_the_recorded_inputs_are_the_programs_own() -> None:
    """What is filled in is for the program alone, and never reaches a policy."""

    def program() -> None:
        network.VirtualNetwork("vnet", resource_group_name="shop", subnets=[{"name": "a"}])

    (vnet,) = preview_in_process(program)
    assert vnet.properties["subnets"] == [{"name": "a"}]


def registers(name: str) -> object:
    """Register a resource."""
    return network.VirtualNetwork(name, resource_group_name="shop")


def computes(name: str) -> str:
    """Return something."""
    return computes(name[1:]) if name else json_like(name)


def json_like(name: str) -> str:
    """Return something else."""
    return f"{name!r:>{len(name)}}"


def imports_an_sdk(name: str) -> object:
    """Register a resource of a module that only this function names."""
    from pulumi_azure_native import storage  # noqa: PLC0415 what this is about

    return storage.StorageAccount(name)


def imports_by_name(name: str) -> object:
    """Import whatever has this name."""
    import importlib  # noqa: PLC0415 what this is about

    return importlib.import_module(name)


def imports_json(name: str) -> str:
    """Import something that registers nothing."""
    import json  # noqa: PLC0415 what this is about

    return json.dumps(name)


def closing_over(something: object) -> object:
    """A function that holds what may register a resource."""
    return lambda _: something


@pytest.mark.parametrize(
    "function",
    [
        registers,
        network.VirtualNetwork,
        lambda name: [registers(name)],
        lambda name: [network.VirtualNetwork(name)],
        lambda names: [registers(name) for name in names],
        lambda name: [eval(name)],  # noqa: S307 it is never called
        closing_over(registers),
        lambda name, make=registers: make(name),
        imports_an_sdk,
        imports_by_name,
        lambda name: [imports_an_sdk(name)],
    ],
    ids=range(11),
)
def test_a_function_that_can_reach_a_resource_may_register_one(function: object) -> None:
    """By a name, a closure, a default, or code as text."""
    assert may_register(function)


@pytest.mark.parametrize(
    "function",
    [len, str, computes, imports_json, lambda i: i.x.upper(), lambda i: f"{i}/x", closing_over(5)],
    ids=range(7),
)
def test_a_function_of_plain_values_registers_nothing(function: object) -> None:
    """Most programs have such, and a note on each would hide the others."""
    assert not may_register(function)
