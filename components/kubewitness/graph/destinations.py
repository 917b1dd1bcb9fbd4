"""What logs can be sent to: workspaces, storage accounts and event hubs of this stack.

Property names are those on the wire. Sources: Azure Native API docs for Workspace, Table,
StorageAccount, ManagementPolicy, BlobContainerImmutabilityPolicy and eventhub.Namespace; Azure
Classic API docs for the same; ARM template reference for workspaces/tables.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeGuard

from kubewitness.catalog.log_categories import CONTAINER
from kubewitness.catalog.resource_types import ResourceKind
from kubewitness.graph.locations import location, resource_group
from kubewitness.graph.model import (
    EventHubNamespace,
    Receiver,
    StorageAccount,
    Table,
    Workspace,
)
from kubewitness.graph.resource_types import is_classic, kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, type_of
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
    ResourceKind.WORKSPACE: ("workspaceName", "name"),
    ResourceKind.STORAGE_ACCOUNT: ("accountName", "name"),
    ResourceKind.EVENT_HUB: ("namespaceName", "name"),
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

_ATTACHMENTS: Final[Mapping[ResourceKind | None, type[Receiver]]] = {
    ResourceKind.TABLE: Workspace,
    ResourceKind.ARM: Workspace,
    ResourceKind.LIFECYCLE_POLICY: StorageAccount,
    ResourceKind.IMMUTABILITY_POLICY: StorageAccount,
}
"""What says something of a receiver without being one, and of which receiver."""

_TABLE_TYPE: Final = "microsoft.operationalinsights/workspaces/tables"
_TABLE_NAME: Final = re.compile(r"/(?P<table>\w+)(?:'|$)")
"""The table in `workspace/AKSAudit` and in `[format('{0}/AKSAudit', parameters('workspace'))]`."""

_CONTAINER_ID: Final = re.compile(
    r"/storageaccounts/(?P<account>[^/]+)/blobservices/[^/]+/containers/(?P<container>[^/]+)",
    re.IGNORECASE,
)


ANY_CONTAINER: Final = "*"
"""Stands for every container of a storage account, where a policy may be on any."""

ANY_TABLE: Final = "*"
"""Stands for every table of a workspace, where what is said may be of any."""

NEVER: Final = -1.0
"""What the classic provider calls a period that never ends."""

_LOGS: Final = CONTAINER.format("")
_ELSEWHERE: Final = Unknown("whether it is this one's cannot be known before the deployment")
_OTHERS: Final = Table(_ELSEWHERE, _ELSEWHERE, _ELSEWHERE)


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
        attached: dict[str, list[Resource]] = {}
        doubtful: dict[str, list[Resource]] = {}
        for resource in by_urn.values():
            owners = self._possible_owners(resource, by_urn)
            sure = [u for u in owners if len(owners) == 1 or _names_it(resource, self._found[u])]
            for urn in sure or owners:
                (attached if sure else doubtful).setdefault(urn, []).append(resource)
        for urn, receiver in list(self._found.items()):
            self._found[urn] = _complete(receiver, attached.get(urn, []), doubtful.get(urn, []))

    def _note(self, urn: str, receiver: Receiver | None) -> None:
        if receiver is None:
            return
        self._found[urn] = receiver
        if isinstance(receiver.name, str):
            self._by_name.setdefault(receiver.name.lower(), []).append(urn)
        if isinstance(receiver.resource.id, str):
            self._by_id[receiver.resource.id.lower().rstrip("/")] = urn

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
        named += [name.partition("/")[0] for name in _template_names(attachment)]
        return found | {
            urn for name in named if isinstance(name, str) for urn in self._called(name)
        }

    def _sources(self, resource: Resource, name: str) -> list[str]:
        return [u for u in resource.property_dependencies.get(name, ()) if u in self._found]

    def _called(self, known: str) -> list[str]:
        """Return whose name or id it may be: several receivers can have the same name."""
        within = _CONTAINER_ID.search(known)
        name = within["account"] if within else known.rstrip("/").rpartition("/")[2]
        return self._by_name.get(name.lower(), [])

    def owner(self, resource: Resource, name: str) -> Receiver | None:
        """Return the receiver of this stack that a property came from, or whose name it is."""
        known = read(resource.properties, name)
        urns = self._sources(resource, name) or (
            self._called(known) if isinstance(known, str) else []
        )
        return self._found[urns[0]] if len(urns) == 1 else None

    def at(self, identifier: str) -> Receiver | None:
        """Return the receiver with an id, in any case; an authorization rule is its namespace's."""
        known = identifier.lower().rstrip("/").partition("/authorizationrules/")[0]
        urn = self._by_id.get(known)
        return self._found[urn] if urn else None

    def get(self, urn: str) -> Receiver | None:
        """Return the receiver that a resource is."""
        return self._found.get(urn)


