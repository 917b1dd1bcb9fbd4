"""What logs can be sent to: workspaces, storage accounts and event hubs of this stack.

Property names are those on the wire. Sources: Azure Native API docs for Workspace, Table,
StorageAccount, ManagementPolicy, BlobContainerImmutabilityPolicy and eventhub.Namespace; Azure
Classic API docs for the same; ARM template reference for workspaces/tables.
"""

import re
from collections.abc import Iterator, Mapping
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

_TABLE_TYPE: Final = "microsoft.operationalinsights/workspaces/tables"
_TABLE_NAME: Final = re.compile(r"/(?P<table>\w+)(?:'|$)")
"""The table in `workspace/AKSAudit` and in `[format('{0}/AKSAudit', parameters('workspace'))]`."""

_CONTAINER_ID: Final = re.compile(
    r"/storageaccounts/(?P<account>[^/]+)/blobservices/[^/]+/containers/(?P<container>[^/]+)",
    re.IGNORECASE,
)


def stores(by_urn: Mapping[str, Resource]) -> dict[str, Store]:
    """The stores of a stack, by URN."""
    readers = {
        Kind.WORKSPACE: _workspace,
        Kind.STORAGE_ACCOUNT: _storage_account,
        Kind.EVENT_HUB: _event_hub,
    }
    found = {}
    for urn, resource in by_urn.items():
        kind = kind_of(resource.type)
        if kind in readers and (kind is not Kind.EVENT_HUB or _is_namespace(resource)):
            found[urn] = readers[kind](resource, by_urn)
    return found


def _is_namespace(resource: Resource) -> bool:
    return resource.type.rpartition(":")[2] in {"Namespace", "EventHubNamespace"}


def owner(resource: Resource, name: str, found: Mapping[str, Store]) -> Store | None:
    """The store of this stack that a property came from, or whose name it is."""
    sources = {urn for urn in resource.property_dependencies.get(name, ()) if urn in found}
    if len(sources) == 1:
        return found[sources.pop()]
    known = read(resource.properties, name)
    if not isinstance(known, str):
        return None
    named = [store for store in found.values() if _is_called(store, known)]
    return named[0] if len(named) == 1 else None


def _is_called(store: Store, known: str) -> bool:
    """Whether a name or an id is that of a store."""
    within = _CONTAINER_ID.search(known)
    name = within["account"] if within else known.rstrip("/").rpartition("/")[2]
    return isinstance(store.name, str) and store.name.lower() == name.lower()


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
        tables=_tables(Workspace(**common), by_urn),
    )


def _tables(workspace: Workspace, by_urn: Mapping[str, Resource]) -> dict[str, Table]:
    """The tables; one that two resources speak of is unknown, for the last to deploy decides."""
    tables: dict[str, Table] = {}
    twice = Unknown("two resources set it")
    for resource in by_urn.values():
        for name, table in _tables_of(resource, workspace):
            tables[name] = Table(twice, twice, twice) if name in tables else table
    return tables


def _tables_of(resource: Resource, workspace: Workspace) -> Iterator[tuple[str, Table]]:
    kind = kind_of(resource.type)
    if kind is Kind.TABLE and _belongs(resource, workspace):
        names = (read(resource.properties, name) for name in ("tableName", "name"))
        name = text(first_present(*names))
        if isinstance(name, str):
            yield name, _table(resource.properties)
    elif kind is Kind.ARM:
        yield from _template_tables(resource, workspace)


def _template_tables(resource: Resource, workspace: Workspace) -> Iterator[tuple[str, Table]]:
    template = first_present(*(read(resource.properties, *path) for path in TEMPLATE_PROPERTIES))
    listed = items(read(template, "resources"))
    came_from_it = resource.parent == workspace.resource.urn or _belongs(resource, workspace)
    for item in () if isinstance(listed, Unknown) else listed:
        name = read(item, "name")
        if str(read(item, "type")).lower() != _TABLE_TYPE or not isinstance(name, str):
            continue
        match = _TABLE_NAME.search(name)
        if match and (came_from_it or _starts_with(name, workspace.name)):
            yield match["table"], _table(read(item, "properties"))


def _starts_with(name: str, workspace: Value[str]) -> bool:
    return isinstance(workspace, str) and name.lower().startswith(f"{workspace.lower()}/")


def _table(properties: Value[Mapping[str, Any]]) -> Table:
    return Table(
        plan=text(read(properties, "plan")),
        interactive_days=period(read(properties, "retentionInDays")),
        total_days=period(read(properties, "totalRetentionInDays")),
    )


def _belongs(resource: Resource, store: Store) -> bool:
    """Whether a property says that a resource belongs to a store."""
    mine = {store.resource.urn: store}
    properties = (*OWNER_PROPERTIES, "properties", "parameters", "body")
    return any(owner(resource, name, mine) is not None for name in properties)


def _storage_account(resource: Resource, by_urn: Mapping[str, Resource]) -> StorageAccount:
    common = _common(resource, Kind.STORAGE_ACCOUNT, by_urn)
    account = StorageAccount(**common)
    mine = [other for other in by_urn.values() if _belongs(other, account)]
    return StorageAccount(
        **common,
        premium=_premium(resource.properties),
        deletes_after_days=_shortest(
            [_deletion(r) for r in mine if kind_of(r.type) is Kind.LIFECYCLE_POLICY]
        ),
        immutability=dict(
            _immutability(r) for r in mine if kind_of(r.type) is Kind.IMMUTABILITY_POLICY
        ),
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


_STATES: Final = {True: "Locked", False: "Unlocked"}


def _event_hub(resource: Resource, by_urn: Mapping[str, Resource]) -> EventHubNamespace:
    return EventHubNamespace(**_common(resource, Kind.EVENT_HUB, by_urn))
