"""Policies put to a graph: the one place where a fault in a policy becomes a violation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from kubewitness.graph.model import AksCluster, DiagnosticSetting, Graph, Link
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.exemption_use import ExemptionUse, exempt
from kubewitness.policies.exemptions import POLICY_ERROR
from kubewitness.policies.hidden import blocks, hidden, is_component, judge_component
from kubewitness.policies.policy import AnyPolicy, C, JudgeOthers, Policy, S
from kubewitness.policies.settings import Level
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import (
    Judgement,
    Outcome,
    Reason,
    Verdict,
    fail,
    not_applicable,
    undecided,
)


def evaluate(
    policies: Iterable[AnyPolicy], graph: Graph, settings: Settings, today: date | None = None
) -> list[Verdict]:
    """Return every verdict of these policies on this graph, in the order of the policies.

    A policy at level `disabled` gives none. An exception in a policy is a violation that names it.
    """
    members = list(policies)
    verdicts = [
        verdict
        for policy in members
        for verdict in judge(policy, graph, settings.of(policy.id), today)
    ]
    day = today or datetime.now(UTC).date()
    each = [(policy, settings.of(policy.id).on(day)) for policy in members]
    components = [one for one in graph.opaque if is_component(one)]
    return verdicts + [v for one in components for v in judge_component(one, each, day)]


def judge(
    policy: Policy[C, S], graph: Graph, settings: S, today: date | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts of one policy, exemptions applied."""
    if settings.level is Level.DISABLED:
        return
    day = today or datetime.now(UTC).date()
    for resource, judgement, is_ours in _judgements(policy, graph, settings.on(day)):
        left = exempt(judgement, policy.id, resource, settings.exemptions, day)
        stops = is_ours and blocks(left.judgement, settings)
        yield Verdict(policy.id, resource, left.judgement, stops, left.applied, left.expired)


def unused(
    policies: Iterable[AnyPolicy], settings: Settings, verdicts: Iterable[Verdict]
) -> list[str]:
    """Return a note for each exemption that no verdict used, expired or not."""
    use = ExemptionUse()
    by_policy: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_policy.setdefault(verdict.policy_id, []).append(verdict)
    for policy in policies:
        use.note(policy.id, settings.of(policy.id), by_policy.get(policy.id, ()))
    return use.unused()


def _judgements(
    policy: Policy[C, S], graph: Graph, settings: S
) -> Iterator[tuple[Resource, Judgement, bool]]:
    """Judge each cluster, what hides its content, settings alone, and what is not a cluster.

    The last of each three is whether this stack manages it.
    """
    for cluster in graph.clusters:
        if isinstance(cluster, policy.subject):
            yield _judge_cluster(policy, cluster, graph, settings)
    for opaque in graph.opaque:
        if not is_component(opaque) and opaque.of in (None, policy.subject):
            yield opaque.resource, hidden(policy, opaque.resource), True
    if policy.judge_others:
        yield from _judge_others(policy, policy.judge_others, graph, settings)
    if policy.needs_stack:
        has_clusters = any(isinstance(cluster, AksCluster) for cluster in graph.clusters)
        for setting in graph.foreign if has_clusters else (*graph.foreign, *graph.unplaced):
            # A stand-in for a cluster of which only the setting is known.
            cluster = AksCluster(setting.resource, setting.target_id)
            if isinstance(cluster, policy.subject):
                yield _judge_alone(policy, cluster, setting, graph, settings)


def _judge_cluster(
    policy: Policy[C, S], cluster: C, graph: Graph, settings: S
) -> tuple[Resource, Judgement, bool]:
    judgement = _guarded(policy, cluster, graph, settings)
    if cluster.resource.origin is not Origin.READ:
        others = graph.writers.get(cluster.resource.urn, ())
        return cluster.resource, _doubted(judgement, others), True
    if policy.needs_stack and graph.links.get(cluster.resource.urn):
        return _not_ours(policy, cluster.resource, judgement)
    judgement = not_applicable("read-only", "this stack only reads the cluster")
    return cluster.resource, judgement, False


def _doubted(judgement: Judgement, writers: Sequence[Resource]) -> Judgement:
    """Return a judgement on a cluster that other resources write, too: a pass is undecided."""
    if not writers or judgement.outcome not in (Outcome.PASS, Outcome.UNDECIDED):
        return judgement
    doubts = (
        Reason(
            "other-writer",
            f"`{one.name}` ({one.type}) writes this cluster, too, and the last one written counts",
            "let only one resource write the cluster",
        )
        for one in writers
    )
    return undecided(*judgement.reasons, *doubts)


def _judge_others(
    policy: Policy[C, S], judge_others: JudgeOthers[S], graph: Graph, settings: S
) -> Iterator[tuple[Resource, Judgement, bool]]:
    try:
        for resource, judgement in judge_others(graph, settings):
            yield resource, judgement, True
    except Exception as error:  # noqa: BLE001 whatever a policy raises must not become a pass
        yield Resource("", "", "the stack", {}), _policy_error(policy, error), True


def _judge_alone(
    policy: Policy[C, S], cluster: C, setting: DiagnosticSetting, graph: Graph, settings: S
) -> tuple[Resource, Judgement, bool]:
    """Judge a setting for a cluster outside of the stack as if it were all that cluster has."""
    links = {setting.resource.urn: (Link(setting, certain=True),)}
    alone = Graph((cluster,), links, transformations=graph.transformations)
    judgement = _guarded(policy, cluster, alone, settings)
    return _not_ours(policy, setting.resource, judgement)


def _not_ours(
    policy: AnyPolicy, resource: Resource, judgement: Judgement
) -> tuple[Resource, Judgement, bool]:
    """Judge what this stack adds to a cluster elsewhere: a pass if complete, else undecided."""
    if judgement.outcome is not Outcome.FAIL:
        return resource, judgement, False
    if policy.judges_settings or any(f.code == POLICY_ERROR for f in judgement.reasons):
        return resource, judgement, True
    doubts = (
        replace(
            reason,
            message=f"{reason.message} by the settings of this stack; the cluster is not "
            "managed here and other settings may collect the rest",
            decide="run the check where the cluster is managed, or on the subscription",
        )
        for reason in judgement.reasons
    )
    return resource, undecided(*doubts), False


def _guarded(policy: Policy[C, S], cluster: C, graph: Graph, settings: S) -> Judgement:
    try:
        return policy.judge(cluster, graph, settings)
    except Exception as error:  # noqa: BLE001 whatever a policy raises must not become a pass
        return _policy_error(policy, error)


def _policy_error(policy: AnyPolicy, error: Exception) -> Judgement:
    message = f"the policy `{policy.id}` itself failed ({type(error).__name__}), please report it"
    return fail(Reason(POLICY_ERROR, message))
