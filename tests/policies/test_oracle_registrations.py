"""The policies against the oracle, where a registration says more than its properties."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubewitness.policies.verdict import Outcome
from support.check_source import check_planned
from support.court import ALL_TRIALS, Change, Court, agree, changes, rounds
from support.degradations import changed
from support.ignored import Steps, hidden, ignored_paths, reachable, spellings
from support.offline import offline_resources
from support.oracle import Trial
from support.oracle_settings import SETTINGS
from support.servicer import Shown, Stack

PLANNED = [trial for trial in ALL_TRIALS if not any("outputs" in path for path in trial.paths)]
"""Trials of stacks that can be in order before the deployment."""

ARE_COLLECTED = {
    "aks-audit-logs",
    "aks-audit-retention",
    "aks-audit-destination",
    "aks-audit-protected",
}
"""Policies that are tried together with the one that demands a setting."""

each_trial = pytest.mark.parametrize(
    "trial", ALL_TRIALS, ids=lambda trial: f"{trial.policy}: {trial.oracle.__name__}"
)
each_planned_trial = pytest.mark.parametrize(
    "trial", PLANNED, ids=lambda trial: f"{trial.policy}: {trial.oracle.__name__}"
)


def sample(cases: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A quarter of the cases, as each takes longer here; the same ones in each short run."""
    number = -(-cases // 4)
    return settings(
        max_examples=number,
        database=None,
        derandomize=number < 5000,
        suppress_health_check=list(HealthCheck),
    )


def planned_outcome(trial: Trial, stack: Stack, ignored: dict[str, tuple[str, ...]]) -> str:
    """`pass`, `fail` or `undecided`, as `kubewitness check` of a program says."""
    document = {trial.policy: dict(trial.configuration or {})}
    found = {
        verdict.outcome
        for verdict in check_planned(offline_resources(stack, ignored), document).verdicts
        if verdict.policy_id in {trial.policy, *trial.beside}
    }
    if Outcome.FAIL in found:
        return "fail"
    return "undecided" if Outcome.UNDECIDED in found else "pass"


@each_planned_trial
def test_what_is_ignored_is_unknown_to_every_policy(
    trial: Trial, pytestconfig: pytest.Config
) -> None:
    """However the path is written, in a stack in order and in one with a fault."""

    @sample(rounds(pytestconfig, trial.policy))
    @given(data=st.data(), path=ignored_paths(trial), made=st.just([]) | changes(trial))
    def judged(data: st.DataObject, path: tuple[str, Steps], made: list[Change]) -> None:
        name = path[0]
        stack = changed(trial, made)
        steps = reachable(stack, *path)
        spelled = data.draw(spellings(steps))
        truth = trial.oracle(hidden(stack, name, steps))
        agree(truth, planned_outcome(trial, stack, {name: (spelled,)}))

    judged()


def without(stack: Stack, name: str) -> dict[str, Shown]:
    """The stack without a resource, which then nothing comes from."""
    return {
        other: replace(
            shown,
            links={
                key: tuple(source for source in sources if source != name)
                for key, sources in shown.links.items()
            },
        )
        for other, shown in stack.items()
        if other != name
    }


@each_trial
def test_a_component_under_the_type_of_a_resource_counts_for_nothing(
    trial: Trial, pytestconfig: pytest.Config
) -> None:
    """Only what a provider makes is a cluster, a setting, a destination or a lock."""
    court = Court(trial)
    names = sorted({n for n, s in trial.stack.items() if not s.type.startswith("pulumi:")})

    @sample(rounds(pytestconfig, trial.policy))
    @given(name=st.sampled_from(names), made=st.just([]) | changes(trial))
    def judged(name: str, made: list[Change]) -> None:
        stack = changed(trial, made)
        component = {**stack, name: replace(stack[name], custom=False)}
        outcome = court.outcome(component)
        assert outcome == court.outcome(without(stack, name))
        if name in ("audit", *SETTINGS) and trial.policy in ARE_COLLECTED:
            agree(trial.oracle(without(stack, name)), outcome)
        if trial not in PLANNED:
            return
        planned = planned_outcome(trial, component, {})
        assert outcome == "pass" or planned != "pass"

    judged()
