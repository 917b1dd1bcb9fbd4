"""A check from end to end: source, graph, rules, verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kubewitness.errors import ExitCode, InputError
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Resource
from kubewitness.policies.configuration import Configuration, load
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_rules, rule_ids
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.sources.program.policy_packs import Violation
from kubewitness.sources.program.preview import TIMEOUT_SECONDS, preview


@dataclass(frozen=True)
class CheckResult:
    """What a check of one source found.

    Attributes:
        source: the source as the user named it.
        stack: the stack that was previewed.
        resources: every resource seen.
        graph: what the rules saw.
        verdicts: every verdict of our rules.
        violations: what other policy packs reported.
        unanswered: functions and stacks whose answers stayed unknown.
        warnings: what the program logged.
    """

    source: str
    stack: str
    resources: tuple[Resource, ...]
    graph: Graph
    verdicts: tuple[Verdict, ...]
    violations: tuple[Violation, ...] = ()
    unanswered: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many verdicts have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)

    @property
    def checked(self) -> int:
        """How many verdicts say something: all but those that are not applicable."""
        return len(self.verdicts) - self.count(Outcome.NOT_APPLICABLE)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of this source alone."""
        if any(v.blocks and v.outcome is Outcome.FAIL for v in self.verdicts):
            return ExitCode.VIOLATION
        if any(violation.level == "mandatory" for violation in self.violations):
            return ExitCode.VIOLATION
        if any(v.blocks and v.outcome is Outcome.UNDECIDED for v in self.verdicts):
            return ExitCode.UNDECIDED
        return ExitCode.OK if self.checked or self.violations else ExitCode.NOTHING


def check_program(  # noqa: PLR0913 each is an option of the command
    folder: Path,
    *,
    stack: str | None = None,
    answers: Path | None = None,
    python: Path | None = None,
    policy_packs: Sequence[Path] = (),
    policy_pack_config: Path | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> CheckResult:
    """Check a Pulumi program by an offline preview. This runs the user's own code.

    Args:
        folder: the folder that holds `Pulumi.yaml`.
        stack: the stack; by default the only one there is.
        answers: a file of answers to what only the cloud knows.
        python: the interpreter; by default the one that `Pulumi.yaml` names.
        policy_packs: folders of other packs to run on the same preview.
        policy_pack_config: levels and settings of the rules, as `pulumi` takes them.
        timeout: seconds that the program may take.

    Raises:
        NothingToCheckError: there is no program.
        InputError: something given cannot be used, or the program fails.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; name the folder that holds `Pulumi.yaml`")
    configuration = load(policy_pack_config, rule_ids())
    seen = preview(
        folder,
        stack=stack,
        answers=answers,
        python=python,
        policy_packs=policy_packs,
        timeout=timeout,
    )
    graph = build_graph(seen.resources)
    return CheckResult(
        source=str(folder),
        stack=seen.project.stack,
        resources=seen.resources,
        graph=graph,
        verdicts=_verdicts(graph, configuration),
        violations=seen.violations,
        unanswered=seen.unanswered,
        warnings=seen.warnings,
    )


def _verdicts(graph: Graph, configuration: Configuration) -> tuple[Verdict, ...]:
    return tuple(evaluate(all_rules(), graph, configuration))


def first_that_applies(codes: Sequence[ExitCode]) -> ExitCode:
    """The exit code of several sources: the first in the documented order that one of them has."""
    return next(code for code in ExitCode if code in codes)
