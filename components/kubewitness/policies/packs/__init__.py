"""The policy packs: each is a YAML file here that names policies and how they are set."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from kubewitness.documents.explain import validate
from kubewitness.documents.reader import read_yaml
from kubewitness.errors import InputError
from kubewitness.policies.policy import AnyPolicy
from kubewitness.policies.registry import all_policies

DEFAULT_PACK: Final = "kubewitness"
_FOLDER: Final = Path(__file__).parent


class Benchmark(BaseModel):
    """A published list of items, of which a pack decides a few.

    Attributes:
        name: its name and version.
        items: how many items it has in all.
        source: where they were counted.
        decided: the titles of those that the pack decides.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    items: int
    source: str
    decided: tuple[str, ...] = Field(min_length=1)

    def __str__(self) -> str:
        left = self.items - len(self.decided)
        titles = "; ".join(f"`{title}`" for title in self.decided)
        return (
            f"{self.name}: this pack decides {len(self.decided)} of {self.items} items "
            f"({titles}); {left} are not assessed"
        )


class Pack(BaseModel):
    """A policy pack.

    Attributes:
        name: its name.
        title: what it is, in one sentence.
        policies: settings by policy ID, over each default; empty means all policies.
        benchmark: the list that it is taken from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    policies: dict[str, dict[str, Any]] = {}
    benchmark: Benchmark | None = None

    @property
    def members(self) -> tuple[AnyPolicy, ...]:
        """Its policies."""
        return tuple(
            policy for policy in all_policies() if not self.policies or policy.id in self.policies
        )


@cache
def all_packs() -> dict[str, Pack]:
    """The packs by name, the default one first."""
    packs = [validate(read_yaml(path), Pack) for path in _FOLDER.glob("*.yaml")]
    packs.sort(key=lambda pack: (pack.name != DEFAULT_PACK, pack.name))
    return {pack.name: pack for pack in packs}


def find_pack(name: str) -> Pack:
    """The pack of this name.

    Raises:
        InputError: there is none.
    """
    packs = all_packs()
    if name not in packs:
        raise InputError(f"no policy pack is called `{name}`; packs: {', '.join(packs)}")
    return packs[name]
