"""The verdicts on a stack do not depend on the stacks that the same pack judged before."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.degradations import VALUES, changed, degradations, read
from support.oracle import TRIALS, Trial
from support.servicer import Servicer, Shown

NUMBERS = (0, 1, True, False)
"""What Python calls equal in pairs."""


@st.composite
def changed_stacks(draw: st.DrawFn, trial: Trial) -> dict[str, Shown]:
    """A trial's stack with one property changed: often the same property."""
    path = draw(st.sampled_from(trial.paths))
    value = draw(st.sampled_from([*NUMBERS, *degradations(read(trial.stack, path)), *VALUES]))
    return changed(trial, [(path, value)])


one_after_the_other = st.sampled_from(TRIALS).flatmap(
    lambda trial: st.lists(changed_stacks(trial), min_size=2, max_size=4)
)
"""Stacks of one trial, which differ in little."""


def reported(servicer: Servicer, stack: dict[str, Shown]) -> list[tuple[str, str, str]]:
    """What the engine would hear, in one order."""
    return sorted((d.policyName, d.urn, d.message) for d in servicer.diagnostics(stack))


SHARE = 16
"""How many of the drawn cases make one example: each judges several stacks with all policies."""


def test_a_stack_is_judged_alike_first_and_after_others(pytestconfig: pytest.Config) -> None:
    """A process that judged other stacks says what a new one says."""

    @settings(
        max_examples=-(-int(pytestconfig.getoption("cases")) // SHARE),
        suppress_health_check=list(HealthCheck),
    )
    @given(one_after_the_other)
    def agree(several: list[dict[str, Shown]]) -> None:
        used = Servicer()
        for stack in several:
            assert reported(used, stack) == reported(Servicer(), stack)

    agree()
