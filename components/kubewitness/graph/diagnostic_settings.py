"""Diagnostic settings as each provider spells them.

Property names are those on the wire. Sources: Azure Native API docs for DiagnosticSetting; Azure
Classic API docs for monitoring.DiagnosticSetting.
"""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import DESTINATION_KINDS, MAY_CARRY_ANY_ID, ResourceKind
from kubewitness.graph.destinations.event_hubs import rule_rights
from kubewitness.graph.destinations.receivers import Receivers
from kubewitness.graph.model import (
    AuthorizationRule,
    Destination,
    DiagnosticSetting,
    LogEntry,
    Receiver,
)
from kubewitness.graph.resource_kinds import is_classic, kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import (
    ABSENT,
    Unknown,
    Value,
    declared_flag,
    declared_text,
    first_present,
    items,
    read,
    text,
)

TARGET_PROPERTIES: Final = ("resourceUri", "targetResourceId")
"""Where Azure Native and Azure Classic keep the id of a diagnostic setting's target."""

DEDICATED: Final = "Dedicated"
"""The destination type that gives each kind of log a table of its own."""

_NATIVE: Final = {
    "workspaceId": DestinationKind.WORKSPACE,
    "storageAccountId": DestinationKind.STORAGE_ACCOUNT,
    "eventHubAuthorizationRuleId": DestinationKind.EVENT_HUB,
    "marketplacePartnerId": DestinationKind.PARTNER,
}
_CLASSIC: Final = {
    "logAnalyticsWorkspaceId": DestinationKind.WORKSPACE,
    "storageAccountId": DestinationKind.STORAGE_ACCOUNT,
    "eventhubAuthorizationRuleId": DestinationKind.EVENT_HUB,
    "partnerSolutionId": DestinationKind.PARTNER,
}
DESTINATION_PROPERTIES: Final = {False: _NATIVE, True: _CLASSIC}
"""Where a provider, classic or not, keeps the id of a destination, and what that is."""

_EVENT_HUB_NAMES: Final = ("eventHubName", "eventhubName")
"""Where Azure Native and Azure Classic name the event hub."""

_LOGS: Final = {False: ("logs",), True: ("logs", "enabledLogs")}
_METRICS: Final = {False: ("metrics",), True: ("metrics", "enabledMetrics")}
"""Where a provider, classic or not, keeps the entries; the classic one's newer name is the last."""

_STORE_NAME: Final = re.compile(
    r"/(?:workspaces|storageaccounts|namespaces)/(?P<name>[^/]+)", re.IGNORECASE | re.ASCII
)


def diagnostic_setting(
    resource: Resource, by_urn: Mapping[str, Resource], receivers: Receivers
) -> DiagnosticSetting:
    """Return the setting that a resource of either provider is."""
    properties = resource.properties
    classic = is_classic(resource.type)
    return DiagnosticSetting(
        resource=resource,
        target_id=text(first_present(*(read(properties, name) for name in TARGET_PROPERTIES))),
        target_dependencies=tuple(
            urn
            for name in TARGET_PROPERTIES
            for urn in resource.property_dependencies.get(name, ())
        ),
        logs=_entries(properties, _LOGS[classic], enabled_by_default=classic),
        destinations=_destinations(resource, by_urn, receivers),
        destination_type=_destination_type(read(properties, "logAnalyticsDestinationType")),
        name=declared_text(read(properties, "name")),
        metrics=_metrics(properties, _METRICS[classic], enabled_by_default=classic),
    )


def _destination_type(value: Value[Any]) -> Value[str]:
    """Return the destination type as Azure spells it, which takes it in any case."""
    given = text(value)
    return DEDICATED if isinstance(given, str) and fold(given) == fold(DEDICATED) else given


def _entries(
    properties: Mapping[str, Any], names: tuple[str, ...], *, enabled_by_default: bool
) -> tuple[LogEntry, ...] | Unknown:
    """Return the entries of all these lists.

    In the classic provider, a listed category is enabled; in Azure Native, `enabled` is required.
    """
    entries: list[LogEntry] = []
    for name in names:
        listed = items(read(properties, name))
        if isinstance(listed, Unknown):
            return listed
        entries += [_entry(item, enabled_by_default=enabled_by_default) for item in listed]
    return tuple(entries)


