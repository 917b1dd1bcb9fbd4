"""`aks-audit-settings-valid`: Azure takes the diagnostic settings as they are written."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product, starmap
from typing import Final

from kubewitness.azure.diagnostic_settings import MOST_SETTINGS
from kubewitness.graph.diagnostic_settings import EVENT_HUB_KIND, STORAGE_KIND, WORKSPACE_KIND
from kubewitness.graph.model import (
    AksCluster,
    Destination,
    DiagnosticSetting,
    Graph,
    Link,
    LogEntry,
    StorageAccount,
)
from kubewitness.graph.routes import enabled_categories
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.destinations import PROVIDER_TYPES
from kubewitness.policies.policy import Policy, Scope, Severity, doubtful, failing, passing
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided

_TYPES: Final = {
    WORKSPACE_KIND: PROVIDER_TYPES["Workspace"],
    STORAGE_KIND: PROVIDER_TYPES["StorageAccount"],
    EVENT_HUB_KIND: PROVIDER_TYPES["EventHubNamespace"],
}


def judge(cluster: AksCluster, graph: Graph, _settings: PolicySettings) -> Judgement:
    """Fail what Azure would refuse or drop; settings that may be another cluster's are doubts."""
    links = graph.links.get(cluster.resource.urn, ())
    certain = [link.setting for link in links if link.certain]
    faults = [fault for setting in certain for fault in _faults(setting)]
    faults += [*_too_many(certain), *_same_sink_twice(certain)]
    if faults:
        return fail(*faults)
    doubts = [doubt for link in links for doubt in _doubts(link)]
    doubts += _unknown_sinks(certain)
    return undecided(*doubts) if doubts else PASS


def _faults(setting: DiagnosticSetting) -> Iterator[Reason]:
    name = f"diagnostic setting `{setting.resource.name}`"
    if not setting.destinations:
        yield Reason("no-destination", f"{name} has no destination, and Azure demands one")
    for destination in setting.destinations:
        if not _is_an_id(destination):
            message = f"{name}: `{destination.id}` is no id of a {destination.kind}"
            yield Reason("no-id", f"{message}, and Azure refuses it")
        receiver = destination.receiver
        if isinstance(receiver, StorageAccount) and receiver.premium is True:
            message = f"{name}: `{receiver.resource.name}` is premium storage, which Azure refuses"
            yield Reason("premium-storage", message)
    if not isinstance(setting.logs, Unknown):
        yield from _entry_faults(name, setting.logs)


def _is_an_id(destination: Destination) -> bool:
    """Return whether a known id names a resource of its kind; what is hidden may."""
    if isinstance(destination.id, Unknown) or destination.kind not in _TYPES:
        return True
    return f"/providers/{_TYPES[destination.kind]}/" in str(destination.id).lower()


def _entry_faults(name: str, entries: tuple[LogEntry, ...]) -> Iterator[Reason]:
    categories = [e.category.lower() for e in entries if isinstance(e.category, str)]
    if categories and any(isinstance(entry.group, str) for entry in entries):
        message = (
            f"{name} mixes categories with a category group, which Azure refuses even where the "
            "entry is disabled"
        )
        yield Reason("mixed", message)
    for category, times in Counter(categories).items():
        if times > 1:
            yield Reason("repeated", f"{name} lists category `{category}` {times} times")
    if any(entry.retention_policy is True for entry in entries):
        message = (
            f"{name} asks for a `retentionPolicy`, which Azure ignores since 2025-09-30: the logs "
            "are kept as long as their destination keeps them"
        )
        yield Reason("retention-policy", message)


def _too_many(settings: list[DiagnosticSetting]) -> Iterator[Reason]:
    if len(settings) > MOST_SETTINGS:
        message = f"{len(settings)} diagnostic settings, and Azure takes {MOST_SETTINGS}"
        yield Reason("too-many", message)


def _same_sink_twice(settings: list[DiagnosticSetting]) -> Iterator[Reason]:
    taken: dict[tuple[str, str], DiagnosticSetting] = {}
    for setting in settings:
        for sink in dict.fromkeys(_sink(destination) for destination in setting.destinations):
            for category in dict.fromkeys(enabled_categories(setting)):
                other = taken.setdefault((sink, category), setting)
                if sink and other.resource.urn != setting.resource.urn:
                    names = f"`{other.resource.name}` and `{setting.resource.name}`"
                    message = f"diagnostic settings {names} both send `{category}` to one sink"
                    yield Reason(f"same-sink:{category}", message)


def _sink(destination: Destination) -> str:
    """Return what makes two destinations the same; empty where it cannot be known."""
    if isinstance(destination.id, str):
        return destination.id.lower().rstrip("/")
    return destination.receiver.resource.urn if destination.receiver else ""


