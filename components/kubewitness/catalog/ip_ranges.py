"""When a list of address ranges lets in anybody.

Source: Azure docs, "API server authorized IP ranges": an empty list switches the restriction off;
`0.0.0.0/32` allows the cluster's own egress address only.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any, Final

WIDEST_PREFIX: Final = {4: 8, 6: 16}
"""The shortest prefix, by version of IP, that still counts as a restriction."""


def too_wide(ranges: Iterable[str]) -> list[str]:
    """The ranges, joined where they touch, that are wider than `WIDEST_PREFIX`.

    Args:
        ranges: in CIDR notation, or single addresses.

    Raises:
        ValueError: one of them is no range of addresses.
    """
    networks = [ipaddress.ip_network(text.strip(), strict=False) for text in ranges]
    found = []
    for version, shortest in WIDEST_PREFIX.items():
        same: list[Any] = [network for network in networks if network.version == version]
        joined = ipaddress.collapse_addresses(same)
        found += [str(network) for network in joined if network.prefixlen < shortest]
    return found
