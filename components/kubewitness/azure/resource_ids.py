"""Azure's ids of resources. Source: Azure docs, "Resource ID"."""

import string
from typing import Final

GUID: Final = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
"""The pattern of the ids of subscriptions, and of objects in Entra ID."""

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """Return text as Azure compares names and ids: without regard to the case of ASCII letters.

    `str.lower` also turns the Kelvin sign into a k, with which Azure never confuses it.
    """
    return text.lower() if text.isascii() else text.translate(_LOWER)


_IN_A_GROUP: Final = r"(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/"

ANY_ID: Final = rf"{_IN_A_GROUP}[^/]+(/[^/]+/[^/]+)+/?$"
"""The pattern of the ids of all resources within resource groups."""


def id_pattern(type_: str) -> str:
    """Return the pattern of the ids of one type of resource, in any case as Azure compares them.

    Args:
        type_: such as `Microsoft.EventHub/namespaces/authorizationRules`.
    """
    provider, *types = type_.split("/")
    path = "/[^/]+/".join(types)
    return rf"{_IN_A_GROUP}{provider.replace('.', '[.]')}/{path}/[^/]+/?$"


def example_id(type_: str) -> str:
    """Return the format of the IDs of a type, for an error message."""
    provider, *types = type_.split("/")
    path = "/".join(f"{one}/NAME" for one in types)
    return f"/subscriptions/.../providers/{provider}/{path}"


def comparable(identifier: str) -> str:
    """Return an id as Azure compares it: without regard to case or to a slash at the end."""
    return fold(identifier).rstrip("/")


def segments(identifier: str) -> dict[str, str]:
    """Return the name that follows each segment of an id, which Azure spells in any case.

    Args:
        identifier: as `/subscriptions/ID/resourceGroups/GROUP/providers/NAMESPACE/TYPE/NAME`.

    Returns:
        The names by segment in lower case; of a segment that comes twice the last.
    """
    parts = identifier.strip("/").split("/")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return {fold(segment): name for segment, name in pairs}
