"""Declarations that no source can show: exemptions, and logs that are collected elsewhere."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kubewitness.graph.resources import Resource
from kubewitness.policies.resource_pattern import ResourcePattern, is_meant

POLICY_ERROR: Final = "policy-error"
"""The code of a fault of the policy itself, which nothing exempts or hides."""


class Declaration(BaseModel):
    """The common keys of exemptions and declarations.

    Attributes:
        resource: the resource's name or a pattern of its URN with all four parts; `*` stops at
            `::`. In Azure, a pattern of its id; `*` stops at `/`.
        expires: the last day on which it counts.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, alias_generator=to_camel
    )

    resource: ResourcePattern
    expires: date

    def covers(self, resource: Resource) -> bool:
        """Return whether a resource is meant."""
        return is_meant(resource, self.resource)


class Exemption(Declaration):
    """A violation that is accepted until a day, with its owner.

    Attributes:
        policy: a glob of the policy's ID; the policy itself if the exemption is under a policy.
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

    def means(self, code: str) -> bool:
        """Return whether a reason with this code is exempted; a policy's own error never is."""
        is_of_category = code.endswith(f":{self.category.lower()}")
        return code != POLICY_ERROR and (not self.category or is_of_category)


class CommonExemption(Exemption):
    """An exemption in the common settings, one for all policies.

    It never equals an exemption under a policy, even with the same values.
    """


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


def as_common(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the common settings with each exemption in them, also for some stacks, as common.

    An exemption that is not valid stays unchanged. The code that reads the settings reports it.
    """
    marked = dict(settings)
    if isinstance(exemptions := marked.get("exemptions"), list):
        marked["exemptions"] = [_as_common(one) for one in exemptions]
    if isinstance(stacks := marked.get("stacks"), list):
        marked["stacks"] = [
            {**one, "set": as_common(one["set"])}
            if isinstance(one, Mapping) and isinstance(one.get("set"), Mapping)
            else one
            for one in stacks
        ]
    return marked


def _as_common(exemption: Any) -> Any:
    try:
        return CommonExemption.model_validate(exemption)
    except ValidationError:
        return exemption
