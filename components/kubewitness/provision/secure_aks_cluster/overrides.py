"""Raw properties of azure-native's ManagedCluster, merged into what the component sets.

They are for what the component has no opinion on. What undoes its promises is refused: by our own
policies, put to a cluster that is in order but for the overrides.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args, get_origin

import pulumi

# Private, but Pulumi has no public function for how a provider's properties are spelt on the wire.
from pulumi import _types as types
from pulumi_azure_native import containerservice
from pydantic import BaseModel

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from kubewitness.provision.arguments.validation import hint, marked

PROMISES: Final = ("aks-entra-rbac", "aks-local-accounts")
"""The policies that no override may break."""

IN_ORDER: Final = {
    "disableLocalAccounts": True,
    "enableRBAC": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    "oidcIssuerProfile": {"enabled": True},
    "securityProfile": {"workloadIdentity": {"enabled": True}},
}
"""What the component always sets so."""

Path = tuple[str, ...]


class Sets:
    """Marks an argument that sets properties of the ManagedCluster, so that no override may.

    Attributes:
        paths: of the properties on the wire.
    """

    def __init__(self, *paths: str) -> None:
        self.paths = tuple(tuple(path.split(".")) for path in paths)


def setters(model: type[BaseModel]) -> dict[Path, list[str]]:
    """Return which arguments set each property, by its path on the wire."""
    found: dict[Path, list[str]] = {}
    for name, sets in marked(model, Sets).items():
        for path in sets.paths:
            found.setdefault(path, []).append(name)
    return found


def _folded(path: Path) -> Path:
    """Return a path in lower case: Azure ignores the case of an add-on's name."""
    return tuple(step.lower() for step in path)


def override_problems(
    overrides: Mapping[str, Any], arguments: Mapping[Path, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return what is wrong with overrides: for each problem its path below them and the reason.

    Args:
        overrides: as the user gives them.
        arguments: which arguments set which property, from `setters`.
    """
    faults: list[tuple[str, str]] = []
    wire = _wire(overrides, containerservice.ManagedClusterArgs, "", faults)
    faults += _owned(wire, {_folded(path): names for path, names in arguments.items()})
    faults += _broken_promises(wire)
    return [(path.removeprefix("."), reason) for path, reason in faults]


def with_overrides(inputs: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of a ManagedCluster with checked overrides merged into them.

    Maps are merged, all else is replaced. Nested names are those on the wire, which azure-native
    takes as well as Python's.
    """
    arguments = containerservice.ManagedClusterArgs
    spelt = {wire: own for own, wire in types.input_type_py_to_pulumi_names(arguments).items()}
    merged = _merged(_wire(inputs, arguments), _wire(overrides, arguments))
    # The resource's own name is an argument of the constructor, so this one is spelt otherwise.
    return {
        "resource_name_" if name == "resourceName" else spelt[name]: value
        for name, value in merged.items()
    }


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(base[name], value)
        for name, value in over.items()
        if isinstance(base.get(name), Mapping) and isinstance(value, Mapping)
    }
    return {**base, **over, **both}


def _wire(value: Any, typ: Any, path: str = "", faults: list[tuple[str, str]] | None = None) -> Any:
    """Return a value with its properties' names as on the wire, and note what does not fit."""
    typ = types.unwrap_type(typ)
    if isinstance(value, pulumi.Output):
        return value
    if isinstance(typ, type) and types.is_input_type(typ):
        return _wire_object(value, typ, path, faults)
    if isinstance(value, Mapping | list | tuple) and typ in _KINDS and faults is not None:
        faults.append((path, f"is not {_KINDS[typ]}; give one"))
    if isinstance(value, Mapping):
        item = get_args(typ)[-1] if get_origin(typ) else Any
        return {key: _wire(each, item, f"{path}.{key}", faults) for key, each in value.items()}
    if isinstance(value, list | tuple):
        item = get_args(typ)[-1] if get_origin(typ) else Any
        return [_wire(each, item, f"{path}[{i}]", faults) for i, each in enumerate(value)]
    if faults is not None and not _fits(value, typ):
        faults.append(
            (path, f"is not {_KINDS[typ]}; give one, as azure-native's ManagedCluster takes")
        )
    return value


def _wire_object(value: Any, typ: type, path: str, faults: list[tuple[str, str]] | None) -> Any:
    if types.is_input_type(type(value)):
        value = types.input_type_to_untranslated_dict(value)
    if not isinstance(value, Mapping):
        if faults is not None:
            faults.append((path, "is not an object; give one with properties of azure-native's"))
        return value
    names = {**types.input_type_py_to_pulumi_names(typ), "resource_name_": "resourceName"}
    inner = types.input_type_types(typ)
    known = {**names, **{wire: wire for wire in names.values()}}
    found: dict[str, Any] = {}
    for key, each in value.items():
        below = f"{path}.{key}"
        if key in known and known[key] in found and faults is not None:
            faults.append((below, "is given in both spellings; leave one out"))
        elif key in known:
            found[known[key]] = _wire(each, inner.get(known[key]), below, faults)
        elif faults is not None:
            near = hint(key, [name for name in known if ("_" in name) == ("_" in key)])
            faults.append((below, f"is no property of azure-native's ManagedCluster{near}"))
    return found


_KINDS: Final = {bool: "true or false", str: "a string", int: "a whole number", float: "a number"}


def _fits(value: Any, typ: Any) -> bool:
    if value is None or typ not in _KINDS:
        return True
    if typ is int:  # other languages' numbers arrive as floats
        return type(value) is int or (type(value) is float and value.is_integer())
    return isinstance(value, typ) and (typ is bool or not isinstance(value, bool))


def _owned(
    wire: Mapping[str, Any], arguments: Mapping[Path, Sequence[str]], path: Path = ()
) -> Iterator[tuple[str, str]]:
    """Yield the properties that have an argument, however deep.

    Args:
        wire: the overrides, or a part of them.
        arguments: which arguments set which property, by its folded path.
        path: of the part.
    """
    for name, value in wire.items():
        here = (*path, name)
        folded = _folded(here)
        if folded in arguments:
            named = " and ".join(f"`{argument}`" for argument in arguments[folded])
            yield "." + ".".join(here), f"has an argument of its own; use {named}"
        elif any(owned[: len(folded)] == folded for owned in arguments):
            if isinstance(value, Mapping):
                yield from _owned(value, arguments, here)
            else:
                yield "." + ".".join(here), "must be known when the program runs; give its parts"


def _broken_promises(wire: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    properties = _known(_merged(IN_ORDER, wire))
    for promised in ("oidcIssuerProfile", "securityProfile", "enableRBAC"):
        if not _holds(IN_ORDER[promised], properties[promised]):
            problem = "must stay on, for workload identity and Azure RBAC need it; leave it out"
            yield f".{promised}", problem
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
