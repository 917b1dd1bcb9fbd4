"""The resources of this stack that can receive logs, with the settings that other resources add.

Property names are those on the wire. Sources: Azure Native API docs for Workspace, StorageAccount
and eventhub.Namespace; Azure Classic API docs for the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.destinations.duplicates import without_conflicts
from kubewitness.graph.destinations.storage import (
    CONTAINER_ID,
    CONTAINER_ID_PROPERTY,
    ELSEWHERE,
    deletion,
    immutability,
    immutable_days,
    shortest,
    storage_account,
    without_repeats,
)
from kubewitness.graph.destinations.workspaces import (
    HIDDEN_TABLE,
    names_it,
    tables,
    tables_of,
    template_names,
    workspace,
)
from kubewitness.graph.locations import location, resource_group
from kubewitness.graph.model import EventHubNamespace, Receiver, StorageAccount, Workspace
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown, Value, first_present, read, text

NAME_PROPERTIES: Final = {
    ResourceKind.WORKSPACE: ("workspaceName", "name"),
    ResourceKind.STORAGE_ACCOUNT: ("accountName", "name"),
    ResourceKind.EVENT_HUB: ("namespaceName", "name"),
}
"""Where each kind keeps its name: as an input, then as an output or in the classic provider."""

OWNER_PROPERTIES: Final = (
    "workspaceName",
    "workspaceId",
    "accountName",
    "storageAccountId",
    CONTAINER_ID_PROPERTY,
    "namespaceName",
)
"""Where a table, a policy or an authorization rule names what it belongs to."""

_ATTACHMENTS: Final[Mapping[ResourceKind | None, type[Receiver]]] = {
    ResourceKind.TABLE: Workspace,
    ResourceKind.ARM: Workspace,
    ResourceKind.LIFECYCLE_POLICY: StorageAccount,
    ResourceKind.IMMUTABILITY_POLICY: StorageAccount,
}
"""The resources that add settings to a receiver without being one, and the receiver's kind."""


class Receivers:
    """The receivers of a stack, found by URN, name or id.

    Args:
        by_urn: the resources that this stack manages.
    """

    def __init__(self, by_urn: Mapping[str, Resource]) -> None:
        self._found: dict[str, Receiver] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_id: dict[str, str] = {}
        for urn, resource in by_urn.items():
            self._note(urn, _bare(resource, by_urn))
        self._found = without_conflicts(self._found, by_urn)
        attached: dict[str, list[Resource]] = {}
        doubtful: dict[str, list[Resource]] = {}
        for resource in by_urn.values():
            owners = self._possible_owners(resource, by_urn)
            sure = [u for u in owners if len(owners) == 1 or names_it(resource, self._found[u])]
            for urn in sure or owners:
                (attached if sure else doubtful).setdefault(urn, []).append(resource)
        for urn, receiver in list(self._found.items()):
            self._found[urn] = _complete(receiver, attached.get(urn, []), doubtful.get(urn, []))

    def _note(self, urn: str, receiver: Receiver | None) -> None:
        if receiver is None:
            return
        self._found[urn] = receiver
        if isinstance(receiver.name, str):
            self._by_name.setdefault(fold(receiver.name), []).append(urn)
        if isinstance(receiver.resource.id, str):
            self._by_id[comparable(receiver.resource.id)] = urn

    def _possible_owners(self, resource: Resource, by_urn: Mapping[str, Resource]) -> list[str]:
        """Return what it may be attached to: receivers of the right kind, in the right group."""
        kind = kind_of(resource.type)
        if kind not in _ATTACHMENTS:
            return []
        group = resource_group(resource, by_urn)
        hidden = any(
            isinstance(read(resource.properties, name), Unknown)
            and not resource.property_dependencies.get(name)
            for name in OWNER_PROPERTIES
        )
        return sorted(
            urn
            for urn in (self._found if hidden else self._owners(resource))
            if isinstance(self._found[urn], _ATTACHMENTS[kind])
            and (kind is ResourceKind.ARM or not _differ(group, self._found[urn].resource_group))
        )

    def _owners(self, attachment: Resource) -> set[str]:
        """Return what a table, a policy or a template belongs to; a template may set several."""
        properties = (*OWNER_PROPERTIES, "properties", "parameters", "body")
        found = {urn for name in properties for urn in self._sources(attachment, name)}
        if attachment.parent in self._found:
            found.add(attachment.parent)
        named = [read(attachment.properties, name) for name in OWNER_PROPERTIES]
        named += [name.partition("/")[0] for name in template_names(attachment)]
        return found | {
            urn for name in named if isinstance(name, str) for urn in self._called(name)
        }

    def _sources(self, resource: Resource, name: str) -> list[str]:
        return [u for u in resource.property_dependencies.get(name, ()) if u in self._found]

    def _called(self, known: str) -> list[str]:
        """Return whose name or id it may be: several receivers can have the same name."""
        within = CONTAINER_ID.search(known)
        name = within["account"] if within else known.rstrip("/").rpartition("/")[2]
        return self._by_name.get(fold(name), [])

    def owner(self, resource: Resource, name: str) -> Receiver | None:
        """Return the receiver of this stack that a property came from, or whose name it is."""
        known = read(resource.properties, name)
        urns = self._sources(resource, name) or (
            self._called(known) if isinstance(known, str) else []
        )
        return self._found[urns[0]] if len(urns) == 1 else None

    def at(self, identifier: str) -> Receiver | None:
        """Return the receiver with an id, in any case; an authorization rule is its namespace's."""
        known = comparable(identifier).partition("/authorizationrules/")[0]
        urn = self._by_id.get(known)
        return self._found[urn] if urn else None

    def get(self, urn: str) -> Receiver | None:
        """Return the receiver that a resource is."""
        return self._found.get(urn)


