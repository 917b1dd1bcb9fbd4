"""What people declare that no source can show: exemptions, and logs that others collect."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kubewitness.graph.resources import Resource
from kubewitness.policies.verdict import Finding, Judgement, Outcome

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
        rule: a glob of the rule's id; where the exemption stands under a rule, that rule.
        category: a log category, where only findings on it are meant: that it is not sent and, of
            each rule that the exemption names, that it is not kept or protected as demanded.
        reason: why.
        owner: who answers for it.
    """

    rule: str = "*"
    category: str = ""
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)

    def __str__(self) -> str:
        what = f" for category `{self.category}`" if self.category else ""
        return (
            f"exemption of `{self.resource}`{what} by {self.owner} until {self.expires}: "
            f"{self.reason}"
        )

    def means(self, finding: Finding) -> bool:
        """Whether a finding is exempted; nobody can answer for a rule that has failed itself."""
        is_of_category = finding.code.endswith(f":{self.category.lower()}")
        return finding.code != "rule-error" and (not self.category or is_of_category)


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
    rule_id: str,
    resource: Resource,
    exemptions: Iterable[Exemption],
    today: date,
) -> tuple[Judgement, tuple[str, ...]]:
    """Apply the exemptions that concern a judgement.

    Returns:
        The judgement with what is exempted taken out of it, exempt where nothing else is left,
        undecided where nothing but doubts is, and with each exemption that has expired among its
        findings; and the exemptions that it rests on, for the report.
    """
    if judgement.outcome not in _REPORTED:
        return judgement, ()
    left, applied, expired = list(judgement.findings), [], []
    for one in exemptions:
        meant = [finding for finding in left if one.means(finding)]
        if not (fnmatchcase(rule_id, one.rule) and one.covers(resource) and meant):
            continue
        if one.expires < today:
            expired.append(Finding("exemption-expired", f"the {one} has expired"))
        else:
            applied.append(str(one))
            left = [finding for finding in left if finding not in meant]
    if applied and not left:
        return replace(judgement, outcome=Outcome.EXEMPT), tuple(applied)
    only_doubts = applied and all(finding.decide for finding in left)
    outcome = Outcome.UNDECIDED if only_doubts else judgement.outcome
    return Judgement(outcome, (*left, *expired)), tuple(applied)
