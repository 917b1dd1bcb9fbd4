"""Outputs of a resource, as a real provider's preview returns them.

The monitor returns the inputs. The provider would add an unknown for every property that the
program did not set, at every depth (`provider/pkg/convert/previewOutputs.go` of
pulumi-azure-native). The output classes of the program's SDK define the properties. Optional
properties count, too: SDKs of bridged providers declare computed ones as optional.
"""

import enum
import functools
import inspect
from collections import abc
from typing import Any, Dict, get_args, get_origin

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 how the protocol marks one


def complete_outputs() -> None:
    """Complete what the monitor hands back before the SDK reads it."""
    from pulumi import _types
    from pulumi.runtime import rpc

    original = rpc.resolve_outputs

    @functools.wraps(original)
    def resolve_outputs(res: Any, inputs: Any, outputs: Any, *args: Any, **kwargs: Any) -> Any:
        types = _types.resource_types(type(res))
        for name, value in outputs.fields.items():
            if name in types:
                complete(value, types[name])
        return original(res, inputs, outputs, *args, **kwargs)

    setattr(rpc, "resolve_outputs", resolve_outputs)  # noqa: B010 its signature varies by release


def complete(value: Any, typ: Any) -> None:
    """Add unknowns to a value on the wire; one of another form becomes unknown as a whole."""
    form = _form(typ)
    kind = value.WhichOneof("kind")
    if form is None or kind == "null_value" or value.string_value == _unknown():
        return
    if kind == "struct_value" and _SIGNATURE in value.struct_value.fields:
        _complete_special(value.struct_value.fields, typ)
    elif kind != form[0] or not form[1](value):
        value.string_value = _unknown()


def _complete_special(fields: Any, typ: Any) -> None:
    """Complete a secret; an asset, an archive or a reference to a resource stays as it is."""
    if fields[_SIGNATURE].string_value == _SECRET:
        complete(fields["value"], typ)


@functools.lru_cache(maxsize=None)
def _unknown() -> str:
    from pulumi.runtime import rpc

    return str(rpc.UNKNOWN)


_PLAIN = {str: "string_value", bool: "bool_value", int: "number_value", float: "number_value"}
_forms: Dict[Any, Any] = {}


def _form(typ: Any) -> Any:
    """Return the kind of value on the wire, and what completes one; None for any form."""
    if typ not in _forms:
        _forms[typ] = _find_form(typ)
    return _forms[typ]


def _find_form(typ: Any) -> Any:
    from pulumi import _types

    typ = _types.unwrap_optional_type(typ) if typ is not None else None
    origin, arguments = get_origin(typ), get_args(typ)
    if origin in (abc.Sequence, list):
        return "list_value", functools.partial(_complete_items, arguments)
    if origin in (abc.Mapping, dict):
        return "struct_value", functools.partial(_complete_entries, arguments)
    return _form_of_class(typ) if inspect.isclass(typ) else None


def _form_of_class(typ: Any) -> Any:
    from pulumi import _types

    if typ in _PLAIN:
        return _PLAIN[typ], lambda _: True
    if issubclass(typ, enum.Enum):
        return _enum_form(typ)
    if _types.is_output_type(typ):
        return "struct_value", functools.partial(_complete_fields, _types.output_type_types(typ))
    return None


def _enum_form(typ: Any) -> Any:
    """A value that the SDK's enumeration does not have would stop the program."""
    values = {member.value for member in typ}
    kind = "string_value" if issubclass(typ, str) else "number_value"
    return kind, lambda value: getattr(value, kind) in values


def _complete_items(arguments: Any, value: Any) -> bool:
    for item in value.list_value.values:
        complete(item, arguments[0] if arguments else Any)
    return True


def _complete_entries(arguments: Any, value: Any) -> bool:
    for item in value.struct_value.fields.values():
        complete(item, arguments[1] if len(arguments) > 1 else Any)
    return True


def _complete_fields(types: Any, value: Any) -> bool:
    fields = value.struct_value.fields
    for name, typ in types.items():
        if name in fields and fields[name].WhichOneof("kind") != "null_value":
            complete(fields[name], typ)
        else:
            fields[name].string_value = _unknown()
    return True
