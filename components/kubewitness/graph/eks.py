"""EKS clusters as each provider spells them.

Property names are those on the wire. Sources: AWS Classic API docs for eks.Cluster
(`enabledClusterLogTypes`); API docs of the component `eks.Cluster`, which hands the same property
to its child; AWS Native API docs for eks.Cluster
(`logging.clusterLogging.enabledTypes[].type`).
"""

from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import EksCluster
from kubewitness.graph.resource_kinds import is_classic, kind_of
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown, items, read, text


def eks_cluster(resource: Resource) -> EksCluster:
    """Return the cluster that a resource of either provider is."""
    properties = resource.properties
    if is_classic(resource.type) or is_eks_component(resource):
        listed = items(read(properties, "enabledClusterLogTypes"))
    else:
        listed = items(read(properties, "logging", "clusterLogging", "enabledTypes"))
        if not isinstance(listed, Unknown):
            listed = tuple(read(item, "type") for item in listed)
    return EksCluster(
        resource=resource,
        name=text(read(properties, "name")),
        log_types=listed if isinstance(listed, Unknown) else tuple(text(item) for item in listed),
    )


def is_eks_component(resource: Resource) -> bool:
    """Return whether it is the EKS package's component, of which only the inputs are visible."""
    return resource.origin is Origin.REMOTE and kind_of(resource.type) is ResourceKind.EKS_COMPONENT
