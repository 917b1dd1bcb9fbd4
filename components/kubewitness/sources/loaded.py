"""The contents of a source, of any kind: the one type that every adapter returns."""

from dataclasses import dataclass, field
from functools import cached_property

from kubewitness.errors import ExitCode
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.hidden_secrets import NO_SECRETS, HiddenSecrets
from kubewitness.source_position import SourcePosition


@dataclass(frozen=True)
class Violation:
    """A result of a policy of another pack.

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

    @property
    def blocks(self) -> bool:
        """Return whether it stops a deployment."""
        return self.level == "mandatory"


@dataclass(frozen=True)
class LogMessage:
    """A log message of a program.

    Attributes:
        level: `warning` or `error`.
        message: printable text, which may have several lines.
        urn: the resource that it is about, empty where it names none.
    """

    level: str
    message: str
    urn: str = field(default="", compare=False)


@dataclass(frozen=True)
class SourceFault:
    """Why a source was not checked.

    Attributes:
        message: what is wrong and how to fix it.
        position: the line of the user's files that it is about, where there is one.
    """

    message: str
    position: SourcePosition | None = None


@dataclass(frozen=True)
class NotLoaded:
    """A source that could not be checked.

    Attributes:
        source: the source as the user named it.
        stack: the stack that was asked for, empty where none was.
        exit_code: what it ends the command with.
        faults: every reason.
    """

    source: str
    stack: str
    exit_code: ExitCode
    faults: tuple[SourceFault, ...]


@dataclass(frozen=True)
class Loaded:
    """A source that was read.

    Attributes:
        source: the source as the user named it.
        stack: the stack that the resources belong to.
        resources: every resource that was read.
        calls: tokens of the provider functions that the program called, or names in a function that
            `apply` withheld; None where the source does not show them.
        is_planned: true where the resources are about to be deployed. Only then does the engine
            remediate them.
        violations: what other policy packs reported.
        unanswered: functions and stacks whose answers stayed unknown.
        unreadable: what the source did not show, each with the reason.
        warnings: what the program logged at warning and above, each once.
        notes: further information for the reader.
        secrets: what no report may show.
        project_file: what reports point to where no resource has a line; None in Azure.
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
    project_file: SourcePosition | None = None

    def __str__(self) -> str:
        return f"{self.source} (stack {self.stack.name})" if self.stack.name else self.source

    def position_of(self, resource: Resource) -> SourcePosition | None:
        """Return the line that a report on a resource points to."""
        return resource.position or self.project_file

    def position_of_urn(self, urn: str) -> SourcePosition | None:
        """Return the line that a report on the resource of this URN points to."""
        return self._positions.get(urn) or self.project_file

    @cached_property
    def _positions(self) -> dict[str, SourcePosition | None]:
        return {resource.urn: resource.position for resource in self.resources}

    @cached_property
    def graph(self) -> Graph:
        """Return the graph of the resources, built on first use."""
        return build_graph(self.resources, self.calls)
