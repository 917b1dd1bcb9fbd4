"""Objects of Kubernetes as requests name them, and the objects that they belong to."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from kubewitness.errors import InputError
from kubewitness.investigate.timeline.json_values import json_objects

_SHORT_NAMES: Final = {
    "cm": "configmaps",
    "cj": "cronjobs",
    "crd": "customresourcedefinitions",
    "csr": "certificatesigningrequests",
    "deploy": "deployments",
    "ds": "daemonsets",
    "ep": "endpoints",
    "hpa": "horizontalpodautoscalers",
    "ing": "ingresses",
    "netpol": "networkpolicies",
    "no": "nodes",
    "ns": "namespaces",
    "pdb": "poddisruptionbudgets",
    "po": "pods",
    "pv": "persistentvolumes",
    "pvc": "persistentvolumeclaims",
    "quota": "resourcequotas",
    "rs": "replicasets",
    "sa": "serviceaccounts",
    "sc": "storageclasses",
    "sts": "statefulsets",
    "svc": "services",
}
"""As kubectl abbreviates them."""

_PLURALS: Final = frozenset({"endpoints", "podmetrics", "nodemetrics"})
"""Kinds that already are a plural."""

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


def resource_name(kind: str) -> str:
    """Return the plural in lower case of a kind, a resource or an abbreviation of kubectl."""
    word = kind.partition(".")[0].lower()
    if word in _SHORT_NAMES:
        return _SHORT_NAMES[word]
    if word in _PLURALS or (word.endswith("s") and not word.endswith("ss")):
        return word
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s"


def parse_object(text: str) -> ObjectKey:
    """Return the object that a user names, without its cluster.

    Args:
        text: `RESOURCE/NAME` or `RESOURCE/NAMESPACE/NAME`.

    Raises:
        InputError: it is neither.
    """
    resource, *rest = text.split("/")
    if not resource or len(rest) not in {1, 2} or not all(rest):
        raise InputError(
            f"`{text}`: write an object as RESOURCE/NAMESPACE/NAME, such as deployments/shop/web, "
            "or as RESOURCE/NAME, such as clusterroles/view"
        )
    return ObjectKey("", resource_name(resource), rest[0] if len(rest) > 1 else "", rest[-1])


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
