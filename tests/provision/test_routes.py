"""Which diagnostic settings serve which destinations, and what a change of them writes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from hypothesis import assume, given
from hypothesis import strategies as st

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.provision.trail.routes import (
    Setting,
    WantedRoute,
    arranged_settings,
    fewest_settings,
    named_settings,
    writing_order,
)

CATEGORIES = ("kube-audit", "kube-audit-admin", "guard", "kube-apiserver")

one_route = st.builds(
    WantedRoute,
    kind=st.sampled_from(DestinationKind),
    destination=st.uuids(),
    categories=st.frozensets(st.sampled_from(CATEGORIES), min_size=1),
)
some_routes = st.lists(one_route, max_size=5)
Pair = tuple[str, WantedRoute]


def served(settings: list[Setting]) -> Counter[Pair]:
    """How often each category is sent to each destination."""
    return Counter(
        pair for setting in settings for pair in product(setting.categories, setting.routes)
    )


@given(some_routes)
def test_every_category_arrives_once_wherever_it_should(routes: list[WantedRoute]) -> None:
    """Nothing twice, which Azure refuses, nothing too much, and one destination of each kind."""
    settings = fewest_settings(routes)
    assert settings is not None
    wanted = {(category, route) for route in routes for category in route.categories}
    assert served(settings) == Counter(wanted)
    for setting in settings:
        kinds = [route.kind for route in setting.routes]
        assert len(kinds) == len(set(kinds))


def fewest(wanted: frozenset[Pair]) -> int:
    """The number of settings by trying everything there is."""
    if not wanted:
        return 0
    category, first = next(iter(wanted))
    found = []
    others = [route for name, route in wanted if name == category and route is not first]
    for count in range(len(others) + 1):
        for beside in combinations(others, count):
            routes = (first, *beside)
            if len({route.kind for route in routes}) < len(routes):
                continue
            alike = [
                name
                for name in {name for name, _ in wanted} - {category}
                if all((name, route) in wanted for route in routes)
            ]
            for more in range(len(alike) + 1):
                for names in combinations(alike, more):
                    block = frozenset(product((category, *names), routes))
                    found.append(1 + fewest(wanted - block))
    return min(found)


@given(st.lists(one_route, max_size=3))
def test_no_other_settings_would_be_fewer(routes: list[WantedRoute]) -> None:
    """Compared with trying everything."""
    settings = fewest_settings(routes)
    assert settings is not None
    wanted = frozenset((category, route) for route in routes for category in route.categories)
    assert len(settings) == fewest(wanted)


def route(kind: DestinationKind, *categories: str) -> WantedRoute:
    """A route to a destination of its own."""
    return WantedRoute(kind, object(), frozenset(categories))


def test_destinations_share_a_setting_where_they_can() -> None:
    """A workspace, an account and an event hub with parts of the same need two, not three."""
    settings = fewest_settings(
        [
            route(DestinationKind.WORKSPACE, "kube-audit", "kube-audit-admin", "guard"),
            route(DestinationKind.STORAGE_ACCOUNT, "kube-audit"),
            route(DestinationKind.EVENT_HUB, "kube-audit-admin", "guard"),
        ]
    )
    assert settings is not None
    assert sorted(len(setting.routes) for setting in settings) == [2, 2]


def test_more_than_azure_takes_is_none() -> None:
    """Six workspaces need six settings, and a cluster takes five."""
    workspaces = [route(DestinationKind.WORKSPACE, "guard") for _ in range(6)]
    assert fewest_settings(workspaces) is None
    assert len(fewest_settings(workspaces[:5]) or ()) == 5


def test_many_destinations_with_odd_parts_are_sorted_out_at_once() -> None:
    """Fifteen categories, each on its own way, do not take for ever."""
    names = [f"category-{number}" for number in range(15)]
    routes = [
        route(kind, *(name for i, name in enumerate(names) if i >> number & 1))
        for number, kind in enumerate(DestinationKind)
    ]
    assert len(fewest_settings(routes) or ()) == 4


PROFILES = (("kube-audit", "kube-audit-admin", "guard"), ("kube-audit-admin", "guard"))
own_routes = st.builds(
    lambda workspace, categories: WantedRoute(
        DestinationKind.WORKSPACE, workspace, frozenset(categories)
    ),
    st.sampled_from(["one", "another"]),
    st.sampled_from(PROFILES),
)


Sent = set[tuple[str, object]]


def named(own: WantedRoute, others: list[WantedRoute]) -> dict[str, Setting]:
    """Return the settings by the ends of their names."""
    return named_settings(arranged_settings([own], others) or [])


def sent_by(setting: Setting) -> Sent:
    """Return what a setting sends where."""
    return {(name, one.destination) for one in setting.routes for name in setting.categories}


def moments(before: dict[str, Setting], after: dict[str, Setting]) -> Iterator[list[Sent]]:
    """Yield what is sent after each write; what is left over is deleted in the end."""
    live = dict(before)
    for name in writing_order(after):
        live = {**live, name: after[name]}
        yield [*map(sent_by, live.values())]
    yield [*map(sent_by, after.values())]


def assert_no_gap_and_no_conflict(before: dict[str, Setting], after: dict[str, Setting]) -> None:
    """What is collected before and after is collected all the time, and nothing is sent twice."""
    always = categories(before.values()) & categories(after.values())
    for live in moments(before, after):
        for one, other in combinations(live, 2):
            assert not one & other
        assert always <= {name for sent in live for name, _ in sent}


def categories(settings: Iterable[Setting]) -> frozenset[str]:
    """Return what is collected."""
    return frozenset(name for setting in settings for name in setting.categories)


kinds_of_their_own = st.lists(one_route, max_size=4, unique_by=lambda route: route.kind)


@given(own_routes, own_routes, kinds_of_their_own, kinds_of_their_own)
def test_a_change_of_profile_workspace_and_destinations_leaves_no_gap_and_no_conflict(
    before: WantedRoute, after: WantedRoute, old: list[WantedRoute], new: list[WantedRoute]
) -> None:
    """All at once, where each kind of destination is there once."""
    now = {route.kind: route.categories for route in new}
    lost = {name for one in old for name in one.categories - now.get(one.kind, one.categories)}
    # What a destination that stays loses is collected in the workspace, or, say the docs, it takes
    # two deployments.
    has_all = categories(named(after, new).values()) <= after.categories
    assume(has_all or lost <= before.categories & after.categories)
    assert_no_gap_and_no_conflict(named(before, old), named(after, new))


@given(own_routes, st.lists(one_route, max_size=4), st.integers(0, 4))
def test_a_destination_that_is_appended_or_removed_changes_no_other(
    own: WantedRoute, routes: list[WantedRoute], end: int
) -> None:
    """Also where several are of one kind."""
    fewer, more = named(own, routes[:end]), named(own, routes)
    assert more.keys() >= fewer.keys()
    assert all(sent_by(more[name]) == sent_by(fewer[name]) for name in fewer)
    assert_no_gap_and_no_conflict(fewer, more)
    assert_no_gap_and_no_conflict(more, fewer)


def test_a_setting_that_the_workspace_shared_is_split_in_one_deployment() -> None:
    """As earlier commits made it, where the workspace gets all that the destinations get."""
    names = ("kube-audit", "kube-audit-admin", "guard")
    own, archive = (
        route(DestinationKind.WORKSPACE, *names),
        route(DestinationKind.STORAGE_ACCOUNT, *names),
    )
    shared = {"": Setting((own, archive), frozenset(names))}
    assert_no_gap_and_no_conflict(shared, named(own, [archive]))


def test_the_workspace_shares_its_setting_only_where_five_would_not_do() -> None:
    """Five workspaces beside it leave no other way."""
    own = route(DestinationKind.WORKSPACE, "guard")
    archives = [route(DestinationKind.STORAGE_ACCOUNT, "guard") for _ in range(5)]
    shared = arranged_settings([own], archives)
    assert shared is not None
    assert len(shared) == 5
    assert arranged_settings([own], archives[:4])[0].routes == (own,)  # type: ignore[index]
