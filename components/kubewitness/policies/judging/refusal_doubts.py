"""What nobody can know before the deployment of whether Azure refuses a diagnostic setting."""

from collections.abc import Iterator

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import Destination, DiagnosticSetting, Link, LogEntry, StorageAccount
from kubewitness.graph.routes import is_hidden
from kubewitness.graph.values import Unknown
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
                what = f"whether its storage account {refusal.problem}"
                message = f"{name}: it cannot be known {what}"
                yield Reason("unknown-storage", message, "write the property as a plain value")
    if isinstance(destination.id, Unknown) and _may_be_no_rule(destination):
        message = f"{name}: whether its event hub's ID is that of a rule cannot be known"
        yield Reason("unknown-rule", message, "pass the ID of the authorization rule itself")
    if rule and (isinstance(rule.rights, Unknown) or isinstance(destination.event_hub, Unknown)):
        message = f"{name}: whether `{rule.resource.name}` has the rights needed cannot be known"
        yield Reason("unknown-rights", message, "write the rights as plain values")


def _may_be_no_rule(destination: Destination) -> bool:
    is_hub = destination.kind is DestinationKind.EVENT_HUB
    return is_hub and destination.source is ResourceKind.EVENT_HUB


def _of_entries(name: str, setting: DiagnosticSetting) -> Iterator[Reason]:
    for what, entries in (("logs", setting.logs), ("metrics", setting.metrics)):
        if isinstance(entries, Unknown):
            message = f"{name}: its `{what}` cannot be known before the deployment"
            yield Reason(f"unknown-{what}", message, "write the categories as plain values")
            continue
        for entry in entries:
            yield from _of_entry(name, entry)


def _of_entry(name: str, entry: LogEntry) -> Iterator[Reason]:
    if isinstance(entry.retention_policy, Unknown):
        message = f"{name}: whether it asks for a `retentionPolicy` cannot be known"
        yield Reason("unknown-retention-policy", message, "remove the `retentionPolicy`")
    if is_hidden(entry):
        message = f"{name}: a category cannot be known before the deployment"
        yield Reason("unknown-category", message, "write the categories as plain values")
    if isinstance(entry.group, Unknown) and isinstance(entry.category, str):
        message = f"{name}: whether it mixes categories with a group cannot be known"
        yield Reason("unknown-group", message, "remove the `categoryGroup`")
