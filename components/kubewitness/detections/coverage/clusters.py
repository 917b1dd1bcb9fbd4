"""Assess the detections for each cluster: from the graph to the channels that its logs take."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import (
    ACTIVITY_CATEGORIES,
    AKS_LOG_CATEGORIES,
    AUDIT_CATEGORIES,
)
from kubewitness.detections.coverage.assessment import Channel, DetectionCoverage, Reach, assess
from kubewitness.detections.detection import Detection
from kubewitness.graph.diagnostic_settings import DEDICATED
from kubewitness.graph.model import AksCluster, Destination, Graph, Link, Workspace
from kubewitness.graph.routes import Route, routes_through
from kubewitness.graph.values import ABSENT, Unknown

ANALYTICS: Final = "analytics"
"""The only plan of a table that scheduled rules can query."""


@dataclass(frozen=True)
class ClusterCoverage:
    """The result of each detection on one cluster.

    Attributes:
        cluster: the name of the resource, or the Azure id of another stack's cluster.
        channels: the ways that its logs take.
        detections: one entry for each.
    """

    cluster: str
    channels: tuple[Channel, ...]
    detections: tuple[DetectionCoverage, ...]


def cover(graph: Graph, detections: Sequence[Detection]) -> list[ClusterCoverage]:
    """Return what becomes of these detections on each AKS cluster of a graph.

    Clusters of other stacks are among them where this stack has settings for them.
    """
    return [
        ClusterCoverage(name, ways, assess(ways, detections))
        for name, links in _clusters(graph)
        for ways in [channels(links, graph)]
    ]


def _clusters(graph: Graph) -> Iterator[tuple[str, Sequence[Link]]]:
    for cluster in graph.clusters:
        if isinstance(cluster, AksCluster):
            yield cluster.resource.name, graph.links.get(cluster.resource.urn, ())
    others: dict[str, list[Link]] = {}
    for setting in graph.foreign:
        others.setdefault(str(setting.target_id), []).append(Link(setting, certain=True))
    yield from others.items()


def channels(links: Sequence[Link], graph: Graph) -> tuple[Channel, ...]:
    """Return the ways that a cluster's audit logs and its subscription's activity log take.

    Args:
        links: the settings that are or could be attached to the cluster.
    """
    audit = [
        _audit_channel(category, route, graph)
        for category in AUDIT_CATEGORIES
        for route in routes_through(links, category)
    ]
    activity = [
        _channel(category, route, "")
        for category in ACTIVITY_CATEGORIES
        for route in routes_through(
            [Link(one, certain=True) for one in graph.activity], fold(category)
        )
    ]
    return (*audit, *activity)


def _audit_channel(category: str, route: Route, graph: Graph) -> Channel:
    kind = route.link.setting.destination_type
    if route.destination.kind != DestinationKind.WORKSPACE or kind != DEDICATED:
        channel = _channel(category, route, "")
        unknown = isinstance(kind, Unknown)
        certain = Reach.NOWHERE if unknown else channel.reach
        return replace(channel, reach=certain, resource_specific=False)
    table = AKS_LOG_CATEGORIES[category].table
    channel = _channel(category, route, table)
    kql = graph.transformation(table, route.destination)
    if isinstance(kql, Unknown):
        return replace(channel, reach=Reach.NOWHERE)  # it may drop anything
    return channel if kql is ABSENT else replace(channel, transformation=kql)


def _channel(category: str, route: Route, table: str) -> Channel:
    certain, at_best = _reach(route.destination, table)
    where = f"{route.destination.kind} by setting `{route.link.setting.resource.name}`"
    return Channel(category, certain if route.certain else Reach.NOWHERE, at_best, where=where)


def _reach(destination: Destination, table: str) -> tuple[Reach, Reach]:
    """Return what can be done with logs at a destination, for certain and at best.

    Args:
        table: that they fill there if it is a workspace; empty for AzureDiagnostics and
            AzureActivity, whose plan is always Analytics.
    """
    if destination.kind != DestinationKind.WORKSPACE:
        return Reach.HUNT, Reach.HUNT
    if not table:
        return Reach.ALERT, Reach.ALERT
    if not isinstance(destination.receiver, Workspace):
        return Reach.HUNT, Reach.ALERT  # of another stack: which plan it has is not known here
    plan = destination.receiver.table(table).plan
    if isinstance(plan, Unknown):
        return Reach.HUNT, Reach.ALERT
    reach = Reach.ALERT if plan is ABSENT or fold(str(plan)) == ANALYTICS else Reach.HUNT
    return reach, reach
