"""`aks-entra-rbac`: only Entra ID authenticates users, and Azure RBAC authorises them."""

from collections.abc import Iterator
from typing import Any, Final

from kubewitness.graph.model import AksCluster, Graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value
from kubewitness.policies.judging.access import AccessSettings, secure_access
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
from kubewitness.policies.settings import UndecidedMeans
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided

_DEMANDS: Final = (
    ("entra_managed", "managed Entra ID authentication"),
    ("azure_rbac", "Azure RBAC for Kubernetes authorisation"),
)

_KUBERNETES_RBAC: Final = "Kubernetes RBAC"


def judge(cluster: AksCluster, _graph: Graph, _settings: AccessSettings) -> Judgement:
    """Pass only where both are switched on in so many words; Azure's default is off for both.

    Kubernetes RBAC, on which Azure RBAC rests, is on unless it is switched off.
    """
    values = {what: getattr(cluster, attribute) for attribute, what in _DEMANDS}
    off = [_off(what, value) for what, value in values.items() if _is_off(value)]
    if cluster.kubernetes_rbac is False:
        off.append(_off(_KUBERNETES_RBAC, value=False))
    if isinstance(cluster.entra_application, str) and not _is_off(cluster.entra_managed):
        off.append(_refused(cluster.entra_application))
    if off:
        return fail(*off, *_locked_out(cluster))
    values[_KUBERNETES_RBAC] = cluster.kubernetes_rbac
    doubts = [_hidden(what, value) for what, value in values.items() if isinstance(value, Unknown)]
    application = cluster.entra_application
    if isinstance(application, Unknown) and not doubts:
        doubts.append(_hidden("the earlier integration, with an application,", application))
    return undecided(*doubts) if doubts else PASS


def _is_off(value: Value[Any]) -> bool:
    return value is not True and not isinstance(value, Unknown)


def _off(what: str, value: Value[Any]) -> Reason:
    how = "Azure's default, because it is not set" if value is ABSENT else "set explicitly"
    return Reason(f"off:{what}", f"{what} is off ({how})")


def _refused(name: str) -> Reason:
    message = (
        f"Azure refuses `{name}` together with managed Entra ID: it belongs to the integration "
        "that Azure has switched off"
    )
    return Reason("refused:application", message)


def _hidden(what: str, value: Unknown) -> Reason:
    decide = "write the property as a plain value"
    return hidden(f"unknown:{what}", f"whether {what} is on", value, decide)


def _locked_out(cluster: AksCluster) -> Iterator[Reason]:
    """Yield a reason if no one has access: no local accounts, and no one in Entra ID."""
    if cluster.local_accounts_disabled is not True:
        return
    if _is_off(cluster.entra_managed):
        yield Reason(
            "nobody-gets-in",
            "no one has access: local accounts are disabled and managed Entra ID is off, so "
            "every sign-in fails",
        )
    elif _is_off(cluster.azure_rbac) and cluster.admin_groups in (ABSENT, [], ()):
        yield Reason(
            "nobody-gets-in",
            "no one has access: local accounts are disabled, no Entra ID group is cluster admin "
            "and no one has a role in Azure RBAC",
        )


def judge_authenticators(
    graph: Graph, _settings: AccessSettings
) -> Iterator[tuple[Resource, Judgement]]:
    """Fail each JWT authenticator: it bypasses Entra ID, whatever the cluster's settings are."""
    for resource in graph.authenticators:
        message = "admits another identity provider, which bypasses Entra ID and Azure RBAC"
        yield resource, fail(Reason("other-identity-provider", message))


POLICY = Policy(
    id="aks-entra-rbac",
    title="Each AKS cluster authenticates by managed Entra ID and authorises by Azure RBAC",
    why=(
        "Without Entra ID, the audit log does not show which person acted, and `guard` does not "
        "log anything. Without Azure RBAC, permissions are granted inside each cluster, where "
        "access reviews do not find them. A JWT authenticator allows another identity provider "
        "to authenticate users."
    ),
    fix_pulumi=(
        'set `aad_profile={"managed": True, "enable_azure_rbac": True, '
        '"admin_group_object_ids": [...]}` on the `ManagedCluster` (classic provider: '
        '`azure_active_directory_role_based_access_control={"azure_rbac_enabled": True, ...}`) '
        "and remove each `JWTAuthenticator`"
    ),
    fix_cli=(
        "az aks update --resource-group GROUP --name CLUSTER --enable-aad --enable-azure-rbac "
        "--aad-admin-group-object-ids GROUP_ID; Entra ID cannot be switched off again"
    ),
    severity=Severity.HIGH,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=AccessSettings,
    judge=judge,
    judge_others=judge_authenticators,
    undecided=UndecidedMeans.BLOCK,
    remediate=secure_access,
    remediation=(
        "with `adminGroupObjectIds` only: switches managed Entra ID and Azure RBAC on and local "
        "accounts off, together. Entra ID cannot be switched off again. Certificates issued "
        "before stay valid until `az aks rotate-certs`"
    ),
    examples=(
        passing(
            "Both are on",
            'cluster("aks", aad_profile={"managed": True, "enable_azure_rbac": True})',
        ),
        passing(
            "AKS Automatic, which forces both",
            'cluster("aks", aad_profile=None, sku={"name": "Automatic", "tier": "Standard"})',
        ),
        failing("No Entra ID, and no one has access", 'cluster("aks", aad_profile=None)'),
        failing("Without Azure RBAC", 'cluster("aks", aad_profile={"managed": True})'),
        failing(
            "An application of the earlier integration, which Azure refuses",
            'cluster("aks", aad_profile={"managed": True, "enable_azure_rbac": True,\n'
            '    "server_app_id": "11111111-2222-4333-8444-555555555555"})',
        ),
        failing(
            "Another identity provider is admitted",
            "containerservice.JWTAuthenticator(\n"
            '    "partner",\n'
            "    resource_group_name=group.name,\n"
            '    resource_name_=cluster("aks").name,\n'
            '    properties={"issuer": {"url": "https://idp.example", "audiences": ["aks"]},\n'
            '                "claim_mappings": {"username": {"expression": "claims.sub"}}},\n'
            ")",
        ),
        doubtful(
            "Unknown before the deployment",
            'cluster("aks", aad_profile={"managed": True,\n'
            '    "enable_azure_rbac": workspace.customer_id.apply(bool)})',
        ),
    ),
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
        "https://learn.microsoft.com/azure/aks/external-identity-provider-authentication-configure",
    ),
)
