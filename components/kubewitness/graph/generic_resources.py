"""Children that generic resources, templates and unread providers add to other resources.

Azure has one resource for each ID, and the last write counts. A generic resource that declares a
diagnostic setting is read as one. One that declares a cluster is another writer of that cluster.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.links import same_name
from kubewitness.graph.model import AksCluster
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, literal, properties_of, type_of
from kubewitness.graph.values import ABSENT, AnyCase, Unknown, Value, read

SETTING_TYPE: Final = "azure-native:monitor:DiagnosticSetting"
"""As what a declared diagnostic setting is read."""

_CLUSTER_TYPE: Final = "microsoft.containerservice/managedclusters"
_SETTING_TYPES: Final = ("microsoft.insights/diagnosticsettings", "/providers/diagnosticsettings")
_HARMLESS_CHILDREN: Final = frozenset(
    {
        *("agentpools", "maintenanceconfigurations", "managednamespaces", "namespaces"),
        *("privateendpointconnections", "loadbalancers", "providers", "identitybindings"),
        "trustedaccessrolebindings",  # which a policy of its own judges
    }
)
"""Children of a cluster that change neither access to it nor its log collection."""

_CLUSTER_NAME: Final = re.compile(r"/managedclusters/([^/'\]]+)", re.IGNORECASE | re.ASCII)
_OTHER_TYPE: Final = re.compile(
    r"microsoft\.(?!containerservice|insights)\w+/", re.IGNORECASE | re.ASCII
)
_LOGS_HIDDEN: Final = Unknown("a provider that is not read writes it")
_TARGETS: Final = (
    *("parentId", "parent_id", "resourceId", "resource_id", "parentResourcePath"),
    *("targetResourceId", "target_resource_id", "spec"),
)
"""Properties that name the parent of a generic resource, or of a setting of an unread provider."""

_EXPRESSION: Final = Unknown("an expression of the template gives it")


def declared_settings(resource: Resource, clusters: Sequence[AksCluster]) -> Iterator[Resource]:
    """Yield each diagnostic setting that a resource declares, in the form of Azure Native.

    Its origin decides which cluster it belongs to. If that is only likely, it also comes from the
    generic resource itself, which can contain the ID of a cluster elsewhere.
    """
    kind = kind_of(resource.type)
    if kind is ResourceKind.UNREAD_SETTING:
        yield _unread_setting(resource)
    elif kind is ResourceKind.ARM:
        for one in declared(resource):
            if not isinstance(one, Unknown) and _is_a_setting(type_of(one)):
                yield from _setting(resource, one, clusters)


def cluster_writers(
    resources: Iterable[Resource], clusters: Sequence[AksCluster]
) -> dict[str, tuple[Resource, ...]]:
    """Return, for each cluster's URN, the generic resources that write the same cluster."""
    writers: dict[str, tuple[Resource, ...]] = {}
    for resource in resources:
        if kind_of(resource.type) is not ResourceKind.ARM:
            continue
        for urn in sorted(
            {u for one in declared(resource) for u in _written(resource, one, clusters)}
        ):
            writers[urn] = (*writers.get(urn, ()), resource)
    return writers


def _written(
    resource: Resource, one: Mapping[str, Any] | Unknown, clusters: Sequence[AksCluster]
) -> Iterator[str]:
    """Yield the clusters that a declared resource changes: by its name, else by what it is from."""
    if isinstance(one, Unknown) or not _changes_a_cluster(type_of(one)):
        return
    name = _cluster_name(one)
    sources = _sources(resource)
    for cluster in clusters:
        urn = cluster.resource.urn
        if urn in sources or (isinstance(name, str) and same_name(cluster, name) is not False):
            yield urn


def _changes_a_cluster(kind: Value[str]) -> bool:
    if not isinstance(kind, str) or not f"{kind}/".startswith(f"{_CLUSTER_TYPE}/"):
        return False
    child = kind.removeprefix(_CLUSTER_TYPE).strip("/").partition("/")[0]
    return child not in _HARMLESS_CHILDREN


