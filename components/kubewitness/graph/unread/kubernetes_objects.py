"""Kubernetes objects within the properties of other objects, of files and of charts."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.resources import Resource

_TEXTS: Final = frozenset({"yaml", "manifest", "manifests"})
"""Properties that hold objects as text: of `kubernetes.yaml.v2.ConfigGroup`, of Crossplane."""

_HINTS: Final = ("apiVersion", "kind")
_LONGEST: Final = 4_000_000
"""Characters of YAML that are read; a longer text is a program's data, not a manifest."""


def objects_in(properties: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield each Kubernetes object within properties as a resource with the type of that object.

    Args:
        properties: of a resource; an unknown value has no visible object.
    """
    seen: set[int] = set()
    pending: list[tuple[str, Any]] = list(properties.items())
    while pending:
        name, value = pending.pop()
        if isinstance(value, str) and fold(name) in _TEXTS:
            pending.append(("", _parsed(value)))
        if not isinstance(value, Mapping | list | tuple) or id(value) in seen:
            continue
        seen.add(id(value))  # an alias of YAML can make a small text look very large
        if isinstance(value, Mapping):
            yield from _object(value)
            pending += [(str(key), item) for key, item in value.items()]
        else:
            pending += [(name, item) for item in value]


def _object(value: Mapping[str, Any]) -> Iterator[Resource]:
    version, kind = (value.get(hint) for hint in _HINTS)
    if isinstance(version, str) and isinstance(kind, str):
        group = version if "/" in version else f"core/{version}"
        yield Resource("", f"kubernetes:{group}:{kind}", kind, value)


def _parsed(text: str) -> list[Any]:
    """Return the documents of a YAML text, none if it is not YAML."""
    if len(text) > _LONGEST or not all(hint in text for hint in _HINTS):
        return []
    try:
        return list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []
