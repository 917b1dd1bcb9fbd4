"""What logs can be sent to: workspaces, storage accounts and event hubs of this stack.

Property names are those on the wire. Sources: Azure Native API docs for Workspace, Table,
StorageAccount, ManagementPolicy, BlobContainerImmutabilityPolicy and eventhub.Namespace; Azure
Classic API docs for the same; ARM template reference for workspaces/tables.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from kubewitness.catalog.type_tokens import Kind, is_classic, kind_of
from kubewitness.graph.model import (
    EventHubNamespace,
    StorageAccount,
    Store,
    Table,
    Workspace,
)
from kubewitness.graph.places import location, resource_group
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import (
    ABSENT,
    Unknown,
    Value,
    declared_flag,
    declared_text,
    first_present,
    items,
    number,
    period,
    read,
    text,
)

NAME_PROPERTIES: Final = {
    Kind.WORKSPACE: ("workspaceName", "name"),
    Kind.STORAGE_ACCOUNT: ("accountName", "name"),
    Kind.EVENT_HUB: ("namespaceName", "name"),
}
"""Where each kind keeps its name: as an input, then as an output or in the classic provider."""

CONTAINER_ID_PROPERTY: Final = "storageContainerResourceManagerId"
"""Where the classic provider's immutability policy keeps the id of its container."""

OWNER_PROPERTIES: Final = (
    "workspaceName",
    "workspaceId",
    "accountName",
    "storageAccountId",
    CONTAINER_ID_PROPERTY,
    "namespaceName",
)
"""Where a table, a policy or an authorization rule names what it belongs to."""

TEMPLATE_PROPERTIES: Final = (("properties", "template"), ("templateContent",), ("body",))
"""Where deployments of Azure Native and Azure Classic and azapi keep what they deploy."""

_ATTACHMENTS: Final = frozenset(
    {Kind.TABLE, Kind.LIFECYCLE_POLICY, Kind.IMMUTABILITY_POLICY, Kind.ARM}
)
"""What says something of a store without being one."""

_TABLE_TYPE: Final = "microsoft.operationalinsights/workspaces/tables"
_TABLE_NAME: Final = re.compile(r"/(?P<table>\w+)(?:'|$)")
"""The table in `workspace/AKSAudit` and in `[format('{0}/AKSAudit', parameters('workspace'))]`."""

_CONTAINER_ID: Final = re.compile(
    r"/storageaccounts/(?P<account>[^/]+)/blobservices/[^/]+/containers/(?P<container>[^/]+)",
    re.IGNORECASE,
)


class Stores:
    """The stores of a stack, found by URN, name or id.

    Args:
        by_urn: the resources that this stack manages.
    """

    def __init__(self, by_urn: Mapping[str, Resource]) -> None:
        self._found: dict[str, Store] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_id: dict[str, str] = {}
        for urn, resource in by_urn.items():
            self._note(urn, _bare(resource, by_urn))
        attached: dict[str, list[Resource]] = {}
        for resource in by_urn.values():
            if kind_of(resource.type) in _ATTACHMENTS:
                owners = self._owners(resource)
                for urn in owners:
                    if len(owners) == 1 or _names_it(resource, self._found[urn]):
                        attached.setdefault(urn, []).append(resource)
        for urn, store in list(self._found.items()):
            self._found[urn] = _complete(store, attached.get(urn, []))

    def _note(self, urn: str, store: Store | None) -> None:
        if store is None:
            return
        self._found[urn] = store
        if isinstance(store.name, str):
            self._by_name.setdefault(store.name.lower(), []).append(urn)
        if isinstance(store.resource.id, str):
            self._by_id[store.resource.id.lower().rstrip("/")] = urn

    def _owners(self, attachment: Resource) -> set[str]:
        """What a table, a policy or a template belongs to; a template may set several."""
        properties = (*OWNER_PROPERTIES, "properties", "parameters", "body")
        found = {urn for name in properties for urn in self._sources(attachment, name)}
        if attachment.parent in self._found:
            found.add(attachment.parent)
        named = [read(attachment.properties, name) for name in OWNER_PROPERTIES]
        named += [name.partition("/")[0] for name in _template_names(attachment)]
        return found | {
            urn for name in named if isinstance(name, str) for urn in self._called(name)
        }

    def _sources(self, resource: Resource, name: str) -> list[str]:
        return [u for u in resource.property_dependencies.get(name, ()) if u in self._found]

    def _called(self, known: str) -> list[str]:
        """Whose name or id it is; nobody's where several have it."""
        within = _CONTAINER_ID.search(known)
        name = within["account"] if within else known.rstrip("/").rpartition("/")[2]
        found = self._by_name.get(name.lower(), [])
        return found if len(found) == 1 else []

    def owner(self, resource: Resource, name: str) -> Store | None:
        """The store of this stack that a property came from, or whose name it is."""
        known = read(resource.properties, name)
        urns = self._sources(resource, name) or (
            self._called(known) if isinstance(known, str) else []
        )
        return self._found[urns[0]] if len(urns) == 1 else None

    def at(self, identifier: str) -> Store | None:
        """The store with an id; an authorization rule is its namespace's. Azure ignores case."""
        known = identifier.lower().rstrip("/").partition("/authorizationrules/")[0]
        urn = self._by_id.get(known)
        return self._found[urn] if urn else None

    def get(self, urn: str) -> Store | None:
        """The store that a resource is."""
        return self._found.get(urn)


