"""The reports of `audit-policy lint` and `audit-policy simulate`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from kubewitness.audit_policy.file import FileRule
from kubewitness.audit_policy.lint import LintFinding
from kubewitness.audit_policy.reachability import Request
from kubewitness.audit_policy.volume import Volume
from kubewitness.detections.coverage.audit_policy import SimulatedDetection
from kubewitness.printable import printable
from kubewitness.reports.github import annotation
from kubewitness.reports.json_text import json_text
from kubewitness.source_position import SourcePosition

VERSION: Final = 1
"""Of the JSON documents."""

_ANNOTATIONS: Final = {"error": "error", "warning": "warning", "note": "notice"}


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


def diff_text(
    names: Sequence[str],
    lost: Sequence[SimulatedDetection],
    gained: Sequence[SimulatedDetection],
    measured: tuple[Volume, Sequence[Volume]] | None,
) -> str:
    """Return how the second policy differs from the first, for people."""
    lines = [f"lost: {each.name} misses {', '.join(each.missed)}" for each in lost]
    lines += [f"gained: {each.name} finds {', '.join(each.found)}" for each in gained]
    if measured:
        whole, volumes = measured
        lines += [
            f"{name}: {one.events:,} of {whole.events:,} events, {one.bytes:,} of {whole.bytes:,} "
            "bytes"
            for name, one in zip(names, volumes, strict=True)
        ]
        lines.append("what the policy of the cluster left out of the log is not counted")
    lines.append(f"detections that lose attacks {len(lost)}, that gain attacks {len(gained)}")
    return "\n".join(map(printable, lines)) + "\n"


def diff_document(
    names: Sequence[str],
    lost: Sequence[SimulatedDetection],
    gained: Sequence[SimulatedDetection],
    measured: tuple[Volume, Sequence[Volume]] | None,
) -> str:
    """Return how the second policy differs from the first, as a versioned document."""
    volumes = None
    if measured:
        whole, each = measured
        volumes = {
            "log": asdict(whole),
            "policies": [
                {"policy": name, **asdict(one)} for name, one in zip(names, each, strict=True)
            ],
        }
    return json_text(
        {
            "version": VERSION,
            "lost": [asdict(each) for each in lost],
            "gained": [asdict(each) for each in gained],
            "volume": volumes,
        }
    )
