"""`aks-audit-logs`: the audit log categories of a cluster are sent somewhere."""

from collections.abc import Iterator
from enum import StrEnum

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import (
    AKS_LOG_CATEGORIES,
    AUDIT_CATEGORIES,
    GUARD,
    KUBE_AUDIT,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.destinations.receivers import Receivers
from kubewitness.graph.diagnostic_settings import diagnostic_setting
from kubewitness.graph.model import AksCluster, DiagnosticSetting, Graph, Link, LogEntry
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.routes import (
    Route,
    carries,
    exists,
    group_members,
    has_destination,
    is_hidden,
    routes_through,
)
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.collection import CollectionSettings
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.judging.replaced import may_be_replaced, replaced
from kubewitness.policies.judging.trail import where
from kubewitness.policies.judging.transformations import drops_everything
from kubewitness.policies.policy import (
    Change,
    Policy,
    Reference,
    Scope,
    Severity,
    doubtful,
    failing,
    passing,
)
from kubewitness.policies.settings import UndecidedMeans
from kubewitness.policies.verdict import PASS, Judgement, Outcome, Reason, fail, undecided


class Coverage(StrEnum):
    """Which audit log categories a cluster must send."""

    ALL = "all"
    """kube-audit, kube-audit-admin and guard."""
    ANY = "any"
    """Either of kube-audit and kube-audit-admin, and guard."""
    CIS = "cis"
    """kube-audit and kube-audit-admin, which CIS AKS 2.1.1 names; it does not name guard."""


class AuditLogsSettings(CollectionSettings):
    """The settings of `aks-audit-logs`.

    Attributes:
        coverage: which categories are demanded; default all three.
    """

    coverage: Coverage = Coverage.ALL


def judge(cluster: AksCluster, graph: Graph, settings: AuditLogsSettings) -> Judgement:
    """Take the union over all enabled entries of all settings of this cluster."""
    links = graph.links.get(cluster.resource.urn, ())
    covered = {name for name in AUDIT_CATEGORIES if _is_covered(name, links, graph)}
    missing = _missing(covered, settings.coverage)
    if not missing:
        return PASS
    elsewhere, declared = settings.elsewhere(cluster.resource)
    if not _missing(covered | elsewhere, settings.coverage):
        return Judgement(Outcome.COLLECTED_ELSEWHERE, declared)
    doubts = [reason for link in links for reason in _doubts(link)]
    hoped = {name for name in AUDIT_CATEGORIES if _may_be_sent(name, links, graph)}
    if not _missing(elsewhere | hoped, settings.coverage):
        return undecided(*doubts)
    sure = (name for name in missing if name not in hoped | elsewhere)
    expired = settings.expired_for(cluster.resource)
    return fail(*(_missing_reason(name, links, graph) for name in sure), *expired, *doubts)


def _missing(covered: set[str], coverage: Coverage) -> list[str]:
    """Return what a coverage lacks; with `any`, one audit category covers both."""
    demanded = {
        Coverage.ALL: AUDIT_CATEGORIES,
        Coverage.ANY: (KUBE_AUDIT, KUBE_AUDIT_ADMIN, GUARD),
        Coverage.CIS: (KUBE_AUDIT, KUBE_AUDIT_ADMIN),
    }[coverage]
    if coverage is Coverage.ANY and covered & {KUBE_AUDIT, KUBE_AUDIT_ADMIN}:
        demanded = (GUARD,)
    return [name for name in demanded if name not in covered]


def _is_covered(name: str, links: tuple[Link, ...], graph: Graph) -> bool:
    """Return whether some setting certainly sends this category somewhere that keeps any of it."""
    return any(
        link.certain
        and all(
            _keeps(setting, name, graph)
            for setting in (link.setting, *link.rivals, *link.possible_rivals)
        )
        for link in links
    )


def _may_be_sent(name: str, links: tuple[Link, ...], graph: Graph) -> bool:
    """Return whether a setting sends this category if all that is unknown turns out well."""
    return any(
        all(any(_ways(setting, name, graph)) for setting in (link.setting, *link.rivals))
        for link in links
    )


def _keeps(setting: DiagnosticSetting, name: str, graph: Graph) -> bool:
    return any(way.certain and exists(way.destination) for way in _ways(setting, name, graph))


def _ways(setting: DiagnosticSetting, name: str, graph: Graph) -> Iterator[Route]:
    """Yield the routes of a category through a setting that do not drop all of it."""
    for route in routes_through((Link(setting, certain=True),), name):
        if not (graph.transformations and drops_everything(route, name, graph)):
            yield route


def _doubts(link: Link) -> Iterator[Reason]:
    """Yield what cannot be known of a setting, each with what would decide it."""
    setting, name = link.setting, link.setting.resource.name
    if not link.certain:
        target = setting.target_id
        decide = target.decide if isinstance(target, Unknown) else ""
        yield Reason(
            "unknown-target",
            f"diagnostic setting `{name}`: {link.why}",
            decide or "pass the id of the cluster resource itself as its target",
        )
    if link.possible_rivals:
        yield may_be_replaced(link)
    if has_destination(setting) is None:
        yield from _destination_doubts(setting)
    if isinstance(setting.logs, Unknown):
        what = f"diagnostic setting `{name}`: its `logs`"
        yield hidden("unknown-logs", what, setting.logs, "write the categories as plain values")
        return
    for entry in setting.logs:
        yield from _entry_doubts(name, entry)


def _destination_doubts(setting: DiagnosticSetting) -> Iterator[Reason]:
    unknown = [one for one in setting.destinations if isinstance(one.id, Unknown)]
    for words in dict.fromkeys(one.id for one in unknown if isinstance(one.id, Unknown)):
        kinds = " and ".join(sorted({one.kind for one in unknown if one.id == words}))
        yield hidden(
            "unknown-destination",
            f"diagnostic setting `{setting.resource.name}`: whether its {kinds} exists",
            words,
            "answer the stack reference, function or configuration key it comes from",
        )


def _entry_doubts(setting: str, entry: LogEntry) -> Iterator[Reason]:
    name = f"diagnostic setting `{setting}`"
    unknown = (one for one in (entry.category, entry.group) if isinstance(one, Unknown))
    if is_hidden(entry):
        decide = "write the categories as plain values"
        yield hidden("unknown-category", f"{name}: a category", next(unknown), decide)
    elif isinstance(entry.enabled, Unknown):
        what = entry.category if isinstance(entry.category, str) else entry.group
        yield hidden(
            "unknown-enabled",
            f"{name}: whether `{what}` is enabled",
            entry.enabled,
            "write `enabled` as a plain value",
        )
    elif _is_undocumented(entry):
        yield Reason(
            "undocumented-group",
            f"{name}: Azure does not document which categories the "
            f"group `{entry.group}` holds for a cluster",
            f"name {', '.join(f'`{name}`' for name in AUDIT_CATEGORIES)} one by one, or use "
            "the group `allLogs`",
        )


def _is_undocumented(entry: LogEntry) -> bool:
    is_group = isinstance(entry.group, str) and not isinstance(entry.category, str)
    return entry.enabled is True and is_group and group_members(entry.group) is None


def _missing_reason(name: str, links: tuple[Link, ...], graph: Graph) -> Reason:
    head = f"category `{name}` is not sent anywhere"
    mine = [link.setting for link in links if link.certain]
    if not mine:
        return Reason(f"missing:{name}", f"{head}: no diagnostic setting is attached")
    lost = [link for link in links if link.certain and link.rivals and carries(link.setting, name)]
    if lost:
        return Reason(f"missing:{name}", f"{head}: {replaced(lost[0])}")
    for route in routes_through(links, name):
        if drops_everything(route, name, graph):
            message = f"{head}: the transformation of the {where(route)} drops all of it"
            return Reason(f"missing:{name}", message)
    nowhere = [s.resource.name for s in mine if carries(s, name)]
    if nowhere:
        return Reason(
            f"missing:{name}",
            f"{head}: diagnostic setting `{nowhere[0]}` enables it but has no destination",
        )
    names = ", ".join(f"`{setting.resource.name}`" for setting in mine)
    return Reason(f"missing:{name}", f"{head}: diagnostic setting {names} does not enable it")


def remediate(resource: Resource, settings: AuditLogsSettings) -> list[Change]:
    """Add the categories that a setting lacks, where it is certainly a cluster's.

    Certain is a setting with destination that names a category which only clusters have, and
    whose entries are all known. A setting for a group, or none at all, is left alone.
    """
    if kind_of(resource.type) is not ResourceKind.DIAGNOSTIC_SETTING:
        return []
    setting = diagnostic_setting(resource, {}, Receivers({}))
    if not setting.destinations or not _certainly_of_a_cluster(setting):
        return []
    covered = {name for name in AUDIT_CATEGORIES if carries(setting, name)}
    missing = _missing(covered, settings.coverage)
    if not missing:
        return []
    if "logs" in resource.properties:
        return [Change(("logs",), [{"category": n, "enabled": True} for n in missing], append=True)]
    # Every category that the classic provider lists there is enabled. It has no `enabled`.
    return [Change(("enabledLogs",), [{"category": name} for name in missing], append=True)]


def _certainly_of_a_cluster(setting: DiagnosticSetting) -> bool:
    if isinstance(setting.logs, Unknown):
        return False
    known = all(isinstance(e.category, str) and e.enabled is True for e in setting.logs)
    return known and any(fold(str(e.category)) in AKS_LOG_CATEGORIES for e in setting.logs)


POLICY = Policy(
    id="aks-audit-logs",
    title="Each AKS cluster sends its audit logs to a destination",
    why=(
        "AKS collects no audit logs by default. Without `kube-audit` reads of secrets and exec "
        "into pods leave no trace, without `kube-audit-admin` changes do not, and without "
        "`guard` sign-ins and authorisation decisions do not. A transformation of the workspace "
        "that drops every row of a category collects nothing; `aks-audit-destination` reports "
        "one that drops a part."
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
    subject=AksCluster,
    settings=AuditLogsSettings,
    judge=judge,
    undecided=UndecidedMeans.BLOCK,
    remediate=remediate,
    remediation=(
        "adds the missing categories to a diagnostic setting that has a destination and names at "
        "least one category of a cluster; not for settings that share the coverage between them"
    ),
    examples=(
        passing("All three categories", 'setting("audit", cluster("aks").id)'),
        passing(
            "Two settings share the coverage",
            'aks = cluster("aks")\n'
            'setting("requests", aks.id, ["kube-audit", "kube-audit-admin"])\n'
            'setting("sign-ins", aks.id, ["guard"])',
        ),
        passing(
            "The category group allLogs",
            'setting("audit", cluster("aks").id, logs=[{"category_group": "allLogs", '
            '"enabled": True}])',
        ),
        passing(
            "Coverage any: changes and sign-ins",
            'setting("audit", cluster("aks").id, ["kube-audit-admin", "guard"])',
            coverage="any",
        ),
        passing(
            "Coverage cis: without guard",
            'setting("audit", cluster("aks").id, ["kube-audit", "kube-audit-admin"])',
            coverage="cis",
        ),
        failing("No diagnostic setting", 'cluster("aks")'),
        failing(
            "A category is missing",
            'setting("audit", cluster("aks").id, ["kube-audit", "kube-audit-admin"])',
        ),
        failing(
            "Categories listed but not enabled",
            'setting("audit", cluster("aks").id, logs=[\n'
            '    {"category": name, "enabled": False} for name in AUDIT_CATEGORIES])',
        ),
        failing(
            "Two settings with one name: the last one written replaces the other",
            'aks = cluster("aks")\n'
            'setting("requests", aks.id, ["kube-audit", "kube-audit-admin"], name="audit")\n'
            'setting("sign-ins", aks.id, ["guard"], name="Audit")',
        ),
        failing(
            "The workspace drops a category as it arrives",
            'setting("audit", cluster("aks").id)\n'
            'transformation("source | where false", "AKSAuditAdmin")',
        ),
        failing("No destination", 'setting("audit", cluster("aks").id, workspace_id=None)'),
        doubtful(
            "The category group audit, whose members are not documented",
            'setting("audit", cluster("aks").id, logs=[{"category_group": "audit", '
            '"enabled": True}])',
        ),
    ),
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
