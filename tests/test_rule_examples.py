"""The examples that stand in each rule are its tests."""

import pytest

from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.graph.build import build_graph
from kubewitness.policies.configuration import Configuration
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_rules, find_rule
from kubewitness.policies.rule import Example, Rule
from kubewitness.policies.verdict import Outcome
from rule_examples import run_example

EXAMPLES = [(rule, example) for rule in all_rules() for example in rule.examples]
IDS = [f"{rule.id}: {example.title}" for rule, example in EXAMPLES]

ORDER = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.PASS)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=IDS)
def test_an_example_gets_the_verdict_that_it_shows(rule: Rule, example: Example) -> None:
    """The worst verdict of the rule on the example's program is the one promised."""
    resources, calls = run_example(example.program)
    configuration = Configuration({rule.id: example.configuration}, all_rules())
    graph = build_graph(resources, calls)
    found = {verdict.outcome for verdict in evaluate((rule,), graph, configuration)}
    assert next(outcome for outcome in ORDER if outcome in found) is example.outcome


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_shows_what_passes_and_what_fails(rule: Rule) -> None:
    """Whoever reads the rule's page can tell both apart."""
    assert {Outcome.PASS, Outcome.FAIL} <= {example.outcome for example in rule.examples}


def test_each_category_that_is_kept_too_short_is_named_and_the_fix_names_each_table() -> None:
    """Whoever mends the one that is named first must not think that it was all."""
    rule = find_rule("aks-audit-retention")
    example = next(one for one in rule.examples if one.title == "The default of 30 days")
    graph = build_graph(*run_example(example.program))
    (verdict,) = evaluate((rule,), graph, Configuration({}, all_rules()))
    said = [finding.message for finding in verdict.judgement.findings]
    for name in AUDIT_CATEGORIES:
        assert sum(f"category `{name}` in" in message for message in said) == 2, name
        for fix in (rule.fix_pulumi, rule.fix_cli):
            assert AKS_LOG_CATEGORIES[name].table in fix
