"""The clusters that our rules and other projects' checks are put to.

Each is written once, as the properties that Pulumi has on the wire, and both sides read that. All
values but ids are known, for what a check makes of an unknown value depends on its input format.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

NAME: Final = "aks"
"""The logical name of the cluster that is judged."""

ID: Final = (
    "/subscriptions/s/resourceGroups/shops/providers"
    "/Microsoft.ContainerService/managedClusters/shop"
)
WORKSPACE: Final = (
    "/subscriptions/s/resourceGroups/shops/providers/Microsoft.OperationalInsights/workspaces/w"
)
STORAGE: Final = (
    "/subscriptions/s/resourceGroups/shops/providers/Microsoft.Storage/storageAccounts/a"
)
TO_WORKSPACE: Final = {"workspaceId": WORKSPACE}
CLASSIC_TO_WORKSPACE: Final = {"logAnalyticsWorkspaceId": WORKSPACE}
SECURED: Final[dict[str, Any]] = {
    "disableLocalAccounts": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
}
CONTAINER_INSIGHTS: Final[dict[str, Any]] = {"addonProfiles": {"omsagent": {"enabled": True}}}
METRICS: Final = [{"category": "AllMetrics", "enabled": True}]

Logs = list[dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """One cluster.

    Attributes:
        name: what is special about it; unique.
        resources: everything declared, the cluster called `NAME` included.
    """

    name: str
    resources: tuple[Resource, ...]


def cluster(name: str = NAME, **properties: Any) -> Resource:
    """A cluster of Azure Native."""
    return Resource(
        urn=f"urn:{name}",
        type="azure-native:containerservice:ManagedCluster",
        name=name,
        properties={"resourceName": name, "resourceGroupName": "shops", **properties},
    )


def classic_cluster(**properties: Any) -> Resource:
    """A cluster of the classic provider."""
    return Resource(
        urn=f"urn:{NAME}",
        type="azure:containerservice/kubernetesCluster:KubernetesCluster",
        name=NAME,
        properties={"name": NAME, "resourceGroupName": "shops", **properties},
    )


def setting(
    logs: Logs, destination: Mapping[str, Any] = TO_WORKSPACE, name: str = "audit", of: str = NAME
) -> Resource:
    """A diagnostic setting of Azure Native whose target is a cluster's id by reference."""
    return Resource(
        urn=f"urn:{name}",
        type="azure-native:monitor:DiagnosticSetting",
        name=name,
        properties={"resourceUri": Unknown(), "logs": logs, **destination},
        property_dependencies={"resourceUri": (f"urn:{of}",)},
    )


def metrics_setting() -> Resource:
    """A diagnostic setting that sends metrics and no logs."""
    return setting([], {**TO_WORKSPACE, "metrics": METRICS}, name="metrics")


def classic_setting(**logs: Logs) -> Resource:
    """A diagnostic setting of the classic provider whose target is the cluster's id."""
    return Resource(
        urn="urn:audit",
        type="azure:monitoring/diagnosticSetting:DiagnosticSetting",
        name="audit",
        properties={"targetResourceId": Unknown(), **logs, **CLASSIC_TO_WORKSPACE},
        property_dependencies={"targetResourceId": (f"urn:{NAME}",)},
    )


def categories(*names: str, enabled: bool = True) -> Logs:
    """An entry for each category."""
    return [{"category": name, "enabled": enabled} for name in names]


def group(name: str, *, enabled: bool = True) -> Logs:
    """An entry for a category group."""
    return [{"categoryGroup": name, "enabled": enabled}]


def read_back(name: str, *, enabled: bool) -> Logs:
    """An entry for a category group as Azure gives it back."""
    return [{"category": None, "categoryGroup": name, "enabled": enabled}]


def kept(days: int) -> Logs:
    """The complete three with the legacy retention policy."""
    return [
        {**entry, "retentionPolicy": {"enabled": True, "days": days}}
        for entry in categories(*ALL_THREE)
    ]


def logs_case(name: str, *settings: Resource, **properties: Any) -> Case:
    """A case on diagnostic settings."""
    return Case(name, (cluster(**SECURED, **properties), *settings))


def access_case(name: str, **properties: Any) -> Case:
    """A case on the cluster's own properties."""
    return Case(name, (cluster(**properties), setting(categories(*ALL_THREE))))


ALL_THREE: Final = ("kube-audit", "kube-audit-admin", "guard")
PLATFORM: Final = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")

