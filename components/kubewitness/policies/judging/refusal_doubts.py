"""Refusals of diagnostic settings by Azure that are unknown before the deployment."""

from collections.abc import Iterator

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import Destination, DiagnosticSetting, Link, LogEntry, StorageAccount
from kubewitness.graph.routes import is_hidden
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.judging.refusals import refused, storage_flags
from kubewitness.policies.verdict import Reason


def doubts(link: Link) -> Iterator[Reason]:
    """Yield what is hidden of one setting, each with what would decide it."""
    setting = link.setting
    name = f"diagnostic setting `{setting.resource.name}`"
    if not link.certain and any(refused(setting)):
        yield Reason("unknown-target", f"{name} has faults, and {link.why}", "pass a plain id")
    for destination in setting.destinations:
        yield from _of_destination(name, destination)
    yield from _of_entries(name, setting)


def _of_destination(name: str, destination: Destination) -> Iterator[Reason]:
    receiver, rule = destination.receiver, destination.rule
    if isinstance(receiver, StorageAccount):
        for flag, refusal in storage_flags(receiver):
            if isinstance(flag, Unknown):
                what = f"{name}: whether its storage account {refusal.problem}"
                decide = "write the property as a plain value"
                yield hidden("unknown-storage", what, flag, decide)
    if isinstance(destination.id, Unknown) and _may_be_no_rule(destination):
        what, decide = (
            "whether its event hub's ID is that of a rule",
            "pass the ID of the authorization rule itself",
        )
        yield hidden("unknown-rule", f"{name}: {what}", destination.id, decide)
    for value in (rule.rights, destination.event_hub) if rule else ():
        if rule and isinstance(value, Unknown):
            what = f"{name}: whether `{rule.resource.name}` has the rights needed"
            yield hidden("unknown-rights", what, value, "write the rights as plain values")
            break


def _may_be_no_rule(destination: Destination) -> bool:
    is_hub = destination.kind is DestinationKind.EVENT_HUB
    return is_hub and destination.source is ResourceKind.EVENT_HUB


def _of_entries(name: str, setting: DiagnosticSetting) -> Iterator[Reason]:
    for what, entries in (("logs", setting.logs), ("metrics", setting.metrics)):
        if isinstance(entries, Unknown):
            decide = "write the categories as plain values"
            yield hidden(f"unknown-{what}", f"{name}: its `{what}`", entries, decide)
            continue
        for entry in entries:
            yield from _of_entry(name, entry)


def _of_entry(name: str, entry: LogEntry) -> Iterator[Reason]:
    if isinstance(entry.retention_policy, Unknown):
        what, decide = "whether it asks for a `retentionPolicy`", "remove the `retentionPolicy`"
        value = entry.retention_policy
        yield hidden("unknown-retention-policy", f"{name}: {what}", value, decide)
    unknown = next((v for v in (entry.category, entry.group) if isinstance(v, Unknown)), Unknown())
    if is_hidden(entry):
        decide = "write the categories as plain values"
        yield hidden("unknown-category", f"{name}: a category", unknown, decide)
    if isinstance(entry.group, Unknown) and isinstance(entry.category, str):
        what, decide = "whether it mixes categories with a group", "remove the `categoryGroup`"
        yield hidden("unknown-group", f"{name}: {what}", unknown, decide)
