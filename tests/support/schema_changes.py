"""What would break a program that was written against an earlier schema of the components."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Every change after which an existing program may fail to compile or to run.

    Args:
        old: the schema that programs were written against.
        new: that of today.
    """
    return [
        *_of_members(old["resources"], new["resources"]),
        *_of_members(old.get("types", {}), new.get("types", {})),
    ]


def _of_members(old: Schema, new: Schema) -> Iterator[str]:
    for name, before in old.items():
        if name not in new:
            yield f"{name} is gone"
            continue
        for group in ("inputProperties", "properties"):
            yield from _of_properties(name, before.get(group, {}), new[name].get(group, {}))
        # A type's own list; of a resource's outputs, more that are always there break nobody.
        required = "requiredInputs" if "inputProperties" in before else "required"
        for added in sorted(set(new[name].get(required, ())) - set(before.get(required, ()))):
            yield f"{name}.{added} is required now"


def _of_properties(name: str, old: Schema, new: Schema) -> Iterator[str]:
    for key, before in old.items():
        if key not in new:
            yield f"{name}.{key} is gone"
        elif _type(before) != _type(new[key]):
            yield f"{name}.{key} has another type"


def _type(declared: Schema) -> Any:
    """A declaration without its words."""
    if not isinstance(declared, Mapping):
        return declared
    return {key: _type(value) for key, value in declared.items() if key != "description"}
