"""Raw properties of azure-native: spelt, merged, and refused where an argument sets them.

A property has the spelling of Python or of the API. Properties that azure-native does not have, and
values of another type, are refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args, get_origin

import pulumi

# Private, but Pulumi has no public function for how a provider's properties are spelt on the wire.
from pulumi import _types as types
from pydantic import BaseModel

from kubewitness.provision.arguments.validation import hint, marked

Path = tuple[str, ...]


class Sets:
    """Marks an argument that sets properties of azure-native, so that no override may.

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


def raw_problems(
    given: Mapping[str, Any], typ: type, arguments: Mapping[Path, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return what is wrong with raw properties: for each problem its path and the reason.

    Args:
        given: as the user gives them.
        typ: azure-native's class of the inputs that they are merged into.
        arguments: which arguments set which property, from `setters`.
    """
    faults: list[tuple[str, str]] = []
    wire = on_the_wire(given, typ, "", faults)
    faults += _owned(wire, {_folded(path): names for path, names in arguments.items()})
    return [(path.removeprefix("."), reason) for path, reason in faults]


def with_raw(inputs: Mapping[str, Any], given: Mapping[str, Any], typ: type) -> dict[str, Any]:
    """Return inputs with checked raw properties merged into them.

    Maps are merged, all else is replaced. Nested names are those on the wire, which azure-native
    takes as well as Python's.
    """
    spelt = {wire: own for own, wire in types.input_type_py_to_pulumi_names(typ).items()}
    both = merged(on_the_wire(inputs, typ), on_the_wire(given, typ))
    # The resource's own name is an argument of the constructor, so this one is spelt otherwise.
    return {
        "resource_name_" if name == "resourceName" else spelt[name]: value
        for name, value in both.items()
    }


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a map with another merged into it; all that is not a map is replaced."""
    both = {
        name: merged(base[name], value)
        for name, value in over.items()
        if isinstance(base.get(name), Mapping) and isinstance(value, Mapping)
    }
    return {**base, **over, **both}


def on_the_wire(
    value: Any, typ: Any, path: str = "", faults: list[tuple[str, str]] | None = None
) -> Any:
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
        return {
            key: on_the_wire(each, item, f"{path}.{key}", faults) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        item = get_args(typ)[-1] if get_origin(typ) else Any
        return [on_the_wire(each, item, f"{path}[{i}]", faults) for i, each in enumerate(value)]
    if faults is not None and not _fits(value, typ):
        faults.append((path, f"is not {_KINDS[typ]}; give one, as azure-native takes"))
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
            found[known[key]] = on_the_wire(each, inner.get(known[key]), below, faults)
        elif faults is not None:
            near = hint(key, [name for name in known if ("_" in name) == ("_" in key)])
            faults.append((below, f"is not a property of azure-native{near}"))
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
