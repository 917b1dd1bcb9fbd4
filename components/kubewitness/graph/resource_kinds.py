"""Which kind of resource a Pulumi type token stands for."""

import re
from functools import lru_cache
from typing import Final

from kubewitness.catalog.type_tokens import PATTERNS, ResourceKind

_COMPILED: Final = tuple(
    (kind, re.compile("|".join(patterns))) for kind, patterns in PATTERNS.items()
)


@lru_cache(maxsize=4096)
def kind_of(token: str) -> ResourceKind | None:
    """Return the kind that a type token stands for, or None where the graph has no use for it."""
    return next((kind for kind, pattern in _COMPILED if pattern.fullmatch(token)), None)


def is_classic(token: str) -> bool:
    """Return whether a provider is bridged from Terraform, with property names of its own."""
    return token.startswith(("azure:", "aws:"))
