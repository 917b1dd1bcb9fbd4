"""The JSON report: one document, versioned; a field is added within a version, never changed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from kubewitness.policies.check import CheckResult
from kubewitness.policies.registry import find_policy
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.reports.collected import collected


class _Document(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


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
    reasons: list[ReasonDocument]
    declarations: list[str]
    fix_pulumi: str
    fix_cli: str


class ViolationDocument(_Document):
    """What another policy pack reported."""

    pack: str
    policy: str
    level: str
    urn: str
    message: str


class CollectedDocument(_Document):
    """One category on its way to one destination."""

    cluster: str
    category: str
    setting: str
    destination: str
    table: str


class LogDocument(_Document):
    """What the program logged: `level` is `warning` or `error`."""

    level: str
    message: str


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
    """What was looked at, over all sources."""

    checked: int
    failed: int
    undecided: int
    exempt: int
    collected_elsewhere: int
    not_assessed: int
    unreadable: int


class ReportDocument(_Document):
    """The report of `kubewitness check --format json`."""

    version: Literal[2] = 2
    summary: SummaryDocument
    sources: list[SourceDocument]


def report(results: list[CheckResult]) -> ReportDocument:
    """Return the document for these results."""
    return ReportDocument(summary=summarise(results), sources=[_source(r) for r in results])


def summarise(results: list[CheckResult]) -> SummaryDocument:
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
    )


def _source(result: CheckResult) -> SourceDocument:
    return SourceDocument(
        source=result.loaded.source,
        stack=result.loaded.stack.name,
        exit_code=result.exit_code,
        verdicts=[_verdict(verdict) for verdict in result.verdicts],
        violations=[ViolationDocument(**vars(v)) for v in result.loaded.violations],
        collected=[CollectedDocument(**vars(item)) for item in collected(result.graph)],
        unanswered=list(result.loaded.unanswered),
        unreadable=list(result.loaded.unreadable),
        warnings=[LogDocument(**vars(one)) for one in result.loaded.warnings],
        notes=list(result.notes),
    )


def _verdict(verdict: Verdict) -> VerdictDocument:
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
        reasons=[ReasonDocument(**vars(reason)) for reason in verdict.judgement.reasons],
        declarations=list(verdict.declarations),
        fix_pulumi=policy.fix_pulumi,
        fix_cli=policy.fix_cli,
    )
