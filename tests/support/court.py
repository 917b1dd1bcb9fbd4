"""What a policy says of a stack that something was done to, beside what the oracle says of it."""

from typing import Any

import pytest
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2

from kubewitness.policies.packs import Pack
from support.degradations import VALUES, Path, degradations, read
from support.oracle import TRIALS, Answer, Trial
from support.oracle_settings import SETTING_TRIALS
from support.servicer import Servicer, Shown

ALL_TRIALS = (*TRIALS, *SETTING_TRIALS)

Change = tuple[Path, Any]
"""A property, and what becomes of it."""


@st.composite
def changes(draw: st.DrawFn, trial: Trial) -> list[Change]:
    """One to three properties of a trial's stack, and what becomes of each."""
    made = []
    for path in draw(st.lists(st.sampled_from(trial.paths), min_size=1, max_size=3, unique=True)):
        target: Path = path
        if len(path) > 2 and "outputs" not in path and draw(st.integers(0, 9)) == 0:
            target = path[:-1]  # the parent
        old = read(trial.stack, target)
        own: tuple[Any, ...] = trial.values if draw(st.booleans()) else ()
        made.append((target, draw(st.sampled_from(own or [*degradations(old), *VALUES]))))
    return made


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


def agree(truth: Answer, outcome: str) -> None:
    """The policy says what the oracle says, or that it cannot know it."""
    if truth is True:
        assert outcome == "pass", "something good is stopped"
    else:
        assert outcome != "pass", "something bad gets through in silence"
    if truth is None:
        assert outcome == "undecided", "nobody can know, and yet it fails"


def rounds(pytestconfig: pytest.Config, policy: str) -> int:
    """The cases for one of a policy's trials, so that each policy gets as many as is asked for."""
    share = sum(trial.policy == policy for trial in ALL_TRIALS)
    return -(-int(pytestconfig.getoption("cases")) // share)