def _bare(resource: Resource, by_urn: Mapping[str, Resource]) -> Store | None:
    """A store by its own properties alone."""
    kind = kind_of(resource.type)
    if kind is Kind.WORKSPACE:
        return _workspace(resource, by_urn)
    if kind is Kind.STORAGE_ACCOUNT:
        common = _common(resource, kind, by_urn)
        return StorageAccount(**common, premium=_premium(resource.properties))
    is_namespace = resource.type.rpartition(":")[2] in {"Namespace", "EventHubNamespace"}
    if kind is Kind.EVENT_HUB and is_namespace:
        return EventHubNamespace(**_common(resource, kind, by_urn))
    return None


def _complete(store: Store, attached: list[Resource]) -> Store:
    """A store with what other resources say of it."""
    if isinstance(store, Workspace):
        return replace(store, tables=_tables(store, attached))
    if isinstance(store, StorageAccount):
        policies = [r for r in attached if kind_of(r.type) is Kind.LIFECYCLE_POLICY]
        locks = [r for r in attached if kind_of(r.type) is Kind.IMMUTABILITY_POLICY]
        return replace(
            store,
            deletes_after_days=_shortest([_deletion(policy) for policy in policies]),
            immutability=dict(_immutability(lock) for lock in locks),
            immutable_days={_immutability(lock)[0]: _immutable_days(lock) for lock in locks},
        )
    return store


def _common(resource: Resource, kind: Kind, by_urn: Mapping[str, Resource]) -> dict[str, Any]:
    names = (read(resource.properties, name) for name in NAME_PROPERTIES[kind])
    return {
        "resource": resource,
        "name": text(first_present(*names)),
        "resource_group": resource_group(resource, by_urn),
        "location": location(resource, by_urn),
    }


def _workspace(resource: Resource, by_urn: Mapping[str, Resource]) -> Workspace:
    properties = resource.properties
    common = _common(resource, Kind.WORKSPACE, by_urn)
    sku = read(properties, "sku")
    return Workspace(
        **common,
        sku=declared_text(read(properties, "sku", "name") if isinstance(sku, Mapping) else sku),
        interactive_days=period(read(properties, "retentionInDays")),
        daily_cap=number(
            first_present(
                read(properties, "workspaceCapping", "dailyQuotaGb"),
                read(properties, "dailyQuotaGb"),
            )
        ),
        purges_at_once=declared_flag(
            first_present(
                read(properties, "features", "immediatePurgeDataOn30Days"),
                read(properties, "immediateDataPurgeOn30DaysEnabled"),
            )
        ),
    )


def _tables(workspace: Workspace, attached: list[Resource]) -> dict[str, Table]:
    """The tables; one that two resources speak of is unknown, for the last to deploy decides."""
    tables: dict[str, Table] = {}
    twice = Unknown("two resources set it")
    for resource in attached:
        for name, table in _tables_of(resource, workspace):
            tables[name] = Table(twice, twice, twice) if name in tables else table
    return tables


