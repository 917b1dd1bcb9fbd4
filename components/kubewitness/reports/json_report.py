"""The JSON report: one document, versioned; a field is added within a version, never changed."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from kubewitness.policies.check import CheckResult
from kubewitness.policies.registry import find_policy
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.reports.collected import collected
from kubewitness.source_position import SourcePosition
from kubewitness.sources.loaded import Loaded, LogMessage, NotLoaded, Violation


class _Document(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class PositionDocument(_Document):
    """A line in a file: the path from the root of the repository; column 0 is not known."""

    file: str
    line: int
    column: int


class ReasonDocument(_Document):
    """One reason for an outcome."""

    code: str
    message: str
    decide: str


class VerdictDocument(_Document):
    """One verdict of one policy on one resource."""

    policy: str
    title: str
    severity: str
    outcome: str
    blocks: bool
    resource: str
    type: str
    urn: str
    position: PositionDocument | None
    reasons: list[ReasonDocument]
    declarations: list[str]
    fix_pulumi: str
    fix_cli: str


class ViolationDocument(_Document):
    """The results of another policy pack."""

    pack: str
    policy: str
    level: str
    urn: str
    message: str
    position: PositionDocument | None


class CollectedDocument(_Document):
    """One category on its way to one destination."""

    cluster: str
    category: str
    setting: str
    destination: str
    table: str


class LogDocument(_Document):
    """The log messages of the program: `level` is `warning` or `error`."""

    level: str
    message: str
    position: PositionDocument | None


class FaultDocument(_Document):
    """Why a source was not checked."""

    message: str
    position: PositionDocument | None


class NotCheckedDocument(_Document):
    """A source that could not be checked; `stack` is empty where none was asked for."""

    source: str
    stack: str
    exit_code: int
    faults: list[FaultDocument]


class SourceDocument(_Document):
    """Everything on one source."""

    source: str
    stack: str
    exit_code: int
    verdicts: list[VerdictDocument]
    violations: list[ViolationDocument]
    collected: list[CollectedDocument]
    unanswered: list[str]
    unreadable: list[str]
    warnings: list[LogDocument]
    notes: list[str]


class SummaryDocument(_Document):
    """The totals of what was checked, over all sources."""

    checked: int
    failed: int
    undecided: int
    exempt: int
    collected_elsewhere: int
    not_assessed: int
    unreadable: int
    in_baseline: int


class ReportDocument(_Document):
    """The report of `kubewitness check --format json`."""

    version: Literal[2] = 2
    summary: SummaryDocument
    sources: list[SourceDocument]
    not_checked: list[NotCheckedDocument]


def report(results: Sequence[CheckResult], not_loaded: Sequence[NotLoaded] = ()) -> ReportDocument:
    """Return the document for these results and for the sources that could not be checked."""
    return ReportDocument(
        summary=summarise(results),
        sources=[_source(result) for result in results],
        not_checked=[_not_checked(one) for one in not_loaded],
    )


def summarise(results: Sequence[CheckResult]) -> SummaryDocument:
    """Return the counts that every report ends with; a failure of another pack is one, too."""
    return SummaryDocument(
        checked=sum(result.checked for result in results),
        failed=sum(r.count(Outcome.FAIL) + len(r.loaded.violations) for r in results),
        undecided=sum(result.count(Outcome.UNDECIDED) for result in results),
        exempt=sum(result.count(Outcome.EXEMPT) for result in results),
        collected_elsewhere=sum(r.count(Outcome.COLLECTED_ELSEWHERE) for r in results),
        not_assessed=sum(
            result.count(Outcome.NOT_APPLICABLE) + len(result.graph.unassessed)
            for result in results
        ),
        unreadable=sum(len(result.loaded.unreadable) for result in results),
        in_baseline=sum(result.in_baseline for result in results),
    )


def _source(result: CheckResult) -> SourceDocument:
    return SourceDocument(
        source=result.loaded.source,
        stack=result.loaded.stack.name,
        exit_code=result.exit_code,
        verdicts=[_verdict(result.loaded, verdict) for verdict in result.verdicts],
        violations=[_violation(result.loaded, one) for one in result.loaded.violations],
        collected=[CollectedDocument(**vars(item)) for item in collected(result.graph)],
        unanswered=list(result.loaded.unanswered),
        unreadable=list(result.loaded.unreadable),
        warnings=[_logged(result.loaded, one) for one in result.loaded.warnings],
        notes=list(result.notes),
    )


def _not_checked(one: NotLoaded) -> NotCheckedDocument:
    return NotCheckedDocument(
        source=one.source,
        stack=one.stack,
        exit_code=one.exit_code,
        faults=[
            FaultDocument(message=fault.message, position=_position(fault.position))
            for fault in one.faults
        ],
    )


def _violation(loaded: Loaded, one: Violation) -> ViolationDocument:
    return ViolationDocument(**vars(one), position=_position(loaded.position_of_urn(one.urn)))


def _logged(loaded: Loaded, one: LogMessage) -> LogDocument:
    position = _position(loaded.position_of_urn(one.urn))
    return LogDocument(level=one.level, message=one.message, position=position)


def _position(position: SourcePosition | None) -> PositionDocument | None:
    return PositionDocument(**vars(position)) if position else None


def _verdict(loaded: Loaded, verdict: Verdict) -> VerdictDocument:
    policy = find_policy(verdict.policy_id)
    return VerdictDocument(
        policy=policy.id,
        title=policy.title,
        severity=policy.severity.value,
        outcome=verdict.outcome.value,
        blocks=verdict.blocks,
        resource=verdict.resource.name,
        type=verdict.resource.type,
        urn=verdict.resource.urn,
        position=_position(loaded.position_of(verdict.resource)),
        reasons=[ReasonDocument(**vars(reason)) for reason in verdict.judgement.reasons],
        declarations=list(verdict.declarations),
        fix_pulumi=policy.fix_pulumi,
        fix_cli=policy.fix_cli,
    )
