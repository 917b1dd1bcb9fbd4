"""The undecided reason for an unknown value, which all policies share."""

from kubewitness.graph.values import Unknown
from kubewitness.policies.verdict import Reason


def hidden(code: str, what: str, value: Unknown, decide: str) -> Reason:
    """Return that `what` cannot be known, why, and what would decide it.

    Args:
        code: the reason's code within its policy.
        what: the subject of the sentence, such as `whether local accounts are disabled`.
        value: the unknown value, which may contain the reason and the fix.
        decide: what decides it otherwise.
    """
    return Reason(code, f"{what} {value.words}", value.decide or decide)
