"""Which way the logs of a cluster go: from category through setting to destination."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import CATEGORY_GROUPS
from kubewitness.graph.model import Cluster, Destination, DiagnosticSetting, Graph, Link, LogEntry
from kubewitness.graph.values import Unknown


@dataclass(frozen=True)
class Route:
    """A way that a category of logs takes, or may take, out of a cluster.

    Attributes:
        link: the setting, and how certain it is that it is this cluster's.
        destination: where it leads.
        certain: true where nothing about it is unknown but perhaps the destination's id.
    """

    link: Link
    destination: Destination
    certain: bool


def routes(cluster: Cluster, graph: Graph, category: str) -> list[Route]:
    """Return the routes of a category, those that are only possible included."""
    return routes_through(graph.links.get(cluster.resource.urn, ()), category)


def routes_through(links: Iterable[Link], category: str) -> list[Route]:
    """Return the routes that a category takes through these settings."""
    return [
        Route(link, destination, certain=carried is True and _stays(link))
        for link in links
        for carried in [carries(link.setting, category)]
        if carried is not False
        for destination in link.setting.destinations
    ]


def _stays(link: Link) -> bool:
    """Return whether a setting is certainly the cluster's, and no other one may replace it."""
    return link.certain and not link.rivals and not link.possible_rivals


def carries(setting: DiagnosticSetting, category: str) -> bool | None:
    """Return whether a setting enables a category; None where that cannot be known."""
    if isinstance(setting.logs, Unknown):
        return None
    found = {_entry_carries(entry, category) for entry in setting.logs}
    contradicted = any(_names(e, category) and e.enabled is False for e in setting.logs)
    if True in found:
        return None if contradicted else True
    return None if None in found else False


def _entry_carries(entry: LogEntry, category: str) -> bool | None:
    if entry.enabled is not True and not isinstance(entry.enabled, Unknown):
        return False
    is_undocumented = isinstance(entry.group, str) and group_members(entry.group) is None
    if is_hidden(entry) or (is_undocumented and not isinstance(entry.category, str)):
        return None
    if not _names(entry, category):
        return False
    return True if entry.enabled is True else None


def _names(entry: LogEntry, category: str) -> bool:
    if isinstance(entry.category, str):
        return fold(entry.category) == category
    return category in (group_members(entry.group) or ())


def group_members(group: object) -> frozenset[str] | None:
    """Return a group's categories; None where they are not documented."""
    if not isinstance(group, str):
        return None
    return {fold(key): value for key, value in CATEGORY_GROUPS.items()}.get(fold(group))


def is_hidden(entry: LogEntry) -> bool:
    """Return whether it is unknown what an entry is about.

    An entry has a category or a group, never both, so one that is known decides. A preview shows
    the other as unknown, because a provider does not have Azure's values before the deployment.
    """
    if isinstance(entry.category, str) or isinstance(entry.group, str):
        return False
    return isinstance(entry.category, Unknown) or isinstance(entry.group, Unknown)


def has_destination(setting: DiagnosticSetting) -> bool | None:
    """Return whether a setting sends its logs anywhere; None where that cannot be known."""
    if any(map(exists, setting.destinations)):
        return True
    return None if setting.destinations else False


def exists(destination: Destination) -> bool:
    """Return whether there certainly is an id, be it not known yet."""
    return isinstance(destination.id, str) or destination.from_destination


def enabled_categories(setting: DiagnosticSetting) -> Iterator[str]:
    """Yield the categories that a setting certainly enables, in lower case, once per entry."""
    for entry in () if isinstance(setting.logs, Unknown) else setting.logs:
        if entry.enabled is True and isinstance(entry.category, str):
            yield fold(entry.category)
        elif entry.enabled is True:
            yield from sorted(group_members(entry.group) or ())
