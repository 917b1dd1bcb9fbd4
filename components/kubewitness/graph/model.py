"""The graph that policies read: clusters, diagnostic settings, destinations, and their links.

Every class here is normalised: no provider's spelling, no type token, no nesting of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value


@dataclass(frozen=True)
class Cluster:
    """The common properties of clusters of every kind.

    Attributes:
        resource: its origin; `origin` shows whether this stack manages it.
        name: the name in the cloud.
    """

    resource: Resource
    name: Value[str]


@dataclass(frozen=True)
class AksCluster(Cluster):
    """An AKS cluster, whichever provider made it.

    Attributes:
        resource_group: the resource group's name in Azure.
        location: the region, as Azure normalises it.
        subscription: the subscription's ID; absent if its provider does not set it.
        local_accounts_disabled: true where certificates and static tokens are refused.
        entra_managed: true where AKS-managed Entra ID authenticates users.
        entra_application: an application of the Entra ID integration that Azure has switched off.
        azure_rbac: true where Azure RBAC authorises requests to Kubernetes.
        kubernetes_rbac: false if Kubernetes authorises nothing; the default is true.
        admin_groups: the Entra ID groups whose members are cluster admins.
        private: true where the API server has a private address only.
        vnet_integrated: true if the API server also has an address in the cluster's network.
        authorized_ranges: the address ranges that reach a public API server.
        run_command_disabled: true if no one can run commands in the cluster through Azure.
    """

    resource_group: Value[str] = ABSENT
    location: Value[str] = ABSENT
    subscription: Value[str] = ABSENT
    local_accounts_disabled: Value[Any] = ABSENT
    entra_managed: Value[Any] = ABSENT
    entra_application: Value[str] = ABSENT
    azure_rbac: Value[Any] = ABSENT
    kubernetes_rbac: Value[bool] = ABSENT
    admin_groups: Value[Any] = ABSENT
    private: Value[Any] = ABSENT
    vnet_integrated: Value[Any] = ABSENT
    authorized_ranges: Value[Any] = ABSENT
    run_command_disabled: Value[Any] = ABSENT


@dataclass(frozen=True)
class EksCluster(Cluster):
    """An EKS cluster, whichever provider made it.

    Attributes:
        log_types: the control plane log types sent to CloudWatch, or unknown as a whole.
    """

    log_types: tuple[Value[str], ...] | Unknown = ()


@dataclass(frozen=True)
class LogEntry:
    """One entry of a diagnostic setting's list of logs: a category or a group of categories.

    Also an entry of its list of metrics, which has no group.

    Attributes:
        category: the category's name.
        group: the name of the category group.
        enabled: true where it is sent.
        retention_policy: true where the entry asks for the retention that Azure has switched off.
    """

    category: Value[str]
    group: Value[str]
    enabled: Value[Any]
    retention_policy: Value[Any] = ABSENT


ANY_TABLE: Final = "*"
"""Represents every table of a workspace, if a setting may be of any."""


@dataclass(frozen=True)
class Table:
    """The settings of a stack for one table of a workspace.

    Attributes:
        plan: `Analytics`, `Basic` or `Auxiliary`.
        interactive_days: for how long it can be queried as usual.
        total_days: for how long it is kept in all.
    """

    plan: Value[Any]
    interactive_days: Value[Any]
    total_days: Value[Any]


@dataclass(frozen=True)
class Receiver:
    """A resource of this stack that logs can be sent to.

    Attributes:
        resource: where it came from.
        name: the name in Azure.
        resource_group: the resource group's name in Azure.
        location: the region, as Azure normalises it.
    """

    resource: Resource
    name: Value[str]
    resource_group: Value[str]
    location: Value[str]


@dataclass(frozen=True)
class Workspace(Receiver):
    """A Log Analytics workspace.

    Attributes:
        sku: the pricing plan.
        interactive_days: the retention of every table that has none of its own.
        daily_cap: gigabytes a day after which nothing more is taken in.
        purges_at_once: true where records are gone for good as soon as retention ends.
        tables: this stack's settings of its tables, by name in lower case; `*` for settings of
            unknown tables.
        default_rule: the data collection rule that transforms what arrives, by its id.
    """

    sku: Value[Any] = ABSENT
    interactive_days: Value[Any] = ABSENT
    daily_cap: Value[Any] = ABSENT
    purges_at_once: Value[Any] = ABSENT
    tables: Mapping[str, Table] = field(default_factory=dict)
    default_rule: Value[str] = ABSENT

    def table(self, name: str) -> Table:
        """Return the settings of a table, whatever its case; nothing if there are none."""
        unsaid = Table(ABSENT, ABSENT, ABSENT)
        return self.tables.get(ANY_TABLE) or self.tables.get(fold(name)) or unsaid


@dataclass(frozen=True)
class StorageAccount(Receiver):
    """A storage account.

    Attributes:
        premium: true where its performance tier is premium.
        dns_zone: true where its endpoints are in an Azure DNS zone.
        closed: true where its firewall keeps out Azure's trusted services.
        deletes_after_days: the shortest period after which a lifecycle rule deletes blobs.
        immutability: the states of the immutability policies on its containers, by container; `*`
            where a policy may be on any.
        immutable_days: for how long each of these policies keeps a blob.
    """

    premium: Value[bool] = ABSENT
    dns_zone: Value[bool] = ABSENT
    closed: Value[bool] = ABSENT
    deletes_after_days: Value[Any] = ABSENT
    immutability: Mapping[str, Value[str]] = field(default_factory=dict)
    immutable_days: Mapping[str, Value[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class EventHubNamespace(Receiver):
    """An Event Hubs namespace."""


@dataclass(frozen=True)
class AuthorizationRule:
    """An authorization rule of an event hub namespace.

    Attributes:
        resource: where it came from.
        rights: what it allows, in lower case.
    """

    resource: Resource
    rights: Value[frozenset[str]]


@dataclass(frozen=True)
class Destination:
    """One place a diagnostic setting sends logs to.

    Attributes:
        kind: what it is.
        id: its Azure id; never `ABSENT`.
        from_destination: true where the id comes from a resource of this stack that can be a
            destination, so that an unknown id is certain to exist.
        receiver: that resource, where it is one that can be read.
        source: the kind of resource that the ID comes from; None if it comes from several kinds, or
            from a kind that is not in the graph.
        event_hub: the name of the event hub, where the setting names one.
        rule: the authorization rule that the id comes from, where it is of this stack.
    """

    kind: DestinationKind
    id: Value[str]
    from_destination: bool
    receiver: Receiver | None = None
    source: ResourceKind | None = None
    event_hub: Value[str] = ABSENT
    rule: AuthorizationRule | None = None


@dataclass(frozen=True)
class DiagnosticSetting:
    """A diagnostic setting, whichever provider made it.

    Attributes:
        resource: where it came from.
        target_id: the Azure id of the resource whose logs it sends.
        target_dependencies: URNs of the resources that the target id came from.
        logs: its entries, or unknown as a whole.
        destinations: the places it sends to; empty where it names none.
        destination_type: `Dedicated` where each kind of log has a table of its own.
        name: the name in Azure; absent where the provider makes up one that no other has.
        metrics: its entries for metrics, or unknown as a whole.
    """

    resource: Resource
    target_id: Value[str]
    target_dependencies: tuple[str, ...]
    logs: tuple[LogEntry, ...] | Unknown
    destinations: tuple[Destination, ...]
    destination_type: Value[Any] = ABSENT
    name: Value[str] = ABSENT
    metrics: tuple[LogEntry, ...] | Unknown = ()


@dataclass(frozen=True)
class Link:
    """The known properties of the cluster that a diagnostic setting is attached to.

    Attributes:
        setting: the setting.
        certain: true where it is this cluster and no other.
        why: where not certain, what could not be known.
        rivals: other settings of the stack with the same id in Azure: the last one written counts.
        possible_rivals: those that may have the same ID.
    """

    setting: DiagnosticSetting
    certain: bool
    why: str = ""
    rivals: tuple[DiagnosticSetting, ...] = ()
    possible_rivals: tuple[DiagnosticSetting, ...] = ()


@dataclass(frozen=True)
class Opaque:
    """A resource that may contain a cluster that is not visible.

    Attributes:
        resource: where it came from.
        of: the kind of cluster that it could hold; None where it could be any.
    """

    resource: Resource
    of: type[Cluster] | None


@dataclass(frozen=True)
class TrustedAccess:
    """A role binding through which another Azure resource uses the API of a cluster.

    Attributes:
        resource: what makes it: the binding, or a template or generic resource with it.
        roles: its roles, or unknown as a whole.
        source: the id of the resource that has the access.
    """

    resource: Resource
    roles: tuple[Value[str], ...] | Unknown
    source: Value[str]


@dataclass(frozen=True)
class AccessNote:
    """Another way to a cluster, which no policy forbids.

    Attributes:
        resource: what opens it.
        message: what follows, in one sentence without a period.
    """

    resource: Resource
    message: str

    def __str__(self) -> str:
        return f"`{self.resource.name}`: {self.message}"


@dataclass(frozen=True)
class Unassessed:
    """A resource that no policy judges, as a note for the reader.

    Attributes:
        resource: where it came from.
        why: what it is, without its name.
    """

    resource: Resource
    why: str


@dataclass(frozen=True)
class Transformation:
    """The transformation of rows in a workspace as they arrive.

    Attributes:
        table: the name of the table, in lower case; `*` where it may be any.
        kql: what each row goes through.
        workspace: the workspace's id.
        sources: URNs of the workspaces of this stack that the rule comes from.
    """

    table: str
    kql: Value[str]
    workspace: Value[str]
    sources: frozenset[str] = frozenset()

    def may_be_of(self, destination: Destination) -> bool:
        """Return whether it is a workspace's, as far as can be known; Azure ignores case."""
        ids = [self.workspace, destination.id]
        known = [comparable(one) for one in ids if isinstance(one, str)]
        if len(known) == len(ids):
            return known[0] == known[1]
        receiver = destination.receiver
        if receiver and self.sources:
            return receiver.resource.urn in self.sources
        if receiver and isinstance(self.workspace, str) and isinstance(receiver.name, str):
            return comparable(self.workspace).rpartition("/")[2] == fold(receiver.name)
        # A reference to a workspace of this stack is not one that the stack identifies by its ID.
        return not (self.sources and isinstance(destination.id, str))


