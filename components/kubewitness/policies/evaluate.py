"""Rules put to a graph: the one place where a fault in a rule becomes a violation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from kubewitness.graph.model import AksCluster, Cluster, DiagnosticSetting, Graph, Link
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.configuration import (
    Configuration,
    Level,
    RuleConfiguration,
    UndecidedMeans,
)
from kubewitness.policies.declarations import exempt
from kubewitness.policies.rule import Rule
from kubewitness.policies.verdict import (
    Finding,
    Judgement,
    Outcome,
    Verdict,
    fail,
    not_applicable,
    undecided,
)


def evaluate(
    rules: Iterable[Rule], graph: Graph, configuration: Configuration, today: date | None = None
) -> list[Verdict]:
    """Every verdict of these rules on this graph, in the order of the rules.

    A rule at level `disabled` gives none. An exception in a rule is a violation that names it.
    """
    return [
        verdict
        for rule in rules
        for verdict in judge(rule, graph, configuration.of(rule.id), today)
    ]


def judge(
    rule: Rule, graph: Graph, configuration: RuleConfiguration, today: date | None = None
) -> Iterator[Verdict]:
    """The verdicts of one rule, exemptions applied."""
    if configuration.level is Level.DISABLED:
        return
    day = today or datetime.now(UTC).date()
    for resource, judgement, is_ours in _judgements(rule, graph, configuration.on(day)):
        left, applied = exempt(judgement, rule.id, resource, configuration.exemptions, day)
        declarations = applied or _declared(left)
        blocks = is_ours and _blocks(left, configuration)
        yield Verdict(rule.id, resource, left, blocks, declarations)


def unused(
    rules: Iterable[Rule], configuration: Configuration, verdicts: Iterable[Verdict]
) -> list[str]:
    """The exemptions that no verdict rests on, nor would if they had not expired."""
    texts = [text for v in verdicts for text in (*v.declarations, *_messages(v))]
    declared = {
        str(one): None
        for rule in rules
        if configuration.of(rule.id).level is not Level.DISABLED
        for one in configuration.of(rule.id).exemptions
    }
    return [one for one in declared if not any(one in text for text in texts)]


def _messages(verdict: Verdict) -> Iterator[str]:
    return (finding.message for finding in verdict.judgement.findings)


def _declared(judgement: Judgement) -> tuple[str, ...]:
    """What a verdict of collected elsewhere rests on is what its findings say."""
    is_elsewhere = judgement.outcome is Outcome.COLLECTED_ELSEWHERE
    return tuple(f.message for f in judgement.findings) if is_elsewhere else ()


def _judgements(
    rule: Rule, graph: Graph, configuration: RuleConfiguration
) -> Iterator[tuple[Resource, Judgement, bool]]:
    """On each cluster, on what cannot be seen into, on settings alone, on what is no cluster.

    The last of each three says whether this stack answers for it.
    """
    for cluster in graph.clusters:
        if isinstance(cluster, rule.subject):
            yield _judge_cluster(rule, cluster, graph, configuration)
    for opaque in graph.opaque:
        if opaque.of is None or opaque.of is rule.subject:
            yield opaque.resource, _hidden(rule, opaque.resource), True
    if rule.judge_others:
        yield from _judge_others(rule, graph, configuration)
    if rule.needs_stack and rule.subject is AksCluster:
        has_clusters = any(isinstance(cluster, AksCluster) for cluster in graph.clusters)
        alone = graph.foreign if has_clusters else (*graph.foreign, *graph.unplaced)
        for setting in alone:
            yield _judge_alone(rule, setting, configuration)


def _judge_cluster(
    rule: Rule, cluster: Cluster, graph: Graph, configuration: RuleConfiguration
) -> tuple[Resource, Judgement, bool]:
    judgement = _guarded(rule, cluster, graph, configuration)
    if cluster.resource.origin is not Origin.READ:
        return cluster.resource, judgement, True
    if rule.needs_stack and graph.links.get(cluster.resource.urn):
        return _not_ours(rule, cluster.resource, judgement)
    judgement = not_applicable("read-only", "this stack only reads the cluster")
    return cluster.resource, judgement, False


def _judge_others(
    rule: Rule, graph: Graph, configuration: RuleConfiguration
) -> Iterator[tuple[Resource, Judgement, bool]]:
    try:
        for resource, judgement in rule.judge_others(graph, configuration):  # type: ignore[misc]
            yield resource, judgement, True
    except Exception as error:  # noqa: BLE001 whatever a rule raises must not become a pass
        yield Resource("", "", "the stack", {}), _rule_error(rule, error), True


def _judge_alone(
    rule: Rule, setting: DiagnosticSetting, configuration: RuleConfiguration
) -> tuple[Resource, Judgement, bool]:
    """Judge a setting for a cluster outside of the stack as if it were all that cluster has."""
    stand_in = AksCluster(setting.resource, setting.target_id)
    alone = Graph((stand_in,), {setting.resource.urn: (Link(setting, certain=True),)})
    judgement = _guarded(rule, stand_in, alone, configuration)
    return _not_ours(rule, setting.resource, judgement)


def _not_ours(
    rule: Rule, resource: Resource, judgement: Judgement
) -> tuple[Resource, Judgement, bool]:
    """What this stack adds to a cluster elsewhere: complete is a pass, else nobody can say here."""
    if judgement.outcome is not Outcome.FAIL:
        return resource, judgement, False
    if rule.judges_settings or any(f.code == "rule-error" for f in judgement.findings):
        return resource, judgement, True
    doubts = (
        replace(
            finding,
            message=f"{finding.message} by the settings of this stack; the cluster is not "
            "managed here and other settings may collect the rest",
            decide="run the check where the cluster is managed, or on the subscription",
        )
        for finding in judgement.findings
    )
    return resource, undecided(*doubts), False


def _guarded(
    rule: Rule, cluster: Cluster, graph: Graph, configuration: RuleConfiguration
) -> Judgement:
    try:
        return rule.judge(cluster, graph, configuration)
    except Exception as error:  # noqa: BLE001 whatever a rule raises must not become a pass
        return _rule_error(rule, error)


def _rule_error(rule: Rule, error: Exception) -> Judgement:
    message = f"the rule `{rule.id}` itself failed ({type(error).__name__}), please report it"
    return fail(Finding("rule-error", message))


def _hidden(rule: Rule, resource: Resource) -> Judgement:
    if resource.origin is Origin.REMOTE:
        what = "is a remote component, whose children cannot be seen without its provider"
        decide = "run `pulumi preview` with the policy pack, which sees the component's children"
    else:
        what = "makes a cluster, or may make one, in a way that is not read"
        is_aks = rule.subject is AksCluster
        known = (
            "`ManagedCluster` of Azure Native" if is_aks else "`eks.Cluster` of the AWS provider"
        )
        decide = f"make the cluster as a {known}"
    return undecided(Finding("hidden", f"`{resource.type}` {what}", decide))


def _blocks(judgement: Judgement, configuration: RuleConfiguration) -> bool:
    stops = judgement.outcome is Outcome.FAIL or (
        judgement.outcome is Outcome.UNDECIDED and configuration.undecided is UndecidedMeans.BLOCK
    )
    return stops and configuration.level is not Level.ADVISORY
