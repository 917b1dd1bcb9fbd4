"""What runs rules: DuckDB here, Log Analytics, Azure Data Explorer; one file each."""

from collections.abc import Iterator
from typing import Protocol

from kubewitness.detections.finding import Finding
from kubewitness.detections.rule import Rule


class Engine(Protocol):
    """Runs rules over the logs that it was opened on."""

    def run(self, rule: Rule) -> Iterator[Finding]:
        """Yield what a rule finds.

        Raises:
            InputError: the engine cannot run the rule; says why.
        """
        ...
