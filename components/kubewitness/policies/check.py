"""Judges what a source holds: remediations, policies, verdicts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kubewitness.errors import ExitCode
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.evaluate import evaluate, unused
from kubewitness.policies.hidden import declaration_notes
from kubewitness.policies.messages import explain_change
from kubewitness.policies.not_assessed import not_assessed
from kubewitness.policies.packs import DEFAULT_PACK, Pack, find_pack
from kubewitness.policies.policy import AnyPolicy, Change
from kubewitness.policies.settings_file import NO_SETTINGS, Settings, SettingsFile
from kubewitness.policies.verdict import Outcome, Verdict, without_secrets
from kubewitness.sources.loaded import Loaded


@dataclass(frozen=True)
class CheckResult:
    """The results of a check of one source.

    Attributes:
        loaded: the source.
        resources: its resources as they were judged, remediated where that is switched on.
        graph: the input of the policies.
        verdicts: every verdict of our policies.
        in_baseline: how many results a baseline hides.
        notes: further information: remediations, exemptions that were not used, checks of a
            benchmark that others do, other ways to a cluster.
    """

    loaded: Loaded
    resources: tuple[Resource, ...]
    graph: Graph
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    in_baseline: int = 0

    def count(self, outcome: Outcome) -> int:
        """Return how many verdicts have this outcome."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)

    @property
    def checked(self) -> int:
        """Count the verdicts except those that are not applicable."""
        return len(self.verdicts) - self.count(Outcome.NOT_APPLICABLE)

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code of this source alone."""
        if any(v.blocks and v.outcome is Outcome.FAIL for v in self.verdicts):
            return ExitCode.VIOLATION
        if any(violation.blocks for violation in self.loaded.violations):
            return ExitCode.VIOLATION
        if self.loaded.unreadable:
            return ExitCode.UNREADABLE
        if any(v.blocks and v.outcome is Outcome.UNDECIDED for v in self.verdicts):
            return ExitCode.UNDECIDED
        return ExitCode.OK if self.checked or self.loaded.violations else ExitCode.NOTHING


def check(
    loaded: Loaded, pack: Pack | None = None, settings: SettingsFile = NO_SETTINGS
) -> CheckResult:
    """Judge what `load` returned, by the policies of a pack.

    The pack is `kubewitness` by default, and every setting has its default.

    Raises:
        InputError: the settings have faults.
    """
    chosen = pack or find_pack(DEFAULT_PACK)
    resolved = settings.resolve(chosen.policies, loaded.stack)
    remediated = remediate(loaded, chosen, resolved)
    graph = remediated.graph
    judged = evaluate(chosen.members, graph, resolved)
    verdicts = tuple(without_secrets(verdict, loaded.secrets) for verdict in judged)
    return CheckResult(
        loaded=loaded,
        resources=remediated.resources,
        graph=graph,
        verdicts=verdicts,
        notes=(
            *map(loaded.secrets.hide, remediated.changes),
            *not_assessed(graph),
            *declaration_notes((resolved.of(one.id) for one in chosen.members), graph),
            *unused(chosen.members, resolved, verdicts),
            *([str(chosen.benchmark)] if chosen.benchmark and graph.clusters else []),
            *map(str, graph.access_notes),
            *loaded.notes,
        ),
    )


@dataclass(frozen=True)
class Remediated:
    """A source after the remediations that its settings switch on.

    Attributes:
        resources: as they are judged.
        changes: what the remediations changed, for people.
        graph: of the resources.
    """

    resources: tuple[Resource, ...]
    changes: tuple[str, ...]
    graph: Graph


def remediate(loaded: Loaded, pack: Pack, settings: Settings) -> Remediated:
    """Do what the engine does to each resource before it is judged."""
    active = [one for one in pack.members if loaded.is_planned and settings.remediates(one)]
    found = [
        _remediated(one, active if one.custom and one.origin is Origin.MANAGED else [], settings)
        for one in loaded.resources
    ]
    resources = tuple(resource for resource, _ in found)
    changes = tuple(change for _, changes in found for change in changes)
    graph = build_graph(resources, loaded.calls) if changes else loaded.graph
    return Remediated(resources, changes, graph)


def _remediated(
    resource: Resource, policies: Iterable[AnyPolicy], settings: Settings
) -> tuple[Resource, list[str]]:
    """Return a resource after its remediations, and what they changed."""
    explained = []
    for policy in policies:
        if policy.remediate is None:
            continue
        for change in policy.remediate(resource, settings.of(policy.id)):
            resource = replace(resource, properties=_applied(resource.properties, change))
            explained.append(explain_change(policy, resource, change))
    return resource, explained


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
    """Return the exit code of several sources: the first in the documented order."""
    return next(code for code in ExitCode if code in codes)
