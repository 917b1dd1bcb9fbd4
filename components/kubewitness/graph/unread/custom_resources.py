"""Resources that make a cluster which no adapter reads, or may make one, or hide what they make."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from kubewitness.catalog.kubernetes_tokens import PLATFORMS
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import AksCluster, EksCluster, Opaque, Unassessed
from kubewitness.graph.resource_kinds import kind_of, matches
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, properties_of, type_of
from kubewitness.graph.unread.clusters_by_properties import by_properties, makes_a_compute_cluster
from kubewitness.graph.unread.kubernetes_objects import objects_in
from kubewitness.graph.unread.scripts import commands_in, texts
from kubewitness.graph.unread.stack_templates import may_make_an_eks_cluster
from kubewitness.graph.values import ABSENT, Unknown, read

Unread: TypeAlias = Opaque | Unassessed

_ARM_CLUSTERS: Final = frozenset(
    {
        "microsoft.containerservice/managedclusters",
        "microsoft.hybridcontainerservice/provisionedclusterinstances",
        "microsoft.hybridcontainerservice/provisionedclusters",
        "microsoft.hdinsight/clusterpools",
    }
)
_ARM_FLEETS: Final = "microsoft.containerservice/fleets"
_ARM_COMPUTES: Final = "microsoft.machinelearningservices/workspaces/computes"
_ARM_SCRIPTS: Final = "microsoft.resources/deploymentscripts"
_ARM_OTHERS: Final = {
    "microsoft.redhatopenshift/openshiftclusters": "Azure Red Hat OpenShift",
    "microsoft.kubernetes/connectedclusters": "Azure Arc",
    "microsoft.networkcloud/kubernetesclusters": "Azure Operator Nexus",
}

_WITH_OBJECTS: Final = (ResourceKind.KUBERNETES_OBJECT, ResourceKind.CHART)

_OBJECTS: Final = "installs Kubernetes objects that are not read"


def unread(resource: Resource) -> Iterator[Unread]:
    """Yield what a resource of this stack may hide, if anything.

    Args:
        resource: a custom resource that the stack manages.
    """
    read_it = _READERS.get(kind_of(resource.type))
    if read_it is not None:
        yield from read_it(resource)


def unread_chart(resource: Resource) -> Iterator[Unread]:
    """Yield the clusters among the objects that a chart holds, else that it is a chart."""
    found = list(_object(resource))
    yield from found or [Unassessed(resource, _OBJECTS)]


def _other(resource: Resource) -> Iterator[Unread]:
    names = (name for name, patterns in PLATFORMS.items() if matches(patterns, resource.type))
    yield _of_platform(resource, next(names, "another platform"))


def _of_platform(resource: Resource, platform: str) -> Unassessed:
    return Unassessed(resource, f"is a Kubernetes cluster of {platform}, which has no policies")


def _object(resource: Resource) -> Iterator[Unread]:
    """Yield each kind of cluster among the Kubernetes objects within a resource, once."""
    inner = {
        found.of
        for one in objects_in(resource.properties)  # those within an object, too
        if kind_of(one.type) not in _WITH_OBJECTS
        for found in unread(one)
        if isinstance(found, Opaque)
    }
    yield from (Opaque(resource, of) for of in sorted(inner, key=str))


def _arm(resource: Resource) -> Iterator[Unread]:
    """Yield a cluster that a template or a generic resource names, or that it may hide."""
    found = list(declared(resource))
    if any(isinstance(one, Unknown) or _is_aks(one) for one in found):
        yield Opaque(resource, AksCluster)
    for one in found:
        if isinstance(one, Unknown):
            continue
        kind = type_of(one)
        if isinstance(kind, str) and kind in _ARM_OTHERS:
            yield _of_platform(resource, _ARM_OTHERS[kind])
        if kind == _ARM_SCRIPTS:
            yield from _script_texts(resource, texts(one))


def _is_aks(one: Mapping[str, Any]) -> bool:
    kind = type_of(one)
    if isinstance(kind, str) and kind == _ARM_FLEETS:
        return read(properties_of(one), "hubProfile") is not ABSENT
    if isinstance(kind, str) and kind == _ARM_COMPUTES:
        return makes_a_compute_cluster(properties_of(one))
    return not isinstance(kind, str) or kind.replace("/*", "") in _ARM_CLUSTERS


def _cloudformation(resource: Resource) -> Iterator[Unread]:
    if may_make_an_eks_cluster(resource):
        yield Opaque(resource, EksCluster)


def _script(resource: Resource) -> Iterator[Unread]:
    yield from _script_texts(resource, texts(resource.properties))


def _script_texts(resource: Resource, found: Iterator[str]) -> Iterator[Unread]:
    commands = sorted({command for text in found for command in commands_in(text)})
    if commands:
        named = ", ".join(f"`{command}`" for command in commands)
        yield Unassessed(resource, f"runs {named}, whose effect is not read")


_READERS: Final[dict[ResourceKind | None, Callable[[Resource], Iterator[Unread]]]] = {
    ResourceKind.UNREAD_AKS_CLUSTER: lambda resource: iter([Opaque(resource, AksCluster)]),
    ResourceKind.UNREAD_EKS_CLUSTER: lambda resource: iter([Opaque(resource, EksCluster)]),
    ResourceKind.UNREAD_CLUSTER: lambda resource: iter([Opaque(resource, None)]),
    ResourceKind.CLUSTER_BY_PROPERTIES: by_properties,
    ResourceKind.OTHER_CLUSTER: _other,
    ResourceKind.ARC_CLUSTER: lambda resource: iter([_of_platform(resource, "Azure Arc")]),
    ResourceKind.KUBERNETES_OBJECT: _object,
    ResourceKind.CHART: unread_chart,
    ResourceKind.ARM: _arm,
    ResourceKind.CLOUDFORMATION: _cloudformation,
    ResourceKind.SCRIPT: _script,
}
