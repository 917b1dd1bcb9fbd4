"""Map a Pulumi type token to its kind of resource."""

import re
from functools import lru_cache
from typing import Final

from kubewitness.catalog.kubernetes_tokens import FLEETS, NO_CLUSTER
from kubewitness.catalog.type_tokens import PATTERNS, ResourceKind
from kubewitness.graph.cluster_words import looks_like

_COMPILED: Final = tuple(
    (kind, re.compile("|".join(patterns))) for kind, patterns in PATTERNS.items()
)
_NO_CLUSTER: Final = re.compile("|".join(NO_CLUSTER))
_FLEET: Final = re.compile("|".join(FLEETS))


@lru_cache(maxsize=4096)
def kind_of(token: str) -> ResourceKind | None:
    """Return the kind of a type token, or None if the graph does not use it.

    The tables decide first. A token that no table has, or that is only known to be a Kubernetes
    object, is judged by its words.
    """
    known = next((kind for kind, pattern in _COMPILED if pattern.fullmatch(token)), None)
    if known not in (None, ResourceKind.KUBERNETES_OBJECT) or _NO_CLUSTER.fullmatch(token):
        return known
    return looks_like(token) or known


def matches(patterns: tuple[str, ...], token: str) -> bool:
    """Return whether one of these patterns matches the whole of a type token."""
    return any(re.fullmatch(pattern, token) for pattern in patterns)


def is_fleet(token: str) -> bool:
    """Return whether a type token is a fleet of clusters."""
    return _FLEET.fullmatch(token) is not None


def is_classic(token: str) -> bool:
    """Return whether a provider is bridged from Terraform, with property names of its own."""
    return token.startswith(("azure:", "aws:"))