def _cluster_name(one: Mapping[str, Any]) -> Value[str]:
    """Return the name of the cluster that a declared resource is, or that it is of."""
    target = read(one, "target")
    found = _CLUSTER_NAME.search(f"/{target}") if isinstance(target, str) else None
    if found:
        return found[1]
    name = literal(read(one, "name"))
    kind = type_of(one)
    if isinstance(name, str) and isinstance(kind, str) and kind.startswith(_CLUSTER_TYPE):
        return name.partition("/")[0]
    return Unknown() if target is ABSENT or isinstance(target, Unknown) else ABSENT


def _is_a_setting(kind: Value[str]) -> bool:
    return isinstance(kind, str) and kind.endswith(_SETTING_TYPES)


def _setting(
    resource: Resource, one: Mapping[str, Any], clusters: Sequence[AksCluster]
) -> Iterator[Resource]:
    if _is_of_another_type(one):
        return
    inner, name = properties_of(one), literal(read(one, "name"))
    properties = {
        **(inner if isinstance(inner, Mapping) else {"logs": _LOGS_HIDDEN}),
        "resourceUri": _target_id(one),
        "name": name.rpartition("/")[2] if isinstance(name, str) else _EXPRESSION,
    }
    yield _as_setting(resource, properties, _came_from(resource, one, clusters))


def _is_of_another_type(one: Mapping[str, Any]) -> bool:
    """Return whether a declared setting is certainly not of a cluster."""
    kind = str(type_of(one))
    if not kind.startswith("microsoft.insights/"):
        return not kind.startswith(_CLUSTER_TYPE)
    given = fold(f"{read(one, 'target')} {read(one, 'scope')}")
    return _OTHER_TYPE.search(given) is not None and "managedclusters" not in given


def _target_id(one: Mapping[str, Any]) -> Value[str]:
    """Return the target if it is a whole id."""
    target = read(one, "target")
    return target if isinstance(target, str) and target.startswith("/sub") else _EXPRESSION


def _came_from(
    resource: Resource, one: Mapping[str, Any], clusters: Sequence[AksCluster]
) -> tuple[str, ...]:
    """Return the URNs of what the target of a declared setting came from."""
    exact = [u for name in _TARGETS for u in resource.property_dependencies.get(name, ())]
    if exact:
        return tuple(exact)
    name = _cluster_name(one)
    if isinstance(name, str):
        same = [c.resource.urn for c in clusters if same_name(c, name) is not False]
        return (*same, resource.urn)
    sources = _sources(resource)
    return (*sources, resource.urn) if sources else ()


def _unread_setting(resource: Resource) -> Resource:
    """Return the setting of a provider that is not read: nothing is known but what it came from."""
    targets = (read(resource.properties, name) for name in _TARGETS)
    target = next((one for one in targets if isinstance(one, str)), _LOGS_HIDDEN)
    sources = [u for name in _TARGETS for u in resource.property_dependencies.get(name, ())]
    name = read(resource.properties, "name")
    properties = {
        "resourceUri": target,
        "name": name if isinstance(name, str) else _LOGS_HIDDEN,
        "logs": _LOGS_HIDDEN,
        "workspaceId": _LOGS_HIDDEN,
    }
    return _as_setting(resource, properties, tuple(sources))


def _as_setting(resource: Resource, properties: dict[str, Any], sources: Iterable[str]) -> Resource:
    """Return a diagnostic setting at the place of the resource that declares it."""
    return replace(
        resource,
        type=SETTING_TYPE,
        properties=AnyCase({k: value for k, value in properties.items() if value is not ABSENT}),
        id=ABSENT,
        property_dependencies={"resourceUri": tuple(sources)},
        outputs={},
    )


def _sources(resource: Resource) -> tuple[str, ...]:
    """Return everything that the properties of a resource came from."""
    found = (urn for urns in resource.property_dependencies.values() for urn in urns)
    return tuple(dict.fromkeys(found))
