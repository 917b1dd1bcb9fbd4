"""The stack that resources belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stack:
    """A stack, by its names.

    Attributes:
        project: the project's name.
        name: the stack's name.
        tags: its tags, if the source contains them.
    """

    project: str = ""
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
