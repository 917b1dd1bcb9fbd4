"""Diagnostic settings as each provider spells them.

Property names are those on the wire. Sources: Azure Native API docs for DiagnosticSetting; Azure
Classic API docs for monitoring.DiagnosticSetting.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from kubewitness.catalog.type_tokens import DESTINATION_KINDS, MAY_CARRY_ANY_ID
from kubewitness.graph.model import Destination, DiagnosticSetting, LogEntry, Receiver
from kubewitness.graph.receivers import Receivers
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

WORKSPACE_KIND: Final = "Log Analytics workspace"
STORAGE_KIND: Final = "storage account"
EVENT_HUB_KIND: Final = "event hub"
PARTNER_KIND: Final = "partner solution"

DEDICATED: Final = "Dedicated"
"""The destination type that gives each kind of log a table of its own."""

_NATIVE: Final = {
    "workspaceId": WORKSPACE_KIND,
    "storageAccountId": STORAGE_KIND,
    "eventHubAuthorizationRuleId": EVENT_HUB_KIND,
    "marketplacePartnerId": PARTNER_KIND,
}
_CLASSIC: Final = {
    "logAnalyticsWorkspaceId": WORKSPACE_KIND,
    "storageAccountId": STORAGE_KIND,
    "eventhubAuthorizationRuleId": EVENT_HUB_KIND,
    "partnerSolutionId": PARTNER_KIND,
}
DESTINATION_PROPERTIES: Final = {False: _NATIVE, True: _CLASSIC}
"""Where a provider, classic or not, keeps the id of a destination, and what that is."""

_STORE_NAME: Final = re.compile(
    r"/(?:workspaces|storageaccounts|namespaces)/(?P<name>[^/]+)", re.IGNORECASE
)


def diagnostic_setting(
    resource: Resource, by_urn: Mapping[str, Resource], receivers: Receivers
) -> DiagnosticSetting:
    """Return the setting that a resource of either provider is."""
    properties = resource.properties
    return DiagnosticSetting(
        resource=resource,
        target_id=text(first_present(*(read(properties, name) for name in TARGET_PROPERTIES))),
        target_dependencies=tuple(
            urn
            for name in TARGET_PROPERTIES
            for urn in resource.property_dependencies.get(name, ())
        ),
        logs=_entries(properties, is_classic(resource.type)),
        destinations=_destinations(resource, by_urn, receivers),
        destination_type=_destination_type(read(properties, "logAnalyticsDestinationType")),
    )


def _destination_type(value: Value[Any]) -> Value[str]:
    """Return the destination type as Azure spells it, which takes it in any case."""
    given = text(value)
    return DEDICATED if isinstance(given, str) and given.lower() == DEDICATED.lower() else given


def _entries(properties: Mapping[str, Any], classic: bool) -> tuple[LogEntry, ...] | Unknown:
    """Return the entries of `logs` and of `enabledLogs`, its newer name in the classic provider.

    To be listed means to be enabled in the classic provider; in Azure Native it must be said.
    """
    entries: list[LogEntry] = []
    for name in ("logs", "enabledLogs") if classic else ("logs",):
        listed = items(read(properties, name))
        if isinstance(listed, Unknown):
            return listed
        entries += [_entry(item, enabled_by_default=classic) for item in listed]
    return tuple(entries)


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
            # What another stack or a template says may be the id of another destination.
            mixed = any(kind_of(one.type) in MAY_CARRY_ANY_ID for one in came_from)
            if isinstance(identifier, Unknown) and mixed:
                sources, receiver = [], None
            found.append(Destination(kind, identifier, bool(sources), receiver))
    return tuple(found)


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
    return found is not None and found["name"].lower() == name.lower()


def _receiver_of(source: Resource, receivers: Receivers) -> Receiver | None:
    """Return the receiver that a resource is or, for an authorization rule, belongs to."""
    return receivers.get(source.urn) or receivers.owner(source, "namespaceName")
