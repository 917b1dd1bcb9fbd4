"""What the Python SDK of azure-native says about a resource type: its inputs, its outputs."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_origin

from pulumi import _types as types
from pulumi.runtime.rpc import UNKNOWN

Values = dict[str, Any]


def kind(token: str) -> str:
    """Leave out package and version: `containerservice:ManagedCluster`."""
    _, module, name = token.split(":")
    return f"{module.split('/')[0]}:{name}"


def is_native(token: str) -> bool:
    """Whether the type is one of azure-native."""
    return token.startswith("azure-native:")


@cache
def output_types(token: str) -> Mapping[str, Any]:
    """The outputs of a type by their wire names; empty for other packages and unknown types."""
    resource = _attribute(token, "")
    return types.resource_types(resource) if resource else {}


@cache
def input_names(token: str) -> frozenset[str]:
    """The wire names of a type's inputs; empty for other packages and unknown types."""
    arguments = _attribute(token, "Args")
    return frozenset(types.input_type_py_to_pulumi_names(arguments).values() if arguments else ())


def address_names(token: str) -> list[str]:
    """The inputs that are no outputs: those that only say where a resource is."""
    return sorted(input_names(token) - output_types(token).keys())


def projection(token: str, outputs: Values) -> Values:
    """Return the outputs that are inputs as well, at every depth; all for other packages."""
    arguments = _attribute(token, "Args")
    return _projected(outputs, arguments) if arguments else dict(outputs)


def _projected(value: Any, typ: Any) -> Any:
    typ = types.unwrap_type(typ)
    if isinstance(value, dict) and isinstance(typ, type) and types.is_input_type(typ):
        inner = types.input_type_types(typ)
        names = types.input_type_py_to_pulumi_names(typ).values()
        return {key: _projected(value[key], inner.get(key)) for key in names if key in value}
    if isinstance(value, dict) and _is_sequence(typ):
        return list(value)  # the identities that are assigned, a mapping among the outputs
    if isinstance(value, dict):
        return {key: _projected(item, _item_type(typ, Mapping)) for key, item in value.items()}
    if isinstance(value, list):
        return [_projected(item, _item_type(typ, Sequence)) for item in value]
    return value


def _attribute(token: str, suffix: str) -> type | None:
    module, name = kind(token).split(":")
    if not is_native(token):
        return None
    try:
        package = importlib.import_module(f"pulumi_azure_native.{module}")
    except ImportError:
        return None
    found = getattr(package, name + suffix, None)
    return found if isinstance(found, type) else None


def preview(token: str, inputs: Values) -> Values:
    """The outputs at preview: the inputs among them, and all else that the type has, unknown.

    For other packages only the inputs: a bridged provider returns them all, and leaves out an
    optional property that is not given.
    """
    shape = output_types(token)
    return _preview_members(inputs, shape) if shape else dict(inputs)


def _preview_members(given: Values, shape: Mapping[str, Any]) -> Values:
    return {
        key: _preview_value(given[key], typ) if key in given else UNKNOWN
        for key, typ in shape.items()
    }


def _preview_value(value: Any, typ: Any) -> Any:
    typ = types.unwrap_type(typ)
    if isinstance(value, list) and _is_mapping(typ):
        return UNKNOWN  # the list of identities given becomes a mapping of those assigned
    if isinstance(value, list):
        return [_preview_value(item, _item_type(typ, Sequence)) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(typ, type) and types.is_output_type(typ):
        return _preview_members(value, types.output_type_types(typ))
    return {key: _preview_value(item, _item_type(typ, Mapping)) for key, item in value.items()}


def _is_mapping(typ: Any) -> bool:
    origin = get_origin(typ)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _is_sequence(typ: Any) -> bool:
    origin = get_origin(typ)
    return isinstance(origin, type) and issubclass(origin, Sequence)


def _item_type(typ: Any, container: type) -> Any:
    origin = get_origin(typ)
    return get_args(typ)[-1] if isinstance(origin, type) and issubclass(origin, container) else None
