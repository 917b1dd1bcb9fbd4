"""The reports of `audit-policy lint` and `audit-policy simulate`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from kubewitness.audit_policy.file import FileRule
from kubewitness.audit_policy.lint import LintFinding
from kubewitness.audit_policy.reachability import Request
from kubewitness.printable import printable
from kubewitness.reports.github import annotation
from kubewitness.reports.json_text import json_text
from kubewitness.source_position import SourcePosition

VERSION: Final = 1
"""Of the JSON documents."""

_ANNOTATIONS: Final = {"error": "error", "warning": "warning", "note": "notice"}


@dataclass(frozen=True)
class SimulatedDetection:
    """The result of a detection on the log of a policy.

    Attributes:
        name: of the detection.
        found: its malicious cases that it finds.
        missed: those that it does not find.
    """

    name: str
    found: tuple[str, ...]
    missed: tuple[str, ...]


def lint_text(found: Sequence[LintFinding]) -> str:
    """Return a line for each mistake, then the line that counts."""
    lines = [
        printable(f"{each.place}: {each.severity}: {each.message} [{each.code}]") for each in found
    ]
    counts = Counter(each.severity for each in found)
    total = ", ".join(f"{name}s {counts[name]}" for name in ("error", "warning", "note"))
    return "\n".join([*lines, total, ""])


def lint_document(found: Sequence[LintFinding]) -> str:
    """Return the mistakes as a versioned document."""
    return json_text({"version": VERSION, "findings": [asdict(each) for each in found]})


def lint_annotations(found: Sequence[LintFinding]) -> str:
    """Return the mistakes as annotations of GitHub Actions."""
    lines = [
        annotation(_ANNOTATIONS[each.severity], _position(each.place), each.code, each.message)
        for each in found
    ]
    return "".join(f"{line}\n" for line in lines)


def _position(place: str) -> SourcePosition | None:
    path, _, line = place.rpartition(":")
    return SourcePosition(path, int(line)) if line.isdigit() else None


def request_text(request: Request, rule: FileRule | None, place: str) -> str:
    """Return at which level a request is logged, for people."""
    if rule is None:
        return printable(f"{request}: None: no rule matches it ({place})") + "\n"
    omitted = f"; stages not logged: {', '.join(sorted(rule.omitted))}" if rule.omitted else ""
    return printable(f"{request}: {rule.level}: rule {rule.number} ({place}){omitted}") + "\n"


def request_document(request: Request, rule: FileRule | None, place: str) -> str:
    """Return at which level a request is logged, as a versioned document."""
    return json_text(
        {
            "version": VERSION,
            "request": request.event(),
            "level": rule.level if rule else "None",
            "rule": rule.number if rule else None,
            "place": place,
            "omitted_stages": sorted(rule.omitted) if rule else [],
        }
    )


def detections_text(found: Sequence[SimulatedDetection]) -> str:
    """Return which detections miss attacks, for people."""
    lines = [
        f"{each.name}: {'degraded' if each.found else 'blind'}, misses {', '.join(each.missed)}"
        for each in found
        if each.missed
    ]
    whole = sum(not each.missed for each in found)
    blind = sum(not each.found for each in found)
    total = (
        f"detections {len(found)}, find all their attacks {whole}, "
        f"degraded {len(found) - whole - blind}, blind {blind}; detections of the activity log and "
        "of guard do not read the audit log"
    )
    return "\n".join([*lines, total, ""])


def detections_document(found: Sequence[SimulatedDetection]) -> str:
    """Return what detections find, as a versioned document."""
    return json_text({"version": VERSION, "detections": [asdict(each) for each in found]})
