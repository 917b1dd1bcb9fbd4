"""`aks-audit-destination`: the audit logs go where they should."""

from collections.abc import Iterator

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import fold
from kubewitness.azure.storage_accounts import PREMIUM
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import AksCluster, Graph, StorageAccount, Workspace
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.routes import Route
from kubewitness.graph.values import ABSENT, Unknown, Value, read
from kubewitness.policies.judging.destinations import DestinationSettings, known_id, matches
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.judging.trail import judge_trail, where
from kubewitness.policies.judging.transformations import loss_reasons, losses
from kubewitness.policies.policy import (
    Policy,
    Scope,
    Severity,
    doubtful,
    failing,
    passing,
)
from kubewitness.policies.verdict import (
    PASS,
    Judgement,
    Reason,
    fail,
    undecided,
    worst,
)


def judge(cluster: AksCluster, graph: Graph, settings: DestinationSettings) -> Judgement:
    """Pass where each category reaches one destination that exists, keeps it, and is allowed."""

    def judge_route(route: Route, category: str) -> Judgement:
        return worst(
            _exists(route),
            _in_region(cluster, route, settings),
            *_keeps(route),
            *_transforms(cluster, graph, route, category),
            _allowed(route, settings),
        )

    return judge_trail(cluster, graph, judge_route)


def _exists(route: Route) -> Judgement:
    destination = route.destination
    if not isinstance(destination.id, Unknown) or destination.from_destination:
        return PASS
    return undecided(
        hidden(
            "unknown-destination",
            f"whether the {where(route)} exists",
            destination.id,
            "answer the stack reference, function or configuration key it comes from",
        )
    )


def _in_region(cluster: AksCluster, route: Route, settings: DestinationSettings) -> Judgement:
    """Judge the region: a storage account or event hub must be in the cluster's own."""
    if route.destination.kind not in (DestinationKind.STORAGE_ACCOUNT, DestinationKind.EVENT_HUB):
        return PASS
    own, other = cluster.location, _region(route, settings)
    if isinstance(own, str) and isinstance(other, str):
        if own == other:
            return PASS
        message = (
            f"the {where(route)} is in {other} and the cluster in {own}: Azure takes one of the "
            "same region only"
        )
        return fail(Reason("other-region", message))
    if _same_group(cluster, route):
        return PASS
    return undecided(
        hidden(
            "unknown-region",
            f"whether the {where(route)} is in the cluster's region",
            next((one for one in (own, other) if isinstance(one, Unknown)), Unknown()),
            "write `location` on both, or `region` in the list of allowed destinations",
        )
    )


def _region(route: Route, settings: DestinationSettings) -> Value[str]:
    receiver = route.destination.receiver
    if receiver:
        return receiver.location
    promises = settings.promises(route.destination)
    names = {fold(one.region.replace(" ", "")) for one in promises if one.region}
    return names.pop() if len(names) == 1 else Unknown()


def _same_group(cluster: AksCluster, route: Route) -> bool:
    """Return whether both have no region of their own and are in one resource group."""
    receiver = route.destination.receiver
    if receiver is None:
        return False
    one, other = cluster.resource, receiver.resource
    if any(read(resource.properties, "location") is not ABSENT for resource in (one, other)):
        return False
    sources = [r.property_dependencies.get("resourceGroupName", ()) for r in (one, other)]
    if isinstance(cluster.resource_group, str):
        return cluster.resource_group == receiver.resource_group
    # The value of one stack reference or function may be two groups.
    return sources[0] == sources[1] and len(sources[0]) == 1 and _is_group(sources[0][0])


def _is_group(urn: str) -> bool:
    """Return whether a resource is a group, by the type that its URN names."""
    token = urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]
    return kind_of(token) is ResourceKind.RESOURCE_GROUP


def _keeps(route: Route) -> Iterator[Judgement]:
    """Judge whether the destination keeps what it gets."""
    receiver = route.destination.receiver
    if isinstance(receiver, Workspace):
        yield _unless(receiver.sku, "free", route, "is on the plan Free, which keeps seven days")
        yield _unless(
            receiver.purges_at_once, True, route, "purges records as soon as their retention ends"
        )
        yield _capped(receiver, route)
    elif isinstance(receiver, StorageAccount):
        yield _unless(receiver.premium, True, route, PREMIUM.problem)


def _transforms(
    cluster: AksCluster, graph: Graph, route: Route, category: str
) -> Iterator[Judgement]:
    """Judge what the workspace's transformation leaves of the category."""
    lost = losses(cluster, graph, route, category)
    for is_violation, reason in loss_reasons(where(route), category, lost):
        yield fail(reason) if is_violation else undecided(reason)


def _unless(value: Value[object], bad: object, route: Route, what: str) -> Judgement:
    known = fold(value) if isinstance(value, str) else value
    if known == bad and known is not False:
        return fail(Reason("throw-away", f"the {where(route)} {what}"))
    return _hidden(route, what, value) if isinstance(value, Unknown) else PASS


def _capped(workspace: Workspace, route: Route) -> Judgement:
    cap = workspace.daily_cap
    if isinstance(cap, float) and cap >= 0:
        what = (
            f"accepts no more than {cap:g} GB a day: an attacker can use up the cap, and later "
            "events are lost"
        )
        return fail(Reason("daily-cap", f"the {where(route)} {what}"))
    return _hidden(route, "has a daily cap", cap) if isinstance(cap, Unknown) else PASS


