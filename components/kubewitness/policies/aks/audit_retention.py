"""`aks-audit-retention`: the audit logs are kept long enough for an investigation."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from pydantic import Field

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AZURE_DIAGNOSTICS
from kubewitness.catalog.retention import INTERACTIVE_DAYS, TOTAL_DAYS
from kubewitness.graph.diagnostic_settings import DEDICATED
from kubewitness.graph.model import AksCluster, Graph, StorageAccount, Table, Workspace
from kubewitness.graph.routes import Route
from kubewitness.graph.values import ABSENT, Unknown, first_present
from kubewitness.policies.judging.destinations import DestinationSettings
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.judging.trail import judge_trail, where
from kubewitness.policies.policy import (
    Policy,
    Reference,
    Scope,
    Severity,
    doubtful,
    failing,
    passing,
)
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided, worst

DEFAULT_DAYS: Final = 30.0
"""The default retention of a workspace, and the retention of any Basic table.

Source: Azure docs, "Manage data retention in a Log Analytics workspace".
"""

ANALYTICS: Final = "analytics"
"""The one plan, in lower case, whose tables can be queried for longer than that."""


class RetentionSettings(DestinationSettings):
    """The settings of `aks-audit-retention`.

    Attributes:
        interactive_days: for how long queries must reach the logs; default 90.
        total_days: for how long they must be kept in all; default 365. Both are PCI DSS 10.5.1.
    """

    interactive_days: int = Field(default=INTERACTIVE_DAYS, ge=0)
    total_days: int = Field(default=TOTAL_DAYS, ge=0)


def judge(cluster: AksCluster, graph: Graph, settings: RetentionSettings) -> Judgement:
    """Pass where each category can be queried long enough and is kept long enough somewhere."""
    kinds = (
        ("interactive", "can be queried", settings.interactive_days, _interactive),
        ("total", "is kept", settings.total_days, _total),
    )
    return worst(*(_judge_kind(cluster, graph, settings, *kind) for kind in kinds))


Days = float | Unknown
Measure = Callable[[Route, str, RetentionSettings], Days]


def _judge_kind(  # noqa: PLR0913 PLR0917 one row of the table above
    cluster: AksCluster,
    graph: Graph,
    settings: RetentionSettings,
    kind: str,
    verb: str,
    demanded: int,
    measure: Measure,
) -> Judgement:
    def judge_route(route: Route, category: str) -> Judgement:
        days = measure(route, category, settings)
        if isinstance(days, Unknown) and demanded > 0:
            return undecided(
                hidden(
                    f"unknown:{kind}",
                    f"for how long what is in the {where(route)} {verb}",
                    days,
                    "list it under `allowedDestinations` with its `interactiveDays` and "
                    "`totalDays`, or manage its retention in this stack",
                )
            )
        if isinstance(days, Unknown) or days >= demanded:
            return PASS
        message = (
            f"category `{category}` in the {where(route)} {verb} for {days:g} days, required "
            f"are {demanded}"
        )
        return fail(Reason(f"{kind}:{category}", message))

    return judge_trail(cluster, graph, judge_route)


def _interactive(route: Route, category: str, settings: RetentionSettings) -> Days:
    promises = settings.promises(route.destination)
    return _or_promised(
        _shown_interactive(route, category), (one.interactive_days for one in promises)
    )


def _total(route: Route, category: str, settings: RetentionSettings) -> Days:
    promises = settings.promises(route.destination)
    return _or_promised(_shown_total(route, category), (one.total_days for one in promises))


def _or_promised(shown: Days, promised: Iterable[int | None]) -> Days:
    """Return what this stack shows; only where that is hidden, the least that is promised."""
    if isinstance(shown, float):
        return shown
    return min((float(days) for days in promised if days is not None), default=shown)


def _shown_interactive(route: Route, category: str) -> Days:
    receiver = route.destination.receiver
    if isinstance(receiver, Workspace):
        return _least(receiver, route, category, _table_interactive)
    if isinstance(receiver, StorageAccount):
        return 0.0  # nothing queries a blob as it queries a table
    return Unknown("it is not managed in this stack")


def _shown_total(route: Route, category: str) -> Days:
    receiver = route.destination.receiver
    if isinstance(receiver, Workspace):
        return _least(receiver, route, category, _table_total)
    if isinstance(receiver, StorageAccount):
        deleted = receiver.deletes_after_days
        return math.inf if deleted is ABSENT else deleted
    return Unknown("it is not managed in this stack")


def _least(
    workspace: Workspace,
    route: Route,
    category: str,
    measure: Callable[[Workspace, Table], Days],
) -> Days:
    """Return the shortest period of all tables that the category may fill."""
    periods = [measure(workspace, workspace.table(name)) for name in _tables(route, category)]
    hidden = [period for period in periods if isinstance(period, Unknown)]
    return hidden[0] if hidden else min(p for p in periods if not isinstance(p, Unknown))


def _tables(route: Route, category: str) -> list[str]:
    own, kind = AKS_LOG_CATEGORIES[category].table, route.link.setting.destination_type
    if isinstance(kind, Unknown):
        return [own, AZURE_DIAGNOSTICS]
    return [own] if kind == DEDICATED else [AZURE_DIAGNOSTICS]


def _table_interactive(workspace: Workspace, table: Table) -> Days:
    if isinstance(table.plan, Unknown):
        return table.plan
    if isinstance(table.plan, str) and fold(table.plan) != ANALYTICS:
        return DEFAULT_DAYS
    # A table of -1 days has those of its workspace.
    own = ABSENT if table.interactive_days == -1 else table.interactive_days
    days = first_present(own, workspace.interactive_days)
    return DEFAULT_DAYS if days is ABSENT else days


def _table_total(workspace: Workspace, table: Table) -> Days:
    own = ABSENT if table.total_days == -1 else table.total_days
    return _table_interactive(workspace, table) if own is ABSENT else own


_CENTRAL = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"

POLICY = Policy(
    id="aks-audit-retention",
    title=(
        "The audit logs of each AKS cluster have 90 days of interactive retention and 365 days "
        "of total retention"
    ),
    why=(
        "An intrusion is often found months later. By default, a workspace keeps logs for 30 "
        "days. The `retentionPolicy` of a diagnostic setting no longer has any effect."
    ),
    fix_pulumi=(
        "set `retention_in_days=90` on the `Workspace` and `total_retention_in_days=365` on the "
        "tables `AKSAudit`, `AKSAuditAdmin` and `AKSControlPlane`, or 365 days on the workspace; "
        "`kubewitness.SecureAksCluster` does so"
    ),
    fix_cli=(
        "for each table that the logs fill, which is `AzureDiagnostics` alone where the diagnostic "
        "setting is not resource-specific:\n"
        "for table in AKSAudit AKSAuditAdmin AKSControlPlane; do\n"
        "  az monitor log-analytics workspace table update --resource-group GROUP \\\n"
        '    --workspace-name WORKSPACE --name "$table" --retention-time 90 '
        "--total-retention-time 365\n"
        "done"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=RetentionSettings,
    judge=judge,
    examples=(
        passing(
            "A workspace that keeps a year",
            'year = operationalinsights.Workspace("year", resource_group_name=group.name,\n'
            "    retention_in_days=365)\n"
            'setting("audit", cluster("aks").id, workspace_id=year.id)',
        ),
        passing(
            "90 days in the workspace, the rest in an archive",
            'quarter = operationalinsights.Workspace("quarter", resource_group_name=group.name,\n'
            "    retention_in_days=90)\n"
            'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
            '    kind="StorageV2", sku={"name": "Standard_ZRS"})\n'
            'setting("audit", cluster("aks").id, workspace_id=quarter.id,\n'
            "        storage_account_id=account.id)",
        ),
        passing(
            "A workspace elsewhere, of which its owner promises enough",
            f'setting("audit", cluster("aks").id, workspace_id="{_CENTRAL}")',
            allowedDestinations=[
                {"id": _CENTRAL, "owner": "soc", "interactiveDays": 90, "totalDays": 730}
            ],
        ),
        passing(
            "A workspace of this stack that is listed without any promise",
            'setting("audit", cluster("aks").id)',
            allowedDestinations=[{"id": "/subscriptions/*", "owner": "soc"}],
        ),
        failing(
            "A workspace of this stack with a shorter retention than its owner promises",
            'short = operationalinsights.Workspace("short", resource_group_name=group.name,\n'
            "    retention_in_days=30)\n"
            'setting("audit", cluster("aks").id, workspace_id=short.id)',
            allowedDestinations=[
                {"id": "/subscriptions/*", "owner": "soc", "interactiveDays": 90, "totalDays": 365}
            ],
        ),
        failing(
            "Two promises, of which the least counts",
            f'setting("audit", cluster("aks").id, workspace_id="{_CENTRAL}")',
            allowedDestinations=[
                {"id": "/subscriptions/*", "owner": "soc", "interactiveDays": 90, "totalDays": 365},
                {"id": _CENTRAL, "owner": "soc", "interactiveDays": 90, "totalDays": 90},
            ],
        ),
        failing(
            "The default of 30 days",
            'short = operationalinsights.Workspace("short", resource_group_name=group.name)\n'
            'setting("audit", cluster("aks").id, workspace_id=short.id)',
        ),
        failing(
            "90 days and nothing after them",
            'quarter = operationalinsights.Workspace("quarter", resource_group_name=group.name,\n'
            "    retention_in_days=90)\n"
            'setting("audit", cluster("aks").id, workspace_id=quarter.id)',
        ),
        failing(
            "An archive that a lifecycle rule empties, and nothing to query",
            'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
            '    kind="StorageV2", sku={"name": "Standard_ZRS"})\n'
            'storage.ManagementPolicy("policy", resource_group_name=group.name,\n'
            '    account_name=account.name, management_policy_name="default", policy={"rules": [\n'
            '    {"name": "old", "type": "Lifecycle", "definition": {"actions": {"base_blob": {\n'
            '        "delete": {"days_after_modification_greater_than": 30}}},\n'
            '        "filters": {"blob_types": ["appendBlob"]}}}]})\n'
            'setting("audit", cluster("aks").id, workspace_id=None, storage_account_id=account.id)',
        ),
        doubtful(
            "A workspace elsewhere, without a promise of its owner",
            f'setting("audit", cluster("aks").id, workspace_id="{_CENTRAL}")',
        ),
    ),
    references=(
        Reference(
            "PCI DSS",
            "Retain audit log history for at least 12 months, with three months of interactive "
            "retention",
            "10.5.1",
            "4.0.1",
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure",
        "https://learn.microsoft.com/azure/azure-monitor/platform/migrate-to-azure-storage-lifecycle-policy",
    ),
)
