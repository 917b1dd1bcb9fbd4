"""What runs rules: DuckDB here, Log Analytics, Azure Data Explorer; one file each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from kubewitness.detections.finding import Finding
from kubewitness.detections.rule import Rule
from kubewitness.errors import InputError


class RuleFailedError(InputError):
    """One rule could not be run, or not to its end; others may."""


class Engine(Protocol):
    """Runs rules over the logs that it was opened on."""

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Why it cannot run some of the rules, by their names; known before any has run."""
        ...

    def run(self, rule: Rule) -> Iterator[Finding]:
        """Yield what a rule finds; what was found before it failed is yielded, too.

        Raises:
            RuleFailedError: this rule fails, or its result is not whole; says why.
            InputError: no rule can be run; says why.
        """
        ...
