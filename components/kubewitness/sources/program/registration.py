"""A resource on its way through the monitor: as the program asked for it, then as amended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime.proto import resource_pb2

from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown, Value
from kubewitness.sources.positions import Frame
from kubewitness.sources.program import wire
from kubewitness.sources.program.ignored_changes import hide_ignored

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDERS = "pulumi:providers:"
"""How the types of providers begin."""


@dataclass
class Registration:
    """One resource, mutable until it is recorded.

    Attributes:
        urn: its unique name.
        type: the type token.
        name: the logical name.
        custom: true for a provider's resource, false for a component.
        origin: who is responsible for it.
        parent: the parent's URN.
        id: the provider's id, empty where unknown.
        properties: inputs as on the wire.
        property_dependencies: the URNs that each property came from.
        dependencies: the URNs that the whole depends on.
        options: resource options, in the message that transforms exchange.
        provider: the explicit provider, if the program names one.
        frames: the program's stack at the registration, the innermost first.
    """

    urn: str
    type: str
    name: str
    custom: bool
    origin: Origin
    parent: str
    id: str
    properties: dict[str, Any]
    property_dependencies: dict[str, set[str]] = field(default_factory=dict)
    dependencies: set[str] = field(default_factory=set)
    options: resource_pb2.TransformResourceOptions = field(
        default_factory=resource_pb2.TransformResourceOptions
    )
    provider: "Registration | None" = None
    frames: tuple[Frame, ...] = ()

    def note_dependencies(self) -> None:
        """Add the dependencies that output values carry to those of their properties."""
        for name, value in self.properties.items():
            found = set(wire.dependencies(value))
            self.property_dependencies.setdefault(name, set()).update(found)
            self.dependencies |= found

    def as_resource(self) -> Resource:
        """Return the resource as the graph takes it."""
        identifier: Value[str] = self.id or Unknown("Azure gives the id at the deployment")
        properties = wire.plain(self.properties)
        dependencies = {n: tuple(sorted(u)) for n, u in self.property_dependencies.items()}
        properties, dependencies = hide_ignored(
            properties, dependencies, self.options.ignore_changes
        )
        return Resource(
            urn=self.urn,
            type=self.type,
            name=self.name,
            properties=properties,
            id=identifier,
            property_dependencies=dependencies,
            parent=self.parent,
            origin=self.origin,
            custom=self.custom,
            provider=self.provider.urn if self.provider else "",
            options={
                "protect": self.options.protect,
                "ignoreChanges": list(self.options.ignore_changes),
            },
        )


def make_urn(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """Return the URN as the engine makes it: the types of all ancestors but the stack first."""
    if parent:
        parent_type = parent.split("::")[2]
        if parent_type != STACK_TYPE:
            type_ = f"{parent_type}${type_}"
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


def from_request(request: resource_pb2.RegisterResourceRequest, urn: str) -> Registration:
    """Return the registration that a program's request asks for, before transforms."""
    registration = Registration(
        urn=urn,
        type=request.type,
        name=request.name,
        custom=request.custom and not request.remote,
        origin=Origin.REMOTE if request.remote else Origin.MANAGED,
        parent=request.parent,
        id=request.importId,
        properties=wire.decode(request.object),
        dependencies=set(request.dependencies),
        options=_options(request),
        frames=frames_of(request),
    )
    registration.property_dependencies = _property_dependencies(request, registration.properties)
    registration.note_dependencies()
    return registration


def frames_of(request: Any) -> tuple[Frame, ...]:
    """Return the stack of a request; an SDK that sends none may send its innermost frame."""
    places = [frame.pc for frame in request.stackTrace.frames] or [request.sourcePosition]
    return tuple(Frame(place.uri, place.line, place.column) for place in places if place.uri)


def _property_dependencies(
    request: resource_pb2.RegisterResourceRequest, properties: Iterable[str]
) -> dict[str, set[str]]:
    """Return them as the engine does: an SDK that gives none means all for every property."""
    if not request.propertyDependencies and not request.remote:
        return {name: set(request.dependencies) for name in properties}
    return {name: set(told.urns) for name, told in request.propertyDependencies.items()}


def _options(
    request: resource_pb2.RegisterResourceRequest,
) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(
        depends_on=request.dependencies,
        ignore_changes=request.ignoreChanges,
        replace_on_changes=request.replaceOnChanges,
        version=request.version,
        aliases=request.aliases,
        provider=request.provider,
        plugin_download_url=request.pluginDownloadURL,
        deleted_with=request.deletedWith,
        additional_secret_outputs=request.additionalSecretOutputs,
        providers=request.providers,
    )
    options.protect = request.protect
    options.retain_on_delete = request.retainOnDelete
    setattr(options, "import", request.importId)
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    return options