def _tables_of(resource: Resource, workspace: Workspace) -> Iterator[tuple[str, Table]]:
    if kind_of(resource.type) is Kind.TABLE:
        names = (read(resource.properties, name) for name in ("tableName", "name"))
        name = text(first_present(*names))
        if isinstance(name, str):
            yield name, _table(resource.properties)
    for item in _template_tables(resource):
        full = str(read(item, "name"))
        match = _TABLE_NAME.search(full)
        # An expression in a template takes the workspace's name from the one owner there is.
        if match and (full.startswith("[") or _is_of(full, workspace)):
            yield match["table"], _table(read(item, "properties"))


def _is_of(full: str, store: Store) -> bool:
    """Whether a name such as `workspace/AKSAudit` begins with the store's."""
    return isinstance(store.name, str) and full.lower().startswith(f"{store.name.lower()}/")


def _names_it(template: Resource, store: Store) -> bool:
    """Whether a template that several stores have a part in names this one in so many words."""
    names = _template_names(template)
    return (
        bool(names)
        and all(not name.startswith("[") for name in names)
        and any(_is_of(name, store) for name in names)
    )


def _template_tables(resource: Resource) -> list[Any]:
    """The tables in an ARM template, as they stand there."""
    template = first_present(*(read(resource.properties, *path) for path in TEMPLATE_PROPERTIES))
    listed = items(read(template, "resources"))
    known = () if isinstance(listed, Unknown) else listed
    return [item for item in known if str(read(item, "type")).lower() == _TABLE_TYPE]


def _template_names(resource: Resource) -> list[str]:
    names = (read(item, "name") for item in _template_tables(resource))
    return [name for name in names if isinstance(name, str)]


def _table(properties: Value[Mapping[str, Any]]) -> Table:
    return Table(
        plan=text(read(properties, "plan")),
        interactive_days=period(read(properties, "retentionInDays")),
        total_days=period(read(properties, "totalRetentionInDays")),
    )


def _premium(properties: Mapping[str, Any]) -> Value[bool]:
    tier = declared_text(
        first_present(read(properties, "sku", "name"), read(properties, "accountTier"))
    )
    return tier.lower().startswith("premium") if isinstance(tier, str) else tier


def _deletion(policy: Resource) -> Value[float]:
    """After how many days a lifecycle policy deletes blobs at the earliest; absent if never."""
    classic = is_classic(policy.type)
    path = ("rules",) if classic else ("policy", "rules")
    rules = items(read(policy.properties, *path))
    if isinstance(rules, Unknown):
        return rules
    return _shortest([_rule_deletion(rule, classic=classic) for rule in rules])


def _rule_deletion(rule: Value[Any], *, classic: bool) -> Value[float]:
    if read(rule, "enabled") is False:
        return ABSENT
    actions = read(rule, "actions") if classic else read(rule, "definition", "actions")
    base = read(actions, "baseBlob")
    delete = base if classic else read(base, "delete")
    if isinstance(delete, Unknown) or not isinstance(delete, Mapping):
        return delete if isinstance(delete, Unknown) else ABSENT
    prefix = "deleteAfterDaysSince" if classic else "daysAfter"
    return _shortest([period(read(delete, name)) for name in delete if name.startswith(prefix)])


def _shortest(periods: list[Value[float]]) -> Value[float]:
    hidden = [period for period in periods if isinstance(period, Unknown)]
    known = [period for period in periods if isinstance(period, float)]
    if hidden:
        return hidden[0]
    return min(known, default=ABSENT)


def _immutability(policy: Resource) -> tuple[str, Value[str]]:
    """The container and the policy's state.

    The classic provider locks a policy by itself; in Azure Native only Azure's answer says so.
    """
    if is_classic(policy.type):
        locked = read(policy.properties, "locked")
        named = _CONTAINER_ID.search(str(read(policy.properties, CONTAINER_ID_PROPERTY)))
        name = named["container"] if named else policy.name
        return name, locked if isinstance(locked, Unknown) else _STATES[locked is True]
    container = text(read(policy.properties, "containerName"))
    name = container if isinstance(container, str) else policy.name
    if not policy.outputs:
        return name, Unknown("Azure says so only after the deployment")
    return name, text(read(policy.outputs, "state"))


def _immutable_days(policy: Resource) -> Value[float]:
    names = ("immutabilityPeriodSinceCreationInDays", "immutabilityPeriodInDays")
    days = period(first_present(*(read(policy.properties, name) for name in names)))
    return 0.0 if days is ABSENT else days


_STATES: Final = {True: "Locked", False: "Unlocked"}
