"""Detection of address ranges that include every address.

Sources: Azure docs, "API server authorized IP ranges": an empty list disables the restriction;
`0.0.0.0/32` allows the cluster's own egress address only; a service tag represents its ranges.
"Virtual network service tags" lists the ranges of each tag.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any, Final

from kubewitness.azure.resource_ids import fold

WIDEST_PREFIX: Final = {4: 8, 6: 16}
"""The shortest prefix, by version of IP, that still counts as a restriction."""

MOST: Final = 4
"""How many ranges of that width still count as one if they are not adjacent."""

_SHARED_TAGS: Final = frozenset(
    {
        "internet",
        "azurecloud",
        "azurefrontdoor",
        "appservice",
        "azureconnectors",
        "datafactory",
        "logicapps",
        "powerplatforminfra",
        "powerplatformplex",
    }
)
"""Service tags, in lower case, from whose addresses customers of every tenant send requests."""

_MAPPED: Final = ipaddress.IPv6Network("::ffff:0:0/96")
"""The addresses of version 4 as version 6 writes them."""


def too_wide(ranges: Iterable[str]) -> list[str]:
    """Return the ranges, joined where they touch, that are wider than `WIDEST_PREFIX`.

    Where each is narrow and all together hold as much as more than `MOST` of that prefix, the
    first of them and how many more there are.

    Args:
        ranges: in CIDR notation, or single addresses.

    Raises:
        ValueError: one of them is not a range of addresses.
    """
    networks = [_network(text) for text in ranges]
    found = []
    for version, shortest in WIDEST_PREFIX.items():
        same: list[Any] = [network for network in networks if network.version == version]
        joined = list(ipaddress.collapse_addresses(same))
        wide = [str(network) for network in joined if network.prefixlen < shortest]
        if not wide and sum(2.0 ** (shortest - one.prefixlen) for one in joined) > MOST:
            wide = [f"{joined[0]} and {len(joined) - 1} more"]
        found += wide
    return found


def is_shared_tag(text: str) -> bool:
    """Return whether a service tag covers every tenant, as a whole or in a region."""
    return fold(text.strip().partition(".")[0]) in _SHARED_TAGS


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return a range; one of mapped addresses is the range of version 4 that it holds."""
    network = ipaddress.ip_network(text.strip(), strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.overlaps(_MAPPED):
        last_bits = int(network.network_address) & int(_MAPPED.hostmask)
        return ipaddress.IPv4Network((last_bits, max(network.prefixlen - 96, 0)))
    return network
