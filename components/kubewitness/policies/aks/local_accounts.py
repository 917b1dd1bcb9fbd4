"""`aks-local-accounts`: no access without Entra ID."""

from kubewitness.graph.model import AksCluster, Graph
from kubewitness.policies.judging.access import AccessSettings, secure_access
from kubewitness.policies.judging.switches import judge_disabled
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
from kubewitness.policies.verdict import Judgement


def judge(cluster: AksCluster, _graph: Graph, _settings: AccessSettings) -> Judgement:
    """Pass only where local accounts are switched off in so many words; Azure's default is on."""
    return judge_disabled(cluster.local_accounts_disabled, "local accounts are")


POLICY = Policy(
    id="aks-local-accounts",
    title="Local accounts of each AKS cluster are disabled",
    why=(
        "A local account is a certificate of the group `system:masters`: it bypasses Entra ID, "
        "conditional access and Azure RBAC, cannot be revoked alone, and the audit log shows "
        "`masterclient` in place of a person."
    ),
    fix_pulumi=(
        "set `disable_local_accounts=True` on the `ManagedCluster` (classic provider: "
        "`local_account_disabled=True`), together with managed Entra ID; without Entra ID no "
        "one has access any more"
    ),
    fix_cli=(
        "az aks update --resource-group GROUP --name CLUSTER --disable-local-accounts; "
        "certificates issued before stay valid until `az aks rotate-certs`"
    ),
    severity=Severity.HIGH,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=AccessSettings,
    judge=judge,
    undecided=UndecidedMeans.BLOCK,
    remediate=secure_access,
    remediation=(
        "with `adminGroupObjectIds` only: switches local accounts off and managed Entra ID and "
        "Azure RBAC on, together. Entra ID cannot be switched off again. Certificates issued "
        "before stay valid until `az aks rotate-certs`"
    ),
    examples=(
        passing("Switched off", 'cluster("aks", disable_local_accounts=True)'),
        failing("Switched on", 'cluster("aks", disable_local_accounts=False)'),
        failing("Left at Azure's default", 'cluster("aks", disable_local_accounts=None)'),
        failing(
            "AKS Automatic does not document that they are off",
            'cluster("aks", disable_local_accounts=None, sku={"name": "Automatic", '
            '"tier": "Standard"})',
        ),
        doubtful(
            "Unknown before the deployment",
            'cluster("aks", disable_local_accounts=workspace.customer_id.apply(bool))',
        ),
    ),
    references=(
        Reference(
            "PSRule for Azure", "Azure.AKS.LocalAccounts", "AZR-000031", "PSRule.Rules.Azure"
        ),
    ),
    links=("https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",),
)
