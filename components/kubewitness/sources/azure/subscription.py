"""Read the AKS clusters of a subscription, their log collection and its destinations.

Only GET requests are sent, a few for each cluster and each destination. The role `Reader` is
enough. Source: Azure REST API reference, each operation by its name below.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kubewitness.azure.manager import (
    NOT_OFFERED,
    RefusedError,
    ResourceManager,
    is_id,
    open_resource_manager,
)
from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.audit_tables import AKS_AUDIT, AKS_AUDIT_ADMIN
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES, CONTAINER
from kubewitness.errors import InputError
from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.graph.values import Unknown
from kubewitness.sources.azure import documents as kinds
from kubewitness.sources.azure.documents import hidden, resource, setting
from kubewitness.sources.azure.scope import AzureScope, parse_scope
from kubewitness.sources.loaded import Loaded

SOURCE: Final = "azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]"
"""How a user names clusters that exist."""

_VERSIONS: Final = {
    kinds.CLUSTERS: "2025-09-01",
    kinds.AUTHENTICATORS: "2025-07-02-preview",
    kinds.TRUSTED_ACCESS: "2025-09-01",
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

_READER: Final = "the role `Reader`"
_HIDDEN: Final = Unknown("Azure does not show it to this identity")
_RETENTION: Final = {"retentionInDays": _HIDDEN, "totalRetentionInDays": _HIDDEN}


@dataclass
class _Found:
    """The results so far.

    Attributes:
        scope: what was asked for.
        resources: in the order of the clusters; what several send to is there once.
        unreadable: what of a cluster was not shown, each with the reason: it may hold anything.
        notes: which destinations were not shown, and which are not there.
    """

    scope: AzureScope
    resources: list[Resource] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load_subscription(word: str, manager: ResourceManager | None = None) -> Loaded:
    """Read the clusters of a subscription, or some of them, and their collection settings.

    A subscription is its own stack and answers for every cluster.

    Args:
        word: `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]`.
        manager: by default one with whatever credentials there are.

    Raises:
        InputError: the word is not a subscription, Azure cannot be queried, or shows no clusters.
    """
    scope = parse_scope(word)
    reader = _SubscriptionReader(manager or open_resource_manager(word), _Found(scope))
    reader.read(word)
    found = reader.found
    return Loaded(
        source=scope.word,
        stack=Stack("azure", scope.subscription),
        resources=tuple(found.resources),
        unreadable=tuple(found.unreadable),
        notes=tuple(found.notes),
    )


class _SubscriptionReader:
    """Follows what the clusters name, and notes what it finds."""

    def __init__(self, manager: ResourceManager, found: _Found) -> None:
        self._manager = manager
        self.found = found

    def read(self, word: str) -> None:
        """Read the clusters first, then what they send to."""
        try:
            clusters = list(self._clusters())
        except RefusedError as error:
            raise InputError(f"{word}: {error}, to read the clusters; needs {_READER}") from None
        for cluster in clusters:
            self.found.resources.append(cluster)
            self._authenticators(cluster.urn)
            self._trusted_access(cluster.urn)
            if not self._settings(cluster.urn):
                self._unreadable(cluster.urn, "its diagnostic settings")
        target = f"/subscriptions/{self.found.scope.subscription}"
        if clusters and not self._settings(target):
            self._note(target, "where the activity log goes is not known")
        for name, identifier in self._destinations():
            if not _FOLLOW[name](self, identifier):
                self._gone(name, identifier)

    def _clusters(self) -> Iterator[Resource]:
        """Call Managed Clusters - List, List By Resource Group, or Get."""
        scope = self.found.scope
        if scope.cluster:
            one = self._get(kinds.CLUSTERS, scope.path)
            yield from [resource(kinds.CLUSTERS, one)] if one else []
            return
        for one in self._list(kinds.CLUSTERS, scope.path):
            yield resource(kinds.CLUSTERS, one)

    def _authenticators(self, cluster: str) -> None:
        """Call JWT Authenticators - List By Managed Cluster."""
        try:
            for one in self._list(kinds.AUTHENTICATORS, f"{cluster}/jwtAuthenticators"):
                self.found.resources.append(resource(kinds.AUTHENTICATORS, one))
        except RefusedError as error:
            if error.status != NOT_OFFERED:
                self._unreadable(cluster, "its JWT authenticators")
            else:
                # A preview, which a subscription may not have: then there are none. But previews
                # end, too, and then Azure answers the same.
                self.found.notes.append(f"{cluster}: its JWT authenticators are {error}")

    def _trusted_access(self, cluster: str) -> None:
        """Call Trusted Access Role Bindings - List."""
        try:
            for one in self._list(kinds.TRUSTED_ACCESS, f"{cluster}/trustedAccessRoleBindings"):
                self.found.resources.append(resource(kinds.TRUSTED_ACCESS, one))
        except RefusedError:
            self._unreadable(cluster, "its role bindings for Trusted Access")

    def _settings(self, target: str) -> bool:
        """Call Diagnostic Settings - List; return whether Azure shows them."""
        path = f"{target}/providers/{kinds.SETTINGS}"
        try:
            self.found.resources += [setting(target, x) for x in self._list(kinds.SETTINGS, path)]
        except RefusedError:
            unknown = {"resourceUri": target, "logs": _HIDDEN, "workspaceId": _HIDDEN}
            self.found.resources.append(hidden(kinds.SETTINGS, path, **unknown))
            return False
        return True

    def _unreadable(self, identifier: str, what: str) -> None:
        self.found.unreadable.append(f"{identifier}: {what} are not shown; needs {_READER}")

    def _note(self, identifier: str, what: str) -> None:
        self.found.notes.append(f"{identifier} is not shown, which needs {_READER}: {what}")

    def _gone(self, name: str, identifier: str) -> None:
        """Remove a destination that does not exist from the settings that name it."""
        self.found.notes.append(f"{identifier} is not there: what is sent to it is lost")
        for i, one in enumerate(self.found.resources):
            if fold(str(one.properties.get(name))) == fold(identifier):
                left = {key: value for key, value in one.properties.items() if key != name}
                self.found.resources[i] = replace(one, properties=left)

    def _destinations(self) -> list[tuple[str, str]]:
        """Return each destination once, in any case, with the property that names it."""
        named = {
            (name, fold(identifier)): identifier
            for one in self.found.resources
            for name in _FOLLOW
            if is_id(identifier := one.properties.get(name))
        }
        return [(name, identifier) for (name, _), identifier in named.items()]

    def workspace(self, identifier: str) -> bool:
        """Call Workspaces - Get, Tables - Get, Data Collection Rules - Get; return if it exists.

        Of the tables those alone that audit logs fill; a workspace has hundreds.
        """
        one = self._part(kinds.WORKSPACES, identifier)
        if not isinstance(one, Resource):
            return one is not None
        for table in dict.fromkeys(AKS_LOG_CATEGORIES[name].table for name in AUDIT_CATEGORIES):
            self._part(kinds.TABLES, f"{one.urn}/tables/{table}", plan=_HIDDEN, **_RETENTION)
        rule = one.properties.get("defaultDataCollectionRuleResourceId")
        if is_id(rule):
            streams = [f"Microsoft-Table-{table}" for table in (AKS_AUDIT, AKS_AUDIT_ADMIN)]
            flows = [{"streams": streams, "transformKql": _HIDDEN}]
            of = {"logAnalytics": [{"workspaceResourceId": one.urn}]}
            unknown = {"kind": "WorkspaceTransforms", "dataFlows": flows, "destinations": of}
            self._part(kinds.COLLECTION_RULES, rule, **unknown)
        return True

    def account(self, identifier: str) -> bool:
        """Call Storage Accounts - Get, Management Policies - Get, Get Immutability Policy."""
        one = self._part(kinds.ACCOUNTS, identifier)
        if not isinstance(one, Resource):
            return one is not None
        self._part(kinds.LIFECYCLES, f"{one.urn}/managementPolicies/default", policy=_HIDDEN)
        for category in AUDIT_CATEGORIES:
            container = f"{one.urn}/blobServices/default/containers/{CONTAINER.format(category)}"
            unknown = {"immutabilityPeriodSinceCreationInDays": _HIDDEN}
            path = f"{container}/immutabilityPolicies/default"
            self._part(kinds.IMMUTABILITY, path, **unknown)
        return True

    def namespace(self, identifier: str) -> bool:
        """Call Namespaces - Get in the same way; a setting names a rule of the namespace."""
        path = re.split("/authorizationRules/", identifier, flags=re.IGNORECASE | re.ASCII)[0]
        return self._part(kinds.NAMESPACES, path) is not None

    def _part(self, kind: str, path: str, /, **unknown: Any) -> Resource | Unknown | None:
        """Read one resource, and return it; unknown where it is not shown, None if it is not there.

        `unknown` are the properties of its placeholder if it is not shown.
        """
        try:
            one = self._get(kind, path)
        except RefusedError:
            self._note(path, "what it keeps, and for how long, is not known")
            if unknown:
                self.found.resources.append(hidden(kind, path, **unknown))
            return _HIDDEN
        if one is None:
            return None
        self.found.resources.append(resource(kind, one))
        return self.found.resources[-1]

    def _get(self, kind: str, path: str) -> Mapping[str, Any] | None:
        one = self._manager.get(path, _VERSIONS[kind])
        return one if one is None or is_id(one.get("id")) else {**one, "id": path}

    def _list(self, kind: str, path: str) -> Iterator[Mapping[str, Any]]:
        return self._manager.list(path, _VERSIONS[kind])


_FOLLOW: Final[Mapping[str, Callable[[_SubscriptionReader, str], bool]]] = {
    "workspaceId": _SubscriptionReader.workspace,
    "storageAccountId": _SubscriptionReader.account,
    "eventHubAuthorizationRuleId": _SubscriptionReader.namespace,
}
"""Where a setting names its destinations, and how each is read."""
