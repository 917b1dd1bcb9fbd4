"""The graph that rules read: clusters, diagnostic settings, and which belongs to which."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown, Value


@dataclass(frozen=True)
class Cluster:
    """An AKS cluster, whichever provider made it.

    Attributes:
        resource: where it came from; its `origin` says whether this stack manages it.
        name: the name in Azure.
        resource_group: the resource group's name in Azure.
        local_accounts_disabled: true where certificates and static tokens are refused.
        entra_managed: true where AKS-managed Entra ID authenticates users.
        azure_rbac: true where Azure RBAC authorises requests to Kubernetes.
    """

    resource: Resource
    name: Value[str]
    resource_group: Value[str]
    local_accounts_disabled: Value[Any]
    entra_managed: Value[Any]
    azure_rbac: Value[Any]


@dataclass(frozen=True)
class LogEntry:
    """One entry of a diagnostic setting's list of logs: a category or a group of categories."""

    category: Value[str]
    group: Value[str]
    enabled: Value[bool]


@dataclass(frozen=True)
class Destination:
    """One place a diagnostic setting sends logs to.

    Attributes:
        kind: what it is, for people: `Log Analytics workspace`, `storage account` ….
        id: its Azure id; never `ABSENT`.
        from_destination: true where the id comes from a resource of this stack that can be a
            destination, so that an unknown id is certain to exist.
    """

    kind: str
    id: Value[str]
    from_destination: bool


@dataclass(frozen=True)
class DiagnosticSetting:
    """A diagnostic setting, whichever provider made it.

    Attributes:
        resource: where it came from.
        target_id: the Azure id of the resource whose logs it sends.
        target_dependencies: URNs of the resources that the target id came from.
        logs: its entries, or unknown as a whole.
        destinations: the places it sends to; empty where it names none.
    """

    resource: Resource
    target_id: Value[str]
    target_dependencies: tuple[str, ...]
    logs: tuple[LogEntry, ...] | Unknown
    destinations: tuple[Destination, ...]


@dataclass(frozen=True)
class Link:
    """What is known of the cluster that a diagnostic setting is attached to.

    Attributes:
        setting: the setting.
        certain: true where it is this cluster and no other.
        why: where not certain, what could not be known.
    """

    setting: DiagnosticSetting
    certain: bool
    why: str = ""


@dataclass(frozen=True)
class Graph:
    """All that a rule may know.

    Attributes:
        clusters: the clusters, those this stack only reads included.
        links: for each cluster's URN, the settings that are or could be attached to it.
        foreign: settings of this stack that are attached to a cluster outside of it, by its id.
        unplaced: settings whose target cannot be known, but by their categories is a cluster.
        opaque: resources that could hold a cluster which cannot be seen.
    """

    clusters: tuple[Cluster, ...] = ()
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    foreign: tuple[DiagnosticSetting, ...] = ()
    unplaced: tuple[DiagnosticSetting, ...] = ()
    opaque: tuple[Resource, ...] = ()
