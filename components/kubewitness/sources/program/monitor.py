"""The resource monitor of an offline preview: records what a program asks for, creates nothing.

It uses the engine's own protocol (`pulumirpc.ResourceMonitor` and `pulumirpc.Engine`), so that a
program can connect with any SDK version. Values of the cloud or of another stack come from the
user's file, or are unknown.
"""

import threading
from typing import Any, Final, Protocol

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    callback_pb2,
    provider_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

from kubewitness.graph.resources import Origin
from kubewitness.sources.program import wire
from kubewitness.sources.program.answers import Answers
from kubewitness.sources.program.project import Project
from kubewitness.sources.program.registration import (
    STACK_TYPE,
    Registration,
    frames_of,
    from_request,
    make_urn,
)
from kubewitness.sources.program.transforms import Transforms

STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
GET_RESOURCE: Final = "pulumi:pulumi:getResource"

FEATURES: Final = {
    "secrets": resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    "resourceReferences": resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    "outputValues": resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    "aliasSpecs": resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    "deletedWith": resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    "transforms": resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    "invokeTransforms": resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    "parameterization": resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    "resourceHooks": resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    "errorHooks": resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
}
"""The features that an SDK can use here, by their names in older and in newer SDKs.

Left out on purpose: `invokeDependsOn`, so that the SDK itself holds back functions that depend on
resources which do not exist yet.
"""


