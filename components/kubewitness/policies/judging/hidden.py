"""What all policies share: the doubt about a value that is unknown."""

from kubewitness.graph.values import Unknown
from kubewitness.policies.verdict import Reason


def hidden(code: str, what: str, value: Unknown, decide: str) -> Reason:
    """Return that `what` cannot be known, why, and what would decide it.

    Args:
        code: the reason's code within its policy.
        what: the subject of the sentence, such as `whether local accounts are disabled`.
        value: the unknown value, which may say itself why it is unknown and what would decide it.
        decide: what decides it otherwise.
    """
    return Reason(code, f"{what} {value.words}", value.decide or decide)
