"""The diagnostic settings of a stack that Azure refuses, with the reasons."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from kubewitness.azure.diagnostic_settings import (
    DEAD_RETENTION_POLICY,
    LISTED_TWICE,
    MIXED_WITH_A_GROUP,
    NAMES_NOTHING,
    NO_DESTINATION,
    DestinationKind,
    refused_category,
    refused_group,
    refused_id,
    refused_metric,
    refused_name,
    refused_rights,
    wrong_resource,
)
from kubewitness.azure.refusal import Refusal
from kubewitness.azure.resource_ids import fold
from kubewitness.azure.storage_accounts import CLOSED, DNS_ZONE, PREMIUM, refused_account_name
from kubewitness.azure.workspaces import refused_interactive_days, refused_workspace_name
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import (
    Destination,
    DiagnosticSetting,
    LogEntry,
    Receiver,
    StorageAccount,
    Workspace,
)
from kubewitness.graph.values import ABSENT, Unknown
from kubewitness.policies.verdict import Reason

SOURCES: Final = {
    DestinationKind.WORKSPACE: ResourceKind.WORKSPACE,
    DestinationKind.STORAGE_ACCOUNT: ResourceKind.STORAGE_ACCOUNT,
    DestinationKind.EVENT_HUB: ResourceKind.NAMESPACE_RULE,
    DestinationKind.PARTNER: ResourceKind.PARTNER,
}
"""Of which kind of resource the id of a destination is."""

_NOT_COMPUTED_FROM: Final = frozenset(
    {*SOURCES.values(), ResourceKind.TABLE, ResourceKind.HUB_RULE, ResourceKind.CLUSTER}
)
"""Resources whose ids no program takes apart to name a destination of another kind.

The id of a rule is often put together from that of its namespace, and any id from a group's.
"""

_PLANS_BY_VOLUME: Final = frozenset({"pergb2018", "capacityreservation", "lacluster"})
"""The plans of a workspace whose retention is free to choose; older ones have their own."""


def refused(setting: DiagnosticSetting) -> Iterator[Reason]:
    """Yield what Azure certainly refuses of one setting, or accepts and ignores."""
    name = f"diagnostic setting `{setting.resource.name}`"
    if isinstance(setting.name, str):
        yield from _reason(refused_name(setting.name), f"{name}: `{setting.name}`")
    if not setting.destinations:
        yield from _reason(NO_DESTINATION, name)
    for destination in setting.destinations:
        yield from _of_destination(name, destination)
    if not isinstance(setting.logs, Unknown):
        yield from _of_logs(name, setting.logs)
    if not isinstance(setting.metrics, Unknown):
        yield from _of_metrics(name, setting.metrics)


def _reason(refusal: Refusal | None, subject: str) -> Iterator[Reason]:
    if refusal:
        yield Reason(refusal.code, f"{subject} {refusal.reason}")


def _of_destination(name: str, destination: Destination) -> Iterator[Reason]:
    kind, source = destination.kind, destination.source
    if isinstance(destination.id, str):
        yield from _reason(refused_id(kind, destination.id), f"{name}: `{destination.id}`")
    elif source in _NOT_COMPUTED_FROM and source is not SOURCES[kind]:
        subject = f"{name}: what it gives for its {kind}, the ID of {_a(source)},"
        yield from _reason(wrong_resource(kind), subject)
    if destination.rule and isinstance(destination.rule.rights, frozenset):
        names_a_hub = destination.event_hub is not ABSENT
        refusal = refused_rights(destination.rule.rights, names_a_hub=names_a_hub)
        yield from _reason(refusal, f"{name}: `{destination.rule.resource.name}`")
    if destination.receiver:
        yield from _of_receiver(name, destination.receiver)


def _a(kind: ResourceKind) -> str:
    return f"{'an' if kind.value[0] in 'aeiouA' else 'a'} {kind.value}"


def _of_receiver(name: str, receiver: Receiver) -> Iterator[Reason]:
    subject = f"{name}: `{receiver.resource.name}`"
    if isinstance(receiver, StorageAccount):
        for flag, refusal in storage_flags(receiver):
            yield from _reason(refusal if flag is True else None, subject)
        yield from _of_name(name, receiver, refused_account_name)
    if isinstance(receiver, Workspace):
        yield from _of_name(name, receiver, refused_workspace_name)
        yield from _of_retention(subject, receiver)


def _of_name(
    name: str, receiver: Receiver, check: Callable[[str], Refusal | None]
) -> Iterator[Reason]:
    if isinstance(receiver.name, str):
        subject = f"{name}: the name `{receiver.name}` of `{receiver.resource.name}`"
        yield from _reason(check(receiver.name), subject)


def storage_flags(account: StorageAccount) -> tuple[tuple[object, Refusal], ...]:
    """Return each thing that makes Azure refuse an account: whether it is so, and why."""
    return (account.premium, PREMIUM), (account.dns_zone, DNS_ZONE), (account.closed, CLOSED)


def _of_retention(subject: str, workspace: Workspace) -> Iterator[Reason]:
    """Yield what is wrong with the retention, on the plans where it is free to choose."""
    plan = fold(workspace.sku) if isinstance(workspace.sku, str) else workspace.sku
    days = workspace.interactive_days
    if isinstance(days, float) and (plan is ABSENT or plan in _PLANS_BY_VOLUME):
        yield from _reason(refused_interactive_days(days), f"{subject}: {days:g} days")


def _of_logs(name: str, entries: tuple[LogEntry, ...]) -> Iterator[Reason]:
    categories = [entry.category for entry in entries if isinstance(entry.category, str)]
    groups = [entry.group for entry in entries if isinstance(entry.group, str)]
    if categories and groups:
        yield from _reason(MIXED_WITH_A_GROUP, name)
    for category in dict.fromkeys(categories):
        yield from _reason(refused_category(category), f"{name}: `{category}`")
    for group in dict.fromkeys(groups):
        yield from _reason(refused_group(group), f"{name}: `{group}`")
    yield from _of_every_list(name, categories, entries)


def _of_metrics(name: str, entries: tuple[LogEntry, ...]) -> Iterator[Reason]:
    categories = [entry.category for entry in entries if isinstance(entry.category, str)]
    for category in dict.fromkeys(categories):
        yield from _reason(refused_metric(category), f"{name}: `{category}`")
    yield from _of_every_list(name, categories, entries)


def _of_every_list(
    name: str, categories: list[str], entries: tuple[LogEntry, ...]
) -> Iterator[Reason]:
    if any(entry.category is ABSENT and entry.group is ABSENT for entry in entries):
        yield from _reason(NAMES_NOTHING, name)
    for category, times in Counter(map(fold, categories)).items():
        if times > 1:
            yield from _reason(LISTED_TWICE, f"{name}: `{category}`")
    if any(entry.retention_policy is True for entry in entries):
        yield from _reason(DEAD_RETENTION_POLICY, name)