class Reviewer(Protocol):
    """The policy packs, which check each resource before it is recorded."""

    def review(self, registration: Registration) -> None:
        """Apply remediations to the registration, then judge it."""


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The monitor of one preview.

    Args:
        project: names and the stack.
        answers: the user's values.
        reviewer: what looks at each resource, if anything.

    Attributes:
        registrations: every resource so far by URN, in the order of registration.
        unanswered: tokens of functions, stack references and reads that had no answer.
        secrets: texts that the program marked secret.
    """

    def __init__(
        self, project: Project, answers: Answers, reviewer: Reviewer | None = None
    ) -> None:
        self._project = project
        self._answers = answers
        self._reviewer = reviewer
        self._transforms = Transforms()
        self._lock = threading.Lock()
        self.registrations: dict[str, Registration] = {}
        self.unanswered: list[str] = []
        self.secrets: set[str] = set()

    def SupportsFeature(self, request: Any, _context: Any = None) -> Any:  # noqa: N802 gRPC's name
        """Return to an older SDK whether a feature is supported."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    def GetDeploymentInfo(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return project, stack and all features to a newer SDK in one call."""
        return resource_pb2.DeploymentInfo(
            project=self._project.name,
            stack=self._project.stack,
            organization="organization",
            dryRun=True,
            supportedFeatures=list(FEATURES.values()),
        )

    def RegisterResource(self, request: Any, context: Any = None) -> Any:  # noqa: N802
        """Record a resource as transforms and remediations leave it; its id stays unknown."""
        urn = self._urn(request)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        registration = from_request(request, urn)
        self.secrets.update(wire.secrets(registration.properties))
        self._transforms.apply(registration, request.transforms)
        provider_urn = registration.options.provider.rpartition("::")[0]
        registration.provider = self.registrations.get(provider_urn)
        if self._reviewer:
            self._reviewer.review(registration)
        if not self._record(registration):
            context.abort(
                grpc.StatusCode.ALREADY_EXISTS,
                f"Duplicate resource URN '{urn}'; try giving it a unique name",
            )
        echo = registration.properties if registration.custom else {}
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=registration.id, object=wire.encode(wire.flatten(echo))
        )

    def RegisterResourceOutputs(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Record secrets; policies do not use outputs of components and of the stack."""
        self.secrets.update(wire.secrets(wire.decode(request.outputs)))
        return empty_pb2.Empty()

    def ReadResource(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Record a resource that is only looked up; its state is answered, else unknown."""
        properties = wire.decode(request.properties)
        if request.type == STACK_REFERENCE:
            properties |= self._stack_outputs(str(properties.get("name", request.id)))
        else:
            properties |= self._answers.resources.get(request.id, {})
        urn = self._urn(request)
        self._record(
            Registration(
                urn=urn,
                type=request.type,
                name=request.name,
                custom=True,
                origin=Origin.READ,
                parent=request.parent,
                id="" if wire.is_unknown(request.id) else request.id,
                properties=properties,
                frames=frames_of(request),
            )
        )
        response = resource_pb2.ReadResourceResponse(
            urn=urn, properties=wire.encode(wire.flatten(properties))
        )
        if "id" in response.DESCRIPTOR.fields_by_name and not wire.is_unknown(request.id):
            response.id = request.id  # newer SDKs take an id that is not repeated for unknown
        return response

    def ExistsResource(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return that a resource exists if its properties are answered; others are unknown."""
        if request.id in self._answers.resources:
            return resource_pb2.ExistsResourceResponse(exists=True)
        self._note_unanswered(f"resource {request.id or request.type}")
        return resource_pb2.ExistsResourceResponse(unknown=True)

    def Invoke(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return the result of a provider function from the user's file, or that it is unknown."""
        if request.tok == GET_RESOURCE:
            return self._get_resource(request)
        if request.tok in self._answers.functions:
            return _returning(self._answers.functions[request.tok])
        self._note_unanswered(request.tok)
        return resource_pb2.ResourceInvokeResponse(unknown=True)

    def Call(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Leave the result of a remote component's method unknown: only its provider runs it."""
        self._note_unanswered(request.tok)
        response = provider_pb2.CallResponse()
        getattr(response, "return").CopyFrom(wire.encode({"result": wire.UNKNOWN}))
        return response

    def RegisterStackTransform(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Note a transform for every resource registered from now on."""
        self._transforms.register_for_stack(
            callback_pb2.Callback.FromString(request.SerializeToString())
        )
        return empty_pb2.Empty()

    def RegisterStackInvokeTransform(  # noqa: N802
        self, _request: Any, _context: Any = None
    ) -> Any:
        """Ignore a change to arguments of functions; an answer does not depend on them."""
        return empty_pb2.Empty()

    def RegisterResourceHook(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Ignore a hook, which receives a resource and cannot change it."""
        return empty_pb2.Empty()

    def RegisterErrorHook(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Ignore a hook on errors: nothing is created here, so nothing can fail to be."""
        return empty_pb2.Empty()

    def RegisterPackage(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return a package's name as its reference; type tokens carry all that is needed."""
        return resource_pb2.RegisterPackageResponse(ref=request.name)

    def SignalAndWaitForShutdown(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return at once: the program has registered everything."""
        return empty_pb2.Empty()

    def _urn(self, request: Any) -> str:
        project = self._project
        return make_urn(project.stack, project.name, request.parent, request.type, request.name)

    def _record(self, registration: Registration) -> bool:
        """Keep a resource; false where another one has its URN."""
        with self._lock:
            if registration.urn in self.registrations:
                return registration.origin is Origin.READ
            self.registrations[registration.urn] = registration
            return True

    def _note_unanswered(self, what: str) -> None:
        with self._lock:
            if what not in self.unanswered:
                self.unanswered.append(what)

    def _stack_outputs(self, name: str) -> dict[str, Any]:
        if name in self._answers.stacks:
            return {"outputs": self._answers.stacks[name], "secretOutputNames": []}
        self._note_unanswered(f"stack {name}")
        return {"outputs": wire.UNKNOWN, "secretOutputNames": wire.UNKNOWN}

    def _get_resource(self, request: Any) -> Any:
        """Hand out a resource of this preview by its URN, as the engine does."""
        urn = wire.decode(request.args).get("urn", "")
        found = self.registrations.get(urn)
        if found is None:
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        state = {"urn": urn, "id": found.id or wire.UNKNOWN, "state": found.properties}
        return _returning(wire.flatten(state))


def _returning(result: dict[str, Any]) -> Any:
    """Return a response; its field's name, `return`, is not a Python identifier."""
    response = resource_pb2.ResourceInvokeResponse()
    getattr(response, "return").CopyFrom(wire.encode(result))
    return response