COMPLETE: Final = "all three categories"
ADMIN_GUARD: Final = "kube-audit-admin and guard"
AUDIT_GUARD: Final = "kube-audit and guard"
NO_GUARD: Final = "kube-audit and kube-audit-admin, no guard"
AUDIT_ONLY: Final = "kube-audit only"
ADMIN_ONLY: Final = "kube-audit-admin only"
GUARD_ONLY: Final = "guard only"
APISERVER_ONLY: Final = "kube-apiserver only"
ALL_LOGS: Final = "group allLogs"
ALL_LOGS_OFF: Final = "group allLogs, not enabled"
AUDIT_GROUP: Final = "group audit"
READ_BACK: Final = "read back from Azure: allLogs on, audit off, categories null"
UNSELECTED: Final = "all three, platform categories listed but not enabled"
LISTED_OFF: Final = "all three listed but not enabled"
TWO_SHARE: Final = "two settings share the three"
AUDIT_TO_STORAGE: Final = "kube-audit to storage, the other two to a workspace"
TWICE: Final = "all three twice, to a workspace and to storage"
BESIDE_METRICS: Final = "all three next to a setting for metrics only"
BESIDE_PLATFORM: Final = "all three next to a setting for platform categories"
OTHER_CLUSTER: Final = "all three, but on another cluster"
LITERAL_ID: Final = "all three, target is the cluster's id in letters"
NO_DESTINATION: Final = "all three without a destination"
RETENTION: Final = "all three to storage, legacy retention of 30 days"
OTHER_CASE: Final = "all three in other upper and lower case"
CONTAINER_INSIGHTS_ONLY: Final = "add-on omsagent, no diagnostic setting"
INSIGHTS_TOO: Final = "all three and add-on omsagent"
NO_SETTINGS: Final = "no diagnostic setting"
METRICS_ONLY: Final = "a setting for metrics only"
CLASSIC: Final = "classic provider, enabledLogs"
CLASSIC_GROUP: Final = "classic provider, enabledLogs with group allLogs"
CLASSIC_IMPLIED: Final = "classic provider, legacy logs without enabled"
CLASSIC_OFF: Final = "classic provider, legacy logs not enabled"
CLASSIC_INSIGHTS: Final = "classic provider, omsAgent, no diagnostic setting"

LOG_CASES: Final = (
    logs_case(COMPLETE, setting(categories(*ALL_THREE))),
    logs_case(ADMIN_GUARD, setting(categories("kube-audit-admin", "guard"))),
    logs_case(AUDIT_GUARD, setting(categories("kube-audit", "guard"))),
    logs_case(NO_GUARD, setting(categories("kube-audit", "kube-audit-admin"))),
    logs_case(AUDIT_ONLY, setting(categories("kube-audit"))),
    logs_case(ADMIN_ONLY, setting(categories("kube-audit-admin"))),
    logs_case(GUARD_ONLY, setting(categories("guard"))),
    logs_case(APISERVER_ONLY, setting(categories("kube-apiserver"))),
    logs_case(ALL_LOGS, setting(group("allLogs"))),
    logs_case(ALL_LOGS_OFF, setting(group("allLogs", enabled=False))),
    logs_case(AUDIT_GROUP, setting(group("audit"))),
    logs_case(
        READ_BACK,
        setting([*read_back("audit", enabled=False), *read_back("allLogs", enabled=True)]),
    ),
    logs_case(
        UNSELECTED, setting([*categories(*ALL_THREE), *categories(*PLATFORM, enabled=False)])
    ),
    logs_case(LISTED_OFF, setting(categories(*ALL_THREE, enabled=False))),
    logs_case(
        TWO_SHARE,
        setting(categories("kube-audit", "kube-audit-admin"), name="requests"),
        setting(categories("guard"), name="sign-ins"),
    ),
    logs_case(
        AUDIT_TO_STORAGE,
        setting(categories("kube-audit"), {"storageAccountId": STORAGE}, name="archive"),
        setting(categories("kube-audit-admin", "guard")),
    ),
    logs_case(
        TWICE,
        setting(categories(*ALL_THREE), {"storageAccountId": STORAGE}, name="archive"),
        setting(categories(*ALL_THREE)),
    ),
    logs_case(BESIDE_METRICS, setting(categories(*ALL_THREE)), metrics_setting()),
    logs_case(
        BESIDE_PLATFORM,
        setting(categories(*ALL_THREE)),
        setting(categories(*PLATFORM), name="platform"),
    ),
    logs_case(OTHER_CLUSTER, cluster("other"), setting(categories(*ALL_THREE), of="other")),
    Case(
        LITERAL_ID,
        (
            Resource(**{**vars(cluster(**SECURED)), "id": ID}),
            Resource(
                urn="urn:audit",
                type="azure-native:monitor:DiagnosticSetting",
                name="audit",
                properties={
                    "resourceUri": ID,
                    "logs": categories(*ALL_THREE),
                    **TO_WORKSPACE,
                },
            ),
        ),
    ),
    logs_case(NO_DESTINATION, setting(categories(*ALL_THREE), {})),
    logs_case(RETENTION, setting(kept(30), {"storageAccountId": STORAGE})),
    logs_case(OTHER_CASE, setting(categories("Kube-Audit", "KUBE-AUDIT-ADMIN", "Guard"))),
    logs_case(CONTAINER_INSIGHTS_ONLY, **CONTAINER_INSIGHTS),
    logs_case(INSIGHTS_TOO, setting(categories(*ALL_THREE)), **CONTAINER_INSIGHTS),
    logs_case(NO_SETTINGS),
    logs_case(METRICS_ONLY, metrics_setting()),
    Case(
        CLASSIC,
        (classic_cluster(), classic_setting(enabledLogs=[{"category": n} for n in ALL_THREE])),
    ),
    Case(
        CLASSIC_GROUP,
        (classic_cluster(), classic_setting(enabledLogs=[{"categoryGroup": "allLogs"}])),
    ),
    Case(
        CLASSIC_IMPLIED,
        (classic_cluster(), classic_setting(logs=[{"category": n} for n in ALL_THREE])),
    ),
    Case(
        CLASSIC_OFF,
        (classic_cluster(), classic_setting(logs=categories(*ALL_THREE, enabled=False))),
    ),
    Case(CLASSIC_INSIGHTS, (classic_cluster(omsAgent={"logAnalyticsWorkspaceId": WORKSPACE}),)),
)
"""Cases on audit logs."""

