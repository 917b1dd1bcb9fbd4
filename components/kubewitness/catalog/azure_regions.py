"""Regions of Azure without availability zones.

Source: Azure docs, "Azure regions list". A region that Microsoft opens, or gives zones to, later is
not in the list, so that it is never refused.
"""

from typing import Final

WITHOUT_ZONES: Final = frozenset(
    {
        "australiacentral",
        "australiacentral2",
        "australiasoutheast",
        "brazilsoutheast",
        "canadaeast",
        "francesouth",
        "germanynorth",
        "jioindiacentral",
        "jioindiawest",
        "koreasouth",
        "northcentralus",
        "norwaywest",
        "southafricawest",
        "southindia",
        "switzerlandwest",
        "uaecentral",
        "ukwest",
        "westcentralus",
        "westus",
    }
)


def has_no_zones(location: str) -> bool:
    """Return whether a region, written with or without spaces, is known to have no zones."""
    return location.replace(" ", "").lower() in WITHOUT_ZONES
