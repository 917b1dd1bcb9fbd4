"""The goals of a benchmark, and how it reports them."""

import sys
from dataclasses import dataclass
from math import inf


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Goal:
    """A figure and its bounds.

    Attributes:
        name: what is measured.
        value: what came out.
        at_least: the lowest that will do.
        at_most: the highest that will do.
    """

    name: str
    value: float
    at_least: float = -inf
    at_most: float = inf

    @property
    def met(self) -> bool:
        """Whether the figure lies within its bounds."""
        return self.at_least <= self.value <= self.at_most

    def __str__(self) -> str:
        bound = (
            f"at least {self.at_least:g}" if self.at_least > -inf else f"at most {self.at_most:g}"
        )
        return f"{'met' if self.met else 'MISSED'}: {self.name}: {self.value:.3g} ({bound})"
