"""Resources that make a cluster depending on their properties, and its platform.

Sources: Azure Native API docs for containerservice.Fleet and machinelearningservices.Compute;
Rancher2 API docs for Cluster; Cluster API reference, "Cluster".
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import AksCluster, Cluster, EksCluster, Opaque, Unassessed
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value, first_present, read

CLUSTER_OF: Final[dict[ResourceKind | None, type[Cluster]]] = {
    ResourceKind.UNREAD_AKS_CLUSTER: AksCluster,
    ResourceKind.UNREAD_EKS_CLUSTER: EksCluster,
}
"""Which policies a cluster that no adapter reads concerns."""


def by_properties(resource: Resource) -> Iterator[Opaque | Unassessed]:
    """Yield the cluster that a resource makes, if its properties request one or are hidden."""
    token = fold(resource.type)
    reader = next((reader for word, reader in _READERS.items() if word in token), _cluster_api)
    found = reader(resource)
    if found is not None:
        yield found


def _fleet(resource: Resource) -> Opaque | None:
    """A fleet with a hub has an AKS cluster of its own."""
    hub = _given(resource, ("hubProfile",), ("hub_profile",), ("spec", "hubProfile"))
    return Opaque(resource, AksCluster) if hub is not ABSENT else None


def _compute(resource: Resource) -> Opaque | Unassessed | None:
    """Compute of type AKS is a new cluster, or one that exists and is attached by its id."""
    properties = read(resource.properties, "properties")
    if makes_a_compute_cluster(properties):
        return Opaque(resource, AksCluster)
    if fold(str(read(properties, "computeType"))) != "aks":
        return None
    return Unassessed(resource, "attaches a cluster that exists to a machine learning workspace")


def makes_a_compute_cluster(properties: Value[Any]) -> bool:
    """Return whether compute may be a new AKS cluster; one that exists is attached by its id."""
    kind = read(properties, "computeType")
    if isinstance(kind, Unknown):
        return True
    return fold(str(kind)) == "aks" and read(properties, "resourceId") is ABSENT


def _rancher(resource: Resource) -> Opaque | Unassessed:
    """Rancher makes clusters of many platforms through one resource."""
    aks = _given(resource, *_paths("aksConfig", "aksConfigV2", "aks_config_v2"))
    eks = _given(resource, *_paths("eksConfig", "eksConfigV2", "eks_config_v2"))
    if aks is not ABSENT:
        return Opaque(resource, AksCluster)
    if eks is not ABSENT:
        return Opaque(resource, EksCluster)
    return Unassessed(resource, "is a Kubernetes cluster of Rancher, which has no policies")


def _cluster_api(resource: Resource) -> Opaque | Unassessed:
    """A cluster of Cluster API is what its control plane is."""
    kind = read(resource.properties, "spec", "controlPlaneRef", "kind")
    if not isinstance(kind, str):
        return Opaque(resource, None)
    plane = kind_of(f"kubernetes:controlplane.cluster.x-k8s.io/v1:{kind}")
    if plane in (ResourceKind.OTHER_CLUSTER, None):
        return Unassessed(resource, "is a Kubernetes cluster of Cluster API, which has no policies")
    return Opaque(resource, CLUSTER_OF.get(plane))


def _paths(*names: str) -> list[tuple[str, ...]]:
    return [path for name in names for path in ((name,), ("spec", name))]


def _given(resource: Resource, *paths: tuple[str, ...]) -> Value[Any]:
    """Return the first of some properties that is set; Terraform sets a list without items."""
    values = (read(resource.properties, *path) for path in paths)
    return first_present(*(one for one in values if one != []))


_READERS: Final[dict[str, Callable[[Resource], Opaque | Unassessed | None]]] = {
    "fleet": _fleet,
    "compute": _compute,
    "rancher": _rancher,
    "management.cattle.io": _rancher,
}
