"""Nothing bad gets through, nothing good is stopped: every policy against the oracle.

`make test` runs a sample, `make fuzz` a hundred thousand cases; `--cases` says how many for each.
"""

import random
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubewitness.policies.registry import all_policies
from support.court import ALL_TRIALS, Change, Court, agree, changes, rounds
from support.degradations import VALUES, changed, degradations, read, write
from support.oracle import SECRET, SENTINELS, Trial
from support.servicer import Shown

VERSIONS = ("", "/v20230101", "/v20240901preview", "/latest")


def disguised(stack: dict[str, Shown], seed: int) -> dict[str, Shown]:
    """The same stack in other words: tokens of other versions, more properties, more resources."""
    chance = random.Random(seed)  # noqa: S311 no secret is made of it
    told = {}
    for name, shown in stack.items():
        more = {f"other{chance.randrange(9)}": chance.choice([1, "text", None, SENTINELS[0], []])}
        token = shown.type
        if token.startswith("azure-native:"):
            package, module, kind = token.split(":")
            version = chance.choice(VERSIONS)
            token = f"{package}:{module}{version}:{kind}"
            if chance.random() < 0.2:
                token = f"azure-native_{module}_v20250602preview:{module}:{kind}"
        told[name] = replace(shown, type=token, inputs={**more, **shown.inputs})
    for number in range(chance.randrange(3)):
        told[f"vault{number}"] = Shown("azure-native:keyvault:Vault", {"resourceUri": "x"})
    return told


def with_secrets(trial: Trial, stack: dict[str, Shown]) -> dict[str, Shown]:
    """The same stack, everything that the policy reads wrapped as a secret."""
    wrapped = deepcopy(stack)
    for path in trial.paths:
        value = read(wrapped, path)
        if value is not None and not (isinstance(value, dict) and SECRET.items() <= value.items()):
            write(wrapped, path, {**SECRET, "value": value})
    return wrapped


@pytest.mark.parametrize(
    "trial", ALL_TRIALS, ids=lambda trial: f"{trial.policy}: {trial.oracle.__name__}"
)
def test_no_degradation_passes_in_silence_and_nothing_good_is_stopped(
    trial: Trial, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    """The policy agrees with the oracle on every case, and a secret is judged like its value."""
    counts: Counter[str] = Counter()
    court = Court(trial)
    number = rounds(pytestconfig, trial.policy)

    @settings(
        max_examples=number,
        database=None,
        derandomize=number < 5000,
        suppress_health_check=list(HealthCheck),
    )
    @given(made=changes(trial), secret=st.integers(0, 4), seed=st.integers(0, 10**9))
    def judged(made: list[Change], secret: int, seed: int) -> None:
        stack = disguised(changed(trial, made), seed)
        truth = trial.oracle(stack)
        outcome = court.outcome(stack)
        counts[f"{truth}/{outcome}"] += 1
        agree(truth, outcome)
        if secret == 0:
            counts["secret"] += 1
            assert court.outcome(with_secrets(trial, stack)) == outcome

    assert court.outcome(trial.stack) == "pass"
    judged()
    record_property("oracle", {"policy": trial.policy, **counts})


ELSEWHERE = {"aks-detection-coverage"}
"""Policies that are tried in other tests: that one runs detections, see test_coverage.py."""


def test_every_policy_is_on_trial() -> None:
    """A policy that nobody tries is a policy that may fail open."""
    assert {trial.policy for trial in ALL_TRIALS} == {
        policy.id for policy in all_policies()
    } - ELSEWHERE


def test_the_oracle_is_not_blind() -> None:
    """Each trial's stack is in order, and taking any of its properties away is noticed."""
    for trial in ALL_TRIALS:
        assert trial.oracle(trial.stack) is True
    noticed = {
        trial.policy
        for trial in ALL_TRIALS
        for path in trial.paths
        for value in (*degradations(read(trial.stack, path)), *VALUES, *trial.values)
        if trial.oracle(changed(trial, [(path, value)])) is False
    }
    assert noticed == {one.id for one in all_policies()} - ELSEWHERE