def _metrics(
    properties: Mapping[str, Any], names: tuple[str, ...], *, enabled_by_default: bool
) -> tuple[LogEntry, ...] | Unknown:
    """Return the entries of these lists, in which Azure has no groups."""
    entries = _entries(properties, names, enabled_by_default=enabled_by_default)
    if isinstance(entries, Unknown):
        return entries
    return tuple(replace(entry, group=ABSENT) for entry in entries)


def _entry(item: Value[Any], *, enabled_by_default: bool) -> LogEntry:
    if isinstance(item, Unknown):
        return LogEntry(category=item, group=item, enabled=item)
    enabled = read(item, "enabled")
    if enabled is ABSENT:
        enabled = enabled_by_default
    return LogEntry(
        category=text(read(item, "category")),
        group=declared_text(read(item, "categoryGroup")),
        enabled=enabled,
        retention_policy=declared_flag(read(item, "retentionPolicy", "enabled")),
    )


def _destinations(
    resource: Resource, by_urn: Mapping[str, Resource], receivers: Receivers
) -> tuple[Destination, ...]:
    found = []
    for name, kind in DESTINATION_PROPERTIES[is_classic(resource.type)].items():
        identifier = text(read(resource.properties, name))
        if identifier is not ABSENT:
            urns = resource.property_dependencies.get(name, ())
            came_from = [by_urn[urn] for urn in urns if urn in by_urn]
            sources = [one for one in came_from if kind_of(one.type) in DESTINATION_KINDS]
            receiver = _receiver(identifier, sources, receivers)
            # A value of another stack or a template may be the ID of another destination.
            mixed = any(kind_of(one.type) in MAY_CARRY_ANY_ID for one in came_from)
            if isinstance(identifier, Unknown) and mixed:
                sources, receiver = [], None
            found.append(
                Destination(
                    kind,
                    identifier,
                    bool(sources),
                    receiver,
                    source=_only({kind_of(one.type) for one in came_from} - {None}),
                    event_hub=_event_hub(resource, kind),
                    rule=_rule(came_from),
                )
            )
    return tuple(found)


def _only(kinds: AbstractSet[ResourceKind | None]) -> ResourceKind | None:
    return next(iter(kinds)) if len(kinds) == 1 else None


def _rule(came_from: Iterable[Resource]) -> AuthorizationRule | None:
    rules = [one for one in came_from if kind_of(one.type) is ResourceKind.NAMESPACE_RULE]
    return AuthorizationRule(rules[0], rule_rights(rules[0])) if len(rules) == 1 else None


def _event_hub(resource: Resource, kind: DestinationKind) -> Value[str]:
    if kind is not DestinationKind.EVENT_HUB:
        return ABSENT
    return text(first_present(*(read(resource.properties, name) for name in _EVENT_HUB_NAMES)))


def _receiver(
    identifier: Value[str], sources: list[Resource], receivers: Receivers
) -> Receiver | None:
    """Return the resource with this id: by the id itself, else by what it came from."""
    same = receivers.at(identifier) if isinstance(identifier, str) else None
    if same:
        return same
    candidates = [receiver for source in sources if (receiver := _receiver_of(source, receivers))]
    if len(candidates) != 1:
        return None
    receiver = candidates[0]
    if isinstance(identifier, Unknown):
        return receiver
    return (
        receiver if isinstance(receiver.name, str) and _names(identifier, receiver.name) else None
    )


def _names(identifier: Value[str], name: str) -> bool:
    """Return whether an id is that of a receiver with this name; a group may be called the same."""
    found = _STORE_NAME.search(str(identifier))
    return found is not None and fold(found["name"]) == fold(name)


def _receiver_of(source: Resource, receivers: Receivers) -> Receiver | None:
    """Return the receiver that a resource is or, for an authorization rule, belongs to."""
    return receivers.get(source.urn) or receivers.owner(source, "namespaceName")
