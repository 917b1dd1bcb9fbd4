"""The settings for remote components: that a type contains no cluster, and until when."""

from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kubewitness.graph.resources import Resource

_TYPE: Final = r"^[\w-]+:[^:]+:[^:]+$"


class ComponentWithoutClusters(BaseModel):
    """A declaration that a type of remote component contains no cluster, with its owner.

    Attributes:
        type: the component's type token, such as `acme:index:Network`; `*` stops at `:`, and the
            package is always given in full.
        reason: how this is known.
        owner: who answers for it.
        expires: the last day on which it counts.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, alias_generator=to_camel
    )

    type: str = Field(pattern=_TYPE)
    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    expires: date

    def is_of(self, component: Resource) -> bool:
        """Return whether a component is meant."""
        given, wanted = component.type.split(":"), self.type.split(":")
        return len(given) == len(wanted) and all(map(fnmatchcase, given, wanted))

    def __str__(self) -> str:
        return (
            f"declaration that `{self.type}` contains no cluster, by {self.owner} until "
            f"{self.expires}: {self.reason}"
        )
