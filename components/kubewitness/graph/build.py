"""From resources as Pulumi has them to the graph that policies read."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import ACTIVITY_CATEGORIES
from kubewitness.catalog.type_tokens import MAY_CARRY_ANY_ID, WRITE_SETTINGS, ResourceKind
from kubewitness.graph.access_notes import access_notes
from kubewitness.graph.aks import aks_cluster
from kubewitness.graph.destinations.receivers import Receivers
from kubewitness.graph.destinations.transformations import transformations
from kubewitness.graph.diagnostic_settings import diagnostic_setting
from kubewitness.graph.eks import eks_cluster, is_eks_component
from kubewitness.graph.generic_resources import cluster_writers, declared_settings
from kubewitness.graph.links import Placement, place
from kubewitness.graph.model import (
    AksCluster,
    Cluster,
    DiagnosticSetting,
    Graph,
    Opaque,
    Unassessed,
)
from kubewitness.graph.resource_kinds import is_fleet, kind_of
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.rivals import with_rivals
from kubewitness.graph.routes import carries
from kubewitness.graph.trusted_access import trusted_access
from kubewitness.graph.unread.components import unread_component
from kubewitness.graph.unread.custom_resources import unread
from kubewitness.graph.values import Unknown, Value, declared_text, read


def build_graph(resources: Iterable[Resource], calls: tuple[str, ...] | None = None) -> Graph:
    """Normalise resources and link diagnostic settings to clusters and destinations.

    Args:
        resources: all resources of the source, in any order.
        calls: tokens of the provider functions that the program called; None where the source
            does not show them.

    Returns:
        The graph, in the order of URNs, so that the same resources give the same report.
        Resources that no policy needs leave no trace in it.
    """
    ordered = sorted(resources, key=lambda resource: resource.urn)
    remote = [one for one in ordered if one.origin is Origin.REMOTE]
    # A type token alone does not make a component a resource: only a provider makes clusters and
    # settings.
    by_urn = {one.urn: one for one in ordered if one.custom and one.origin is not Origin.REMOTE}
    kinds = {urn: kind_of(resource.type) for urn, resource in by_urn.items()}
    managed = {urn: one for urn, one in by_urn.items() if one.origin is Origin.MANAGED}
    aks = [aks_cluster(by_urn[urn], by_urn) for urn in _of(kinds, ResourceKind.CLUSTER)]
    eks = [eks_cluster(by_urn[urn]) for urn in _of(kinds, ResourceKind.EKS_CLUSTER)]
    eks += [eks_cluster(one) for one in remote if is_eks_component(one)]
    clusters: list[Cluster] = [*aks, *eks]
    receivers = Receivers({urn: one for urn, one in managed.items() if kinds[urn]})
    generic = [one for urn, one in managed.items() if kinds[urn] in WRITE_SETTINGS]
    settings = [
        diagnostic_setting(one, by_urn, receivers)
        for one in (
            *(managed[u] for u in _of(kinds, ResourceKind.DIAGNOSTIC_SETTING) if u in managed),
            *(setting for one in generic for setting in declared_settings(one, aks)),
        )
    ]
    fleets = {urn for urn, one in by_urn.items() if is_fleet(one.type)}
    groups = set(_of(kinds, ResourceKind.RESOURCE_GROUP))
    of_clusters = [one for one in settings if not _is_of_a_fleet(one, fleets, groups)]
    placement = _placement(of_clusters, aks, remote, kinds)
    hidden = [
        *(found for one in remote for found in unread_component(one)),
        *(found for one in managed.values() for found in unread(one)),
    ]
    return Graph(
        clusters=tuple(sorted(clusters, key=lambda cluster: cluster.resource.urn)),
        links=with_rivals(placement.links),
        foreign=placement.foreign,
        unplaced=placement.unplaced,
        opaque=tuple(one for one in hidden if isinstance(one, Opaque)),
        unassessed=tuple(one for one in hidden if isinstance(one, Unassessed)),
        writers=cluster_writers(generic, aks),
        authenticators=tuple(
            managed[u] for u in _of(kinds, ResourceKind.JWT_AUTHENTICATOR) if u in managed
        ),
        trusted_access=tuple(trusted_access(managed.values())),
        access_notes=tuple(access_notes(managed.values())),
        kubeconfigs=tuple(_kubeconfigs(by_urn, kinds)),
        calls=calls,
        activity=tuple(one for one in settings if _may_carry_activity(one)),
        transformations=transformations(managed.values()),
    )


def _placement(
    settings: Iterable[DiagnosticSetting],
    clusters: Sequence[AksCluster],
    remote: Iterable[Resource],
    kinds: Mapping[str, ResourceKind | None],
) -> Placement:
    return place(
        settings,
        clusters,
        resource_groups=set(_of(kinds, ResourceKind.RESOURCE_GROUP)),
        opaque={one.urn for one in remote},
        carriers={urn for urn, kind in kinds.items() if kind in MAY_CARRY_ANY_ID},
    )


def _is_of_a_fleet(
    setting: DiagnosticSetting, fleets: AbstractSet[str], groups: AbstractSet[str]
) -> bool:
    """Return whether a target comes from a fleet, which has the categories of clusters."""
    sources = set(setting.target_dependencies) - groups
    return isinstance(setting.target_id, Unknown) and bool(sources) and sources <= fleets


def _kubeconfigs(
    by_urn: Mapping[str, Resource], kinds: Mapping[str, ResourceKind | None]
) -> Iterable[tuple[Resource, Value[str]]]:
    for urn in _of(kinds, ResourceKind.KUBERNETES_PROVIDER):
        yield by_urn[urn], declared_text(read(by_urn[urn].properties, "kubeconfig"))


def _may_carry_activity(setting: DiagnosticSetting) -> bool:
    return any(carries(setting, fold(name)) is not False for name in ACTIVITY_CATEGORIES)


def _of(kinds: Mapping[str, ResourceKind | None], wanted: ResourceKind) -> list[str]:
    return [urn for urn, kind in kinds.items() if kind is wanted]