def _bare(resource: Resource, by_urn: Mapping[str, Resource]) -> Receiver | None:
    """Return a receiver by its own properties alone."""
    kind = kind_of(resource.type)
    if kind is ResourceKind.WORKSPACE:
        return _workspace(resource, by_urn)
    if kind is ResourceKind.STORAGE_ACCOUNT:
        common = _common(resource, kind, by_urn)
        return StorageAccount(**common, premium=_premium(resource.properties))
    is_namespace = resource.type.rpartition(":")[2] in {"Namespace", "EventHubNamespace"}
    if kind is ResourceKind.EVENT_HUB and is_namespace:
        return EventHubNamespace(**_common(resource, kind, by_urn))
    return None


def _complete(receiver: Receiver, attached: list[Resource], doubtful: list[Resource]) -> Receiver:
    """Return a receiver with what other resources say of it, and what others may say."""
    if isinstance(receiver, Workspace):
        hidden = {name: _OTHERS for r in doubtful for name, _ in _tables_of(r, receiver)}
        return replace(receiver, tables={**_tables(receiver, attached), **hidden})
    if isinstance(receiver, StorageAccount):
        policies = [r for r in attached if kind_of(r.type) is ResourceKind.LIFECYCLE_POLICY]
        locks = [r for r in attached if kind_of(r.type) is ResourceKind.IMMUTABILITY_POLICY]
        unsure = [_ELSEWHERE for r in doubtful if kind_of(r.type) is ResourceKind.LIFECYCLE_POLICY]
        return replace(
            receiver,
            deletes_after_days=_shortest([*unsure, *(_deletion(policy) for policy in policies)]),
            immutability=dict(_immutability(lock) for lock in locks),
            immutable_days={_immutability(lock)[0]: _immutable_days(lock) for lock in locks},
        )
    return receiver


def _differ(one: Value[str], other: Value[str]) -> bool:
    """Return whether both are known and not the same; Azure ignores case."""
    return isinstance(one, str) and isinstance(other, str) and one.lower() != other.lower()


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


def _workspace(resource: Resource, by_urn: Mapping[str, Resource]) -> Workspace:
    properties = resource.properties
    common = _common(resource, ResourceKind.WORKSPACE, by_urn)
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
    """Return the tables; one that two resources set is unknown, as the last to deploy decides."""
    tables: dict[str, Table] = {}
    twice = Unknown("two resources set it")
    for resource in attached:
        for name, table in _tables_of(resource, workspace):
            tables[name] = Table(twice, twice, twice) if name in tables else table
    return tables


def _tables_of(resource: Resource, workspace: Workspace) -> Iterator[tuple[str, Table]]:
    """Yield what is said of which table, in lower case as Azure compares them."""
    if kind_of(resource.type) is ResourceKind.TABLE:
        names = (read(resource.properties, name) for name in ("tableName", "name"))
        name = text(first_present(*names))
        known = name.lower() if isinstance(name, str) else ANY_TABLE
        yield known, _table(resource.properties) if known != ANY_TABLE else _OTHERS
        return
    for item in declared(resource):
        if isinstance(item, Unknown):
            yield ANY_TABLE, _OTHERS
        elif type_of(item) == _TABLE_TYPE:
            full = str(read(item, "name"))
            match = _TABLE_NAME.search(full)
            # An expression in a template takes the workspace's name from the one owner there is.
            if match is None:
                yield ANY_TABLE, _OTHERS
            elif full.startswith("[") or _is_of(full, workspace):
                yield match["table"].lower(), _table(read(item, "properties"))


def _is_of(full: str, receiver: Receiver) -> bool:
    """Return whether a name such as `workspace/AKSAudit` begins with the receiver's."""
    return isinstance(receiver.name, str) and full.lower().startswith(f"{receiver.name.lower()}/")


def _names_it(template: Resource, receiver: Receiver) -> bool:
    """Return whether a template that several receivers have a part in names this one literally."""
    names = _template_names(template)
    return (
        bool(names)
        and all(not name.startswith("[") for name in names)
        and any(_is_of(name, receiver) for name in names)
    )


