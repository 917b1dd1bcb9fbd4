"""What other projects' checks decide, restated from their documented behaviour.

Each check is a pure function on a cluster as it is declared. Reading the declaration is done here
anew, without the graph and the rules that it is compared with, so that a mistake in those cannot
hide in both. Every project reads a format of its own; what it is given here is what the same
cluster looks like in that format.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from kubewitness.graph.resources import Resource

AUDIT: Final = ("kube-audit", "kube-audit-admin")
REQUIRED_RETENTION_DAYS: Final = 365
"""The default of `requiredRetentionDays` in Azure Policy 245fc9df."""


@dataclass(frozen=True)
class DeclaredLog:
    """One entry of a diagnostic setting's logs.

    Attributes:
        category: its category, empty where it names none.
        group: its category group, empty where it names none.
        enabled: whether Azure will collect it.
        enabled_is_implied: whether that is so only by the default of the legacy `logs` block of
            Terraform.
        retention_days: the days of its legacy retention policy; None where that is not on.
    """

    category: str
    group: str
    enabled: bool
    enabled_is_implied: bool = False
    retention_days: int | None = None


@dataclass(frozen=True)
class DeclaredSetting:
    """A diagnostic setting of the cluster.

    Attributes:
        logs: its entries; none where it is for metrics only.
        target_is_reference: whether its target is the cluster's id by reference, not in letters.
        has_storage_account: whether it sends to a storage account.
    """

    logs: tuple[DeclaredLog, ...]
    target_is_reference: bool
    has_storage_account: bool


@dataclass(frozen=True)
class DeclaredCluster:
    """A cluster with all that is declared for it; None is what nobody said.

    Attributes:
        settings: its diagnostic settings, in the order of the declaration.
        local_accounts_disabled: whether local accounts are switched off.
        entra_managed: whether managed Entra ID is on.
        azure_rbac: whether Azure RBAC is on.
        run_command_disabled: whether run command is switched off.
        container_insights: whether the add-on `omsagent` is on.
    """

    settings: tuple[DeclaredSetting, ...]
    local_accounts_disabled: bool | None
    entra_managed: bool | None
    azure_rbac: bool | None
    run_command_disabled: bool | None
    container_insights: bool


class PeerVerdict(Enum):
    """What a peer says of a cluster."""

    PASS = "pass"  # noqa: S105 a verdict, not a password
    FAIL = "fail"
    MANUAL = "manual"
    """It asks people to look and decides nothing."""


@dataclass(frozen=True)
class Check:
    """A check of another project.

    Attributes:
        project: the project.
        rule: the id by which the project's users know it.
        repository: the project's repository on GitHub.
        revision: the commit whose logic is restated.
        path: the file of that repository that holds the logic.
        reads: what the project looks at.
        decide: the logic.
    """

    project: str
    rule: str
    repository: str
    revision: str
    path: str
    reads: str
    decide: Callable[[DeclaredCluster], PeerVerdict]

    @property
    def name(self) -> str:
        """Project and id."""
        return f"{self.project} {self.rule}"

    @property
    def url(self) -> str:
        """The logic's source."""
        return f"https://github.com/{self.repository}/blob/{self.revision}/{self.path}"


def declared(resources: Iterable[Resource], name: str) -> DeclaredCluster:
    """The cluster with this logical name, read from the properties as Pulumi has them."""
    listed = tuple(resources)
    (cluster,) = (one for one in listed if one.name == name and _is(one, "Cluster"))
    properties = cluster.properties
    if _is_classic(cluster):
        run_command = properties.get("runCommandEnabled")
        entra = properties.get("azureActiveDirectoryRoleBasedAccessControl")
        return DeclaredCluster(
            settings=_settings(listed, cluster),
            local_accounts_disabled=properties.get("localAccountDisabled"),
            entra_managed=None if entra is None else "serverAppId" not in entra,
            azure_rbac=(entra or {}).get("azureRbacEnabled"),
            run_command_disabled=None if run_command is None else not run_command,
            container_insights="omsAgent" in properties,
        )
    entra = properties.get("aadProfile", {})
    return DeclaredCluster(
        settings=_settings(listed, cluster),
        local_accounts_disabled=properties.get("disableLocalAccounts"),
        entra_managed=entra.get("managed"),
        azure_rbac=entra.get("enableAzureRBAC"),
        run_command_disabled=properties.get("apiServerAccessProfile", {}).get("disableRunCommand"),
        container_insights=_has_container_insights(properties.get("addonProfiles", {})),
    )


