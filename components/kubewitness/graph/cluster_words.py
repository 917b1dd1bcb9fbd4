"""Detect unknown type tokens that resemble those of a Kubernetes cluster, by their words.

The user chooses the package of a Terraform module, and anyone can publish a provider: no list of
tokens is complete. A token that resembles an AKS or EKS cluster is treated as one.
"""

import re
from typing import Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.kubernetes_tokens import (
    AKS_WORDS,
    EKS_WORDS,
    ENDINGS,
    OTHER_CLOUDS,
    OTHER_PRODUCTS,
    OTHER_SERVICES,
    SERVICES,
)
from kubewitness.catalog.type_tokens import ResourceKind

_WORD: Final = re.compile(r"[Kk]\d[SsDd]|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_JOINED: Final = re.compile(
    rf"(azure|aws|amazon|my|public|private)?({'|'.join(sorted(SERVICES | OTHER_SERVICES))}|managed)"
    r"(clusters?)"
)
"""Words that are written as one, such as `akscluster`."""

_SYNONYMS: Final = {"k8s": "kubernetes", "clusters": "cluster", "controlplane": "cluster"}
_PAIRS: Final = {"control plane": "cluster", "container service": "containerservice"}
_KUBERNETES_PACKAGE: Final = "kubernetes:"
_SAY_NOTHING: Final = frozenset({"kubernetes", "kube", "kind"})
"""Words in the groups of Kubernetes' own API, and in the name of its package."""


def looks_like(token: str) -> ResourceKind | None:
    """Return the kind of cluster that a type token looks like; None where it looks like none."""
    package, _, name = token.rpartition(":")
    if token.startswith("pulumi:"):
        return None
    own = _name(name)
    words = {*_words(package), *own}
    if token.startswith(_KUBERNETES_PACKAGE):
        words = {*(set(_words(package)) - _SAY_NOTHING), *own}
    if not _is_a_cluster(own, words):
        return None
    return _platform(words)


def _is_a_cluster(own: list[str], words: set[str]) -> bool:
    """Return whether it is called a cluster of a Kubernetes service, or a managed cluster."""
    if not own:
        return False
    if own[-1] in {"aks", "eks", "gke", "kube", "kubernetes", "openshift"}:
        return True
    if own[-1] != "cluster":
        return False
    is_managed = bool({"managed", "automatic"} & set(own)) and not words & OTHER_PRODUCTS
    return is_managed or bool(words & (SERVICES | OTHER_SERVICES))


def _platform(words: set[str]) -> ResourceKind:
    """Return the platform: the name of a service is more specific than that of a cloud."""
    services = words & {"aks", "eks", "containerservice"}
    if words & (OTHER_SERVICES | OTHER_CLOUDS) and not services:
        return ResourceKind.OTHER_CLUSTER
    is_aks, is_eks = bool(words & AKS_WORDS), bool(words & EKS_WORDS)
    if is_aks is is_eks:
        return ResourceKind.UNREAD_CLUSTER
    return ResourceKind.UNREAD_AKS_CLUSTER if is_aks else ResourceKind.UNREAD_EKS_CLUSTER


def _name(name: str) -> list[str]:
    """Return the words of a resource's name, without the endings that mean nothing."""
    found = _words(name)
    while found and (found[-1] in ENDINGS or found[-1].isdigit()):
        found.pop()
    return found


def _words(text: str) -> list[str]:
    """Return the words of a part of a token, in lower case, each by one name."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = fold(match[0])
        joined = _JOINED.fullmatch(word)
        found += [part for part in joined.groups() if part] if joined else [word]
    both = " ".join(_SYNONYMS.get(word, word) for word in found)
    for pair, one in _PAIRS.items():
        both = both.replace(pair, one)
    return both.split()
