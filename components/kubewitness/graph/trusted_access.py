"""Trusted Access: which Azure resources use the API of a cluster without network access or a user.

Sources: Azure docs, "Get secure resource access to AKS using Trusted Access"; API docs of
TrustedAccessRoleBinding (Azure Native), ClusterTrustedAccessRoleBinding (Azure Classic) and
`managedClusters/trustedAccessRoleBindings` (ARM template reference).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import TrustedAccess
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, type_of
from kubewitness.graph.values import Unknown, first_present, items, read, text

_ARM_TYPE: Final = "microsoft.containerservice/managedclusters/trustedaccessrolebindings"


def trusted_access(resources: Iterable[Resource]) -> Iterator[TrustedAccess]:
    """Yield the role bindings that resources are, or that templates and generic resources make."""
    for resource in resources:
        kind = kind_of(resource.type)
        if kind is ResourceKind.TRUSTED_ACCESS:
            yield _binding(resource, resource.properties)
        elif kind is ResourceKind.ARM:
            for one in declared(resource):
                if isinstance(one, Mapping) and type_of(one) == _ARM_TYPE:
                    yield _binding(resource, read(one, "properties"))


def _binding(resource: Resource, properties: Any) -> TrustedAccess:
    # A Kubernetes object of Azure Service Operator keeps its properties under `spec`.
    listed = items(first_present(read(properties, "roles"), read(properties, "spec", "roles")))
    roles = listed if isinstance(listed, Unknown) else tuple(text(role) for role in listed)
    return TrustedAccess(resource, roles, text(read(properties, "sourceResourceId")))
