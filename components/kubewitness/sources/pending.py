"""Operations that a deployment began and did not finish: what they created is unknown."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.graph.destinations.receivers import NAME_PROPERTIES, OWNER_PROPERTIES
from kubewitness.graph.diagnostic_settings import TARGET_PROPERTIES
from kubewitness.graph.values import MostlyUnknown, Unknown

_IDENTITY: Final = frozenset(
    {
        *("resourceGroupName", "resourceName", "name", "kind", "type"),
        *(name for names in NAME_PROPERTIES.values() for name in names),
        *OWNER_PROPERTIES,
        *TARGET_PROPERTIES,
    }
)
"""Which resource it is and what it belongs to, which no operation on it changes."""

_HARMLESS: Final = "reading"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what each operation does, and to which resource, as the state describes it.

    Values of another form are yielded unchanged, and the reader of resources refuses them.
    """
    listed = document.get("pending_operations") or []
    for one in listed if isinstance(listed, list) else [listed]:
        known = one if isinstance(one, Mapping) else {}
        if known.get("type") != _HARMLESS:
            yield str(known.get("type") or "changing"), known.get("resource")


def hidden(properties: Mapping[str, Any], doing: str) -> MostlyUnknown:
    """Return the properties of a resource under an operation: only its identity is known."""
    why = Unknown(
        f"the last deployment was interrupted while it was {doing} the resource",
        "run `pulumi refresh`, and export the state again",
    )
    known = {name: value for name, value in properties.items() if name in _IDENTITY}
    return MostlyUnknown(known, why)
