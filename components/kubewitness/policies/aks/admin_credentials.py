"""`aks-admin-credentials`: no program fetches the credentials of a local administrator."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import yaml

from kubewitness.graph.model import AksCluster, Graph
from kubewitness.graph.resource_kinds import is_classic
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, read
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.policy import Policy, Scope, Severity, failing, passing
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import (
    PASS,
    Judgement,
    Reason,
    fail,
    not_applicable,
    undecided,
)

_FUNCTIONS: Final = re.compile(
    r"azure-(?:native|nextgen)(?:_\w+)?:containerservice(?:/\w+)?:"
    r"(?:listManagedClusterAdminCredentials|listManagedClusterAccessProfile)"
)
"""The functions that answer with an administrator's certificate."""

_CLASSIC_FUNCTION: Final = "azure:containerservice/getKubernetesCluster:getKubernetesCluster"
"""Functions that return the administrator's certificate, or it and the user's."""

_ADMIN: Final = "clusterAdmin"
"""Azure's name of the user in the kubeconfig of a local administrator."""

_CERTIFICATE: Final = "client-certificate"
"""How a kubeconfig of any user names a certificate, in it or in a file."""

_AKS_SERVER: Final = re.compile(r"\.(azmk8s\.io|azk8s\.cn|aks\.containerservice\.azure\.us)\b")
"""The API servers of AKS, where a certificate is that of a local account."""

_DECIDE: Final = "give it the text of a kubeconfig that gets a token of Entra ID with kubelogin"


def judge(_cluster: AksCluster, graph: Graph, _settings: PolicySettings) -> Judgement:
    """Pass if neither a call for an administrator's credentials nor their use was found."""
    if graph.calls is None:
        return not_applicable(
            "no-calls", "this source does not show which functions the program calls"
        )
    return PASS


def judge_others(graph: Graph, _settings: PolicySettings) -> Iterator[tuple[Resource, Judgement]]:
    """Judge each call of such a function, and each provider that uses what it answers."""
    found = [(_call(token), _of_call(token)) for token in graph.calls or ()]
    found += [
        (provider, _of_text(given) if isinstance(given, str) else _of_hidden(provider, graph))
        for provider, given in graph.kubeconfigs
    ]
    yield from ((resource, judgement) for resource, judgement in found if judgement is not PASS)


def _call(token: str) -> Resource:
    return Resource(urn="", type=token, name=token.rpartition(":")[2], properties={})


def _of_call(token: str) -> Judgement:
    if _FUNCTIONS.fullmatch(token):
        message = "the program fetches the certificate of a local administrator"
        return fail(Reason("call", message))
    if token == _CLASSIC_FUNCTION:
        message = "the program may fetch the certificate of a local administrator with the user's"
        decide = "look the cluster up with `get_managed_cluster` of Azure Native, which shows none"
        return undecided(Reason("classic-call", message, decide))
    return PASS


def _of_text(kubeconfig: str) -> Judgement:
    has_certificate = _CERTIFICATE in kubeconfig
    if _ADMIN in kubeconfig or (has_certificate and _AKS_SERVER.search(kubeconfig)):
        message = "its kubeconfig is that of a local administrator"
        return fail(Reason("kubeconfig", message))
    if has_certificate:
        message = "its kubeconfig holds a certificate, perhaps of an AKS cluster"
        return undecided(Reason("certificate", message, _DECIDE))
    return PASS if _is_kubeconfig(kubeconfig) else _no_text()


def _is_kubeconfig(given: str) -> bool:
    """Return whether it shows its users; a path to a file does not."""
    try:
        document = yaml.safe_load(given)
    except (yaml.YAMLError, ValueError):
        return False
    return isinstance(document, Mapping) and "users" in document


def _of_hidden(provider: Resource, graph: Graph) -> Judgement:
    given = read(provider.properties, "kubeconfig")
    if not isinstance(given, Unknown):
        is_given = given is not ABSENT and str(given).strip()
        return _no_text() if is_given else PASS
    if given.decide:  # something other than the program's calls decides whose it is
        what, decide = "whose credentials its kubeconfig holds", _DECIDE
        return undecided(hidden("unknown-kubeconfig", what, given, decide))
    if graph.calls is None:
        message = (
            "the owner of the credentials in its kubeconfig is not known before the deployment"
        )
        decide = "run `kubewitness check` on the program, which records the functions that it calls"
        return undecided(Reason("unknown-kubeconfig", message, decide))
    if _comes_from_classic(provider, graph):
        message = "its kubeconfig may be the administrator's, which a classic cluster shows, too"
        return undecided(Reason("classic-kubeconfig", message, _DECIDE))
    return PASS


def _no_text() -> Judgement:
    message = "whose credentials it uses is unknown: its kubeconfig does not show them"
    return undecided(Reason("no-kubeconfig", message, _DECIDE))


def _comes_from_classic(provider: Resource, graph: Graph) -> bool:
    """Return whether it is computed from a classic cluster whose local accounts may be on."""
    return any(
        cluster.resource.urn in provider.property_dependencies.get("kubeconfig", ())
        and isinstance(cluster, AksCluster)
        and is_classic(cluster.resource.type)
        and cluster.local_accounts_disabled is not True
        for cluster in graph.clusters
    )


POLICY = Policy(
    id="aks-admin-credentials",
    title="No program fetches the admin credentials of an AKS cluster",
    why=(
        "The admin credentials are a certificate of the group `system:masters`. A program that "
        "fetches them writes them into its state, uses them past Entra ID, and stops working as "
        "soon as local accounts are disabled. CrossGuard shows no function calls: this policy "
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
    subject=AksCluster,
    settings=PolicySettings,
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
