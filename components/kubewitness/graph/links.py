"""Which diagnostic setting belongs to which cluster, and what cannot be known of it."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES
from kubewitness.graph.model import AksCluster, DiagnosticSetting, Link
from kubewitness.graph.values import ABSENT, Unknown, Value

_CLUSTER_ID: Final = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"/providers/microsoft\.containerservice/managedclusters/(?P<name>[^/]+)/?",
    re.IGNORECASE | re.ASCII,
)

_MIXED_TARGET: Final = "its target is computed from a cluster and from other resources"
_HIDDEN_TARGET: Final = "the resource it is attached to {}"


@dataclass
class Placement:
    """Find the cluster of each diagnostic setting; see `kubewitness.graph.model.Graph`."""

    links: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    foreign: tuple[DiagnosticSetting, ...] = ()
    unplaced: tuple[DiagnosticSetting, ...] = ()

    def add(self, clusters: Iterable[AksCluster], link: Link) -> None:
        """Note the same link for each of the clusters."""
        for cluster in clusters:
            urn = cluster.resource.urn
            self.links[urn] = (*self.links.get(urn, ()), link)


def place(
    settings: Iterable[DiagnosticSetting],
    clusters: Sequence[AksCluster],
    resource_groups: AbstractSet[str],
    opaque: AbstractSet[str],
    carriers: AbstractSet[str],
) -> Placement:
    """Link each setting to its cluster.

    A known target id decides by the cluster's id. Where that is unknown, an id with another name
    or group is another cluster's, and one with the same could be of another subscription. Where
    the target id is unknown, the resources that it came from decide.

    Args:
        settings: the settings that this stack manages.
        clusters: all clusters of the stack.
        resource_groups: URNs of resource groups, of which a part of an id may come.
        opaque: URNs of resources whose contents are unknown.
        carriers: URNs of resources that may carry the id of a cluster elsewhere.

    Returns:
        The placement. A setting that certainly belongs to something else is left out.
    """
    placement = Placement()
    by_urn = {cluster.resource.urn: cluster for cluster in clusters}
    for setting in settings:
        if isinstance(setting.target_id, str):
            _place_by_id(placement, setting, setting.target_id, clusters)
        elif isinstance(setting.target_id, Unknown):
            sources = {urn: by_urn[urn] for urn in setting.target_dependencies if urn in by_urn}
            harmless = resource_groups | opaque
            # A component's output depends on the component, too, which has no id in Azure.
            parents = {cluster.resource.parent for cluster in sources.values()}
            others = set(setting.target_dependencies) - set(sources) - resource_groups - parents
            elsewhere = others & (carriers | opaque)
            if sources and (elsewhere or (others and not _names_a_cluster_category(setting))):
                placement.add(sources.values(), Link(setting, certain=False, why=_MIXED_TARGET))
            elif sources:
                _place_by_dependency(placement, setting, tuple(sources.values()))
            elif _could_be_for_a_cluster(setting, harmless):
                if _names_a_cluster_category(setting):
                    placement.unplaced = (*placement.unplaced, setting)
                why = _HIDDEN_TARGET.format(setting.target_id.words)
                placement.add(clusters, Link(setting, certain=False, why=why))
    return placement


def _place_by_dependency(
    placement: Placement, setting: DiagnosticSetting, sources: tuple[AksCluster, ...]
) -> None:
    if len(sources) == 1:
        placement.add(sources, Link(setting, certain=True))
        return
    names = " or ".join(f"`{cluster.resource.name}`" for cluster in sources)
    why = f"its target is computed from several clusters and could be {names}"
    placement.add(sources, Link(setting, certain=False, why=why))


def _place_by_id(
    placement: Placement, setting: DiagnosticSetting, target: str, clusters: Sequence[AksCluster]
) -> None:
    match = _CLUSTER_ID.fullmatch(target)
    if match is None:
        return
    judged = [(cluster, _is_target(cluster, match, setting)) for cluster in clusters]
    same = [cluster for cluster, verdict in judged if verdict is True]
    possible = [cluster for cluster, verdict in judged if verdict is None]
    if same:
        placement.add(same, Link(setting, certain=True))
    elif possible:
        why = "its target is a literal id that could be this cluster's or one of the same name"
        placement.add(possible, Link(setting, certain=False, why=why))
    else:
        placement.foreign = (*placement.foreign, setting)


def _is_target(
    cluster: AksCluster, target: re.Match[str], setting: DiagnosticSetting
) -> bool | None:
    """Return whether a cluster has this id; None where that cannot be known."""
    own_id = cluster.resource.id
    if isinstance(own_id, str) and own_id:
        return _same(own_id.rstrip("/"), target.group(0).rstrip("/"))
    if cluster.resource.urn in setting.target_dependencies:
        elsewhere = _compare(cluster.resource_group, target["group"]) is False
        return False if elsewhere else same_name(cluster, target["name"])
    name = same_name(cluster, target["name"])
    group = _compare(cluster.resource_group, target["group"])
    subscription = _compare(cluster.subscription, target["subscription"])
    if False in {name, group, subscription}:
        return False
    # The same name and group may exist in another subscription.
    return True if name and group and subscription else None


def same_name(cluster: AksCluster, name: str) -> bool | None:
    """Return whether a cluster has a name in Azure; None where that cannot be known."""
    if cluster.name is ABSENT:  # The provider names it: the logical name and a random suffix.
        return None if fold(name).startswith(fold(cluster.resource.name)) else False
    return _compare(cluster.name, name)


def _compare(own: Value[str], other: str) -> bool | None:
    return _same(own, other) if isinstance(own, str) else None


def _same(one: str, other: str) -> bool:
    """Compare as Azure compares ids and names: without regard to case."""
    return fold(one) == fold(other)


def _could_be_for_a_cluster(setting: DiagnosticSetting, harmless: AbstractSet[str]) -> bool:
    """Return whether a setting with a hidden target may be meant for a cluster.

    It may where it names a category that only clusters have, or where nothing in its target's
    origin points at a resource of another kind.
    """
    return _names_a_cluster_category(setting) or set(setting.target_dependencies) <= harmless


def _names_a_cluster_category(setting: DiagnosticSetting) -> bool:
    """Return whether an entry names a category that Azure takes for Kubernetes clusters only."""
    return isinstance(setting.logs, tuple) and any(
        entry.category in AKS_LOG_CATEGORIES for entry in setting.logs
    )
