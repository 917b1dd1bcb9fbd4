"""Compare the component's default cluster with other projects' checks, and write the page.

`python tests/default_cluster_table.py` writes the page.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from agreement.peer_cluster_checks import (
    CHECKS,
    PEERS,
    DefaultCluster,
    Outcome,
    Peer,
    PeerCheck,
    shown,
)
from kubewitness import SecureAksCluster, SecureAksClusterArgs
from kubewitness.graph.values import Unknown
from support.in_process import preview_in_process
from support.paths import ROOT

PAGE: Final = ROOT / "docs" / "provision" / "default-cluster.md"

ARGUMENTS: Final[SecureAksClusterArgs] = {
    "resource_group_name": "g",
    "cluster_admins": {"group_object_ids": ["11111111-1111-1111-1111-111111111111"]},
    "api_access": {"authorized_ip_ranges": ["203.0.113.0/24"]},
}
"""The required arguments, and no others."""

_NAME_IN_ARM: Final = {
    "ManagedCluster": "resourceName",
    "AgentPool": "agentPoolName",
    "MaintenanceConfiguration": "configName",
    "DiagnosticSetting": "name",
}
"""The input that ARM calls `name`, for each kind of resource that a check reads."""


@cache
def default_cluster() -> DefaultCluster:
    """The properties that the component passes to Azure for the default cluster."""
    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _NAME_IN_ARM}
    for resource in preview_in_process(lambda: SecureAksCluster("shop", ARGUMENTS)):
        kind = resource.type.rpartition(":")[2]
        if kind in made:
            # If no name is given, Pulumi makes one, which begins with the logical name.
            name = resource.properties.get(_NAME_IN_ARM[kind]) or resource.name
            made[kind].append({**_handed(resource.properties), "name": name})
    (cluster,) = made["ManagedCluster"]
    return DefaultCluster(
        {
            **cluster,
            "agentPoolProfiles": [*cluster["agentPoolProfiles"], *made["AgentPool"]],
            "maintenanceConfigurations": made["MaintenanceConfiguration"],
            "diagnosticSettings": made["DiagnosticSetting"],
        }
    )


_INTRODUCTION: Final = """\
# The default cluster and other projects' checks

This page shows the results of other projects' checks for the default cluster of `SecureAksCluster`.
It contains all AKS checks of PSRule for Azure, Checkov and Trivy, at the revisions below. The
component has only its required arguments:
"""

_METHOD: Final = """\
`make docs` generates this page. It runs the component, takes the properties that the component
passes to Azure, and applies the checks, which are restated in
`tests/agreement/peer_cluster_checks.py`. A test fails if the page is out of date, if an unsatisfied
check has no reason, or if a satisfied one has a reason.

The other projects are not run, and none of them reads Pulumi programs. These are their results for
an ARM template with the same properties. `properties.` is left out of every path. Azure adds its
own defaults, so a check of a live cluster can pass although a property is not set.
"""

_PEERS: Final = """\
## In figures
"""


def page() -> str:
    """The page, complete, ending in a newline."""
    cluster = default_cluster()
    return "\n".join(
        (
            _INTRODUCTION,
            "```json",
            json.dumps(ARGUMENTS, indent=2),
            "```",
            "",
            _METHOD,
            _PEERS,
            *_figures(cluster),
            *(line for peer in PEERS for line in _section(peer, cluster)),
            "",
        )
    )


def _handed(value: Any) -> Any:
    """What the component hands to Azure of a value: all but what is not set."""
    if isinstance(value, Mapping):
        return {key: _handed(each) for key, each in value.items() if not _is_left_out(each)}
    return [_handed(each) for each in value] if isinstance(value, list) else value


def _is_left_out(value: object) -> bool:
    """Whether a property is not set, and its changes are ignored."""
    return isinstance(value, Unknown) and bool(value.decide)


def _of(peer: Peer) -> list[PeerCheck]:
    return [check for check in CHECKS if check.peer is peer]


def _figures(cluster: DefaultCluster) -> Iterator[str]:
    yield from _head("project", "reads", "checks", *(outcome.value for outcome in Outcome))
    for peer in PEERS:
        counted = Counter(check.outcome(cluster) for check in _of(peer))
        figures = (str(counted[outcome]) for outcome in Outcome)
        yield _row(f"[{peer.name}]({peer.url()})", peer.reads, str(len(_of(peer))), *figures)


def _section(peer: Peer, cluster: DefaultCluster) -> Iterator[str]:
    yield from ("", f"## {peer.name}", "")
    yield from _head("check", "title", "default cluster", "how, or why not")
    for check in _of(peer):
        ids = " ".join(
            filter(None, (f"[{check.id}]({check.peer.url(check.file)})", check.reference))
        )
        yield _row(ids, check.title, check.outcome(cluster).value, _explanation(check, cluster))


def _explanation(check: PeerCheck, cluster: DefaultCluster) -> str:
    outcome = check.outcome(cluster)
    if outcome is Outcome.NOT_APPLICABLE:
        return check.not_applicable
    facts = [_fact(path, cluster) for path in check.demands.reads]
    demanded = check.demands.demanded
    if not (outcome is Outcome.SATISFIED and facts[-1].endswith(f" is {demanded}")):
        facts.append(f"required is {demanded}")
    return f"{'; '.join(facts)}. {check.reason}".strip()


def _fact(path: str, cluster: DefaultCluster) -> str:
    """What stands at a path, each value once."""
    values = [value for value in cluster.values(path) if value is not None]
    each = [one for value in values for one in (value if isinstance(value, list) else [value])]
    words = ", ".join(dict.fromkeys(shown(value) for value in each))
    return f"`{path}` is {words}" if words else f"`{path}` is not set"


def _head(*titles: str) -> Iterable[str]:
    return _row(*titles), "|" + "---|" * len(titles)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
