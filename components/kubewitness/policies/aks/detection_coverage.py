"""`aks-detection-coverage`: the attacks that you name do not go unseen."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from kubewitness.graph.model import AksCluster, Graph, Link
from kubewitness.graph.values import Unknown
from kubewitness.policies.policy import Policy, Scope, Severity, doubtful, failing, passing
from kubewitness.policies.settings import Level, PolicySettings
from kubewitness.policies.verdict import (
    PASS,
    Judgement,
    Reason,
    fail,
    not_applicable,
    undecided,
    worst,
)

if TYPE_CHECKING:
    from kubewitness.detections.coverage.assessment import Demand


class CoverageSettings(PolicySettings):
    """The settings of `aks-detection-coverage`.

    Attributes:
        techniques: of MITRE ATT&CK, as `T1609`, of which every detection must be able to alert on
            all that it is for; or detections by their names. None by default.
        not_blind: techniques of which some detection must find some attacks. None by default.
    """

    techniques: tuple[str, ...] = Field(default=())
    not_blind: tuple[str, ...] = Field(default=())

    @field_validator("techniques", "not_blind")
    @classmethod
    def _known(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        known = _words() if words else set()
        if unknown := [name for name in words if name not in known]:
            listed = ", ".join(sorted(name for name in known if name.startswith("T")))
            raise ValueError(f"no detection is of {', '.join(unknown)}; there are {listed}")
        return words


def _words() -> set[str]:
    # Detections need DuckDB, which a pack that demands none should not load.
    from kubewitness.detections.coverage.assessment import demandable  # noqa: PLC0415

    return demandable()


def judge(cluster: AksCluster, graph: Graph, settings: CoverageSettings) -> Judgement:
    """Run the detections of each technique on what the cluster's settings let pass."""
    wanted = {*settings.techniques, *settings.not_blind}
    if not wanted:
        return not_applicable("nothing-demanded", "no technique is required")
    from kubewitness.detections.coverage.assessment import assess, demand  # noqa: PLC0415
    from kubewitness.detections.coverage.clusters import channels  # noqa: PLC0415 see above
    from kubewitness.detections.library import all_detections  # noqa: PLC0415

    detections = [one for one in all_detections() if wanted & {one.slug, *one.relevant_techniques}]
    links = graph.links.get(cluster.resource.urn, ())
    found = assess(channels(links, graph), detections)
    why = "; ".join(dict.fromkeys(one.why for one in _unknowns(links) if one.why))
    return worst(
        *(_judge(demand(found, one), why) for one in settings.techniques),
        *(_judge(demand(found, one, not_blind=True), why) for one in settings.not_blind),
    )


def _unknowns(links: Iterable[Link]) -> Iterator[Unknown]:
    """Yield what is unknown of the settings that carry a cluster's logs."""
    for link in links:
        setting = link.setting
        logs = setting.logs if isinstance(setting.logs, tuple) else ()
        values = (
            *(setting.target_id, setting.logs, setting.destination_type),
            *(destination.id for destination in setting.destinations),
            *(value for entry in logs for value in (entry.category, entry.group, entry.enabled)),
        )
        yield from (value for value in values if isinstance(value, Unknown))


def _judge(found: "Demand", why: str) -> Judgement:
    if found.is_met:
        return PASS
    if found.is_met is None:
        return undecided(
            Reason(
                f"undecided:{found.word}",
                f"whether {found.word} is covered depends on what cannot be known before the "
                f"deployment: {found.why}" + (f"; {why}" if why else ""),
                "`kubewitness coverage` lists the data that they need; send the logs to a "
                "workspace of this stack",
            )
        )
    message = f"{found.word} is not covered by what this cluster collects: {found.why}"
    return fail(Reason(f"missed:{found.word}", message))


POLICY = Policy(
    id="aks-detection-coverage",
    title="The attacks that you name can be detected on each AKS cluster",
    why=(
        "A detection reports nothing if nothing happens, and also if its data is not collected. "
        "For example, `kubectl exec` has been a GET request since kubectl 1.30, so a cluster "
        "that collects only `kube-audit-admin` never alerts on it. This policy passes the "
        "events of real attacks through AKS's audit policy and the cluster's settings, and runs "
        "the detections on the remaining events."
    ),
    fix_pulumi=(
        "collect `kube-audit`, too, in a table of plan Analytics, or leave `audit_profile` of "
        "`SecureAksCluster` at `full`; `kubewitness coverage` shows what each detection misses"
    ),
    fix_cli=(
        "az monitor diagnostic-settings create --export-to-resource-specific true --resource "
        "CLUSTER_ID --name kubewitness --workspace WORKSPACE_ID --logs '[...]'"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=CoverageSettings,
    level=Level.DISABLED,  # until techniques are configured
    judge=judge,
    examples=(
        passing(
            "Every request in a table of plan Analytics",
            'setting("audit", cluster("aks").id)',
            techniques=["T1609"],
            enforcementLevel="mandatory",
        ),
        failing(
            "Changes alone, in which no `kubectl exec` since 1.30 is",
            'setting("audit", cluster("aks").id,\n'
            '    logs=[{"category": "kube-audit-admin", "enabled": True}])',
            techniques=["T1609"],
            enforcementLevel="mandatory",
        ),
        passing(
            "The same, where it is enough that some attacks of the technique are found",
            'setting("audit", cluster("aks").id,\n'
            '    logs=[{"category": "kube-audit-admin", "enabled": True}])',
            notBlind=["T1609"],
            enforcementLevel="mandatory",
        ),
        failing(
            "Nothing is collected",
            'cluster("aks")',
            techniques=["T1609"],
            enforcementLevel="mandatory",
        ),
        failing(
            "Everything goes to a storage account, where no rule can query it",
            'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
            '    kind="StorageV2", sku={"name": "Standard_ZRS"})\n'
            'setting("audit", cluster("aks").id, workspace_id=None,\n'
            "        storage_account_id=account.id, log_analytics_destination_type=None)",
            techniques=["T1609"],
            enforcementLevel="mandatory",
        ),
        doubtful(
            "A workspace of another stack, whose table may have any plan",
            'setting("audit", cluster("aks").id, workspace_id="/subscriptions/s/resourceGroups/g"\n'
            '        "/providers/Microsoft.OperationalInsights/workspaces/central")',
            techniques=["T1609"],
            enforcementLevel="mandatory",
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/monitor-aks",
        "https://learn.microsoft.com/azure/azure-monitor/logs/logs-table-plans",
        "https://attack.mitre.org/matrices/enterprise/containers/",
    ),
)
