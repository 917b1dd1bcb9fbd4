"""`eks-audit-logs`: the control plane logs of an EKS cluster go to CloudWatch."""

from enum import StrEnum
from typing import Final

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.model import EksCluster, Graph
from kubewitness.graph.values import Unknown
from kubewitness.policies.judging.collection import CollectionSettings
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
from kubewitness.policies.verdict import PASS, Judgement, Outcome, Reason, fail, undecided

LOG_TYPES: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""The control plane log types of EKS. Source: Amazon EKS user guide, "Control plane logs"."""


class Mode(StrEnum):
    """Which log types an EKS cluster must send."""

    ALL = "all"
    """All five, as CIS EKS 2.1.1 demands."""
    AUDIT = "audit"
    """The audit log, as AWS EKS.8 demands."""


class EksSettings(CollectionSettings):
    """The settings of `eks-audit-logs`.

    Attributes:
        log_types: `all` (default) or `audit`.
    """

    log_types: Mode = Mode.ALL


def judge(cluster: EksCluster, _graph: Graph, settings: EksSettings) -> Judgement:
    """Pass where every demanded type is listed explicitly; Amazon's default is none."""
    types = cluster.log_types
    if isinstance(types, Unknown):
        types = (types,) * len(LOG_TYPES)  # it may list every one of them
    elsewhere, declared = settings.elsewhere(cluster.resource)
    listed = {fold(one) for one in types if isinstance(one, str)}
    missing = [name for name in _demanded(settings) if fold(name) not in listed]
    left = [name for name in missing if fold(name) not in elsewhere]
    if not left:
        return Judgement(Outcome.COLLECTED_ELSEWHERE, declared) if missing else PASS
    doubts = [one for one in types if isinstance(one, Unknown)]
    if len(doubts) >= len(left):
        return undecided(*map(_unknown, doubts))
    expired = settings.expired_for(cluster.resource)
    return fail(*(_missing(name) for name in left), *expired)


def _demanded(settings: EksSettings) -> tuple[str, ...]:
    return LOG_TYPES if settings.log_types is Mode.ALL else ("audit",)


def _missing(name: str) -> Reason:
    return Reason(f"missing:{fold(name)}", f"log type `{name}` is not sent to CloudWatch")


def _unknown(types: Unknown) -> Reason:
    what, decide = "the enabled log types", "write the log types as plain values"
    return hidden("unknown-log-types", what, types, decide)


POLICY = Policy(
    id="eks-audit-logs",
    title="Each EKS cluster sends its control plane logs to CloudWatch",
    why=(
        "EKS sends no control plane logs by default. Without `audit`, there is no record of who "
        "read a Secret or ran a command in a pod. Without `authenticator`, there is no record "
        "of the AWS identity."
    ),
    fix_pulumi=(
        'set `enabled_cluster_log_types=["api", "audit", "authenticator", "controllerManager", '
        '"scheduler"]` on the `aws.eks.Cluster` (AWS Native: '
        '`logging={"cluster_logging": {"enabled_types": [{"type": "audit"}, ...]}}`)'
    ),
    fix_cli=(
        "aws eks update-cluster-config --name CLUSTER --logging "
        """'{"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","""
        """"scheduler"],"enabled":true}]}'"""
    ),
    severity=Severity.HIGH,
    scope=Scope.RESOURCE,
    subject=EksCluster,
    settings=EksSettings,
    judge=judge,
    undecided=UndecidedMeans.BLOCK,
    examples=(
        passing(
            "All five log types",
            'aws.eks.Cluster("eks", enabled_cluster_log_types=["api", "audit", "authenticator",\n'
            '                "controllerManager", "scheduler"])',
        ),
        passing(
            "Log types audit, as AWS EKS.8 demands",
            'aws.eks.Cluster("eks", enabled_cluster_log_types=["audit"])',
            logTypes="audit",
        ),
        failing("None, as Amazon's default is", 'aws.eks.Cluster("eks")'),
        failing(
            "Some are missing",
            'aws.eks.Cluster("eks", enabled_cluster_log_types=["api", "audit"])',
        ),
        failing(
            "AWS Native, audit is missing",
            'aws_native.eks.Cluster("eks", logging={"cluster_logging": {"enabled_types": [\n'
            '    {"type": "api"}]}})',
            logTypes="audit",
        ),
        doubtful(
            "Unknown before the deployment",
            'aws.eks.Cluster("eks", enabled_cluster_log_types=workspace.customer_id.apply(list))',
        ),
    ),
    references=(
        Reference("CIS EKS Benchmark", "Enable audit Logs", "2.1.1", "v1.8.0"),
        Reference(
            "AWS Foundational Security Best Practices",
            "EKS clusters should have audit logging enabled",
            "EKS.8",
            "Security Hub",
        ),
    ),
    links=("https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",),
)
