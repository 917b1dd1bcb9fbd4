"""The address ranges that AKS does not give to pods and services.

Source: Azure docs, "Configure Azure CNI Overlay networking in AKS": pods, services and nodes cannot
use them. AKS refuses 172.30.0.0/16 and 172.31.0.0/16 for new clusters since May 2026.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

RESERVED: Final = ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")

_PROPERTIES: Final = ("podCidr", "podCidrs", "serviceCidr", "serviceCidrs")


def reserved_ranges(cluster: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each range of a cluster's network profile that AKS refuses: its path and the reason.

    Args:
        cluster: properties of a ManagedCluster, spelt as on the wire.
    """
    profile = cluster.get("networkProfile")
    given = profile if isinstance(profile, Mapping) else {}
    for name in _PROPERTIES:
        value = given.get(name)
        for text in value if isinstance(value, list) else [value]:
            if reserved := _reserved(text):
                reason = (
                    f"is `{text}`, which overlaps {reserved}, a range that AKS reserves; give "
                    "another private range, such as `10.64.0.0/12`"
                )
                yield f"networkProfile.{name}", reason


def _reserved(text: Any) -> str | None:
    try:
        network = ipaddress.ip_network(text, strict=False) if isinstance(text, str) else None
    except ValueError:
        return None
    return next((one for one in RESERVED if network and _overlap(network, one)), None)


def _overlap(network: Any, reserved: str) -> bool:
    other = ipaddress.ip_network(reserved)
    return bool(network.version == other.version and network.overlaps(other))
