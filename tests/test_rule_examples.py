"""The examples that stand in each rule are its tests."""

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.policies.configuration import Configuration
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_rules
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
