"""`aks-audit-logs`: the audit log categories of a cluster are sent somewhere."""

from collections.abc import Iterator

from kubewitness.catalog.log_categories import (
    AUDIT_CATEGORIES,
    CATEGORY_GROUPS,
    GUARD,
    KUBE_AUDIT,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.graph.model import Cluster, DiagnosticSetting, Graph, Link, LogEntry
from kubewitness.graph.values import Unknown
from kubewitness.policies.configuration import Coverage, RuleConfiguration
from kubewitness.policies.rule import Reference, Rule, Scope, Severity
from kubewitness.policies.verdict import PASS, Finding, Judgement, fail, undecided


def judge(cluster: Cluster, graph: Graph, configuration: RuleConfiguration) -> Judgement:
    """Take the union over all enabled entries of all settings of this cluster."""
    links = graph.links.get(cluster.resource.urn, ())
    covered = {name for name in AUDIT_CATEGORIES if _is_covered(name, links)}
    missing = _missing(covered, configuration.coverage)
    if not missing:
        return PASS
    doubts = [finding for link in links for finding in _doubts(link)]
    hoped = {name for name in AUDIT_CATEGORIES if any(_may_send(link, name) for link in links)}
    if not _missing(covered | hoped, configuration.coverage):
        return undecided(*doubts)
    sure = (name for name in missing if name not in hoped)
    return fail(*(_missing_finding(name, links) for name in sure), *doubts)


def _missing(covered: set[str], coverage: Coverage) -> list[str]:
    """What a coverage lacks; under `any`, one of the two audit categories stands for both."""
    if coverage is Coverage.ANY and covered & {KUBE_AUDIT, KUBE_AUDIT_ADMIN}:
        return [] if GUARD in covered else [GUARD]
    return [name for name in AUDIT_CATEGORIES if name not in covered]


def _is_covered(name: str, links: tuple[Link, ...]) -> bool:
    """True where some setting certainly sends this category somewhere."""
    return any(
        link.certain and _has_destination(link.setting) is True and _sends(link.setting, name)
        for link in links
    )


def _sends(setting: DiagnosticSetting, name: str) -> bool:
    return not isinstance(setting.logs, Unknown) and any(
        entry.enabled is True and _names(entry, name) for entry in setting.logs
    )


def _names(entry: LogEntry, name: str) -> bool:
    if isinstance(entry.category, str):
        return entry.category.lower() == name
    return name in (_members(entry.group) or ())


def _members(group: object) -> frozenset[str] | None:
    """A group's categories; None where it is no known group or its members are not documented."""
    if not isinstance(group, str):
        return None
    return {key.lower(): value for key, value in CATEGORY_GROUPS.items()}.get(group.lower())


def _has_destination(setting: DiagnosticSetting) -> bool | None:
    """Whether a setting sends its logs anywhere; None where that cannot be known."""
    if any(isinstance(d.id, str) or d.from_destination for d in setting.destinations):
        return True
    return None if setting.destinations else False


def _may_send(link: Link, name: str) -> bool:
    """Whether a setting would send this category if everything unknown turned out well."""
    setting = link.setting
    if _has_destination(setting) is False:
        return False
    if isinstance(setting.logs, Unknown):
        return True
    return any(_may_name(entry, name) for entry in setting.logs)


def _may_name(entry: LogEntry, name: str) -> bool:
    if entry.enabled is not True and not isinstance(entry.enabled, Unknown):
        return False
    if _is_hidden(entry):
        return True
    undocumented = isinstance(entry.group, str) and _members(entry.group) is None
    return undocumented or _names(entry, name)


def _is_hidden(entry: LogEntry) -> bool:
    """Whether it is unknown what an entry is about.

    An entry has a category or a group, never both, so one that is known decides. A preview shows
    the other as unknown, for a provider cannot say before the deployment what Azure will add.
    """
    if isinstance(entry.category, str) or isinstance(entry.group, str):
        return False
    return isinstance(entry.category, Unknown) or isinstance(entry.group, Unknown)


def _doubts(link: Link) -> Iterator[Finding]:
    """What could not be known of a setting, each with what would decide it."""
    setting, name = link.setting, link.setting.resource.name
    if not link.certain:
        yield Finding(
            "unknown-target",
            f"diagnostic setting `{name}`: {link.why}",
            "pass the id of the cluster resource itself as its target",
        )
    if _has_destination(setting) is None:
        kinds = " and ".join(sorted({d.kind for d in setting.destinations}))
        yield Finding(
            "unknown-destination",
            f"diagnostic setting `{name}`: whether its {kinds} exists cannot be known",
            "answer the stack reference, function or configuration key it comes from",
        )
    if isinstance(setting.logs, Unknown):
        yield Finding(
            "unknown-logs",
            f"diagnostic setting `{name}`: its `logs` cannot be known before the deployment",
            "write the categories as plain values",
        )
        return
    for entry in setting.logs:
        yield from _entry_doubts(name, entry)


def _entry_doubts(setting: str, entry: LogEntry) -> Iterator[Finding]:
    if _is_hidden(entry):
        yield Finding(
            "unknown-category",
            f"diagnostic setting `{setting}`: a category cannot be known before the deployment",
            "write the categories as plain values",
        )
    elif isinstance(entry.enabled, Unknown):
        what = entry.category if isinstance(entry.category, str) else entry.group
        yield Finding(
            "unknown-enabled",
            f"diagnostic setting `{setting}`: whether `{what}` is enabled cannot be known",
            "write `enabled` as a plain value",
        )
    elif entry.enabled is True and isinstance(entry.group, str) and _members(entry.group) is None:
        yield Finding(
            "undocumented-group",
            f"diagnostic setting `{setting}`: Azure does not document which categories the "
            f"group `{entry.group}` holds for a cluster",
            f"name {', '.join(f'`{name}`' for name in AUDIT_CATEGORIES)} one by one, or use "
            "the group `allLogs`",
        )


def _missing_finding(name: str, links: tuple[Link, ...]) -> Finding:
    head = f"category `{name}` is not sent anywhere"
    mine = [link.setting for link in links if link.certain]
    if not mine:
        return Finding(f"missing:{name}", f"{head}: no diagnostic setting is attached")
    nowhere = [s.resource.name for s in mine if _sends(s, name)]
    if nowhere:
        return Finding(
            f"missing:{name}",
            f"{head}: diagnostic setting `{nowhere[0]}` enables it but has no destination",
        )
    names = ", ".join(f"`{setting.resource.name}`" for setting in mine)
    return Finding(f"missing:{name}", f"{head}: diagnostic setting {names} does not enable it")


RULE = Rule(
    id="aks-audit-logs",
    title="Each AKS cluster sends its audit logs to a destination",
    why=(
        "AKS collects no audit logs by default. Without `kube-audit` reads of secrets and exec "
        "into pods leave no trace, without `kube-audit-admin` changes do not, and without "
        "`guard` sign-ins and authorisation decisions do not."
    ),
    fix_pulumi=(
        "attach `kubewitness.AksAuditLogging` to the cluster, or add to its "
        "`azure_native.monitor.DiagnosticSetting`:\n"
        '    logs=[{"category": name, "enabled": True}\n'
        '          for name in ("kube-audit", "kube-audit-admin", "guard")],\n'
        "    workspace_id=workspace.id"
    ),
    fix_cli=(
        "az monitor diagnostic-settings create --name kubewitness --resource CLUSTER_ID "
        "--workspace WORKSPACE_ID --export-to-resource-specific true --logs "
        """'[{"category":"kube-audit","enabled":true},"""
        """{"category":"kube-audit-admin","enabled":true},{"category":"guard","enabled":true}]'"""
    ),
    severity=Severity.HIGH,
    scope=Scope.STACK,
    judge=judge,
    references=(
        Reference("CIS AKS Benchmark", "Enable audit Logs", "2.1.1", "v1.8.0"),
        Reference("Kubescape", "Enable audit Logs", "C-0254", "regolibrary"),
        Reference("PSRule for Azure", "Azure.AKS.AuditLogs", "AZR-000022", "PSRule.Rules.Azure"),
        Reference("MITRE ATT&CK", "Disable or Modify Cloud Logs", "T1562.008", "enterprise"),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/monitor-aks",
        "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings",
    ),
)
