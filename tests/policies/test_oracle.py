"""Nothing bad gets through, nothing good is stopped: every policy against the oracle.

`make test` runs a sample, `make fuzz` a hundred thousand cases; `--cases` says how many for each.
"""

import random
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2

from kubewitness.policies.packs import Pack
from kubewitness.policies.registry import all_policies
from support.degradations import VALUES, Path, changed, degradations, read, write
from support.oracle import SECRET, SENTINELS, TRIALS, Trial
from support.servicer import Servicer, Shown


@st.composite
def changes(draw: st.DrawFn, trial: Trial) -> list[tuple[Path, Any]]:
    """One to three properties of a trial's stack, and what becomes of each."""
    made = []
    for path in draw(st.lists(st.sampled_from(trial.paths), min_size=1, max_size=3, unique=True)):
        target: Path = path
        if len(path) > 2 and "outputs" not in path and draw(st.integers(0, 9)) == 0:
            target = path[:-1]  # the parent
        old = read(trial.stack, target)
        made.append((target, draw(st.sampled_from([*degradations(old), *VALUES]))))
    return made


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


class Court:
    """The policy on trial in a pack of its own."""

    def __init__(self, trial: Trial) -> None:
        policies: dict[str, dict[str, Any]] = {
            policy: {} for policy in (trial.policy, *trial.beside)
        }
        level = {"enforcementLevel": "mandatory", "undecided": "block"}
        configuration = dict.fromkeys(policies, level)
        configuration[trial.policy] = {**level, **(trial.configuration or {})}
        self._servicer = Servicer(Pack(name="trial", title="", policies=policies), configuration)

    def outcome(self, stack: dict[str, Shown]) -> str:
        """`pass`, `fail` or `undecided`, as far as the engine would hear of it."""
        found = self._servicer.diagnostics(stack)
        assert {one.enforcementLevel for one in found} <= {analyzer_pb2.MANDATORY}
        assert not any("itself failed" in one.message for one in found)
        if any("UNDECIDED: " not in one.message for one in found):
            return "fail"
        return "undecided" if found else "pass"


def rounds(pytestconfig: pytest.Config, policy: str) -> int:
    """The cases for one of a policy's trials, so that each policy gets as many as is asked for."""
    share = sum(trial.policy == policy for trial in TRIALS)
    return -(-int(pytestconfig.getoption("cases")) // share)


@pytest.mark.parametrize(
    "trial", TRIALS, ids=lambda trial: f"{trial.policy}: {trial.oracle.__name__}"
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
    def agree(made: list[tuple[Path, Any]], secret: int, seed: int) -> None:
        stack = disguised(changed(trial, made), seed)
        truth = trial.oracle(stack)
        outcome = court.outcome(stack)
        counts[f"{truth}/{outcome}"] += 1
        if truth is True:
            assert outcome == "pass", "something good is stopped"
        else:
            assert outcome != "pass", "something bad gets through in silence"
        if truth is None:
            assert outcome == "undecided", "nobody can know, and yet it fails"
        if secret == 0:
            counts["secret"] += 1
            assert court.outcome(with_secrets(trial, stack)) == outcome

    assert court.outcome(trial.stack) == "pass"
    agree()
    record_property("oracle", {"policy": trial.policy, **counts})


ELSEWHERE = {"aks-detection-coverage"}
"""Policies that are tried in other tests: that one runs detections, see test_coverage.py."""


def test_every_policy_is_on_trial() -> None:
    """A policy that nobody tries is a policy that may fail open."""
    assert {trial.policy for trial in TRIALS} == {
        policy.id for policy in all_policies()
    } - ELSEWHERE


def test_the_oracle_is_not_blind() -> None:
    """Each trial's stack is in order, and taking any of its properties away is noticed."""
    for trial in TRIALS:
        assert trial.oracle(trial.stack) is True
    noticed = {
        trial.policy
        for trial in TRIALS
        for path in trial.paths
        for value in (*degradations(read(trial.stack, path)), *VALUES)
        if trial.oracle(changed(trial, [(path, value)])) is False
    }
    assert noticed == {one.id for one in all_policies()} - ELSEWHERE
