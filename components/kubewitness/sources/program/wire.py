"""Property values as Pulumi's protocol carries them, read as plain JSON.

A Struct on the wire contains four kinds of special object, distinguished by a signature, and
strings that represent unknown values. Source: `sdk/proto` and `plugin/rpc.go` of pulumi/pulumi.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc

from kubewitness.catalog.property_values import OUTPUT, RESOURCE, SECRET, SIGNATURE
from kubewitness.graph.values import Unknown

_MEGABYTE: Final = 1024 * 1024
CHANNEL_OPTIONS: Final = [
    ("grpc.max_receive_message_length", 400 * _MEGABYTE),
    ("grpc.max_send_message_length", 400 * _MEGABYTE),
]
"""The size of message that the Pulumi engine allows on every channel."""

UNKNOWN: Final = rpc.UNKNOWN
"""How an unknown value of any type is sent."""

_SENTINELS: Final = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


def decode(message: struct_pb2.Struct) -> dict[str, Any]:
    """Decode a Struct to JSON, special objects and sentinels as they are."""
    decoded: dict[str, Any] = json_format.MessageToDict(message)
    return decoded


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Encode JSON as a Struct; the inverse of `decode`."""
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def is_unknown(value: Any) -> bool:
    """Return whether a string represents an unknown value."""
    return isinstance(value, str) and value in _SENTINELS


def flatten(value: Any) -> Any:
    """Return the value without output objects, as providers and policy packs receive it.

    An output becomes its value, the sentinel where it has none, marked secret where it was.
    """
    if isinstance(value, list):
        return [flatten(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == OUTPUT:
        inner = flatten(value.get("value", UNKNOWN))
        return {SIGNATURE: SECRET, "value": inner} if value.get("secret") else inner
    return {key: flatten(item) for key, item in value.items()}


def plain(value: Any, why: str = "") -> Any:
    """Return the value for a policy: secrets unwrapped, unknowns as `Unknown`.

    A reference to a resource reads as that resource's id.
    """
    if isinstance(value, list):
        return [plain(item, why) for item in value]
    if is_unknown(value):
        return Unknown(why)
    if not isinstance(value, dict):
        return value
    signature = value.get(SIGNATURE)
    if signature in (SECRET, OUTPUT):
        return plain(value.get("value", UNKNOWN), why)
    if signature == RESOURCE:
        return plain(value.get("id") or UNKNOWN, why)
    return {key: plain(item, why) for key, item in value.items()}


def secrets(value: Any, *, marked: bool = False) -> Iterator[str]:
    """Yield the texts and numbers within what is marked secret."""
    if isinstance(value, list):
        for item in value:
            yield from secrets(item, marked=marked)
    elif isinstance(value, dict) and SIGNATURE in value:
        is_secret = value[SIGNATURE] == SECRET or value.get("secret") is True
        yield from secrets(value.get("value"), marked=marked or is_secret)
    elif isinstance(value, dict):
        for item in value.values():
            yield from secrets(item, marked=marked)
    elif marked and isinstance(value, str) and not is_unknown(value):
        yield value
    elif marked and isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:.15g}"


def dependencies(value: Any) -> Iterator[str]:
    """Yield the URNs that the outputs within a value depend on."""
    if isinstance(value, list):
        for item in value:
            yield from dependencies(item)
    elif isinstance(value, dict):
        if value.get(SIGNATURE) == OUTPUT:
            yield from value.get("dependencies", ())
        for item in value.values():
            yield from dependencies(item)


def with_dependencies(
    properties: Mapping[str, Any], urns_by_property: Mapping[str, set[str]]
) -> dict[str, Any]:
    """Return the properties with each value as an output that carries its dependencies."""
    return {
        name: _output(value, urns_by_property.get(name, set()))
        for name, value in properties.items()
    }


def _output(value: Any, urns: set[str]) -> Any:
    if isinstance(value, dict) and value.get(SIGNATURE) == OUTPUT:
        return {**value, "dependencies": sorted({*value.get("dependencies", ()), *urns})}
    secret = isinstance(value, dict) and value.get(SIGNATURE) == SECRET
    inner = value["value"] if secret else value
    if not urns and not secret and not is_unknown(inner):
        return value
    output = {SIGNATURE: OUTPUT, "dependencies": sorted(urns), "secret": secret}
    return output if is_unknown(inner) else {**output, "value": inner}
