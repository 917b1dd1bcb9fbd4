"""Azure's ids of resources. Source: Azure docs, "Resource ID"."""

from typing import Final

GUID: Final = "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
"""The pattern of the ids of subscriptions, and of objects in Entra ID."""


def segments(identifier: str) -> dict[str, str]:
    """Return the name that follows each segment of an id, which Azure spells in any case.

    Args:
        identifier: as `/subscriptions/ID/resourceGroups/GROUP/providers/NAMESPACE/TYPE/NAME`.

    Returns:
        The names by segment in lower case; of a segment that comes twice the last.
    """
    parts = identifier.strip("/").split("/")
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return {segment.lower(): name for segment, name in pairs}
