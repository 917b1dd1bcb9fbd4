"""The verdicts on a stack do not depend on the stacks that the same pack judged before."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.degradations import VALUES, changed, degradations, read
from support.oracle import TRIALS
from support.servicer import Servicer, Shown

NUMBERS = (0, 1, True, False)
"""What Python calls equal in pairs."""


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, Shown]:
    """A trial's stack with one property changed: often the same property of the same stack."""
    trial = draw(st.sampled_from(TRIALS[:3]))
    path = draw(st.sampled_from(trial.paths))
    value = draw(st.sampled_from([*NUMBERS, *degradations(read(trial.stack, path)), *VALUES]))
    return changed(trial, [(path, value)])


def reported(servicer: Servicer, stack: dict[str, Shown]) -> list[tuple[str, str, str]]:
    """What the engine would hear, in one order."""
    return sorted((d.policyName, d.urn, d.message) for d in servicer.diagnostics(stack))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(stacks(), min_size=2, max_size=4))
def test_a_stack_is_judged_alike_first_and_after_others(several: list[dict[str, Shown]]) -> None:
    """A process that judged other stacks says what a new one says."""
    used = Servicer()
    for stack in several:
        assert reported(used, stack) == reported(Servicer(), stack)
