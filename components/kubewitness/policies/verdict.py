"""What a rule decides about one resource."""

from dataclasses import dataclass
from enum import Enum

from kubewitness.graph.resources import Resource


class Outcome(Enum):
    """The outcomes. Only `PASS` is a pass."""

    PASS = "pass"  # noqa: S105 an outcome, not a password
    FAIL = "fail"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Finding:
    """One reason for an outcome.

    Attributes:
        code: a stable name of it within its rule, such as `missing:guard`.
        message: what is so, in one sentence without a period.
        decide: for what is undecided, which setting or action would decide it.
    """

    code: str
    message: str
    decide: str = ""


@dataclass(frozen=True)
class Judgement:
    """What a rule function returns: an outcome, and the reasons unless it is a pass."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()


PASS = Judgement(Outcome.PASS)


def fail(*findings: Finding) -> Judgement:
    """A violation for these reasons."""
    return Judgement(Outcome.FAIL, findings)


def undecided(*findings: Finding) -> Judgement:
    """Not decided for these reasons."""
    return Judgement(Outcome.UNDECIDED, findings)


@dataclass(frozen=True)
class Verdict:
    """A judgement on one resource by one rule.

    Attributes:
        rule_id: the rule.
        resource: the resource judged.
        judgement: outcome and reasons.
        blocks: true where this verdict stops a deployment at level mandatory.
    """

    rule_id: str
    resource: Resource
    judgement: Judgement
    blocks: bool

    @property
    def outcome(self) -> Outcome:
        """The outcome."""
        return self.judgement.outcome
