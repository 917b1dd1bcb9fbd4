"""What a subscription has now: its AKS clusters, what is collected of them, and where that goes.

Only GET requests are sent, a few for each cluster and each destination. The role `Reader` is
enough. Source: Azure REST API reference, each operation by its name below.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES, CONTAINER
from kubewitness.errors import InputError
from kubewitness.graph.resources import Resource
from kubewitness.sources.azure import documents as kinds
from kubewitness.sources.azure.documents import hidden_settings, hidden_tables, resource, setting
from kubewitness.sources.azure.manager import (
    REFUSED,
    RefusedError,
    ResourceManager,
    open_resource_manager,
)

SCHEME: Final = "azure://"

_VERSIONS: Final = {
    kinds.CLUSTERS: "2025-09-01",
    kinds.AUTHENTICATORS: "2025-07-02-preview",
    kinds.SETTINGS: "2021-05-01-preview",
    kinds.WORKSPACES: "2023-09-01",
    kinds.TABLES: "2023-09-01",
    kinds.COLLECTION_RULES: "2022-06-01",
    kinds.ACCOUNTS: "2024-01-01",
    kinds.LIFECYCLES: "2024-01-01",
    kinds.IMMUTABILITY: "2024-01-01",
    kinds.NAMESPACES: "2024-01-01",
}
"""Of each API: what azure-native 3.29 asks, whose property names the graph reads."""

_WORD: Final = re.compile(
    r"azure://(?P<subscription>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"(?:/(?P<group>[^/?#]+)(?:/(?P<cluster>[^/?#]+))?)?/?",
    re.IGNORECASE,
)

_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
_READER: Final = "the role `Reader`"


@dataclass(frozen=True)
class Scope:
    """Which clusters are looked at.

    Attributes:
        subscription: its id.
        group: the resource group; empty for all of the subscription.
        cluster: the cluster's name; empty for all of the resource group.
    """

    subscription: str
    group: str = ""
    cluster: str = ""

    @property
    def word(self) -> str:
        """What a user writes for it."""
        parts = (self.subscription, self.group, self.cluster)
        return SCHEME + "/".join(part for part in parts if part)

    @property
    def path(self) -> str:
        """Where Azure lists the clusters, or has the one."""
        within = f"/resourceGroups/{self.group}" if self.group else ""
        name = f"/{self.cluster}" if self.cluster else ""
        return f"/subscriptions/{self.subscription}{within}/providers/{kinds.CLUSTERS}{name}"


@dataclass
class Subscription:
    """What was read.

    Attributes:
        scope: what was asked for.
        resources: in the order of the clusters; what several send to is there once.
        unreadable: what of a cluster was not shown, each with the reason: it may hold anything.
        notes: which destinations were not shown.
    """

    scope: Scope
    resources: list[Resource] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_azure(word: str) -> bool:
    """Return whether a user's word for a source means Azure."""
    return word.lower().startswith(SCHEME)


def parse_scope(word: str) -> Scope:
    """Return what `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]` asks for.

    Raises:
        InputError: it is something else.
    """
    found = _WORD.fullmatch(word)
    if found is None:
        raise InputError(
            f"{word}: write azure://SUBSCRIPTION, azure://SUBSCRIPTION/RESOURCE-GROUP or "
            "azure://SUBSCRIPTION/RESOURCE-GROUP/CLUSTER, the subscription by its id, which "
            "`az account list --output table` shows"
        )
    return Scope(found["subscription"], found["group"] or "", found["cluster"] or "")


def load_subscription(word: str, manager: ResourceManager | None = None) -> Subscription:
    """Read the clusters of a subscription, or some of them, and all that says what is collected.

    Args:
        word: `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]`.
        manager: that is asked; by default with whatever credentials there are.

    Raises:
        InputError: the word is no such, Azure cannot be asked, or shows no clusters.
    """
    scope = parse_scope(word)
    reader = _Reader(manager or open_resource_manager(word), Subscription(scope))
    reader.read(word)
    return reader.found


