"""The judgement of what has to be switched off in so many words, because Azure has it on."""

from typing import Any

from kubewitness.graph.values import ABSENT, Unknown, Value
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.verdict import PASS, Judgement, Reason, fail, undecided


def judge_disabled(disabled: Value[Any], what: str) -> Judgement:
    """Pass only where a property that disables `what` (`local accounts are`) is literally true."""
    if disabled is True:
        return PASS
    if isinstance(disabled, Unknown):
        return undecided(
            hidden(
                "unknown",
                f"whether {what} disabled",
                disabled,
                "write the property as a plain value",
            )
        )
    how = "Azure's default, because it is not set" if disabled is ABSENT else "set explicitly"
    return fail(Reason("enabled", f"{what} enabled ({how})"))
