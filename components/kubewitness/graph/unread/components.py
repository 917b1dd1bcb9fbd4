"""Remote components: those with a cluster, those without one, and unknown ones.

A component's children are made by its provider, which does not run offline. In the engine the
children are visible, and nothing here applies.
"""

import re
from collections.abc import Iterator
from typing import Final

from kubewitness.catalog.component_packages import PARTS, WITHOUT_CLUSTERS
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.eks import is_eks_component
from kubewitness.graph.model import Opaque, Unassessed
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.unread.clusters_by_properties import CLUSTER_OF
from kubewitness.graph.unread.custom_resources import unread_chart

_KUBERNETES: Final = re.compile(r"kubernetes(?:-[\w-]+)?:")
"""The Kubernetes package, and packages that install something in a cluster."""


def unread_component(component: Resource) -> Iterator[Opaque | Unassessed]:
    """Yield what a remote component may hide, if anything."""
    if is_eks_component(component) or _is_harmless(component.type):
        return
    kind = kind_of(component.type)
    is_a_cluster = kind in CLUSTER_OF or kind is ResourceKind.UNREAD_CLUSTER
    if _KUBERNETES.match(component.type) and not is_a_cluster:
        yield from unread_chart(component)
    else:
        yield Opaque(component, CLUSTER_OF.get(kind))


def _is_harmless(token: str) -> bool:
    return token.partition(":")[0] in WITHOUT_CLUSTERS or re.fullmatch(PARTS, token) is not None
