"""`aks-audit-cost`: no cost for logs that are not needed."""

from collections.abc import Iterator

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import ALL_LOGS
from kubewitness.graph.diagnostic_settings import DEDICATED
from kubewitness.graph.model import AksCluster, DiagnosticSetting, Graph
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.policy import (
    Policy,
    Reference,
    Scope,
    Severity,
    doubtful,
    failing,
    passing,
)
from kubewitness.policies.settings import Level, PolicySettings
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided


def judge(cluster: AksCluster, graph: Graph, _settings: PolicySettings) -> Judgement:
    """Look at each setting that certainly sends this cluster's logs to a workspace."""
    links = graph.links.get(cluster.resource.urn, ())
    paid = [link.setting for link in links if link.certain and _is_paid(link.setting)]
    wasteful = [reason for setting in paid for reason in _waste(setting)]
    if wasteful:
        return fail(*wasteful)
    doubts = [
        _unknown(setting, value)
        for setting in paid
        for value in (setting.destination_type, setting.logs)
        if isinstance(value, Unknown)
    ]
    return undecided(*doubts) if doubts else PASS


def _is_paid(setting: DiagnosticSetting) -> bool:
    return any(one.kind == DestinationKind.WORKSPACE for one in setting.destinations)


def _waste(setting: DiagnosticSetting) -> Iterator[Reason]:
    name = f"diagnostic setting `{setting.resource.name}`"
    sends = isinstance(setting.logs, Unknown) or any(e.enabled is True for e in setting.logs)
    is_legacy = not isinstance(setting.destination_type, Unknown) and (
        setting.destination_type != DEDICATED
    )
    if sends and is_legacy:
        message = (
            f"{name} fills the one table AzureDiagnostics, which has no plan or retention for "
            "each kind of log and truncates events at 32 KB"
        )
        yield Reason("azure-diagnostics", message)
    if not isinstance(setting.logs, Unknown) and any(
        isinstance(e.group, str) and fold(e.group) == fold(ALL_LOGS) and e.enabled is True
        for e in setting.logs
    ):
        message = (
            f"{name} sends all logs of the control plane, and whatever Azure adds to them, to a "
            "workspace that charges by volume"
        )
        yield Reason("all-logs", message)


def _unknown(setting: DiagnosticSetting, value: Unknown) -> Reason:
    return hidden(
        "unknown",
        f"diagnostic setting `{setting.resource.name}`: what it sends to which tables",
        value,
        "write `logs` and `logAnalyticsDestinationType` as plain values",
    )


POLICY = Policy(
    id="aks-audit-cost",
    title="The audit logs of each AKS cluster have no avoidable costs",
    why=(
        "`kube-audit` is the most voluminous log of a cluster. With a table of its own its plan, "
        "retention and filter can be chosen apart from everything else; in AzureDiagnostics they "
        "cannot."
    ),
    fix_pulumi=(
        'set `log_analytics_destination_type="Dedicated"` on the `DiagnosticSetting` and name the '
        "categories one by one"
    ),
    fix_cli=(
        "az monitor diagnostic-settings create --export-to-resource-specific true --resource "
        "CLUSTER_ID --name kubewitness --workspace WORKSPACE_ID --logs '[...]'"
    ),
    severity=Severity.LOW,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=PolicySettings,
    judge=judge,
    level=Level.ADVISORY,
    examples=(
        passing("A table for each kind of log", 'setting("audit", cluster("aks").id)'),
        failing(
            "Everything in AzureDiagnostics",
            'setting("audit", cluster("aks").id, log_analytics_destination_type=None)',
        ),
        failing(
            "The category group allLogs",
            'setting("audit", cluster("aks").id, logs=[{"category_group": "allLogs", '
            '"enabled": True}])',
        ),
        doubtful(
            "Unknown before the deployment",
            'setting("audit", cluster("aks").id,\n'
            "        log_analytics_destination_type=workspace.customer_id.apply(str))",
        ),
    ),
    references=(
        Reference("PSRule for Azure", "Azure.AKS.AuditAdmin", "AZR-000445", "PSRule.Rules.Azure"),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/monitor-aks",
        "https://learn.microsoft.com/azure/azure-monitor/logs/logs-table-plans",
    ),
)
