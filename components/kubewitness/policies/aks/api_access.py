"""`aks-api-access`: the API server cannot be reached from the whole internet."""

from typing import Any

from kubewitness.azure.ip_ranges import MOST, WIDEST_PREFIX, is_shared_tag, too_wide
from kubewitness.graph.model import AksCluster, Graph
from kubewitness.graph.values import ABSENT, Unknown, items
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
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import PASS, Judgement, Reason, best, fail, undecided, worst


def judge(cluster: AksCluster, _graph: Graph, _settings: PolicySettings) -> Judgement:
    """Pass where the API server is private, or reached from authorised ranges only."""
    return best(_private(cluster), _restricted(cluster))


def _private(cluster: AksCluster) -> Judgement:
    if cluster.private is True:
        return PASS
    if isinstance(cluster.private, Unknown):
        return undecided(
            hidden(
                "unknown:private",
                "whether the cluster is private",
                cluster.private,
                "write the property as a plain value",
            )
        )
    integrated = cluster.vnet_integrated is True
    also = "; virtual network integration alone leaves the public endpoint open"
    return fail(Reason("public", f"the API server has a public address{also * integrated}"))


def _restricted(cluster: AksCluster) -> Judgement:
    ranges = items(cluster.authorized_ranges)
    if isinstance(ranges, Unknown):
        return _hidden(ranges)
    given = [one for one in ranges if one not in (None, "")]
    if not given:
        default = "not set" if cluster.authorized_ranges is ABSENT else "empty"
        return fail(Reason("open", f"any address reaches it: the authorised ranges are {default}"))
    known = [one for one in given if not isinstance(one, Unknown)]
    # An open range remains open, whatever unknown ranges are next to it.
    return worst(_of_ranges(known), *(_hidden(one) for one in given if isinstance(one, Unknown)))


def _hidden(ranges: Unknown) -> Judgement:
    what, decide = "the authorised address ranges", "write the ranges as plain values"
    return undecided(hidden("unknown:ranges", what, ranges, decide))


def _of_ranges(given: list[Any]) -> Judgement:
    strange = [str(one) for one in given if not _is_range(one)]
    wide = too_wide(one for one in given if _is_range(one))
    tags = [one for one in strange if is_shared_tag(one)]
    faults = [*map(_too_wide, wide), *map(_shared_tag, tags)]
    doubts = [_no_range(one) for one in strange if one not in tags]
    return worst(fail(*faults) if faults else PASS, undecided(*doubts) if doubts else PASS)


def _no_range(found: str) -> Reason:
    message = f"`{found}` is not an address range, and its addresses are unknown"
    return Reason("no-range", message, "give ranges in CIDR notation, such as `203.0.113.0/24`")


def _too_wide(found: str) -> Reason:
    limits = " and ".join(f"/{n} for IPv{version}" for version, n in WIDEST_PREFIX.items())
    message = (
        f"`{found}` is not a restriction: wider than {limits}, or than {MOST} of these together"
    )
    return Reason("too-wide", message)


def _shared_tag(tag: str) -> Reason:
    message = f"`{tag}` is not a restriction: it includes addresses of every Azure tenant"
    return Reason("shared-tag", message)


def _is_range(one: object) -> bool:
    if not isinstance(one, str):
        return False
    try:
        too_wide([one])
    except ValueError:
        return False
    return True


POLICY = Policy(
    id="aks-api-access",
    title="The API server of each AKS cluster is private or reached from authorised ranges only",
    why=(
        "Everyone on the internet can send requests to a public API server. Leaked tokens and "
        "vulnerabilities can then be used from anywhere, and the audit log fills with requests "
        "from unknown addresses."
    ),
    fix_pulumi=(
        'set `api_server_access_profile={"enable_private_cluster": True}` or '
        '`{"authorized_ip_ranges": ["203.0.113.0/24"]}` on the `ManagedCluster` (classic provider: '
        "`private_cluster_enabled=True` or "
        '`api_server_access_profile={"authorized_ip_ranges": [...]}`)'
    ),
    fix_cli=(
        "az aks update --resource-group GROUP --name CLUSTER --api-server-authorized-ip-ranges "
        "203.0.113.0/24; a cluster becomes private when it is created, or later with "
        "--enable-private-cluster where it is integrated in a virtual network"
    ),
    severity=Severity.MEDIUM,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=PolicySettings,
    judge=judge,
    examples=(
        passing(
            "Private", 'cluster("aks", api_server_access_profile={"enable_private_cluster": True})'
        ),
        passing(
            "Authorised ranges",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": '
            '["203.0.113.0/24", "2001:db8::/32"]})',
        ),
        passing(
            "0.0.0.0/32, which allows the cluster's own egress only",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": ["0.0.0.0/32"]})',
        ),
        failing("Public, as Azure's default is", 'cluster("aks", api_server_access_profile=None)'),
        failing(
            "0.0.0.0/0, the whole internet",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": ["0.0.0.0/0"]})',
        ),
        failing(
            "Ranges that are the whole internet together",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": '
            '["0.0.0.0/1", "128.0.0.0/1"]})',
        ),
        failing(
            "Ranges that are half of the internet together, none of them wide",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": [\n'
            '    f"{first}.0.0.0/8" for first in range(0, 256, 2)]})',
        ),
        failing(
            "The whole internet as IPv4-mapped IPv6 addresses",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": ["::ffff:0:0/96"]})',
        ),
        failing(
            "The whole internet and a range that is known only after the deployment",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": '
            '["0.0.0.0/0", workspace.customer_id]})',
        ),
        failing(
            "An empty list, which switches the restriction off",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": []})',
        ),
        failing(
            "Integrated in a virtual network, and public",
            'cluster("aks", api_server_access_profile={"enable_vnet_integration": True})',
        ),
        doubtful(
            "A range that is known only after the deployment",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": '
            '["203.0.113.0/24", workspace.customer_id]})',
        ),
        failing(
            "A service tag that covers the machines of every tenant",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": '
            '["203.0.113.0/24", "AzureCloud.westeurope"]})',
        ),
        doubtful(
            "A service tag, whose addresses Azure changes",
            'cluster("aks", api_server_access_profile={"authorized_ip_ranges": ["ActionGroup"]})',
        ),
    ),
    references=(
        Reference(
            "PSRule for Azure", "Azure.AKS.AuthorizedIPs", "AZR-000030", "PSRule.Rules.Azure"
        ),
        Reference(
            "Kubescape",
            "Restrict Access to the Control Plane Endpoint",
            "C-0247",
            "regolibrary",
        ),
    ),
    links=(
        "https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
        "https://learn.microsoft.com/azure/aks/private-clusters",
        "https://learn.microsoft.com/azure/aks/api-server-vnet-integration",
    ),
)
