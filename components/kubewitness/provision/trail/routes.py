"""Which logs go where: one diagnostic setting for each destination, as far as five suffice.

A cluster has at most five settings. Each sends all of its categories to all of its destinations, of
which it has at most one of each kind; and no destination may get a category from two settings.
Source: Azure docs, "Diagnostic settings in Azure Monitor".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

from kubewitness.azure.diagnostic_settings import MOST_SETTINGS, DestinationKind

_KIND_NAMES: Final = {
    DestinationKind.WORKSPACE: "workspace",
    DestinationKind.STORAGE_ACCOUNT: "storage",
    DestinationKind.EVENT_HUB: "event-hub",
    DestinationKind.PARTNER: "partner",
}
"""The kind of a destination in the name of its setting; published, as it is in states."""


@dataclass(frozen=True, eq=False)
class WantedRoute:
    """Log categories on their way to one destination.

    Attributes:
        kind: of the destination.
        destination: its resource id, which may be an Output.
        categories: what it gets.
        event_hub_name: of the event hub, where one is named.
    """

    kind: DestinationKind
    destination: Any
    categories: frozenset[str]
    event_hub_name: Any = None


@dataclass(frozen=True)
class Setting:
    """One diagnostic setting: what it collects, and the routes that it serves a part of."""

    routes: tuple[WantedRoute, ...]
    categories: frozenset[str]


Pair = tuple[str, int]
"""A category and the number of a route that carries it."""


def arranged_settings(
    own: Sequence[WantedRoute], others: Sequence[WantedRoute]
) -> list[Setting] | None:
    """Return the settings that serve all routes, one for each; None if five cannot serve them.

    A change of the profile, of the workspace or of a destination then changes that setting alone,
    in place. Azure refuses to take from one setting what another still sends, so that settings
    that share destinations cannot always be rearranged. Where five do not suffice, the destinations
    share settings, and the workspace as the last.

    Args:
        own: the route to the workspace of the component, none where all is collected elsewhere.
        others: the routes to the destinations.
    """
    alone = [Setting((route,), route.categories) for route in (*own, *others)]
    if len(alone) <= MOST_SETTINGS:
        return alone
    rest = fewest_settings(others, MOST_SETTINGS - len(own))
    return fewest_settings([*own, *others]) if rest is None else [*alone[: len(own)], *rest]


def named_settings(settings: Sequence[Setting]) -> dict[str, Setting]:
    """Return the settings by the ends of their names, the first by none.

    Each is named after the kind of its destination, so that another destination that comes or goes
    changes none of them.
    """
    named: dict[str, Setting] = {}
    for setting in settings:
        kind = f"-{_KIND_NAMES[setting.routes[0].kind]}" if named else ""
        ends = (kind, *(f"{kind}-{number}" for number in range(2, MOST_SETTINGS)))
        named[next(end for end in ends if end not in named)] = setting
    return named


def writing_order(named: Mapping[str, Setting]) -> list[str]:
    """Return the names of the settings in an order in which no change leaves a category out.

    A setting that has all categories is written first: whatever the others had before, it collects
    everything from then on. Else it is written last: what leaves it is at a destination by then.
    """
    has_all = all(setting.categories <= named[""].categories for setting in named.values())
    return [*named] if has_all else [*named][::-1]


def fewest_settings(
    routes: Sequence[WantedRoute], most: int = MOST_SETTINGS
) -> list[Setting] | None:
    """Return the settings that serve all routes, those of the first route first.

    None if more than `most` are needed. Two routes to the same destination must not share a
    category.
    """
    wanted = frozenset(
        (category, i) for i, route in enumerate(routes) for category in route.categories
    )
    for limit in range(most + 1):
        blocks = _cover(wanted, [route.kind for route in routes], limit)
        if blocks is not None:
            ordered = sorted(blocks, key=lambda block: (min(block[1]), -len(block[0])))
            return [
                Setting(tuple(routes[i] for i in sorted(numbers)), categories)
                for categories, numbers in ordered
            ]
    return None


Block = tuple[frozenset[str], frozenset[int]]
"""Categories that all go to all of some routes: what one setting can do."""


def _cover(wanted: frozenset[Pair], kinds: Sequence[str], limit: int) -> list[Block] | None:
    if not wanted:
        return []
    if _rank(wanted) > limit:
        return None
    for block in _blocks(wanted, kinds):
        rest = _cover(wanted - frozenset(product(*block)), kinds, limit - 1)
        if rest is not None:
            return [block, *rest]
    return None


def _blocks(wanted: frozenset[Pair], kinds: Sequence[str]) -> Iterator[Block]:
    """Yield what one setting can do about the first category on its first route, most first."""
    category, first = min(wanted)
    beside: dict[str, list[int | None]] = {kind: [None] for kind in kinds if kind != kinds[first]}
    for number in sorted(_routes(wanted, category)):
        if kinds[number] != kinds[first]:
            beside[kinds[number]].append(number)
    for choice in product(*beside.values()):
        numbers = frozenset({first, *(number for number in choice if number is not None)})
        # Categories with the same remaining destinations do not need separate settings.
        alike: dict[frozenset[int], set[str]] = {}
        for other, _ in wanted:
            alike.setdefault(_routes(wanted, other), set()).add(other)
        own = alike.pop(_routes(wanted, category))
        others = [group for ways, group in alike.items() if numbers <= ways]
        for count in range(len(others), -1, -1):
            for groups in combinations(others, count):
                yield frozenset(own.union(*groups)), numbers


def _routes(wanted: frozenset[Pair], category: str) -> frozenset[int]:
    return frozenset(number for other, number in wanted if other == category)


def _rank(wanted: frozenset[Pair]) -> int:
    """Return a lower bound of the number of settings: the rank of the matrix of wanted pairs.

    Row: a category. Column: a route. Entry: 1 if the category takes the route. One setting sends
    all its categories to all its destinations, so it is a block of ones: a matrix of rank 1. No
    pair is sent twice, so the blocks add up to the wanted matrix without carries, also modulo 2.
    The rank of a sum is at most the sum of the ranks, so fewer settings than the rank cannot do.
    Modulo 2 a row is an integer and elimination is XOR: `min(row, row ^ known)` clears the highest
    bit of `known` in the row.
    """
    basis: list[int] = []
    for category in {category for category, _ in wanted}:
        row = sum(1 << number for number in _routes(wanted, category))
        for known in basis:
            row = min(row, row ^ known)
        if row:
            basis.append(row)
    return len(basis)
