"""The plugin itself: the calls of the engine, answered."""

import json
import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.rpc import UNKNOWN

from . import arm, azure, sdk
from .refresh import differences, refreshed_inputs
from .refusals import refuse
from .sdk import Values
from .world import World

_NAMED_AT_RANDOM = "__createBeforeDelete"
_in_preview: ContextVar[bool] = ContextVar("in_preview", default=False)


class StandInServicer(ProviderServicer):
    """The SDK's own servicer, less three losses on the way between engine and provider."""

    # The names of the methods are those of the protocol.
    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Compare the last inputs, as azure-native does; the SDK hands on the last outputs."""
        request.olds.CopyFrom(request.old_inputs)
        return await super().Diff(request, context)

    async def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Remember whether this is a preview; the SDK drops the mark."""
        _in_preview.set(request.preview)
        return await super().Invoke(request, context)

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer without properties for what does not exist; the SDK's empty ones would exist."""
        response = await super().Read(request, context)
        return response if response.id else type(response)()


class StandIn(Provider):
    """Answers for every type and function of every package it is installed as."""

    def __init__(self) -> None:
        self._location: str | None = None

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        """Like azure-native, take no secrets: the engine then keeps them and marks the answers."""
        variables = {key.rsplit(":", 1)[-1]: value for key, value in request.variables.items()}
        self._location = variables.get("location")
        return ConfigureResponse(supports_preview=True)

    async def check(self, request: CheckRequest) -> CheckResponse:
        """Fill in the name, the location and the API version where the program gives none."""
        old, new = _plain_map(request.old_inputs), _plain_map(request.new_inputs)
        token = _token(request.urn)
        if arm.placeholders(token)[-1] not in new:
            new |= _name(token, request.urn, old)
        if sdk.is_native(token):
            new.setdefault("azureApiVersion", arm.API_VERSION)
        if "location" in sdk.input_names(token) - new.keys():
            new["location"] = arm.default_location(old, new, self._location)
        return CheckResponse(_wrap_map(new))

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Compare the inputs; a changed address or location means a replacement."""
        old, new = _plain_map(request.old_state), _plain_map(request.new_inputs)
        changed = differences(old, new)
        identity = {"location", *arm.placeholders(_token(request.urn))}
        return DiffResponse(
            changes=bool(changed),
            diffs=changed,
            replaces=[key for key in changed if key in identity],
            detailed_diff={key: _difference(key, old, new, key in identity) for key in changed},
            delete_before_replace=not old.get(_NAMED_AT_RANDOM, False),
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Preview a new resource, or pretend that it now exists."""
        token, inputs = _token(request.urn), _plain_map(request.properties)
        if request.preview:
            return CreateResponse(None, _wrap_map(_preview(token, inputs)))
        resource_id = arm.resource_id(token, inputs)
        refuse(token, resource_id, inputs, World.from_environment())
        _log("create", urn=request.urn, type=token, id=resource_id, inputs=inputs)
        return CreateResponse(resource_id, _wrap_map(_state(token, resource_id, inputs)))

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Preview a change, where name and location stay known, or pretend that it is made."""
        token, inputs, old = _token(request.urn), _plain_map(request.news), _plain_map(request.olds)
        if request.preview:
            stable = {key: old[key] for key in ("name", "location") if key in old}
            return UpdateResponse(_wrap_map(_preview(token, inputs) | stable))
        refuse(token, request.resource_id, inputs, World.from_environment())
        _log("update", urn=request.urn, type=token, id=request.resource_id, inputs=inputs)
        return UpdateResponse(_wrap_map(_state(token, request.resource_id, inputs)))

    async def delete(self, request: DeleteRequest) -> None:
        """Pretend that the resource is gone."""
        _log("delete", urn=request.urn, type=_token(request.urn), id=request.resource_id)

    async def read(self, request: ReadRequest) -> ReadResponse:
        """Answer as Azure does, for `.get()` something plausible; `missing` ids do not exist."""
        if "missing" in request.resource_id:
            return ReadResponse()
        token, resource_id = _token(request.urn), request.resource_id
        deployed = World.from_environment().written(resource_id)
        if "id" in request.properties:  # a refresh
            before, inputs = _plain_map(request.properties), _plain_map(request.inputs)
            after = _state(token, resource_id, deployed or inputs)
            known = refreshed_inputs(token, inputs, before, after)
            return ReadResponse(resource_id, _wrap_map(after), _wrap_map(known))
        if deployed is not None:  # an import
            state = _state(token, resource_id, deployed)
            return ReadResponse(resource_id, _wrap_map(state), _wrap_map(deployed))
        inputs = {"location": arm.LOCATION, **_plain_map(request.properties)}
        state = _state(token, resource_id, inputs)
        return ReadResponse(resource_id, _wrap_map(state), request.inputs)

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """Answer a function call with made-up values."""
        if not _in_preview.get():
            _log("invoke", token=request.tok)
        return InvokeResponse(_wrap_map(azure.answer(request.tok, World.from_environment())))


def _token(urn: str) -> str:
    # The SDK's own `request.type` puts the types of the parents before that of a child.
    return urn.split("::")[-2].rpartition("$")[-1]


def _name(token: str, urn: str, old: Values) -> Values:
    key, name = arm.placeholders(token)[-1], arm.default_name(token, urn)
    if key in old:
        return {known: old[known] for known in (key, _NAMED_AT_RANDOM) if known in old}
    return {key: name} if urn.endswith(f"::{name}") else {key: name, _NAMED_AT_RANDOM: True}


def _difference(key: str, old: Values, new: Values, replaces: bool) -> PropertyDiff:
    change = "UPDATE" if key in old and key in new else "ADD" if key in new else "DELETE"
    return PropertyDiff(PropertyDiffKind[change + "_REPLACE" * replaces], input_diff=True)


def _preview(token: str, inputs: Values) -> Values:
    # The SDKs give every resource its `id` by other means, so their classes do not list it.
    return {**sdk.preview(token, inputs), "id": UNKNOWN}


def _state(token: str, resource_id: str, inputs: Values) -> Values:
    return azure.state(token, resource_id, inputs, World.from_environment())


def _log(operation: str, **details: Any) -> None:
    if path := os.environ.get("STAND_IN_LOG"):
        with Path(path).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"op": operation, **details}) + "\n")


# Unknown values stay what they are on the wire, a reserved string: `PropertyValue.computed()`
# exists, but the SDK can neither read nor write it.
def _plain_map(values: Mapping[str, PropertyValue]) -> Values:
    return {key: _plain(value) for key, value in values.items() if value.value is not None}


def _plain(value: PropertyValue) -> Any:
    if isinstance(value.value, Mapping):
        return _plain_map(value.value)
    if isinstance(value.value, Sequence) and not isinstance(value.value, str):
        return [_plain(item) for item in value.value]
    return value.value


def _wrap_map(values: Values) -> dict[str, PropertyValue]:
    return {key: _wrap(value) for key, value in values.items()}


def _wrap(value: Any) -> PropertyValue:
    if isinstance(value, dict):
        return PropertyValue(_wrap_map(value))
    if isinstance(value, list):
        return PropertyValue([_wrap(item) for item in value])
    # Every number is a double on the wire.
    return PropertyValue(float(value) if type(value) is int else value)
