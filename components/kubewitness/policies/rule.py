"""What a rule is: a pure function on the graph, and what people need to know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from kubewitness.graph.model import Cluster, Graph
from kubewitness.policies.configuration import RuleConfiguration
from kubewitness.policies.verdict import Judgement


class Severity(Enum):
    """How bad a violation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Scope(Enum):
    """How much of the stack a rule must see, which decides when CrossGuard can block.

    A rule on one resource blocks before that resource is created, in a preview and in an update.
    A rule on the stack blocks at the end of a preview; `pulumi up --skip-preview` has created the
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


JudgeCluster: TypeAlias = Callable[[Cluster, Graph, RuleConfiguration], Judgement]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        id: stable, the name of the CrossGuard policy.
        title: what holds where the rule passes, in one sentence.
        why: what goes wrong where it does not hold.
        fix_pulumi: how to mend it in a Pulumi program.
        fix_cli: how to mend it with the Azure CLI.
        severity: how bad a violation is.
        scope: how much of the stack it must see.
        judge: the decision on one cluster that this stack manages; pure.
        references: framework items that it decides.
        links: documents that the rule rests on.
    """

    id: str
    title: str
    why: str
    fix_pulumi: str
    fix_cli: str
    severity: Severity
    scope: Scope
    judge: JudgeCluster
    references: tuple[Reference, ...] = ()
    links: tuple[str, ...] = ()
