"""`aks-entra-rbac`: Entra ID says who somebody is, Azure RBAC what they may do."""

from typing import Any, Final

from kubewitness.graph.model import Cluster, Graph
from kubewitness.graph.values import ABSENT, Unknown, Value
from kubewitness.policies.configuration import RuleConfiguration
from kubewitness.policies.rule import Reference, Rule, Scope, Severity
from kubewitness.policies.verdict import PASS, Finding, Judgement, fail, undecided

_DEMANDS: Final = (
    ("entra_managed", "managed Entra ID authentication"),
    ("azure_rbac", "Azure RBAC for Kubernetes authorisation"),
)


def judge(cluster: Cluster, _graph: Graph, _configuration: RuleConfiguration) -> Judgement:
    """Pass only where both are switched on in so many words; Azure's default is off for both."""
    values = {what: getattr(cluster, attribute) for attribute, what in _DEMANDS}
    off = [_off(what, value) for what, value in values.items() if _is_off(value)]
    if off:
        return fail(*off)
    hidden = [_hidden(what) for what, value in values.items() if isinstance(value, Unknown)]
    return undecided(*hidden) if hidden else PASS


def _is_off(value: Value[Any]) -> bool:
    return value is not True and not isinstance(value, Unknown)


def _off(what: str, value: Value[Any]) -> Finding:
    how = "Azure's default, for the property is not set" if value is ABSENT else "set so"
    return Finding(f"off:{what}", f"{what} is off ({how})")


def _hidden(what: str) -> Finding:
    return Finding(
        f"unknown:{what}",
        f"whether {what} is on cannot be known before the deployment",
        "write the property as a plain value",
    )


RULE = Rule(
    id="aks-entra-rbac",
    title="Each AKS cluster authenticates by managed Entra ID and authorises by Azure RBAC",
    why=(
        "Without Entra ID the audit log cannot say which person acted, and `guard` has nothing "
        "to log. Without Azure RBAC, access is granted inside each cluster, out of sight of "
        "access reviews."
    ),
    fix_pulumi=(
        'set `aad_profile={"managed": True, "enable_azure_rbac": True, '
        '"admin_group_object_ids": [...]}` on the `ManagedCluster` (classic provider: '
        '`azure_active_directory_role_based_access_control={"azure_rbac_enabled": True, ...}`)'
    ),
    fix_cli=(
        "az aks update --resource-group GROUP --name CLUSTER --enable-aad --enable-azure-rbac "
        "--aad-admin-group-object-ids GROUP_ID; Entra ID cannot be switched off again"
    ),
    severity=Severity.HIGH,
    scope=Scope.RESOURCE,
    judge=judge,
    references=(
        Reference(
            "CIS AKS Benchmark",
            "Use Azure RBAC for Kubernetes Authorization",
            "5.2.2 (Kubescape), 5.5.2 (kube-bench)",
            "v1.8.0",
        ),
        Reference("Kubescape", "Use Azure RBAC for Kubernetes Authorization", "C-0241", "v1.8.0"),
        Reference("PSRule for Azure", "Azure.AKS.ManagedAAD", "AZR-000029", "PSRule.Rules.Azure"),
        Reference("PSRule for Azure", "Azure.AKS.AzureRBAC", "AZR-000032", "PSRule.Rules.Azure"),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id",
        "https://learn.microsoft.com/azure/aks/manage-azure-rbac",
    ),
)
