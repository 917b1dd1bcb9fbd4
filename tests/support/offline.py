"""A stack as the offline preview meets it: registrations that no program has to ask for."""

from collections.abc import Mapping

from pulumi.runtime.proto import resource_pb2

from kubewitness.graph.resources import Origin, Resource
from kubewitness.sources.program.registration import Registration
from support.servicer import Stack, urn


def offline_resources(
    stack: Stack, ignored: Mapping[str, tuple[str, ...]] | None = None
) -> list[Resource]:
    """The resources of a stack as the offline preview hands them to the graph.

    Args:
        stack: the stack.
        ignored: for each resource by its name, the paths of its option `ignore_changes`.
    """
    return [_registration(name, stack, ignored or {}).as_resource() for name in stack]


def _registration(name: str, stack: Stack, ignored: Mapping[str, tuple[str, ...]]) -> Registration:
    shown = stack[name]
    return Registration(
        urn=urn(name, stack),
        type=shown.type,
        name=name,
        custom=shown.custom,
        origin=Origin.MANAGED,
        parent=urn(shown.parent, stack) if shown.parent else "",
        id="",
        properties=dict(shown.inputs),
        property_dependencies={
            key: {urn(source, stack) for source in sources if source in stack}
            for key, sources in shown.links.items()
        },
        options=resource_pb2.TransformResourceOptions(ignore_changes=ignored.get(name, ())),
    )
