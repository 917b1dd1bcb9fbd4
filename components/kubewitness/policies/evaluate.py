"""Rules put to a graph: the one place where a fault in a rule becomes a violation."""

from collections.abc import Iterator

from kubewitness.graph.model import Cluster, DiagnosticSetting, Graph, Link
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.configuration import (
    Configuration,
    Level,
    RuleConfiguration,
    UndecidedMeans,
)
from kubewitness.policies.rule import Rule, Scope
from kubewitness.policies.verdict import (
    Finding,
    Judgement,
    Outcome,
    Verdict,
    fail,
    undecided,
)


def evaluate(rules: tuple[Rule, ...], graph: Graph, configuration: Configuration) -> list[Verdict]:
    """Every verdict of these rules on this graph, in the order of the rules.

    A rule at level `disabled` gives none. An exception in a rule is a violation that names it.
    """
    return [
        verdict
        for rule in rules
        if configuration.of(rule.id).level is not Level.DISABLED
        for verdict in judge(rule, graph, configuration.of(rule.id))
    ]


def judge(rule: Rule, graph: Graph, configuration: RuleConfiguration) -> Iterator[Verdict]:
    """The verdicts of one rule: on each cluster, on what cannot be seen into, on settings alone."""
    for cluster in graph.clusters:
        yield _judge_cluster(rule, cluster, graph, configuration)
    for resource in graph.opaque:
        yield _verdict(rule, resource, _hidden(resource), configuration)
    if rule.scope is Scope.STACK:
        for setting in graph.foreign:
            yield _judge_alone(rule, setting, configuration)
        if not graph.clusters:
            for setting in graph.unplaced:
                yield _judge_alone(rule, setting, configuration)


def _judge_cluster(
    rule: Rule, cluster: Cluster, graph: Graph, configuration: RuleConfiguration
) -> Verdict:
    judgement = _guarded(rule, cluster, graph, configuration)
    if cluster.resource.origin is not Origin.READ:
        return _verdict(rule, cluster.resource, judgement, configuration)
    if rule.scope is Scope.STACK and graph.links.get(cluster.resource.urn):
        return _not_ours(rule, cluster.resource, judgement)
    finding = Finding("read-only", "this stack only reads the cluster")
    judgement = Judgement(Outcome.NOT_APPLICABLE, (finding,))
    return _verdict(rule, cluster.resource, judgement, configuration)


def _judge_alone(
    rule: Rule, setting: DiagnosticSetting, configuration: RuleConfiguration
) -> Verdict:
    """Judge a setting for a cluster outside of the stack as if it were all that cluster has."""
    stand_in = Cluster(
        resource=setting.resource,
        name=setting.target_id,
        resource_group=setting.target_id,
        local_accounts_disabled=False,
        entra_managed=False,
        azure_rbac=False,
    )
    alone = Graph((stand_in,), {setting.resource.urn: (Link(setting, certain=True),)})
    judgement = _guarded(rule, stand_in, alone, configuration)
    return _not_ours(rule, setting.resource, judgement)


def _not_ours(rule: Rule, resource: Resource, judgement: Judgement) -> Verdict:
    """What this stack adds to a cluster elsewhere: complete is a pass, else nobody can say here."""
    if judgement.outcome is Outcome.FAIL:
        judgement = undecided(
            *(
                Finding(
                    finding.code,
                    f"{finding.message} by the settings of this stack; the cluster is not "
                    "managed here and other settings may collect the rest",
                    "run the check where the cluster is managed, or on the subscription",
                )
                for finding in judgement.findings
            )
        )
    return Verdict(rule.id, resource, judgement, blocks=False)


def _guarded(
    rule: Rule, cluster: Cluster, graph: Graph, configuration: RuleConfiguration
) -> Judgement:
    try:
        return rule.judge(cluster, graph, configuration)
    except Exception as error:  # noqa: BLE001 whatever a rule raises must not become a pass
        message = f"the rule `{rule.id}` itself failed ({type(error).__name__}), please report it"
        return fail(Finding("rule-error", message))


def _hidden(resource: Resource) -> Judgement:
    if resource.origin is Origin.REMOTE:
        what = "is a remote component, whose children cannot be seen without its provider"
        decide = "run `pulumi preview` with the policy pack, which sees the component's children"
    else:
        what = "makes a cluster, or may make one, in a way that is not read"
        decide = "make the cluster as a `ManagedCluster` of Azure Native"
    return undecided(Finding("hidden", f"`{resource.type}` {what}", decide))


def _verdict(
    rule: Rule, resource: Resource, judgement: Judgement, configuration: RuleConfiguration
) -> Verdict:
    stops = judgement.outcome is Outcome.FAIL or (
        judgement.outcome is Outcome.UNDECIDED and configuration.undecided is UndecidedMeans.BLOCK
    )
    blocks = stops and configuration.level is not Level.ADVISORY
    return Verdict(rule.id, resource, judgement, blocks)
