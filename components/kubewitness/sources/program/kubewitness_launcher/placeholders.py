"""Made-up results, with which a program goes on so that all missing answers are found."""

import inspect
from typing import Any, List

_DEEPEST = 4
_PLAIN = {str: "unanswered", bool: False, int: 0, float: 0.0}


def field_names(typ: Any) -> List[str]:
    """Return the names of a result's fields, none where the SDK has no class for it."""
    return sorted(_fields(typ))


def placeholder(typ: Any) -> Any:
    """Return a made-up result of a class of the SDK, an empty mapping where there is none."""
    from pulumi.runtime import rpc

    value = _made_up(typ, 0)
    return rpc.translate_output_properties(value, lambda name: name, typ) if _fields(typ) else {}


def _fields(typ: Any) -> Any:
    from pulumi import _types

    if not inspect.isclass(typ) or not _types.is_output_type(typ):
        return {}
    return _types.output_type_types(typ)


def _made_up(typ: Any, depth: int) -> Any:
    fields = _fields(typ)
    if fields:
        if depth >= _DEEPEST:
            return None
        return {name: _made_up(inner, depth + 1) for name, inner in fields.items()}
    if typ in _PLAIN:
        return _PLAIN[typ]
    origin = str(getattr(typ, "__origin__", ""))
    if "Sequence" in origin or "list" in origin:
        return []
    return {} if "Mapping" in origin or "dict" in origin else None
