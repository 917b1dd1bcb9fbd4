"""Applies exemptions to judgements, and finds the exemptions that no verdict uses."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from kubewitness.graph.resources import Resource
from kubewitness.policies.exemptions import CommonExemption, Exemption
from kubewitness.policies.settings import COMMON, Level, PolicySettings
from kubewitness.policies.verdict import Judgement, Outcome, Reason, Verdict

_REPORTED = (Outcome.FAIL, Outcome.UNDECIDED)


@dataclass(frozen=True)
class Exempted:
    """A judgement after the exemptions that concern it.

    Attributes:
        judgement: without what is exempted; exempt if nothing else remains, undecided if only
            undecided reasons remain, with each expired exemption among its reasons.
        applied: the exemptions that it rests on.
        expired: the exemptions that it would rest on, had they not expired.
    """

    judgement: Judgement
    applied: tuple[Exemption, ...] = ()
    expired: tuple[Exemption, ...] = ()


def exempt(
    judgement: Judgement,
    policy_id: str,
    resource: Resource,
    exemptions: Iterable[Exemption],
    today: date,
) -> Exempted:
    """Apply the exemptions that concern a judgement, in the order in which they are written."""
    if judgement.outcome not in _REPORTED:
        return Exempted(judgement)
    left = list(judgement.reasons)
    applied, expired = list[Exemption](), list[Exemption]()
    for one in exemptions:
        meant = [reason for reason in left if one.means(reason.code)]
        if not (fnmatchcase(policy_id, one.policy) and one.covers(resource) and meant):
            continue
        if one.expires < today:
            expired.append(one)
        else:
            applied.append(one)
            left = [reason for reason in left if reason not in meant]
    used = (tuple(applied), tuple(expired))
    if applied and not left:
        return Exempted(replace(judgement, outcome=Outcome.EXEMPT), *used)
    only_doubts = applied and all(reason.decide for reason in left)
    outcome = Outcome.UNDECIDED if only_doubts else judgement.outcome
    late = [Reason("exemption-expired", f"the {one} has expired") for one in expired]
    return Exempted(Judgement(outcome, (*left, *late)), *used)


_Written = tuple[str, Exemption]
"""An exemption, and where it is written: a policy's id, or the key of the common settings."""


@dataclass
class ExemptionUse:
    """Which exemptions are written, and which of them a verdict used.

    Two exemptions are the same if all their values are equal and they are in one place. The common
    settings are one place for all policies. An exemption that is repeated in one place counts once.
    """

    _written: dict[_Written, None] = field(default_factory=dict)
    _used: set[_Written] = field(default_factory=set)

    def note(self, policy_id: str, settings: PolicySettings, verdicts: Iterable[Verdict]) -> None:
        """Note the exemptions of a policy that is not disabled, and its verdicts."""
        if settings.level is Level.DISABLED:
            return
        self._written |= dict.fromkeys(_places(policy_id, settings.exemptions))
        for verdict in verdicts:
            self._used.update(_places(policy_id, (*verdict.exemptions, *verdict.expired)))

    def unused(self) -> list[str]:
        """Return a note for each exemption that no verdict used, expired or not."""
        return [
            f"{where}: unused {exemption}"
            for where, exemption in self._written
            if (where, exemption) not in self._used
        ]


def _places(policy_id: str, exemptions: Iterable[Exemption]) -> list[_Written]:
    return [(COMMON if isinstance(one, CommonExemption) else policy_id, one) for one in exemptions]
