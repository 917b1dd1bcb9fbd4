"""What a source holds, whatever it is: the one thing that every adapter returns."""

from dataclasses import dataclass, field
from functools import cached_property

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.hidden_secrets import NO_SECRETS, HiddenSecrets


@dataclass(frozen=True)
class Violation:
    """What a policy of another pack reported.

    Attributes:
        pack: the pack's name.
        policy: the policy's name.
        level: `advisory` or `mandatory`.
        urn: the resource, empty for the stack as a whole.
        message: the policy's own words.
    """

    pack: str
    policy: str
    level: str
    urn: str
    message: str


@dataclass(frozen=True)
class LogMessage:
    """What a program logged.

    Attributes:
        level: `warning` or `error`.
        message: printable text, which may have several lines.
    """

    level: str
    message: str


@dataclass(frozen=True)
class Loaded:
    """A source that was read.

    Attributes:
        source: the source as the user named it.
        stack: the stack that the resources belong to.
        resources: every resource seen.
        calls: tokens of the provider functions that the program called; None where the source does
            not show them.
        is_planned: true where the resources are about to be deployed. Only then does the engine
            remediate them.
        violations: what other policy packs reported.
        unanswered: functions and stacks whose answers stayed unknown.
        unreadable: what the source did not show, each with the reason.
        warnings: what the program logged at warning and above, each once.
        notes: what a reader should know besides.
        secrets: what no report may show.
    """

    source: str
    stack: Stack
    resources: tuple[Resource, ...]
    calls: tuple[str, ...] | None = None
    is_planned: bool = False
    violations: tuple[Violation, ...] = ()
    unanswered: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    warnings: tuple[LogMessage, ...] = ()
    notes: tuple[str, ...] = ()
    secrets: HiddenSecrets = field(default=NO_SECRETS, repr=False)

    @cached_property
    def graph(self) -> Graph:
        """Return the graph of the resources, built on first use."""
        return build_graph(self.resources, self.calls)