def _doubts(link: Link) -> Iterator[Reason]:
    setting = link.setting
    name = f"diagnostic setting `{setting.resource.name}`"
    if not link.certain and any(_faults(setting)):
        yield Reason("unknown-target", f"{name} has faults, and {link.why}", "pass a plain id")
    for destination in setting.destinations:
        if isinstance(destination.receiver, StorageAccount) and isinstance(
            destination.receiver.premium, Unknown
        ):
            message = f"{name}: whether its storage account is premium cannot be known"
            yield Reason("unknown-storage", message, "write the `sku` as a plain value")
    if isinstance(setting.logs, Unknown):
        message = f"{name}: its `logs` cannot be known before the deployment"
        yield Reason("unknown-logs", message, "write the categories as plain values")
        return
    for entry in setting.logs:
        yield from _entry_doubts(name, entry)


def _entry_doubts(name: str, entry: LogEntry) -> Iterator[Reason]:
    if isinstance(entry.retention_policy, Unknown):
        message = f"{name}: whether it asks for a `retentionPolicy` cannot be known"
        yield Reason("unknown-retention-policy", message, "remove the `retentionPolicy`")
    if isinstance(entry.category, Unknown) and not isinstance(entry.group, str):
        message = f"{name}: a category cannot be known before the deployment"
        yield Reason("unknown-category", message, "write the categories as plain values")
    if isinstance(entry.group, Unknown) and isinstance(entry.category, str):
        message = f"{name}: whether it mixes categories with a group cannot be known"
        yield Reason("unknown-group", message, "remove the `categoryGroup`")


def _unknown_sinks(settings: list[DiagnosticSetting]) -> Iterator[Reason]:
    """Yield a doubt for each two settings that may send to one sink."""
    for one, other in combinations(settings, 2):
        both = set(enabled_categories(one)) & set(enabled_categories(other))
        pairs = product(one.destinations, other.destinations)
        if both and any(starmap(_could_be_one, pairs)):
            names = f"`{one.resource.name}` and `{other.resource.name}`"
            message = f"whether {names} send `{min(both)}` to one sink cannot be known"
            yield Reason("unknown-sink", message, "send each category in one setting only")


def _could_be_one(one: Destination, other: Destination) -> bool:
    """Return whether they are of one kind, not both known, and both or neither of this stack."""
    are_known = bool(_sink(one) and _sink(other))
    return (
        not are_known and one.kind == other.kind and one.from_destination == other.from_destination
    )


POLICY = Policy(
    id="aks-audit-settings-valid",
    title="Azure accepts the diagnostic settings of each AKS cluster as they are written",
    why=(
        "What Azure refuses fails in the middle of a deployment, with the cluster made and its "
        "logs not collected; what it ignores gives a false sense of retention."
    ),
    fix_pulumi=(
        "name categories or a group, never both; send a category to a workspace or account in one "
        "setting only; at most five settings; standard storage; no `retention_policy`, but "
        "retention on the table or a lifecycle policy"
    ),
    fix_cli="az monitor diagnostic-settings list --resource CLUSTER_ID shows what is there already",
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=PolicySettings,
    judge=judge,
    judges_settings=True,
    examples=(
        passing("One setting, named categories", 'setting("audit", cluster("aks").id)'),
        passing(
            "A group, the other one disabled, as Azure reads it back",
            'setting("audit", cluster("aks").id, logs=[\n'
            '    {"category_group": "allLogs", "enabled": True},\n'
            '    {"category_group": "audit", "enabled": False}])',
        ),
        failing(
            "A category beside a group",
            'setting("audit", cluster("aks").id, logs=[{"category": "guard", "enabled": True},\n'
            '    {"category_group": "allLogs", "enabled": False}])',
        ),
        failing(
            "The same workspace twice for one category",
            'aks = cluster("aks")\nsetting("one", aks.id)\nsetting("two", aks.id, ["guard"])',
        ),
        failing(
            "Six settings",
            'aks = cluster("aks")\nfor number in range(6):\n'
            '    hub = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub"\n'
            '    hub += f"/namespaces/n{number}/authorizationRules/r"\n'
            '    setting(f"audit-{number}", aks.id, workspace_id=None,\n'
            "            event_hub_authorization_rule_id=hub)",
        ),
        failing(
            "Premium storage",
            'fast = storage.StorageAccount("fast", resource_group_name=group.name,\n'
            '    kind="BlockBlobStorage", sku={"name": "Premium_LRS"})\n'
            'setting("audit", cluster("aks").id, storage_account_id=fast.id)',
        ),
        failing(
            "The dead retentionPolicy",
            'setting("audit", cluster("aks").id, logs=[{"category": "guard", "enabled": True,\n'
            '    "retention_policy": {"enabled": True, "days": 365}}])',
        ),
        failing(
            "A category twice, once on and once off",
            'setting("audit", cluster("aks").id, logs=[{"category": "guard", "enabled": True},\n'
            '    {"category": "guard", "enabled": False}])',
        ),
        doubtful(
            "Logs unknown before the deployment",
            'setting("audit", cluster("aks").id, logs=workspace.customer_id.apply(lambda _: []))',
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings",
        "https://learn.microsoft.com/azure/azure-monitor/platform/migrate-to-azure-storage-lifecycle-policy",
    ),
)