class _Reader:
    """Follows what the clusters name.

    Args:
        manager: that is asked.
        found: what is filled.
    """

    def __init__(self, manager: ResourceManager, found: Subscription) -> None:
        self._manager = manager
        self.found = found

    def read(self, word: str) -> None:
        """Read the clusters first, then what they send to."""
        try:
            clusters = list(self._clusters())
        except RefusedError as error:
            raise InputError(f"{word}: {error}, to see the clusters; needs {_READER}") from None
        for cluster in clusters:
            self.found.resources.append(cluster)
            self._authenticators(cluster.urn)
            self._settings(cluster.urn)
        if clusters:
            self._activity()
        for name, identifier in self._destinations():
            _FOLLOW[name](self, identifier)

    def _clusters(self) -> Iterator[Resource]:
        """Managed Clusters - List, List By Resource Group, Get."""
        scope = self.found.scope
        if scope.cluster:
            one = self._get(kinds.CLUSTERS, scope.path)
            yield from [resource(kinds.CLUSTERS, one)] if one else []
            return
        for one in self._list(kinds.CLUSTERS, scope.path):
            yield resource(kinds.CLUSTERS, one)

    def _authenticators(self, cluster: str) -> None:
        """JWT Authenticators - List By Managed Cluster."""
        try:
            for one in self._list(kinds.AUTHENTICATORS, f"{cluster}/jwtAuthenticators"):
                self.found.resources.append(resource(kinds.AUTHENTICATORS, one))
        except RefusedError as error:
            # A preview, which a subscription may not have: then there are none.
            if error.status == REFUSED:
                self._unreadable(cluster, "its JWT authenticators")

    def _settings(self, cluster: str) -> None:
        """Diagnostic Settings - List."""
        try:
            for one in self._list(kinds.SETTINGS, f"{cluster}/providers/{kinds.SETTINGS}"):
                self.found.resources.append(setting(cluster, one))
        except RefusedError:
            self._unreadable(cluster, "its diagnostic settings")
            why = "Azure does not show its diagnostic settings to this identity"
            self.found.resources.append(hidden_settings(cluster, why))

    def _activity(self) -> None:
        """Subscription Diagnostic Settings - List."""
        target = f"/subscriptions/{self.found.scope.subscription}"
        try:
            for one in self._list(kinds.SETTINGS, f"{target}/providers/{kinds.SETTINGS}"):
                self.found.resources.append(setting(target, one))
        except RefusedError:
            self._note(target, "where the activity log goes is not known")

    def _unreadable(self, identifier: str, what: str) -> None:
        self.found.unreadable.append(f"{identifier}: {what} are not shown; needs {_READER}")

    def _note(self, identifier: str, what: str) -> None:
        self.found.notes.append(f"{identifier} is not shown, which needs {_READER}: {what}")

    def _destinations(self) -> list[tuple[str, str]]:
        """Each destination once, by the property that names it; Azure ignores case in ids."""
        named = {
            (name, identifier.lower().rstrip("/")): identifier
            for one in self.found.resources
            for name in _DESTINATIONS
            if isinstance(identifier := one.properties.get(name), str) and identifier
        }
        return [(name, identifier) for (name, _), identifier in named.items()]

    def workspace(self, identifier: str) -> None:
        """Workspaces - Get, Tables - Get, Data Collection Rules - Get."""
        one = self._shown(kinds.WORKSPACES, identifier)
        if one is None:
            return
        self.found.resources.append(one)
        try:
            self._tables(one.urn)
        except RefusedError:
            self._note(f"{one.urn}/tables", "plans and retention of its tables are not known")
            self.found.resources.append(hidden_tables(one.urn, "Azure does not show the tables"))
        rule = one.properties.get("defaultDataCollectionRuleResourceId")
        found = self._shown(kinds.COLLECTION_RULES, rule) if isinstance(rule, str) else None
        if found:
            self.found.resources.append(found)

    def _tables(self, workspace: str) -> None:
        """Those alone that audit logs fill; a workspace has hundreds."""
        for name in dict.fromkeys(AKS_LOG_CATEGORIES[one].table for one in AUDIT_CATEGORIES):
            one = self._get(kinds.TABLES, f"{workspace}/tables/{name}")
            if one:
                self.found.resources.append(resource(kinds.TABLES, one))

    def account(self, identifier: str) -> None:
        """Storage Accounts - Get, Management Policies - Get, Get Immutability Policy."""
        one = self._shown(kinds.ACCOUNTS, identifier)
        if one is None:
            return
        self.found.resources.append(one)
        containers = f"{one.urn}/blobServices/default/containers"
        parts = {f"{one.urn}/managementPolicies/default": kinds.LIFECYCLES}
        for category in AUDIT_CATEGORIES:
            container = f"{containers}/{CONTAINER.format(category)}"
            parts[f"{container}/immutabilityPolicies/default"] = kinds.IMMUTABILITY
        for path, kind in parts.items():
            part = self._shown(kind, path)
            if part:
                self.found.resources.append(part)

    def namespace(self, identifier: str) -> None:
        """Namespaces - Get; a setting names a rule of the namespace."""
        path = re.split("/authorizationRules/", identifier, flags=re.IGNORECASE)[0]
        one = self._shown(kinds.NAMESPACES, path)
        if one:
            self.found.resources.append(one)

    def _shown(self, kind: str, path: str) -> Resource | None:
        try:
            one = self._get(kind, path)
        except RefusedError:
            self._note(path, "what it keeps, and for how long, is not known")
            return None
        return resource(kind, {"id": path, **one}) if one else None

    def _get(self, kind: str, path: str) -> Mapping[str, Any] | None:
        return self._manager.get(path, _VERSIONS[kind])

    def _list(self, kind: str, path: str) -> Iterator[Mapping[str, Any]]:
        return self._manager.list(path, _VERSIONS[kind])


_FOLLOW: Final[Mapping[str, Callable[[_Reader, str], None]]] = dict(
    zip(_DESTINATIONS, (_Reader.workspace, _Reader.account, _Reader.namespace), strict=True)
)