def _settings(resources: Iterable[Resource], cluster: Resource) -> tuple[DeclaredSetting, ...]:
    return tuple(
        _setting(resource, is_reference=_refers_to(resource, cluster))
        for resource in resources
        if _is(resource, "DiagnosticSetting")
        and (_refers_to(resource, cluster) or _target(resource) == cluster.id)
    )


def _setting(resource: Resource, *, is_reference: bool) -> DeclaredSetting:
    listed = (
        _log(entry, name, classic=_is_classic(resource))
        for name in ("logs", "enabledLogs")
        for entry in resource.properties.get(name, ())
    )
    return DeclaredSetting(
        logs=tuple(listed),
        target_is_reference=is_reference,
        has_storage_account="storageAccountId" in resource.properties,
    )


def _log(entry: Mapping[str, Any], block: str, *, classic: bool) -> DeclaredLog:
    retention = entry.get("retentionPolicy", {})
    return DeclaredLog(
        category=entry.get("category") or "",
        group=entry.get("categoryGroup") or "",
        enabled=entry.get("enabled", classic) is True,
        enabled_is_implied=classic and block == "logs" and "enabled" not in entry,
        retention_days=retention.get("days") if retention.get("enabled") else None,
    )


def _has_container_insights(addons: Mapping[str, Any]) -> bool:
    return any(addons.get(name, {}).get("enabled") is True for name in ("omsagent", "omsAgent"))


def _is(resource: Resource, kind: str) -> bool:
    return resource.type.endswith(kind)


def _is_classic(resource: Resource) -> bool:
    return resource.type.startswith("azure:")


def _target(resource: Resource) -> Any:
    return resource.properties.get("resourceUri", resource.properties.get("targetResourceId"))


def _refers_to(resource: Resource, cluster: Resource) -> bool:
    sources = resource.property_dependencies
    return cluster.urn in (*sources.get("resourceUri", ()), *sources.get("targetResourceId", ()))


def _verdict(holds: object) -> PeerVerdict:
    return PeerVerdict.PASS if holds else PeerVerdict.FAIL


def psrule_audit_logs(cluster: DeclaredCluster) -> PeerVerdict:
    """Fail without settings, and for each setting that lacks an audit category or `guard`.

    `src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.ps1`, rule Azure.AKS.AuditLogs (AZR-000022). The
    rule reads categories and no category groups; PowerShell compares them without regard to case.
    """
    return _verdict(cluster.settings and all(map(_psrule_is_content, cluster.settings)))


def _psrule_is_content(setting: DeclaredSetting) -> bool:
    enabled = {log.category.lower() for log in setting.logs if log.enabled}
    return "guard" in enabled and not enabled.isdisjoint(AUDIT)


