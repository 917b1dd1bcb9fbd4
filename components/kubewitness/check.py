"""A check from end to end: source, graph, policies, verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kubewitness.errors import ExitCode, InputError
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.evaluate import evaluate, unused
from kubewitness.policies.messages import explain_change
from kubewitness.policies.packs import DEFAULT_PACK, Pack, find_pack
from kubewitness.policies.policy import Change
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings import Stack
from kubewitness.policies.settings_file import Settings, load
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.sources.azure.scope import SCHEME, is_azure
from kubewitness.sources.azure.subscription import Subscription, load_subscription
from kubewitness.sources.program.engine_log import LogMessage
from kubewitness.sources.program.policy_packs import Violation
from kubewitness.sources.program.preview import TIMEOUT_SECONDS, preview
from kubewitness.sources.state import load_state


@dataclass(frozen=True)
class CheckResult:
    """What a check of one source found.

    Attributes:
        source: the source as the user named it.
        stack: the stack that was previewed.
        resources: every resource seen.
        graph: what the policies saw.
        verdicts: every verdict of our policies.
        violations: what other policy packs reported.
        unanswered: functions and stacks whose answers stayed unknown.
        unreadable: what the source did not show, each with the reason.
        warnings: what the program logged at warning and above, each once.
        notes: what a reader should know besides: what was mended before it was judged, exemptions
            that nothing used, what a benchmark leaves to others.
    """

    source: str
    stack: str
    resources: tuple[Resource, ...]
    graph: Graph
    verdicts: tuple[Verdict, ...]
    violations: tuple[Violation, ...] = ()
    unanswered: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    warnings: tuple[LogMessage, ...] = ()
    notes: tuple[str, ...] = ()

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
        if self.unreadable:
            return ExitCode.UNREADABLE
        if any(v.blocks and v.outcome is Outcome.UNDECIDED for v in self.verdicts):
            return ExitCode.UNDECIDED
        return ExitCode.OK if self.checked or self.violations else ExitCode.NOTHING


def check_source(  # noqa: PLR0913 each is an option of the command
    source: Path | str,
    *,
    pack: str = DEFAULT_PACK,
    stack: str | None = None,
    answers: Path | None = None,
    python: Path | None = None,
    policy_packs: Sequence[Path] = (),
    policy_pack_config: Path | None = None,
    timeout: float = TIMEOUT_SECONDS,
) -> CheckResult:
    """Check a Pulumi program, the exported state of a stack, or what is in Azure now.

    A folder is a program, and is run: this runs the user's own code. For a state, which is a file,
    and for Azure only `pack` and `policy_pack_config` count.

    Args:
        source: the folder that holds `Pulumi.yaml`, the file, or
            `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]`.
        pack: the policy pack whose policies judge it.
        stack: the stack; by default the only one there is.
        answers: a file of answers to what only the cloud knows.
        python: the interpreter; by default the one that `Pulumi.yaml` names.
        policy_packs: folders of other packs to run on the same preview.
        policy_pack_config: levels and settings of the policies, as `pulumi` takes them.
        timeout: seconds that the program may take.

    Raises:
        NothingToCheckError: there is no program.
        InputError: something given cannot be used, the program fails, or Azure cannot be asked.
    """
    chosen = find_pack(pack)
    load(policy_pack_config, all_policies(), chosen.policies)  # before a program is run for nothing
    if is_azure(str(source)):
        return check_azure(load_subscription(str(source)), chosen, policy_pack_config)
    source = Path(source)
    if source.is_file():
        return check_state(source, chosen, policy_pack_config)
    if not source.is_dir():
        raise InputError(
            f"{source}: is neither a folder nor a file; name the folder that holds `Pulumi.yaml`, "
            f"the exported state of a stack, or {SCHEME}SUBSCRIPTION"
        )
    seen = preview(
        source,
        stack=stack,
        answers=answers,
        python=python,
        policy_packs=policy_packs,
        timeout=timeout,
    )
    name = seen.project.stack
    where = Stack(seen.project.name, name, seen.tags)
    settings = load(policy_pack_config, all_policies(), chosen.policies, where)
    judged = judge_resources(str(source), name, seen.resources, chosen, settings, calls=seen.calls)
    return replace(
        judged, violations=seen.violations, unanswered=seen.unanswered, warnings=seen.warnings
    )


def check_state(file: Path, pack: Pack, policy_pack_config: Path | None = None) -> CheckResult:
    """Check the exported state of a stack; what is secret in it is unknown.

    Nothing is mended before it is judged: a state is what is there.

    Raises:
        InputError: the file is no exported state, or the settings have faults.
    """
    state = load_state(file)
    where = Stack(state.project, state.stack)
    settings = load(policy_pack_config, all_policies(), pack.policies, where)
    return judge_resources(str(file), state.stack, state.resources, pack, settings, mends=False)


def check_azure(
    found: Subscription, pack: Pack, policy_pack_config: Path | None = None
) -> CheckResult:
    """Check what a subscription has now. It is its own stack, and answers for every cluster.

    Nothing is mended before it is judged: no engine is about to do so.

    Raises:
        InputError: the settings have faults.
    """
    stack = found.scope.subscription
    where = Stack("azure", stack)
    settings = load(policy_pack_config, all_policies(), pack.policies, where)
    judged = judge_resources(found.scope.word, stack, found.resources, pack, settings, mends=False)
    return replace(judged, unreadable=tuple(found.unreadable), notes=(*judged.notes, *found.notes))


def judge_resources(  # noqa: PLR0913 the parts of every check
    source: str,
    stack: str,
    resources: Iterable[Resource],
    pack: Pack,
    settings: Settings,
    *,
    calls: tuple[str, ...] | None = None,
    mends: bool = True,
) -> CheckResult:
    """Judge resources, wherever they come from, mended first where that is switched on."""
    notes: list[str] = []
    mended = tuple(
        _mended(resource, pack, settings, notes) if mends else resource for resource in resources
    )
    graph = build_graph(mended, calls)
    verdicts = tuple(evaluate(pack.members, graph, settings))
    notes += [f"unused {one}" for one in unused(pack.members, settings, verdicts)]
    if pack.benchmark and graph.clusters:
        notes.append(str(pack.benchmark))
    return CheckResult(source, stack, mended, graph, verdicts, notes=tuple(notes))


def _mended(resource: Resource, pack: Pack, settings: Settings, notes: list[str]) -> Resource:
    """What the engine's remediations would make of a resource before it is judged."""
    for policy in pack.members if resource.origin is Origin.MANAGED else ():
        if policy.remediate is None or not settings.mends(policy):
            continue
        for change in policy.remediate(resource, settings.of(policy.id)):
            resource = replace(resource, properties=_applied(resource.properties, change))
            notes.append(explain_change(policy, resource, change))
    return resource


def _applied(properties: object, change: Change) -> dict[str, object]:
    name, *rest = change.path
    inner = dict(properties) if isinstance(properties, dict) else {}
    if rest:
        inner[name] = _applied(inner.get(name), replace(change, path=tuple(rest)))
    elif change.append:
        inner[name] = [*(inner.get(name) or ()), *change.value]
    else:
        inner[name] = change.value
    return inner


def first_that_applies(codes: Sequence[ExitCode]) -> ExitCode:
    """The exit code of several sources: the first in the documented order that one of them has."""
    return next(code for code in ExitCode if code in codes)
