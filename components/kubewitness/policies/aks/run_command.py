"""`aks-run-command`: no commands through Azure, which bypass the network of the cluster."""

from kubewitness.graph.model import AksCluster, Graph
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
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import Judgement


def judge(cluster: AksCluster, _graph: Graph, _settings: PolicySettings) -> Judgement:
    """Pass only where run command is switched off in so many words; Azure's default is on."""
    return judge_disabled(cluster.run_command_disabled, "run command is")


POLICY = Policy(
    id="aks-run-command",
    title="Run command of each AKS cluster is disabled",
    why=(
        "`az aks command invoke` starts a pod in the cluster that runs a kubectl command. It "
        "needs only the action `Microsoft.ContainerService/managedClusters/runcommand/action`, "
        "and works from anywhere: it bypasses the private address of the API server and its "
        "authorised ranges. Azure's built-in policy warns that it can also bypass Kubernetes "
        "RBAC. The Activity Log does not contain the command."
    ),
    fix_pulumi=(
        'set `api_server_access_profile={"disable_run_command": True}` on the `ManagedCluster`, '
        "in addition to the existing properties (classic provider: `run_command_enabled=False`). "
        "People who use it first need another way to the API server: a VPN, Azure Bastion, a "
        "private endpoint"
    ),
    fix_cli="az aks update --resource-group GROUP --name CLUSTER --disable-run-command",
    severity=Severity.MEDIUM,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=PolicySettings,
    judge=judge,
    examples=(
        passing(
            "Switched off",
            'cluster("aks", api_server_access_profile={"disable_run_command": True})',
        ),
        failing(
            "Switched on",
            'cluster("aks", api_server_access_profile={"disable_run_command": False})',
        ),
        failing("Left at Azure's default", 'cluster("aks", api_server_access_profile=None)'),
        failing(
            "A private cluster, which run command makes reachable from anywhere",
            'cluster("aks", api_server_access_profile={"enable_private_cluster": True})',
        ),
        failing(
            "AKS Automatic does not document that it is off",
            'cluster("aks", api_server_access_profile=None, sku={"name": "Automatic", '
            '"tier": "Standard"})',
        ),
        doubtful(
            "Unknown before the deployment",
            'cluster("aks", api_server_access_profile={\n'
            '    "disable_run_command": workspace.customer_id.apply(bool)})',
        ),
    ),
    references=(
        Reference(
            "Azure Policy",
            "Azure Kubernetes Service Clusters should disable Command Invoke",
            "89f2d532-c53c-4f8f-9afa-4927b1114a0d",
            "1.0.1",
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/access-private-cluster",
        "https://learn.microsoft.com/rest/api/aks/managed-clusters/run-command",
    ),
)