@dataclass(frozen=True)
class Graph:
    """The complete input of a policy.

    Attributes:
        clusters: the clusters, those this stack only reads included.
        links: for each cluster's URN, the settings that are or could be attached to it.
        foreign: settings of this stack that are attached to a cluster outside of it, by its id.
        unplaced: settings whose target cannot be known, but by their categories is a cluster.
        opaque: resources that may contain a cluster that is not visible.
        unassessed: resources that no policy judges, such as clusters of other platforms.
        writers: for each cluster's URN, the generic resources that write the same cluster.
        authenticators: resources that admit another identity provider to a cluster.
        trusted_access: role bindings for other Azure resources.
        access_notes: other ways to a cluster, which no policy forbids.
        kubeconfigs: providers for Kubernetes, with the kubeconfig that they use.
        calls: the provider functions that the program called, by token; None where the source
            does not show them.
        activity: settings that send a subscription's activity log.
        transformations: KQL through which what arrives in a table of a workspace goes.
    """

    clusters: tuple[Cluster, ...] = ()
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    foreign: tuple[DiagnosticSetting, ...] = ()
    unplaced: tuple[DiagnosticSetting, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    unassessed: tuple[Unassessed, ...] = ()
    writers: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    authenticators: tuple[Resource, ...] = ()
    trusted_access: tuple[TrustedAccess, ...] = ()
    access_notes: tuple[AccessNote, ...] = ()
    kubeconfigs: tuple[tuple[Resource, Value[str]], ...] = ()
    calls: tuple[str, ...] | None = None
    activity: tuple[DiagnosticSetting, ...] = ()
    transformations: tuple[Transformation, ...] = ()

    def transformation(self, table: str, destination: Destination) -> Value[str]:
        """Return the KQL through which goes what arrives in a table of a workspace.

        Args:
            table: its name; Azure ignores the case.
            destination: the workspace.

        Returns:
            The KQL; unknown where it could be one of several; absent where there is none.
        """
        found = {
            one.kql
            for one in self.transformations
            if one.table in {fold(table), ANY_TABLE} and one.may_be_of(destination)
        }
        if len(found) > 1:
            return Unknown("it could be one of several")
        if not found and self._has_another_rule(destination):
            return Unknown("the workspace names a data collection rule that is not in this stack")
        return next(iter(found), ABSENT)

    def _has_another_rule(self, destination: Destination) -> bool:
        """Return whether a workspace may have a rule that the stack does not show.

        A workspace has one rule. Where the rule's name is unknown, a rule of the stack that is
        certainly this workspace's is the one.
        """
        receiver = destination.receiver
        if not isinstance(receiver, Workspace) or receiver.default_rule is ABSENT:
            return False
        own = receiver.resource.urn
        is_shown = any(own in one.sources for one in self.transformations)
        return not (isinstance(receiver.default_rule, Unknown) and is_shown)
