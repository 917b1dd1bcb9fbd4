"""`aks-audit-settings-valid`: Azure takes the diagnostic settings as they are written."""

from collections.abc import Iterator, Sequence

from kubewitness.azure.diagnostic_settings import MOST_SETTINGS, TOO_MANY_SETTINGS
from kubewitness.graph.model import AksCluster, Graph, Link
from kubewitness.policies.judging.refusal_doubts import doubts
from kubewitness.policies.judging.refusals import refused
from kubewitness.policies.judging.replaced import may_be_replaced, replaced
from kubewitness.policies.judging.sinks import same_sink_twice, unknown_sinks
from kubewitness.policies.policy import Policy, Scope, Severity, doubtful, failing, passing
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided


def judge(cluster: AksCluster, graph: Graph, _settings: PolicySettings) -> Judgement:
    """Fail what Azure refuses or ignores; settings that may be another cluster's are undecided."""
    links = graph.links.get(cluster.resource.urn, ())
    certain = [link.setting for link in links if link.certain]
    faults = [fault for setting in certain for fault in refused(setting)]
    if len(certain) > MOST_SETTINGS:
        message = f"the cluster's logs, in {len(certain)} settings, {TOO_MANY_SETTINGS.reason}"
        faults.append(Reason(TOO_MANY_SETTINGS.code, message))
    faults += [Reason("same-name", replaced(link)) for link in links if link.rivals]
    faults += same_sink_twice(certain)
    if faults:
        return fail(*faults)
    hidden = [doubt for link in links for doubt in doubts(link)]
    hidden += [may_be_replaced(link) for link in links if link.possible_rivals]
    hidden += [*_perhaps_too_many(links), *unknown_sinks(certain)]
    return undecided(*hidden) if hidden else PASS


def _perhaps_too_many(links: Sequence[Link]) -> Iterator[Reason]:
    if len(links) > MOST_SETTINGS:
        message = f"whether the cluster has more than {MOST_SETTINGS} settings cannot be known"
        yield Reason("unknown-number", message, "pass the id of the cluster as their target")


POLICY = Policy(
    id="aks-audit-settings-valid",
    title="Azure accepts the diagnostic settings of each AKS cluster as they are written",
    why=(
        "If Azure refuses a setting, the deployment fails after the cluster is created, and its "
        "logs are not collected. If Azure ignores a value, for example a retention, the value "
        "has no effect."
    ),
    fix_pulumi=(
        "name categories or a group, never both; send a category to a workspace or account in one "
        "setting only; at most five settings; standard storage; for an event hub, the ID of a rule "
        "of its namespace that has the rights Manage, Send and Listen, or Send where the setting "
        "names the event hub; no `retention_policy`, but retention on the table or a lifecycle "
        "policy"
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
            "A category together with a group",
            'setting("audit", cluster("aks").id, logs=[{"category": "guard", "enabled": True},\n'
            '    {"category_group": "allLogs", "enabled": False}])',
        ),
        failing(
            "A misspelt category",
            'setting("audit", cluster("aks").id, ["kube-audit", "kube-audit-admn", "guard"])',
        ),
        failing(
            "The ID of a table instead of its workspace",
            'setting("audit", cluster("aks").id, workspace_id="/subscriptions/s/resourceGroups/g"\n'
            '    "/providers/Microsoft.OperationalInsights/workspaces/w/tables/AKSAudit")',
        ),
        failing(
            "The authorization rule of an event hub instead of its namespace",
            'hub = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n"\n'
            'setting("audit", cluster("aks").id, workspace_id=None,\n'
            '    event_hub_authorization_rule_id=f"{hub}/eventhubs/h/authorizationRules/r")',
        ),
        failing(
            "All metrics twice to one workspace",
            'aks = cluster("aks")\nmetrics = [{"category": "AllMetrics", "enabled": True}]\n'
            'setting("audit", aks.id, metrics=metrics)\n'
            'setting("metrics", aks.id, logs=[], metrics=metrics)',
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
