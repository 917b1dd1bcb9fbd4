"""Show what each cluster's settings collect, and where it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, CATEGORY_GROUPS
from kubewitness.graph.model import DiagnosticSetting, Graph, LogEntry
from kubewitness.graph.values import Unknown


@dataclass(frozen=True)
class Collected:
    """One category of one cluster on its way to one kind of destination."""

    cluster: str
    category: str
    setting: str
    destination: str
    table: str


def collected(graph: Graph) -> list[Collected]:
    """Return every category that certainly goes somewhere, by cluster and setting."""
    return [
        Collected(cluster.resource.name, name, link.setting.resource.name, kind, _table(name, kind))
        for cluster in graph.clusters
        for link in graph.links.get(cluster.resource.urn, ())
        if link.certain
        for name in _categories(link.setting)
        for kind in [destination.kind for destination in link.setting.destinations]
    ]


def _categories(setting: DiagnosticSetting) -> Iterator[str]:
    if isinstance(setting.logs, Unknown):
        return
    for entry in setting.logs:
        if entry.enabled is True:
            yield from _of_entry(entry)


def _of_entry(entry: LogEntry) -> list[str]:
    if isinstance(entry.category, str):
        return [entry.category]
    members = CATEGORY_GROUPS.get(entry.group) if isinstance(entry.group, str) else None
    return sorted(members or ())


def _table(category: str, destination: str) -> str:
    """Return the table in a workspace; another destination holds the records as they are."""
    known = AKS_LOG_CATEGORIES.get(category)
    return known.table if known and destination == DestinationKind.WORKSPACE else ""
