"""A policy: a pure function on the graph, and its description for people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

from kubewitness.graph.model import Cluster, Graph
from kubewitness.graph.resources import Resource
from kubewitness.policies.settings import Level, PolicySettings, UndecidedMeans
from kubewitness.policies.verdict import Judgement, Outcome


class Severity(Enum):
    """How bad a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Scope(Enum):
    """The part of the stack that a policy needs, which determines when CrossGuard can block.

    A policy on one resource blocks before that resource is created, in a preview and in an update.
    A policy on the stack blocks at the end of a preview; `pulumi up --skip-preview` has created the
    resources by then.
    """

    RESOURCE = "resource"
    STACK = "stack"


@dataclass(frozen=True)
class Reference:
    """An item of a framework, keyed by title, since its number differs between sources."""

    framework: str
    title: str
    number: str
    source: str


@dataclass(frozen=True)
class Example:
    """A program and the verdict that the policy gives on it: documentation and test at once.

    Attributes:
        title: what is special about it, as a heading.
        program: the relevant part of a Pulumi program; see `kubewitness.policies.examples` for the
            code before it.
        outcome: the worst outcome of the policy on this program.
        settings: settings of the policy, if any.
    """

    title: str
    program: str
    outcome: Outcome
    settings: dict[str, Any] = field(default_factory=dict)


def passing(title: str, program: str, **settings: Any) -> Example:
    """Return an example that the policy passes."""
    return Example(title, program, Outcome.PASS, settings)


def failing(title: str, program: str, **settings: Any) -> Example:
    """Return an example that the policy fails."""
    return Example(title, program, Outcome.FAIL, settings)


def doubtful(title: str, program: str, **settings: Any) -> Example:
    """Return an example that the policy cannot decide."""
    return Example(title, program, Outcome.UNDECIDED, settings)


C = TypeVar("C", bound=Cluster)
S = TypeVar("S", bound=PolicySettings)

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One thing that a remediation changes in a resource's properties.

    Attributes:
        path: the property, by the names on the wire from the outside in.
        value: what it becomes; where `append` is true, the items added to the list that it is.
        append: whether existing values are kept.
    """

    path: Path
    value: Any
    append: bool = False


JudgeCluster: TypeAlias = Callable[[C, Graph, S], Judgement]
JudgeOthers: TypeAlias = Callable[[Graph, S], Iterator[tuple[Resource, Judgement]]]
Remediate: TypeAlias = Callable[[Resource, S], list[Change]]


@dataclass(frozen=True)
class Policy(Generic[C, S]):
    """One policy on clusters of one kind, with the settings that its functions take.

    Attributes:
        id: stable, the name of the CrossGuard policy.
        title: what holds where the policy passes, in one sentence.
        why: what goes wrong where it does not hold.
        fix_pulumi: how to fix it in a Pulumi program.
        fix_cli: how to fix it with the cloud's CLI.
        severity: how bad a violation is.
        scope: the part of the stack that it needs.
        subject: the kind of cluster that it judges.
        settings: what can be configured.
        judge: the decision on one cluster that this stack manages; pure.
        examples: programs with the verdicts that they deserve.
        references: framework items that it decides.
        links: documents that the policy rests on.
        judge_others: the decisions on resources that are not clusters, if it makes any.
        judges_settings: true if it judges diagnostic settings themselves, so that a failure counts
            for every owner of the cluster.
        remediate: what to change in a resource so that the policy passes, where that is certain.
        remediation: what the remediation does, for people.
        level: the enforcement level unless configured.
        undecided: what undecided means unless configured.
    """

    id: str
    title: str
    why: str
    fix_pulumi: str
    fix_cli: str
    severity: Severity
    scope: Scope
    subject: type[C]
    settings: type[S]
    judge: JudgeCluster[C, S]
    examples: tuple[Example, ...] = ()
    references: tuple[Reference, ...] = ()
    links: tuple[str, ...] = ()
    judge_others: JudgeOthers[S] | None = None
    judges_settings: bool = False
    remediate: Remediate[S] | None = None
    remediation: str = ""
    level: Level = Level.MANDATORY
    undecided: UndecidedMeans = UndecidedMeans.REPORT

    @property
    def needs_stack(self) -> bool:
        """Return whether it needs the whole stack."""
        return self.scope is Scope.STACK


AnyPolicy: TypeAlias = Policy[Any, Any]
"""A policy on clusters of whatever kind, as the registry holds it."""