ENTRA: Final = {"managed": True, "enableAzureRBAC": True}
ACCOUNTS_ABSENT: Final = "property absent"
ACCOUNTS_ON: Final = "property false"
ACCOUNTS_OFF: Final = "property true"
ACCOUNTS_OFF_CLASSIC: Final = "classic provider, property true"
ACCOUNTS_ABSENT_CLASSIC: Final = "classic provider, property absent"

ACCOUNT_CASES: Final = (
    access_case(ACCOUNTS_ABSENT, aadProfile=ENTRA),
    access_case(ACCOUNTS_ON, aadProfile=ENTRA, disableLocalAccounts=False),
    access_case(ACCOUNTS_OFF, aadProfile=ENTRA, disableLocalAccounts=True),
    Case(ACCOUNTS_ABSENT_CLASSIC, (classic_cluster(),)),
    Case(ACCOUNTS_OFF_CLASSIC, (classic_cluster(localAccountDisabled=True),)),
)
"""Cases on local accounts."""

ENTRA_ABSENT: Final = "no Entra ID"
MANAGED_ONLY: Final = "managed Entra ID, Azure RBAC absent"
MANAGED_RBAC_OFF: Final = "managed Entra ID, Azure RBAC false"
RBAC_ONLY: Final = "Azure RBAC, managed absent"
ENTRA_BOTH: Final = "managed Entra ID and Azure RBAC"
ENTRA_CLASSIC: Final = "classic provider, managed Entra ID and Azure RBAC"
ENTRA_CLASSIC_MANAGED: Final = "classic provider, managed Entra ID only"

ENTRA_CASES: Final = (
    access_case(ENTRA_ABSENT),
    access_case(MANAGED_ONLY, aadProfile={"managed": True}),
    access_case(MANAGED_RBAC_OFF, aadProfile={"managed": True, "enableAzureRBAC": False}),
    access_case(RBAC_ONLY, aadProfile={"enableAzureRBAC": True}),
    access_case(ENTRA_BOTH, aadProfile=ENTRA),
    Case(
        ENTRA_CLASSIC_MANAGED,
        (classic_cluster(azureActiveDirectoryRoleBasedAccessControl={"tenantId": "t"}),),
    ),
    Case(
        ENTRA_CLASSIC,
        (classic_cluster(azureActiveDirectoryRoleBasedAccessControl={"azureRbacEnabled": True}),),
    ),
)
"""Cases on Entra ID and Azure RBAC."""

RUN_COMMAND_CASES: Final = (
    access_case("property absent"),
    access_case("property false", apiServerAccessProfile={"disableRunCommand": False}),
    access_case("property true", apiServerAccessProfile={"disableRunCommand": True}),
    access_case("a private cluster", apiServerAccessProfile={"enablePrivateCluster": True}),
    Case("classic provider, property absent", (classic_cluster(),)),
    Case("classic provider, property true", (classic_cluster(runCommandEnabled=True),)),
    Case("classic provider, property false", (classic_cluster(runCommandEnabled=False),)),
)
"""Cases on run command."""
