"""The examples that stand in each policy are its tests."""

import pytest

from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.graph.build import build_graph
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.policy import AnyPolicy, Example
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from support.policy_examples import run_example

EXAMPLES = [(policy, example) for policy in all_policies() for example in policy.examples]
IDS = [f"{policy.id}: {example.title}" for policy, example in EXAMPLES]

ORDER = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.PASS)


@pytest.mark.parametrize(("policy", "example"), EXAMPLES, ids=IDS)
def test_an_example_gets_the_verdict_that_it_shows(policy: AnyPolicy, example: Example) -> None:
    """The worst verdict of the policy on the example's program is the one promised."""
    resources, calls = run_example(example.program)
    configuration = Settings({policy.id: example.settings}, all_policies())
    graph = build_graph(resources, calls)
    found = {verdict.outcome for verdict in evaluate((policy,), graph, configuration)}
    assert next(outcome for outcome in ORDER if outcome in found) is example.outcome


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_a_policy_shows_what_passes_and_what_fails(policy: AnyPolicy) -> None:
    """Whoever reads the policy's page can tell both apart."""
    assert {Outcome.PASS, Outcome.FAIL} <= {example.outcome for example in policy.examples}


def test_each_category_that_is_kept_too_short_is_named_and_the_fix_names_each_table() -> None:
    """Whoever fixes the one that is named first must not think that it was all."""
    policy = find_policy("aks-audit-retention")
    example = next(one for one in policy.examples if one.title == "The default of 30 days")
    graph = build_graph(*run_example(example.program))
    (verdict,) = evaluate((policy,), graph, Settings({}, all_policies()))
    said = [finding.message for finding in verdict.judgement.reasons]
    for name in AUDIT_CATEGORIES:
        assert sum(f"category `{name}` in" in message for message in said) == 2, name
        for fix in (policy.fix_pulumi, policy.fix_cli):
            assert AKS_LOG_CATEGORIES[name].table in fix
