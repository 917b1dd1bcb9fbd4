"""Objects of Kubernetes as requests name them, and the objects that they belong to."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kubewitness.catalog.kubernetes_resources import object_parts, resource_name
from kubewitness.investigate.timeline.json_values import json_objects

_OWNERS_BY_NAME: Final = {
    "replicasets": ((re.compile(r"(.+)-[a-z0-9]{6,10}"), "deployments"),),
    "jobs": ((re.compile(r"(.+)-\d{8,10}"), "cronjobs"),),
    "pods": (
        (re.compile(r"(.+-[a-z0-9]{6,10})-[a-z0-9]{5}"), "replicasets"),
        (re.compile(r"(.+)-[a-z0-9]{5}"), "daemonsets"),
        (re.compile(r"(.+)-[a-z0-9]{5}"), "jobs"),
        (re.compile(r"(.+)-\d{1,5}"), "statefulsets"),
    ),
}
"""How controllers name what they make: the only trace of an owner where bodies are not logged."""


class ObjectKey(NamedTuple):
    """An object.

    Attributes:
        cluster: Azure's ID of it; empty where the log has none.
        resource: in the plural, such as `deployments`.
        namespace: empty for an object of the cluster.
        name: of the object.
    """

    cluster: str
    resource: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.resource, self.namespace, self.name) if part)


def parse_object(text: str) -> ObjectKey:
    """Return the object that a user names, without its cluster.

    Raises:
        InputError: it is not written as RESOURCE/NAMESPACE/NAME or RESOURCE/NAME.
    """
    return ObjectKey("", *object_parts(text))


def owners(owner_references: str | None, cluster: str, namespace: str) -> Iterator[ObjectKey]:
    """Yield the objects that `metadata.ownerReferences` names."""
    for each in json_objects(owner_references):
        kind, name = each.get("kind"), each.get("name")
        if isinstance(kind, str) and isinstance(name, str):
            yield ObjectKey(cluster, resource_name(kind), namespace, name)


def possible_owners(key: ObjectKey) -> Iterator[ObjectKey]:
    """Yield the objects to which one may belong by its name."""
    for pattern, resource in _OWNERS_BY_NAME.get(key.resource, ()):
        if found := pattern.fullmatch(key.name):
            yield ObjectKey(key.cluster, resource, key.namespace, found[1])