def _bare(resource: Resource, by_urn: Mapping[str, Resource]) -> Receiver | None:
    """Return a receiver by its own properties alone."""
    kind = kind_of(resource.type)
    if kind is ResourceKind.WORKSPACE:
        return workspace(resource.properties, _common(resource, kind, by_urn))
    if kind is ResourceKind.STORAGE_ACCOUNT:
        common = _common(resource, kind, by_urn)
        return storage_account(resource.properties, common)
    is_namespace = resource.type.rpartition(":")[2] in {"Namespace", "EventHubNamespace"}
    if kind is ResourceKind.EVENT_HUB and is_namespace:
        return EventHubNamespace(**_common(resource, kind, by_urn))
    return None


def _complete(receiver: Receiver, attached: list[Resource], doubtful: list[Resource]) -> Receiver:
    """Return a receiver with the settings that other resources add, or may add."""
    if isinstance(receiver, Workspace):
        hidden = {name: HIDDEN_TABLE for r in doubtful for name, _ in tables_of(r, receiver)}
        return replace(receiver, tables={**tables(receiver, attached), **hidden})
    if isinstance(receiver, StorageAccount):
        policies = [r for r in attached if kind_of(r.type) is ResourceKind.LIFECYCLE_POLICY]
        locks = [r for r in attached if kind_of(r.type) is ResourceKind.IMMUTABILITY_POLICY]
        unsure = [ELSEWHERE for r in doubtful if kind_of(r.type) is ResourceKind.LIFECYCLE_POLICY]
        return replace(
            receiver,
            deletes_after_days=shortest([*unsure, *(deletion(policy) for policy in policies)]),
            immutability=without_repeats(immutability(lock) for lock in locks),
            immutable_days=without_repeats(
                (immutability(lock)[0], immutable_days(lock)) for lock in locks
            ),
        )
    return receiver


def _differ(one: Value[str], other: Value[str]) -> bool:
    """Return whether both are known and not the same; Azure ignores case."""
    return isinstance(one, str) and isinstance(other, str) and fold(one) != fold(other)


def _common(
    resource: Resource, kind: ResourceKind, by_urn: Mapping[str, Resource]
) -> dict[str, Any]:
    names = (read(resource.properties, name) for name in NAME_PROPERTIES[kind])
    return {
        "resource": resource,
        "name": text(first_present(*names)),
        "resource_group": resource_group(resource, by_urn),
        "location": location(resource, by_urn),
    }