def _template_names(resource: Resource) -> list[str]:
    """Return the names of the tables that a template declares, as they stand there."""
    if kind_of(resource.type) is not ResourceKind.ARM:
        return []
    known = (one for one in declared(resource) if not isinstance(one, Unknown))
    names = (read(one, "name") for one in known if type_of(one) == _TABLE_TYPE)
    return [name for name in names if isinstance(name, str)]


def _table(properties: Value[Mapping[str, Any]]) -> Table:
    return Table(
        plan=declared_text(read(properties, "plan")),
        interactive_days=period(read(properties, "retentionInDays")),
        total_days=period(read(properties, "totalRetentionInDays")),
    )


def _premium(properties: Mapping[str, Any]) -> Value[bool]:
    tier = declared_text(
        first_present(read(properties, "sku", "name"), read(properties, "accountTier"))
    )
    return tier.lower().startswith("premium") if isinstance(tier, str) else tier


def _deletion(policy: Resource) -> Value[float]:
    """Return after how many days a lifecycle policy deletes blobs first; absent if never."""
    classic = is_classic(policy.type)
    path = ("rules",) if classic else ("policy", "rules")
    rules = items(read(policy.properties, *path))
    if isinstance(rules, Unknown):
        return rules
    return _shortest([_rule_deletion(rule, classic=classic) for rule in rules])


def _rule_deletion(rule: Value[Any], *, classic: bool) -> Value[float]:
    if read(rule, "enabled") is False or not _may_concern_logs(rule, classic=classic):
        return ABSENT
    actions = read(rule, "actions") if classic else read(rule, "definition", "actions")
    base = read(actions, "baseBlob")
    delete = base if classic else read(base, "delete")
    if isinstance(delete, Unknown) or delete is ABSENT:
        return delete
    if not isinstance(delete, Mapping):
        return _ELSEWHERE
    prefix = "deleteAfterDaysSince" if classic else "daysAfter"
    days = [period(read(delete, name)) for name in delete if name.startswith(prefix)]
    return _shortest([each for each in days if not (classic and each == NEVER)])


def _may_concern_logs(rule: Value[Any], *, classic: bool) -> bool:
    """Return whether the filters of a lifecycle rule let in what diagnostic settings write."""
    filters = read(rule, "filters") if classic else read(rule, "definition", "filters")
    prefixes, types = (items(read(filters, name)) for name in ("prefixMatch", "blobTypes"))
    known = [one.lower() for one in types] if _is_plain(types) else []
    if known and "appendblob" not in known:
        return False
    if not isinstance(prefixes, tuple) or not prefixes:
        return True
    return any(
        not isinstance(one, str) or one.startswith(_LOGS) or _LOGS.startswith(one)
        for one in prefixes
    )


def _is_plain(listed: tuple[Any, ...] | Unknown) -> TypeGuard[tuple[str, ...]]:
    return isinstance(listed, tuple) and all(isinstance(one, str) for one in listed)


def _shortest(periods: list[Value[float]]) -> Value[float]:
    hidden = [period for period in periods if isinstance(period, Unknown)]
    known = [period for period in periods if isinstance(period, float)]
    if hidden:
        return hidden[0]
    return min(known, default=ABSENT)


def _immutability(policy: Resource) -> tuple[str, Value[str]]:
    """Return the container and the policy's state.

    The classic provider locks a policy by itself; in Azure Native only Azure's answer says so.
    """
    if is_classic(policy.type):
        locked = read(policy.properties, "locked")
        named = _CONTAINER_ID.search(str(read(policy.properties, CONTAINER_ID_PROPERTY)))
        name = named["container"] if named else policy.name
        return name, locked if isinstance(locked, Unknown) else _STATES[locked is True]
    container = text(read(policy.properties, "containerName"))
    if isinstance(container, Unknown):
        return ANY_CONTAINER, container
    name = container if isinstance(container, str) else policy.name
    if not policy.outputs:
        return name, Unknown("Azure says so only after the deployment")
    return name, text(read(policy.outputs, "state"))


def _immutable_days(policy: Resource) -> Value[float]:
    names = ("immutabilityPeriodSinceCreationInDays", "immutabilityPeriodInDays")
    days = period(first_present(*(read(policy.properties, name) for name in names)))
    return 0.0 if days is ABSENT else days


_STATES: Final = {True: "Locked", False: "Unlocked"}
