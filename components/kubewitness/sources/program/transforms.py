"""Transforms, run as the engine runs them: by calling back into the program.

The order is the engine's (`source_eval.go` of pulumi/pulumi): those on the resource, those on
each of its ancestors from the inside out, those on the stack.
"""

import threading
from collections.abc import Iterable

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from kubewitness.sources.program import wire
from kubewitness.sources.program.registration import Registration

TIMEOUT_SECONDS = 60


class Transforms:
    """All transforms that the program registered, and the means to call them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_stack: list[callback_pb2.Callback] = []
        self._of_resource: dict[str, list[callback_pb2.Callback]] = {}
        self._parents: dict[str, str] = {}
        self._programs: dict[str, callback_pb2_grpc.CallbacksStub] = {}

    def register_for_stack(self, callback: callback_pb2.Callback) -> None:
        """Note a transform of the whole stack; it runs on resources registered from now on."""
        with self._lock:
            self._of_stack.append(callback)

    def apply(self, registration: Registration, own: Iterable[callback_pb2.Callback]) -> None:
        """Run every transform that concerns a resource, and note its own for its children."""
        own = list(own)
        with self._lock:
            self._of_resource[registration.urn] = own
            self._parents[registration.urn] = registration.parent
            callbacks = [*own, *self._inherited(registration.parent), *self._of_stack]
        for callback in callbacks:
            self._call(callback, registration)
        if own:
            # As the engine does: after transforms, the dependencies of a resource are computed
            # again from the outputs within its properties.
            registration.property_dependencies = {}
        registration.note_dependencies()

    def _inherited(self, parent: str) -> list[callback_pb2.Callback]:
        inherited: list[callback_pb2.Callback] = []
        while parent:
            inherited += self._of_resource.get(parent, [])
            parent = self._parents.get(parent, "")
        return inherited

    def _call(self, callback: callback_pb2.Callback, registration: Registration) -> None:
        request = resource_pb2.TransformRequest(
            type=registration.type,
            name=registration.name,
            custom=registration.custom,
            parent=registration.parent,
            properties=wire.encode(
                wire.with_dependencies(registration.properties, registration.property_dependencies)
            ),
            options=registration.options,
        )
        answer = self._program(callback.target).Invoke(
            callback_pb2.CallbackInvokeRequest(
                token=callback.token, request=request.SerializeToString()
            ),
            timeout=TIMEOUT_SECONDS,
        )
        response = resource_pb2.TransformResponse.FromString(answer.response)
        if response.HasField("properties"):
            registration.properties = wire.decode(response.properties)
        if response.HasField("options"):
            registration.options = response.options
            registration.id = getattr(response.options, "import")

    def _program(self, target: str) -> callback_pb2_grpc.CallbacksStub:
        with self._lock:
            if target not in self._programs:
                channel = grpc.insecure_channel(target, options=wire.CHANNEL_OPTIONS)
                self._programs[target] = callback_pb2_grpc.CallbacksStub(channel)
            return self._programs[target]
