"""What people declare that no source can show: exemptions, and logs that others collect."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kubewitness.graph.resources import Resource
from kubewitness.policies.verdict import Judgement, Outcome, Reason

_REPORTED = (Outcome.FAIL, Outcome.UNDECIDED)


class Declaration(BaseModel):
    """What exemptions and declarations have in common.

    Attributes:
        resource: a glob of the resource's URN or logical name.
        expires: the last day on which it counts.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, alias_generator=to_camel
    )

    resource: str = Field(min_length=1)
    expires: date

    def covers(self, resource: Resource) -> bool:
        """Whether a resource is meant."""
        return any(fnmatchcase(text, self.resource) for text in (resource.urn, resource.name))


class Exemption(Declaration):
    """A violation that somebody answers for until a day.

    Attributes:
        policy: a glob of the policy's id; where the exemption stands under a policy, that policy.
        category: a log category, where only reasons on it are meant: that it is not sent and, of
            each policy that the exemption names, that it is not kept or protected as demanded.
        reason: why.
        owner: who answers for it.
    """

    policy: str = "*"
    category: str = ""
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)

    def __str__(self) -> str:
        what = f" for category `{self.category}`" if self.category else ""
        return (
            f"exemption of `{self.resource}`{what} by {self.owner} until {self.expires}: "
            f"{self.reason}"
        )

    def means(self, reason: Reason) -> bool:
        """Whether a reason is exempted; nobody can answer for a policy that has failed itself."""
        is_of_category = reason.code.endswith(f":{self.category.lower()}")
        return reason.code != "policy-error" and (not self.category or is_of_category)


class CollectedElsewhere(Declaration):
    """Log categories of a cluster that a policy assignment or another stack collects.

    Attributes:
        by: who collects them.
        categories: which.
    """

    by: str = Field(min_length=1)
    categories: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.categories)
        return f"{names} of `{self.resource}` collected by {self.by} until {self.expires}"


def exempt(
    judgement: Judgement,
    policy_id: str,
    resource: Resource,
    exemptions: Iterable[Exemption],
    today: date,
) -> tuple[Judgement, tuple[str, ...]]:
    """Apply the exemptions that concern a judgement.

    Returns:
        The judgement with what is exempted taken out of it, exempt where nothing else is left,
        undecided where nothing but doubts is, and with each exemption that has expired among its
        reasons; and the exemptions that it rests on, for the report.
    """
    if judgement.outcome not in _REPORTED:
        return judgement, ()
    left, applied, expired = list(judgement.reasons), [], []
    for one in exemptions:
        meant = [reason for reason in left if one.means(reason)]
        if not (fnmatchcase(policy_id, one.policy) and one.covers(resource) and meant):
            continue
        if one.expires < today:
            expired.append(Reason("exemption-expired", f"the {one} has expired"))
        else:
            applied.append(str(one))
            left = [reason for reason in left if reason not in meant]
    if applied and not left:
        return replace(judgement, outcome=Outcome.EXEMPT), tuple(applied)
    only_doubts = applied and all(reason.decide for reason in left)
    outcome = Outcome.UNDECIDED if only_doubts else judgement.outcome
    return Judgement(outcome, (*left, *expired)), tuple(applied)
