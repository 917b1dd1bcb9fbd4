"""`aks-audit-protected`: an attacker cannot delete the audit trail."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import CONTAINER
from kubewitness.catalog.retention import TOTAL_DAYS
from kubewitness.graph.destinations.storage import ANY_CONTAINER
from kubewitness.graph.model import AksCluster, Graph, StorageAccount
from kubewitness.graph.routes import Route
from kubewitness.graph.values import ABSENT, Unknown, Value
from kubewitness.policies.judging.destinations import (
    DestinationSettings,
    Protection,
    protection_words,
)
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.judging.trail import judge_trail, where
from kubewitness.policies.policy import Policy, Scope, Severity, doubtful, failing, passing
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided


class ProtectionSettings(DestinationSettings):
    """The settings of `aks-audit-protected`.

    Attributes:
        grade: `recorded` (default), `hindered` or `write-once`.
        immutable_days: for how long a locked policy must keep each record; default 365.
    """

    grade: Protection = Field(
        default=Protection.RECORDED,
        json_schema_extra={"type": "string", "enum": [grade.words for grade in Protection]},
    )

    immutable_days: int = Field(default=TOTAL_DAYS, ge=0)

    _grade = field_validator("grade", mode="before")(protection_words)


def judge(cluster: AksCluster, graph: Graph, settings: ProtectionSettings) -> Judgement:
    """Pass where each category reaches one destination that is protected as demanded."""

    def judge_route(route: Route, category: str) -> Judgement:
        demanded = settings.grade
        reached = _promised(route, settings)
        locked = _is_locked(route, category, settings.immutable_days)
        if locked is True:
            reached = Protection.WRITE_ONCE
        elif locked is False:  # whatever is promised
            reached = min(reached, Protection.HINDERED)
        if reached >= demanded:
            return PASS
        if isinstance(locked, Unknown):
            return undecided(
                hidden(
                    "unknown-immutability",
                    f"whether the immutability policy of the {where(route)} is locked for long "
                    "enough",
                    locked,
                    "check the exported state, or promise it under `allowedDestinations`",
                )
            )
        message = (
            f"the {where(route)} is protected at grade {reached.words}, required is "
            f"{_words(demanded, settings)}; Pulumi's `protect` and a lock in this stack do "
            "not count, for destroy removes them"
        )
        return fail(Reason(f"{demanded.words}:{category}", message))

    return judge_trail(cluster, graph, judge_route)


def _promised(route: Route, settings: ProtectionSettings) -> Protection:
    grades = [one.protection for one in settings.promises(route.destination)]
    return min(grades, default=Protection.RECORDED)


def _words(demanded: Protection, settings: ProtectionSettings) -> str:
    if demanded is Protection.WRITE_ONCE:
        return f"{demanded.words} for {settings.immutable_days} days"
    return demanded.words


def _is_locked(route: Route, category: str, demanded: int) -> Value[bool]:
    """Return whether the policy on the category's container is locked, and for long enough."""
    receiver = route.destination.receiver
    if not isinstance(receiver, StorageAccount):
        return ABSENT
    name = CONTAINER.format(category)
    state, days = _of(receiver.immutability, name), _of(receiver.immutable_days, name)
    if isinstance(days, float) and days < demanded:
        return False
    if isinstance(state, str) and state != "Locked":
        return False
    return next((value for value in (days, state) if not isinstance(value, str | float)), True)


def _of(values: Mapping[str, Value[Any]], container: str) -> Value[Any]:
    """Return the settings for a container, whose name is in lower case in Azure."""
    known = {fold(name): value for name, value in values.items()}
    return known.get(container, known.get(ANY_CONTAINER, ABSENT))


_VAULT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/vault"
_ARCHIVE = (
    'account = storage.StorageAccount("archive", resource_group_name=group.name,\n'
    '    kind="StorageV2", sku={"name": "Standard_ZRS"})\n'
    "for category in AUDIT_CATEGORIES:\n"
    "    storage.BlobContainerImmutabilityPolicy(category, resource_group_name=group.name,\n"
    '        account_name=account.name, container_name=f"insights-logs-{category}",\n'
    "        immutability_period_since_creation_in_days=365,\n"
    "        allow_protected_append_writes=True)\n"
    'setting("audit", cluster("aks").id, workspace_id=None, storage_account_id=account.id)'
)

POLICY = Policy(
    id="aks-audit-protected",
    title="The audit trail of each AKS cluster is protected from deletion",
    why=(
        "The owner of a stack can delete the audit trail. There are three grades. `recorded`: "
        "Azure's activity log shows for 90 days who deleted it. `hindered`: a delete lock, held "
        "by another stack or owner, must be removed first. `write-once`: a locked immutability "
        "policy (WORM) prevents deletion by anyone. Only Azure reports whether a policy is "
        "locked, so this is undecided before the deployment."
    ),
    fix_pulumi=(
        "send a copy to a storage account of another stack with a locked "
        "`BlobContainerImmutabilityPolicy` on each `insights-logs-<category>` container, and list "
        "it under `allowedDestinations` with its `protection`"
    ),
    fix_cli=(
        "az storage container immutability-policy lock --account-name ACCOUNT --container-name "
        "insights-logs-kube-audit --if-match ETAG; the ETAG is what `az storage container "
        "immutability-policy show … --query etag --output tsv` prints; a locked policy cannot be "
        "unlocked"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    subject=AksCluster,
    settings=ProtectionSettings,
    judge=judge,
    examples=(
        passing("Logged by Azure itself", 'setting("audit", cluster("aks").id)'),
        passing(
            "Immutable, as its owner promises",
            f'setting("audit", cluster("aks").id, storage_account_id="{_VAULT}")',
            grade="write-once",
            allowedDestinations=[{"id": _VAULT, "owner": "soc", "protection": "write-once"}],
        ),
        failing(
            "A delete lock is required, and Pulumi's protect does not count",
            'setting("audit", cluster("aks").id, opts=pulumi.ResourceOptions(protect=True))',
            grade="hindered",
        ),
        failing(
            "A lock in the same stack does not count",
            'authorization.ManagementLockByScope("lock", scope=workspace.id, '
            'level="CanNotDelete")\n'
            'setting("audit", cluster("aks").id)',
            grade="hindered",
        ),
        failing(
            "Two promises, of which the least counts",
            'setting("audit", cluster("aks").id, workspace_id=None,\n'
            f'        storage_account_id="{_VAULT}")',
            grade="write-once",
            allowedDestinations=[
                {"id": "/subscriptions/*", "owner": "soc", "protection": "write-once"},
                {"id": _VAULT, "owner": "shop team", "protection": "hindered"},
            ],
        ),
        failing(
            "A policy of one day, which protects for one day after it is locked",
            _ARCHIVE.replace("in_days=365", "in_days=1"),
            grade="write-once",
            allowedDestinations=[
                {"id": "/subscriptions/*", "owner": "soc", "protection": "write-once"}
            ],
        ),
        doubtful(
            "An immutability policy whose lock state is unknown before the deployment",
            _ARCHIVE,
            grade="write-once",
        ),
        doubtful(
            "Containers of the stack, whose names are unknown in a preview",
            _ARCHIVE.replace(
                'container_name=f"insights-logs-{category}"',
                "container_name=storage.BlobContainer(category, resource_group_name=group.name,\n"
                "            account_name=account.name,\n"
                '            container_name=f"insights-logs-{category}").name',
            ),
            grade="write-once",
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/storage/blobs/immutable-container-level-worm-policies",
        "https://learn.microsoft.com/azure/azure-monitor/platform/activity-log",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
    ),
)
