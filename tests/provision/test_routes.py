"""As few diagnostic settings as Azure's rules allow."""

from collections import Counter
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.provision.trail.routes import (
    Setting,
    WantedRoute,
    arranged_settings,
    fewest_settings,
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


def sends(own: WantedRoute, others: list[WantedRoute]) -> list[set[tuple[str, object]]]:
    """What each setting sends where."""
    return [
        {(category, one.destination) for one in setting.routes for category in setting.categories}
        for setting in arranged_settings([own], others) or ()
    ]


@given(own_routes, own_routes, st.lists(one_route, max_size=3), one_route)
def test_a_change_of_profile_or_workspace_leaves_no_gap_and_no_conflict(
    before: WantedRoute, after: WantedRoute, kept: list[WantedRoute], added: WantedRoute
) -> None:
    """Settings are written one by one, the last first, and what is left over is deleted.

    A destination may come or go with the change, as the profile `archive` needs one: it is the only
    one of its kind then.
    """
    alone = [one for one in kept if one.kind is not added.kind]
    for old, new in ((alone, alone), ([], [added]), ([added], [])):
        live = dict(enumerate(sends(before, old)))
        wanted = sends(after, new)
        always = {name for one in live.values() for name, _ in one}
        always &= {name for one in wanted for name, _ in one}
        steps = [(i, wanted[i]) for i in reversed(range(len(wanted)))]
        for i, sent in [*steps, *((i, set()) for i in range(len(wanted), len(live)))]:
            live[i] = sent
            for one, other in combinations(live.values(), 2):
                assert not one & other
            assert always <= {name for one in live.values() for name, _ in one}


def test_the_workspace_shares_its_setting_only_where_five_would_not_do() -> None:
    """Five workspaces beside it leave no other way."""
    own = route(DestinationKind.WORKSPACE, "guard")
    archives = [route(DestinationKind.STORAGE_ACCOUNT, "guard") for _ in range(5)]
    shared = arranged_settings([own], archives)
    assert shared is not None
    assert len(shared) == 5
    assert arranged_settings([own], archives[:4])[0].routes == (own,)  # type: ignore[index]
