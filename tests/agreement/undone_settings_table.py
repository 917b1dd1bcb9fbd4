"""The core settings of SecureAksCluster undone one at a time, and the page that tells of it.

Each is found twice: before it is deployed, by a policy of the policy pack, and afterwards, by a
detection on what Azure notes of it. The program is a default cluster with an archive, as it stands
when it is deployed and the archive's policies are locked.
"""

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from agreement.default_cluster_table import ARGUMENTS
from kubewitness import AuditArchive, SecureAksCluster
from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.detections.library import all_detections, cases
from kubewitness.graph.build import build_graph
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from support.in_process import preview_in_process

Resources = list[Resource]
Undo = Callable[[Resources], Resources]

DETECTIONS: Final = {one.slug: one for one in all_detections()}

BY_APPLICATION: Final = "protection-changed-by-an-application"

_CENTRAL: Final = (
    "/subscriptions/s/resourceGroups/soc/providers/Microsoft.OperationalInsights/workspaces/central"
)
_SOMEBODYS: Final = _CENTRAL.replace("central", "mine")
_LOCKED: Final = {
    "grade": "hindered",
    "allowedDestinations": [{"id": _CENTRAL, "owner": "soc", "protection": "hindered"}],
}


class UndoneSetting(NamedTuple):
    """A row.

    Attributes:
        name: what is undone.
        undo: does it to the resources.
        policy: the policy that fails then.
        found_by: the detections that find it, each with the malicious case that shows it.
        remark: what they cannot say.
        configuration: of the policy.
        arguments: of the cluster, beside the required ones.
        calls: provider functions that the program calls once it is undone.
        only_of_people: the detections that do not find it where an application does it.
    """

    name: str
    undo: Undo
    policy: str
    found_by: Mapping[str, str]
    remark: str = ""
    configuration: Mapping[str, Any] = {}
    arguments: Mapping[str, Any] = {}
    calls: tuple[str, ...] = ()
    only_of_people: frozenset[str] = frozenset(
        {"aks-cluster-changed", "workspace-changed", "log-table-changed"}
    )

    @property
    def found_of_an_application(self) -> tuple[str, ...]:
        """The detections that find it where the identity of the pipeline does it."""
        found = [BY_APPLICATION if s in self.only_of_people else s for s in self.found_by]
        return tuple(dict.fromkeys(found))


def _changed(kind: ResourceKind, change: Callable[[dict[str, Any]], None]) -> Undo:
    def undo(resources: Resources) -> Resources:
        found = []
        for resource in resources:
            properties = copy.deepcopy(dict(resource.properties))
            if kind_of(resource.type) is kind:
                change(properties)
            found.append(replace(resource, properties=properties))
        return found

    return undo


def _set(kind: ResourceKind, value: Any, *path: str) -> Undo:
    def change(properties: dict[str, Any]) -> None:
        *steps, last = path
        for step in steps:
            properties = properties.setdefault(step, {})
        properties[last] = value

    return _changed(kind, change)


def _without(end: str) -> Undo:
    return lambda resources: [one for one in resources if not one.type.endswith(end)]


def _without_category(category: str) -> Undo:
    def change(properties: dict[str, Any]) -> None:
        properties["logs"] = [log for log in properties["logs"] if log["category"] != category]

    return _changed(ResourceKind.DIAGNOSTIC_SETTING, change)


def _with_authenticator(resources: Resources) -> Resources:
    kind = "azure-native:containerservice:JWTAuthenticator"
    return [*resources, Resource(urn="urn:partner", type=kind, name="partner", properties={})]


def _unlocked(resources: Resources) -> Resources:
    return [
        replace(one, outputs={**one.outputs, "state": "Unlocked"}) if one.outputs else one
        for one in resources
    ]


def _cut(resources: Resources) -> Resources:
    return _set(ResourceKind.WORKSPACE, 30, "retentionInDays")(_without(":Deployment")(resources))


def _as_it_was(resources: Resources) -> Resources:
    return resources


_API: Final = "apiServerAccessProfile"
_WRITTEN: Final = "which setting was written is not in the Activity Log"
_WORKSPACE_WRITTEN: Final = "what of the workspace was written is not in the Activity Log"
_NO_ARCHIVE: Final[Mapping[str, Any]] = {"destinations": []}
_ANY_WRITE: Final = {"aks-cluster-changed": "local-accounts-enabled"}

