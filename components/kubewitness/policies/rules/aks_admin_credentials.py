"""`aks-admin-credentials`: no program fetches the credentials of a local administrator."""

import re
from collections.abc import Iterator
from typing import Final

from kubewitness.graph.model import AksCluster, Graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.configuration import RuleConfiguration
from kubewitness.policies.rule import Rule, Scope, Severity, failing, passing
from kubewitness.policies.verdict import (
    PASS,
    Finding,
    Judgement,
    fail,
    not_applicable,
    undecided,
)

_FUNCTIONS: Final = re.compile(
    r"azure-(?:native|nextgen)(?:_\w+)?:containerservice(?:/\w+)?:"
    r"(?:listManagedClusterAdminCredentials|listManagedClusterAccessProfile)"
)
"""The functions that answer with an administrator's certificate."""

_ADMIN: Final = "clusterAdmin"
"""What Azure calls the user in the kubeconfig of a local administrator."""


def judge(_cluster: AksCluster, graph: Graph, _configuration: RuleConfiguration) -> Judgement:
    """A cluster passes where no call and no kubeconfig of an administrator was seen."""
    if graph.calls is None:
        return not_applicable(
            "no-calls", "this source does not show which functions the program calls"
        )
    return PASS


def judge_others(
    graph: Graph, _configuration: RuleConfiguration
) -> Iterator[tuple[Resource, Judgement]]:
    """Each call of such a function, and each provider that uses what it answers."""
    for token in graph.calls or ():
        if _FUNCTIONS.fullmatch(token):
            call = Resource(urn="", type=token, name=token.rpartition(":")[2], properties={})
            message = "the program fetches the certificate of a local administrator"
            yield call, fail(Finding("call", message))
    for resource, kubeconfig in graph.kubeconfigs:
        if isinstance(kubeconfig, str) and _ADMIN in kubeconfig:
            message = "its kubeconfig is that of a local administrator"
            yield resource, fail(Finding("kubeconfig", message))
        elif isinstance(kubeconfig, Unknown) and graph.calls is None:
            yield (
                resource,
                undecided(
                    Finding(
                        "unknown-kubeconfig",
                        "whose credentials its kubeconfig holds cannot be known beforehand",
                        "run `kubewitness check` on the program, which sees the functions it calls",
                    )
                ),
            )


RULE = Rule(
    id="aks-admin-credentials",
    title="No program fetches the admin credentials of an AKS cluster",
    why=(
        "The admin credentials are a certificate of the group `system:masters`. A program that "
        "fetches them writes them into its state, uses them past Entra ID, and stops working as "
        "soon as local accounts are disabled. CrossGuard shows no function calls: this rule "
        "decides by the kubeconfig of a Kubernetes provider there, and by the calls themselves in "
        "`kubewitness check`."
    ),
    fix_pulumi=(
        "use `list_managed_cluster_user_credentials` and kubelogin, or the `kubeconfig` output of "
        "`kubewitness.SecureAksCluster`, which holds no secret"
    ),
    fix_cli="az aks get-credentials without --admin, then kubelogin convert-kubeconfig",
    severity=Severity.MEDIUM,
    scope=Scope.STACK,
    judge=judge,
    judge_others=judge_others,
    examples=(
        passing(
            "The user's credentials",
            "containerservice.list_managed_cluster_user_credentials_output(\n"
            '    resource_group_name="shop", resource_name=cluster("aks").name)',
        ),
        failing(
            "The administrator's credentials",
            'cluster("aks")\n'
            "containerservice.list_managed_cluster_admin_credentials_output(\n"
            '    resource_group_name="shop", resource_name="aks")',
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",
        "https://azure.github.io/kubelogin/",
    ),
)
