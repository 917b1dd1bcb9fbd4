"""The decision of a policy on one resource."""

from dataclasses import dataclass, replace
from enum import Enum

from kubewitness.graph.resources import Resource
from kubewitness.hidden_secrets import HiddenSecrets
from kubewitness.policies.exemptions import Exemption


class Outcome(Enum):
    """The outcomes. Only `PASS` is a pass."""

    PASS = "pass"  # noqa: S105 an outcome, not a password
    FAIL = "fail"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"
    EXEMPT = "exempt"
    COLLECTED_ELSEWHERE = "collected elsewhere"
    IN_BASELINE = "in the baseline"


@dataclass(frozen=True)
class Reason:
    """One reason for an outcome.

    Attributes:
        code: a stable name of it within its policy, such as `missing:guard`.
        message: what is so, in one sentence without a period.
        decide: for what is undecided, which setting or action would decide it.
    """

    code: str
    message: str
    decide: str = ""


@dataclass(frozen=True)
class Judgement:
    """The result of a policy function: an outcome, and the reasons unless it is a pass."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()


PASS = Judgement(Outcome.PASS)


def fail(*reasons: Reason) -> Judgement:
    """Return a violation for these reasons."""
    return Judgement(Outcome.FAIL, tuple(dict.fromkeys(reasons)))


def undecided(*reasons: Reason) -> Judgement:
    """Return that these reasons leave it undecided."""
    return Judgement(Outcome.UNDECIDED, tuple(dict.fromkeys(reasons)))


def not_applicable(code: str, why: str) -> Judgement:
    """Return that there is nothing to judge here, and why."""
    return Judgement(Outcome.NOT_APPLICABLE, (Reason(code, why),))


def worst(*judgements: Judgement) -> Judgement:
    """Return the worst of several judgements: a failure, then an undecided one.

    Returns:
        The judgement, with the reasons of every one that is not a pass, each once; not applicable
        where none of them applies, and a pass where there is none to combine.
    """
    outcomes = {judgement.outcome for judgement in judgements}
    if outcomes == {Outcome.NOT_APPLICABLE}:
        return judgements[0]
    for outcome in (Outcome.FAIL, Outcome.UNDECIDED):
        if outcome in outcomes:
            found = [f for j in judgements if j.outcome is not Outcome.PASS for f in j.reasons]
            return Judgement(outcome, tuple(dict.fromkeys(found)))
    return PASS


def best(*judgements: Judgement) -> Judgement:
    """Return one judgement of several of which one must hold.

    Returns:
        A pass if one is a pass; otherwise undecided, with the undecided reasons, if one is
        undecided; otherwise the failures.
    """
    outcomes = {judgement.outcome for judgement in judgements}
    if Outcome.PASS in outcomes:
        return PASS
    outcome = Outcome.UNDECIDED if Outcome.UNDECIDED in outcomes else Outcome.FAIL
    found = [f for j in judgements if j.outcome is outcome for f in j.reasons]
    return Judgement(outcome, tuple(dict.fromkeys(found)))


@dataclass(frozen=True)
class Verdict:
    """A judgement on one resource by one policy.

    Attributes:
        policy_id: the policy.
        resource: the resource judged.
        judgement: outcome and reasons.
        blocks: true where this verdict stops a deployment at level mandatory.
        exemptions: the exemptions that it rests on.
        expired: the exemptions that it would rest on, had they not expired.
    """

    policy_id: str
    resource: Resource
    judgement: Judgement
    blocks: bool
    exemptions: tuple[Exemption, ...] = ()
    expired: tuple[Exemption, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Return the outcome."""
        return self.judgement.outcome

    @property
    def declarations(self) -> tuple[str, ...]:
        """Return the exemptions and declarations that it rests on, as the report names them."""
        if self.outcome is Outcome.COLLECTED_ELSEWHERE:
            return tuple(reason.message for reason in self.judgement.reasons)
        return tuple(str(one) for one in self.exemptions)


def without_secrets(verdict: Verdict, secrets: HiddenSecrets) -> Verdict:
    """Return the verdict with no secret value in its reasons: reports go where many read them."""
    reasons = tuple(
        replace(one, message=secrets.hide(one.message), decide=secrets.hide(one.decide))
        for one in verdict.judgement.reasons
    )
    return replace(verdict, judgement=replace(verdict.judgement, reasons=reasons))