UNDONE_SETTINGS: Final = (
    UndoneSetting(
        "local accounts are enabled",
        _set(ResourceKind.CLUSTER, False, "disableLocalAccounts"),
        "aks-local-accounts",
        {
            **_ANY_WRITE,
            "aks-cluster-changed-against-policy": "local-accounts-enabled",
            "aks-admin-credentials-listed": "listed",
        },
        f"{_WRITTEN}; Azure Policy reports it where it is assigned, and a detection finds the "
        "fetched certificate",
    ),
    UndoneSetting(
        "Entra ID is not managed",
        _set(ResourceKind.CLUSTER, False, "aadProfile", "managed"),
        "aks-entra-rbac",
        {**_ANY_WRITE, "aks-entra-profile-reset": "profile-of-entra-id"},
        "Azure cannot disable it; its profile can be reset",
    ),
    UndoneSetting(
        "Azure RBAC is switched off",
        _set(ResourceKind.CLUSTER, False, "aadProfile", "enableAzureRBAC"),
        "aks-entra-rbac",
        _ANY_WRITE,
        _WRITTEN,
    ),
    UndoneSetting(
        "another identity provider is admitted",
        _with_authenticator,
        "aks-entra-rbac",
        {"aks-identity-provider-added": "added"},
    ),
    UndoneSetting(
        "the administrator's certificate is fetched",
        _as_it_was,
        "aks-admin-credentials",
        {"aks-admin-credentials-listed": "listed"},
        calls=("azure-native:containerservice:listManagedClusterAdminCredentials",),
    ),
    *(
        UndoneSetting(
            f"category `{category}` is not collected",
            _without_category(category),
            "aks-audit-logs",
            {"diagnostic-setting-changed": f"{category}-left-out"},
            "the categories are in Request, where Azure noted it",
        )
        for category in AUDIT_CATEGORIES
    ),
    UndoneSetting(
        "the diagnostic setting is deleted",
        _without(":DiagnosticSetting"),
        "aks-audit-logs",
        {"diagnostic-setting-deleted": "deleted"},
    ),
    UndoneSetting(
        "the logs go to a workspace without a promise of its owner",
        _set(ResourceKind.DIAGNOSTIC_SETTING, _SOMEBODYS, "workspaceId"),
        "aks-audit-destination",
        {"diagnostic-setting-changed": "another-workspace"},
        "the workspace is in Request, if Azure recorded it; only people can check its owner",
        configuration={"allowedDestinations": [{"id": _CENTRAL, "owner": "soc"}]},
        arguments={"workspace_id": _CENTRAL, **_NO_ARCHIVE},
        only_of_people=frozenset({"diagnostic-setting-changed"}),
    ),
    UndoneSetting(
        "the logs go to the one table of all resources",
        _set(ResourceKind.DIAGNOSTIC_SETTING, None, "logAnalyticsDestinationType"),
        "aks-audit-cost",
        {"diagnostic-setting-changed": "tables-of-all-resources"},
        "the kind of tables is in Request, where Azure noted it",
    ),
    UndoneSetting(
        "the API server is open to every address",
        _set(ResourceKind.CLUSTER, ["0.0.0.0/0"], _API, "authorizedIPRanges"),
        "aks-api-access",
        {**_ANY_WRITE, "aks-cluster-changed-against-policy": "address-ranges-opened"},
        f"{_WRITTEN}; Azure Policy reports it where it is assigned",
    ),
    UndoneSetting(
        "the private cluster is made public",
        _set(ResourceKind.CLUSTER, False, _API, "enablePrivateCluster"),
        "aks-api-access",
        {**_ANY_WRITE, "aks-cluster-changed-against-policy": "private-cluster-made-public"},
        f"{_WRITTEN}; Azure Policy reports it where it is assigned",
        arguments={"api_access": {"private": True}},
    ),
    UndoneSetting(
        "run command is enabled",
        _set(ResourceKind.CLUSTER, False, _API, "disableRunCommand"),
        "aks-run-command",
        {
            **_ANY_WRITE,
            "aks-cluster-changed-against-policy": "run-command-enabled",
            "aks-run-command-used": "invoked",
        },
        f"{_WRITTEN}; Azure Policy reports it where it is assigned, and a detection finds each "
        "command",
    ),
    UndoneSetting(
        "the workspace keeps 30 days, and its tables no longer",
        _cut,
        "aks-audit-retention",
        {"workspace-changed": "retention-cut", "log-table-changed": "plan-of-aksauditadmin"},
        _WORKSPACE_WRITTEN,
        arguments=_NO_ARCHIVE,
    ),
    UndoneSetting(
        "the workspace stops at a daily cap",
        _set(ResourceKind.WORKSPACE, {"dailyQuotaGb": 1}, "workspaceCapping"),
        "aks-audit-destination",
        {"workspace-changed": "daily-cap-set"},
        _WORKSPACE_WRITTEN,
        arguments=_NO_ARCHIVE,
    ),
    UndoneSetting(
        "the tables keep no longer than the workspace",
        _without(":Deployment"),
        "aks-audit-retention",
        {"log-table-changed": "retention-of-aksaudit"},
        arguments=_NO_ARCHIVE,
    ),
    UndoneSetting(
        "the lock of the workspace is gone",
        _set(ResourceKind.DIAGNOSTIC_SETTING, _SOMEBODYS, "workspaceId"),
        "aks-audit-protected",
        {"lock-deleted": "of-the-workspace", "workspace-deleted": "deleted"},
        "a lock that counts is another stack's: before the deployment only the promise of its "
        "owner is seen",
        configuration=_LOCKED,
        arguments={"workspace_id": _CENTRAL, **_NO_ARCHIVE},
    ),
    UndoneSetting(
        "the archive can be changed",
        _unlocked,
        "aks-audit-protected",
        {"archive-immutability-removed": "policy-deleted", "archive-deleted": "container-deleted"},
        "Azure does not delete a locked policy; the state shows a policy that is not locked",
        configuration={"grade": "write-once"},
    ),
)


