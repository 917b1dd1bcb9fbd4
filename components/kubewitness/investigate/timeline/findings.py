"""Findings of detections, by the requests that they are about."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.detections.finding import Finding
from kubewitness.investigate.timeline.entry import EntryFinding, TimelineEntry
from kubewitness.redaction.text import redact_text

_ONE: Final = "AuditId"
_SEVERAL: Final = "AuditIds"


def audit_ids(finding: Finding) -> frozenset[str]:
    """Return the audit IDs of the requests that a finding is about."""
    several = finding.values.get(_SEVERAL)
    found = json.loads(several) if isinstance(several, str) and several.startswith("[") else []
    return frozenset(filter(None, [finding.values.get(_ONE), *map(str, found)]))


def by_audit_id(findings: Iterable[Finding]) -> Mapping[str, tuple[EntryFinding, ...]]:
    """Return the findings of each audit ID, in a total order."""
    found: dict[str, set[EntryFinding]] = defaultdict(set)
    for finding in findings:
        for identity in audit_ids(finding):
            found[identity].add(entry_finding(finding))
    return {identity: tuple(sorted(each, key=_order)) for identity, each in found.items()}


def entry_finding(finding: Finding) -> EntryFinding:
    """Return what a timeline shows of a finding."""
    detection = finding.detection
    return EntryFinding(detection.slug, detection.name, detection.severity, finding.fingerprint)


def summaries(
    findings: Sequence[Finding], actors: frozenset[str] | None
) -> Iterator[TimelineEntry]:
    """Yield entries of the findings that are about many requests and so have no audit ID.

    Args:
        actors: whose findings are wanted; None for all.
    """
    for finding in findings:
        actor = str(finding.values.get("Username") or finding.values.get("Caller") or "")
        if not audit_ids(finding) and (actors is None or actor in actors):
            yield TimelineEntry(
                finding.time,
                "finding",
                redact_text(actor, {actor}),
                "finding",
                finding.detection.slug,
                findings=(entry_finding(finding),),
                address=_text(finding.values.get("SourceIp")),
            )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _order(finding: EntryFinding) -> tuple[str, str]:
    return finding.detection, finding.fingerprint