def psrule_local_accounts(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where `disableLocalAccounts` is true; absent fails.

    `src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.yaml`, rule Azure.AKS.LocalAccounts (AZR-000031).
    """
    return _verdict(cluster.local_accounts_disabled is True)


def psrule_managed_aad(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where `aadProfile.managed` is true; absent fails.

    `src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.yaml`, rule Azure.AKS.ManagedAAD (AZR-000029).
    """
    return _verdict(cluster.entra_managed is True)


def psrule_azure_rbac(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where `aadProfile.enableAzureRbac` is true; absent fails.

    `src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.yaml`, rule Azure.AKS.AzureRBAC (AZR-000032).
    """
    return _verdict(cluster.azure_rbac is True)


def kics_audit_logs(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where a setting that refers to the cluster enables a category with `kube-audit` in it.

    `assets/queries/terraform/azure/aks_without_audit_logs/query.rego`, query 0493b840. The target
    is compared as the text of the reference. An entry of the legacy `log` block must say that it
    is enabled, although that is its default. Rego compares with regard to case.
    """
    return _verdict(
        any(
            log.enabled and not log.enabled_is_implied and "kube-audit" in log.category
            for setting in cluster.settings
            if setting.target_is_reference
            for log in setting.logs
        )
    )


def kubescape_audit_logs(_cluster: DeclaredCluster) -> PeerVerdict:
    """Decide nothing, whatever the cluster.

    `controls/C-0254-enableauditlogs.json`, control C-0254, whose only rule is `rule-manual`.
    """
    return PeerVerdict.MANUAL


def kubescape_azure_rbac(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where `aadProfile.enableAzureRBAC` is true; absent fails.

    `rules/ensure-azure-rbac-is-set/raw.rego`, control C-0241.
    """
    return _verdict(cluster.azure_rbac is True)


def checkov_azure_monitor(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where the add-on for Container Insights is on; absent fails.

    `checkov/arm/checks/resource/AKSLoggingEnabled.py`, and the file of that name for Terraform,
    check CKV_AZURE_4. Diagnostic settings are not read.
    """
    return _verdict(cluster.container_insights)


def checkov_local_accounts(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where local accounts are switched off; absent fails.

    `checkov/arm/checks/resource/AKSLocalAdminDisabled.py`, and the file of that name for
    Terraform, check CKV_AZURE_141.
    """
    return _verdict(cluster.local_accounts_disabled is True)


def azure_policy_resource_logs(cluster: DeclaredCluster) -> PeerVerdict:
    """Pass where some setting has an enabled entry, of any category or group.

    `built-in-policies/policyDefinitions/Kubernetes/AuditDiagnosticLog_Audit.json`, definition
    245fc9df. Each entry is judged alone. One with a legacy retention policy that is kept in a
    storage account counts only where the policy is for ever (0 days) or for the days demanded.
    """
    return _verdict(
        any(
            log.enabled and _azure_policy_is_retained(log, setting)
            for setting in cluster.settings
            for log in setting.logs
        )
    )


def _azure_policy_is_retained(log: DeclaredLog, setting: DeclaredSetting) -> bool:
    if log.retention_days is None or not setting.has_storage_account:
        return True
    return log.retention_days == 0 or log.retention_days >= REQUIRED_RETENTION_DAYS


def azure_policy_local_accounts(cluster: DeclaredCluster) -> PeerVerdict:
    """Fail unless `disableLocalAccounts` is true; absent fails.

    `built-in-policies/policyDefinitions/Kubernetes/AKS_DisableLocalAccounts_Deny.json`, definition
    993c2fcd.
    """
    return _verdict(cluster.local_accounts_disabled is True)


def azure_policy_run_command(cluster: DeclaredCluster) -> PeerVerdict:
    """Fail unless `disableRunCommand` is true; absent fails.

    `built-in-policies/policyDefinitions/Kubernetes/AKS_DisableRunCommand_Audit.json`, definition
    89f2d532.
    """
    return _verdict(cluster.run_command_disabled is True)


_PSRULE: Final = "Azure/PSRule.Rules.Azure"
_PSRULE_SCRIPT: Final = "src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.ps1"
_PSRULE_DOCUMENT: Final = "src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.yaml"
_PSRULE_READS: Final = "ARM templates, Bicep, exports of live resources"
_CHECKOV_REVISION: Final = "03d5fdad8d6154b1565799a7b1fb8070c158866f"
_POLICY_DEFINITIONS: Final = "built-in-policies/policyDefinitions/Kubernetes"

PSRULE_AUDIT_LOGS: Final = Check(
    "PSRule",
    "Azure.AKS.AuditLogs",
    _PSRULE,
    "fd7291f57025a8d65cbcb6fe657bf4b7a2de9106",
    _PSRULE_SCRIPT,
    _PSRULE_READS,
    psrule_audit_logs,
)
PSRULE_LOCAL_ACCOUNTS: Final = Check(
    "PSRule",
    "Azure.AKS.LocalAccounts",
    _PSRULE,
    "0c0dbe5f2b94808696e2cf1729312283209f06a2",
    _PSRULE_DOCUMENT,
    _PSRULE_READS,
    psrule_local_accounts,
)
PSRULE_MANAGED_AAD: Final = Check(
    "PSRule",
    "Azure.AKS.ManagedAAD",
    _PSRULE,
    "0c0dbe5f2b94808696e2cf1729312283209f06a2",
    _PSRULE_DOCUMENT,
    _PSRULE_READS,
    psrule_managed_aad,
)
PSRULE_AZURE_RBAC: Final = Check(
    "PSRule",
    "Azure.AKS.AzureRBAC",
    _PSRULE,
    "0c0dbe5f2b94808696e2cf1729312283209f06a2",
    _PSRULE_DOCUMENT,
    _PSRULE_READS,
    psrule_azure_rbac,
)
KICS_AUDIT_LOGS: Final = Check(
    "KICS",
    "0493b840",
    "Checkmarx/kics",
    "48f13429fdb401218fae41f2ab46b79b8223f45a",
    "assets/queries/terraform/azure/aks_without_audit_logs/query.rego",
    "Terraform",
    kics_audit_logs,
)
KUBESCAPE_AUDIT_LOGS: Final = Check(
    "Kubescape",
    "C-0254",
    "kubescape/regolibrary",
    "153a9db22d1b622910e1c041ccca711525771572",
    "controls/C-0254-enableauditlogs.json",
    "live clusters",
    kubescape_audit_logs,
)
KUBESCAPE_AZURE_RBAC: Final = Check(
    "Kubescape",
    "C-0241",
    "kubescape/regolibrary",
    "3ce3c1041e88ad0eb308308308a00a838d13f5dd",
    "rules/ensure-azure-rbac-is-set/raw.rego",
    "live clusters",
    kubescape_azure_rbac,
)
CHECKOV_AZURE_MONITOR: Final = Check(
    "Checkov",
    "CKV_AZURE_4",
    "bridgecrewio/checkov",
    _CHECKOV_REVISION,
    "checkov/arm/checks/resource/AKSLoggingEnabled.py",
    "ARM templates, Bicep, Terraform",
    checkov_azure_monitor,
)
CHECKOV_LOCAL_ACCOUNTS: Final = Check(
    "Checkov",
    "CKV_AZURE_141",
    "bridgecrewio/checkov",
    _CHECKOV_REVISION,
    "checkov/arm/checks/resource/AKSLocalAdminDisabled.py",
    "ARM templates, Bicep, Terraform",
    checkov_local_accounts,
)
AZURE_POLICY_RESOURCE_LOGS: Final = Check(
    "Azure Policy",
    "245fc9df",
    "Azure/azure-policy",
    "8f5ad30e23561ea73b96c4aadb858ef43c1ce78e",
    f"{_POLICY_DEFINITIONS}/AuditDiagnosticLog_Audit.json",
    "live resources; can report, not deny",
    azure_policy_resource_logs,
)
AZURE_POLICY_LOCAL_ACCOUNTS: Final = Check(
    "Azure Policy",
    "993c2fcd",
    "Azure/azure-policy",
    "f7319d6eb87769be8ba87d4d6f7b37eafd992cb0",
    f"{_POLICY_DEFINITIONS}/AKS_DisableLocalAccounts_Deny.json",
    "requests to Azure and live resources; can deny",
    azure_policy_local_accounts,
)
AZURE_POLICY_RUN_COMMAND: Final = Check(
    "Azure Policy",
    "89f2d532",
    "Azure/azure-policy",
    "f7319d6eb87769be8ba87d4d6f7b37eafd992cb0",
    f"{_POLICY_DEFINITIONS}/AKS_DisableRunCommand_Audit.json",
    "live resources; can report, not deny",
    azure_policy_run_command,
)