def _hidden(route: Route, what: str, value: Unknown) -> Judgement:
    decide = "write the property as a plain value"
    return undecided(
        hidden("unknown-receiver", f"whether the {where(route)} {what}", value, decide)
    )


def _allowed(route: Route, settings: DestinationSettings) -> Judgement:
    if not settings.allowed_destinations:
        return PASS
    identifier = known_id(route.destination)
    fits = {matches(one.id, identifier) for one in settings.allowed_destinations}
    if True in fits:
        return PASS
    if None in fits:
        given = route.destination.id
        return undecided(
            hidden(
                "unknown-allowed",
                f"whether the {where(route)} is an allowed destination",
                given if isinstance(given, Unknown) else Unknown(),
                "send the logs to a destination with a literal id, or answer where it comes from",
            )
        )
    owners = ", ".join(sorted({one.owner for one in settings.allowed_destinations}))
    message = f"the {where(route)} is none of the allowed destinations (of {owners})"
    return fail(Reason("not-allowed", message))


CENTRAL = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/security"
    "/providers/Microsoft.OperationalInsights/workspaces/central"
)
_ALLOWED = [{"id": "/subscriptions/*/resourceGroups/security/providers/*/*/*", "owner": "soc"}]

POLICY = Policy(
    id="aks-audit-destination",
    title="The audit logs of each AKS cluster go to an allowed destination without a cap",
    why=(
        "Logs are not reliable evidence in a workspace that deletes them after a week, stops at "
        "a daily cap, or belongs to the audited team. Azure refuses a storage account or event "
        "hub of another region at deployment. A workspace transformation in the same stack is "
        "run on sensitive events: the malicious events of the detections, and variants of three "
        "of them with each word of the transformation as user, group, namespace, name, user "
        "agent, address and query parameter. It is a violation if the transformation drops "
        "every event of a verb or of an audit level and no other category keeps them. These are "
        "printed as undecided: single dropped events, dropped or changed columns, and a "
        "transformation that cannot be run. A transformation is allowed to drop leases and "
        "reads by system components. Two things are not detected: a condition that no such "
        "event meets, and a transformation that another stack writes."
    ),
    fix_pulumi=(
        "send the logs to a workspace that your security team owns, by its id; list it under "
        "`allowedDestinations` in the settings of `kubewitness-common`; put a storage "
        "account or event hub in the cluster's region"
    ),
    fix_cli=(
        "az monitor diagnostic-settings create --resource CLUSTER_ID --name kubewitness "
        "--workspace CENTRAL_WORKSPACE_ID --export-to-resource-specific true --logs '[...]'"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=DestinationSettings,
    judge=judge,
    examples=(
        passing("A workspace without a cap", 'setting("audit", cluster("aks").id)'),
        passing(
            "The allowed workspace of another stack",
            f'setting("audit", cluster("aks").id, workspace_id="{CENTRAL}")',
            allowedDestinations=_ALLOWED,
        ),
        passing(
            "A storage account in the region of the cluster",
            'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
            '    kind="StorageV2", sku={"name": "Standard_ZRS"})\n'
            'setting("audit", cluster("aks").id, workspace_id=None, storage_account_id=account.id)',
        ),
        failing(
            "A workspace with a daily cap",
            'capped = operationalinsights.Workspace("capped", resource_group_name=group.name,\n'
            '    workspace_capping={"daily_quota_gb": 1})\n'
            'setting("audit", cluster("aks").id, workspace_id=capped.id)',
        ),
        failing(
            "A throw-away workspace on the plan Free",
            'free = operationalinsights.Workspace("free", resource_group_name=group.name,\n'
            '    sku={"name": "Free"})\n'
            'setting("audit", cluster("aks").id, workspace_id=free.id)',
        ),
        failing(
            "A transformation that drops every `create`",
            'setting("audit", cluster("aks").id)\n'
            'transformation(\'source | where Verb != "create"\', "AKSAudit", "AKSAuditAdmin")',
        ),
        doubtful(
            "A transformation that drops what one user does",
            'setting("audit", cluster("aks").id)\n'
            "transformation('source | where tostring(User.username) != \"mallory\"',\n"
            '    "AKSAudit", "AKSAuditAdmin")',
        ),
        passing(
            "A transformation that drops leases, the noise of controllers",
            'setting("audit", cluster("aks").id)\n'
            "transformation('source | where tostring(ObjectRef.resource) != \"leases\"',\n"
            '    "AKSAudit", "AKSAuditAdmin")',
        ),
        failing(
            "A storage account of another region",
            'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
            '    kind="StorageV2", sku={"name": "Standard_ZRS"}, location="eastus2")\n'
            'setting("audit", cluster("aks", location="West Europe").id,\n'
            "        workspace_id=None, storage_account_id=account.id)",
        ),
        failing(
            "A workspace of this stack where the security team's is required",
            'own = operationalinsights.Workspace("own", resource_group_name="shop",\n'
            '    workspace_name="shop")\n'
            'setting("audit", cluster("aks").id, workspace_id=own.id)',
            allowedDestinations=_ALLOWED,
        ),
        doubtful(
            "A storage account elsewhere, in an unknown region",
            'setting("audit", cluster("aks").id, workspace_id=None, storage_account_id=(\n'
            '    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage"\n'
            '    "/storageAccounts/archive"))',
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-transformations",
        "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings",
        "https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap",
    ),
)