@cache
def _previewed(arguments: str) -> tuple[Resource, ...]:
    def program() -> None:
        archive = AuditArchive("archive", {"resource_group_name": "g"})
        destinations = [{"storage_account_id": archive.storage_account_id}]
        everything: Any = {**ARGUMENTS, "destinations": destinations, **json.loads(arguments)}
        SecureAksCluster("shop", everything)

    return tuple(preview_in_process(program))


def protected(row: UndoneSetting) -> Resources:
    """The resources of a row's program, deployed, the archive's policies locked."""
    return [_locked(one) for one in _previewed(json.dumps(dict(row.arguments)))]


def _locked(resource: Resource) -> Resource:
    if not resource.type.endswith(":BlobContainerImmutabilityPolicy"):
        return resource
    container = resource.name.replace("archive-", "insights-logs-", 1)
    properties = {**resource.properties, "containerName": container}
    return replace(resource, properties=properties, outputs={**properties, "state": "Locked"})


def outcomes(
    row: UndoneSetting, resources: Resources, calls: tuple[str, ...] = ()
) -> dict[str, Outcome]:
    """The outcome of each policy of the pack, on the only cluster there is."""
    configuration = {row.policy: dict(row.configuration)} if row.configuration else {}
    verdicts = evaluate(
        all_policies(), build_graph(resources, calls), Settings(configuration, all_policies())
    )
    return {
        verdict.policy_id: verdict.outcome
        for verdict in sorted(verdicts, key=lambda verdict: verdict.outcome is Outcome.FAIL)
        if verdict.outcome is not Outcome.NOT_APPLICABLE
    }


def events(slug: str, case: str) -> Path:
    """The rows of AzureActivity that undoing it leaves."""
    return cases(DETECTIONS[slug], "malicious")[case]


def _operation(path: Path) -> str:
    row = json.loads(path.read_text("utf-8").splitlines()[0])
    return str(json.loads(row["Authorization"])["action"])


_PAGE: Final = """\
# What happens when a setting is undone

Each core setting of `SecureAksCluster`, undone alone: the policy of the policy pack that fails in
`kubewitness check` before it is deployed, and the detections by which `kubewitness hunt` finds it
afterwards, in what Azure notes of it in the Activity Log. This page is generated by `make docs`
from the table that the tests run: each row is undone in a program and judged, and each detection is
run on the rows of AzureActivity that its operation leaves.

The Activity Log has to be in the workspace: a diagnostic setting of the subscription brings it.

The identity that deploys also writes clusters and settings, and the Activity Log seldom contains
the values. A detection with only this information finds writes by people, which are changes outside
of the deployment. `protection-changed-by-an-application` finds writes by applications; run it with
`kubewitness hunt --severity informational`.

**If the identity of the pipeline is stolen**, the last column names the detections for each row. If
they are only informational, the log does not distinguish the theft from a deployment. `kubewitness
check` on the live cluster and the change history (`resourcechanges`) do. Azure Policy, assigned
with effect Audit, reports four settings and the caller.

"""


def _links(slugs: Iterable[str]) -> str:
    return "<br>".join(
        f"[{slug}](../../components/kubewitness/detections/library/{slug}/rule.yaml) "
        f"({DETECTIONS[slug].severity})"
        for slug in slugs
    )


def _row(row: UndoneSetting) -> list[str]:
    operations = dict.fromkeys(_operation(events(*one)) for one in row.found_by.items())
    return [
        row.name,
        f"[{row.policy}](../policies/{row.policy}.md)",
        _links(row.found_by),
        "<br>".join(f"`{one}`" for one in operations),
        row.remark,
        _links(row.found_of_an_application),
    ]


def page() -> str:
    """The page, as Markdown."""
    header = [
        "undone",
        "fails `check`",
        "found by `hunt`",
        "operation",
        "what is not visible",
        "found if the pipeline's identity did it",
    ]
    lines = [header, ["---"] * len(header), *map(_row, UNDONE_SETTINGS)]
    return _PAGE + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
