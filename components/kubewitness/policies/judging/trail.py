"""The audit trail of each category by its best route, for the policies on the audit trail."""

from collections.abc import Callable

from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.graph.model import AksCluster, Graph
from kubewitness.graph.routes import Route, routes
from kubewitness.policies.verdict import (
    Judgement,
    Outcome,
    Reason,
    best,
    not_applicable,
    undecided,
    worst,
)

JudgeRoute = Callable[[Route, str], Judgement]


def judge_trail(cluster: AksCluster, graph: Graph, judge_route: JudgeRoute) -> Judgement:
    """Judge each audit category that is collected by the best route that it takes.

    An additional copy of the logs does not make a valid route worse. `aks-audit-logs` judges
    whether a category is collected at all.

    Returns:
        The worst judgement of the categories; not applicable where none is collected.
    """
    found = {name: routes(cluster, graph, name) for name in AUDIT_CATEGORIES}
    judgements = [
        best(*(_judge(route, name, judge_route) for route in ways))
        for name, ways in found.items()
        if ways
    ]
    if not judgements:
        return not_applicable(
            "not-collected", "no audit log of the cluster is collected by this stack"
        )
    return worst(*judgements)


def _judge(route: Route, category: str, judge_route: JudgeRoute) -> Judgement:
    """Judge a route; a route that is only possible is undecided at best."""
    judgement = judge_route(route, category)
    if judgement.outcome is Outcome.PASS and not route.certain:
        name = route.link.setting.resource.name
        return undecided(
            Reason(
                "unknown-route",
                f"diagnostic setting `{name}`: whether it sends the cluster's audit logs cannot "
                "be known before the deployment",
                "see the verdict of `aks-audit-logs`",
            )
        )
    return judgement


def where(route: Route) -> str:
    """Return the destination of a route, for people."""
    destination = route.destination
    if destination.receiver:
        return f"{destination.kind} `{destination.receiver.resource.name}`"
    if isinstance(destination.id, str):
        return f"{destination.kind} `{destination.id}`"
    return f"{destination.kind} of diagnostic setting `{route.link.setting.resource.name}`"
