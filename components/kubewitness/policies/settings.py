"""The settings of a policy, and the names that a settings file uses. A leaf module."""

from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kubewitness.graph.stack import Stack
from kubewitness.policies.component_declarations import ComponentWithoutClusters
from kubewitness.policies.exemptions import Exemption

ALL_POLICIES: Final = "all"
"""The key that Pulumi reserves for the level of every policy."""

COMMON: Final = "kubewitness-common"
"""The policy of our CrossGuard pack that holds settings for several policies and judges nothing."""

NOTES: Final = "kubewitness-notes"
"""The policy of our pack that only prints; in the file it has a level and nothing else."""

REMEDIATION: Final = "-remediation"
"""The end of the name of a policy that remediates for a policy on the stack."""

LEVEL: Final = "enforcementLevel"

RENAMED: Final = {"rule": "policy"}
"""Keys and values in a settings file that have another name now, the old name first."""


class Level(StrEnum):
    """CrossGuard's enforcement levels."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


class UndecidedMeans(StrEnum):
    """The effect of an undecided verdict at level mandatory."""

    BLOCK = "block"
    REPORT = "report"


class Document(BaseModel):
    """Base of all that can be configured: known members only, spelt in camel case."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, alias_generator=to_camel
    )


class When(Document):
    """Which stacks are meant; a glob for each, and everything that is given must match.

    Attributes:
        project: of the project's name.
        stack: of the stack's name.
        tags: of the values of stack tags, by name.
    """

    project: str = "*"
    stack: str = "*"
    tags: dict[str, str] = {}

    def matches(self, stack: Stack) -> bool:
        """Return whether a stack is meant; a tag that it does not have matches nothing."""
        return (
            fnmatchcase(stack.project, self.project)
            and fnmatchcase(stack.name, self.stack)
            and all(
                name in stack.tags and fnmatchcase(stack.tags[name], glob)
                for name, glob in self.tags.items()
            )
        )


class StackSettings(Document):
    """Settings of some stacks.

    Attributes:
        when: which stacks.
        set: the settings, in the same form as for the policy itself.
    """

    when: When
    set: dict[str, Any]


class PolicySettings(Document):
    """The settings of every policy; a policy with further settings extends it.

    Attributes:
        level: the enforcement level; the policy has the default.
        undecided: whether undecided blocks; the policy has the default.
        exemptions: what is allowed to fail, until when, and the owner.
        components_without_clusters: types of remote components that contain no cluster.
        stacks: other settings for some stacks; of several that match the last wins.
    """

    level: Level = Field(default=Level.MANDATORY, alias=LEVEL)
    undecided: UndecidedMeans = UndecidedMeans.BLOCK
    exemptions: tuple[Exemption, ...] = ()
    components_without_clusters: tuple[ComponentWithoutClusters, ...] = ()
    stacks: tuple[StackSettings, ...] = ()

    def on(self, _day: date) -> Self:
        """Return the settings as they apply on a day."""
        return self


class NotesSettings(Document):
    """The settings of `NOTES`.

    Attributes:
        level: the enforcement level.
    """

    level: Level = Field(default=Level.MANDATORY, alias=LEVEL)
