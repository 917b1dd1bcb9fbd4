"""The report of a hunt, for people and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from kubewitness.detections.coverage.log import Unanswerable
from kubewitness.detections.detection import SEVERITIES, Detection
from kubewitness.detections.finding import Finding
from kubewitness.detections.unjudged.evaluate import TruncatedEvent
from kubewitness.logs.store.contents import Contents
from kubewitness.logs.store.present import Events
from kubewitness.logs.store.unread import Unread
from kubewitness.printable import printable, shortened
from kubewitness.redaction.requests import redact_uri
from kubewitness.redaction.rows import redact_row
from kubewitness.reports.console import print_text
from kubewitness.reports.json_text import json_text
from kubewitness.reports.log_contents import brief, log_document, unanswerable_document

VERSION: Final = 2
"""Of the JSON document."""

LONGEST_VALUE: Final = 120

_OWN_LINE: Final = ("truncated", "not_judged", "could_not_judge")
"""Counts that a person reads in a line of their own."""

_STYLES: Final = {"High": "bold red", "Medium": "bold yellow", "Low": "cyan", "Informational": ""}
_ELSEWHERE: Final = ("TimeGenerated", "Username", "AuditId", "AuditIds", "_ResourceId", "UserAgent")
"""Columns that are printed first, or are for programs."""


@dataclass(frozen=True)
class UsedList:
    """An allow-list that was used.

    Attributes:
        file: its path.
        entries: how many of its entries hold.
    """

    file: str
    entries: int


@dataclass(frozen=True)
class NotJudged:
    """The events that a detection could not judge, because it needs what is truncated."""

    detection: Detection
    events: Sequence[TruncatedEvent]


@dataclass(frozen=True)
class Hunted:
    """The result of a hunt.

    Attributes:
        detections: that were wanted and could be read.
        findings: of theirs.
        rejected: why other detections that were wanted could not be read, by their names.
        not_run: why detections could not be run, or not to their end, by their names.
        unread: what of the logs could not be read.
        allow_list: that was used, if any.
        allowed: how many findings it took away; None if that was not counted.
        warnings: further information for the reader.
        events: how many events there are and how many the period covers; None if not counted.
        informational: how many informational findings were left out; None if not counted.
        truncated: how many events are truncated; None if not counted.
        not_judged: what detections could not judge.
        log: what the log contains; None if that was not determined.
        unanswerable: the questions that the log cannot answer.
        known: fingerprints of the findings of an earlier hunt; None without one.
        show_commands: whether commands are shown as they were run.
    """

    detections: Sequence[Detection]
    findings: Sequence[Finding]
    rejected: Mapping[str, Sequence[str]]
    not_run: Mapping[str, Sequence[str]]
    unread: Unread
    allow_list: UsedList | None
    allowed: int | None
    warnings: Sequence[str]
    events: Events | None = None
    informational: int | None = None
    truncated: int | None = None
    not_judged: Sequence[NotJudged] = ()
    log: Contents | None = None
    unanswerable: Unanswerable | None = None
    known: frozenset[str] | None = None
    show_commands: bool = False

    @property
    def new(self) -> list[Finding]:
        """Return the findings that the earlier hunt did not have; all without an earlier hunt."""
        if self.known is None:
            return list(self.findings)
        return [one for one in self.findings if one.fingerprint not in self.known]


def document(hunted: Hunted) -> str:
    """Return the findings as a versioned document."""
    whole = {
        "version": VERSION,
        "summary": _summary(hunted),
        "not_run": [
            {"detection": slug, "reasons": list(why)} for slug, why in _not_run(hunted).items()
        ],
        "allow_list": hunted.allow_list and asdict(hunted.allow_list),
        "warnings": list(hunted.warnings),
        "unreadable": [asdict(reason) for reason in hunted.unread.reasons],
        "faults": list(hunted.unread.faults),
        "log": hunted.log and log_document(hunted.log),
        "not_answerable": hunted.unanswerable and unanswerable_document(hunted.unanswerable),
        "findings": [_finding(finding, hunted) for finding in hunted.findings],
        "not_judged": [
            {"detection": each.detection.slug, "events": [_event(event) for event in each.events]}
            for each in hunted.not_judged
        ],
    }
    return json_text(whole)


def print_hunted(
    console: Console, hunted: Hunted, limit: int, *, explain_truncated: bool = False
) -> None:
    """Print what each detection found, the worst first, then the summary line.

    Args:
        console: where to.
        hunted: what to print.
        limit: how many findings of each detection.
        explain_truncated: whether to list the events that detections could not judge.
    """
    new = hunted.new
    for detection in sorted(
        hunted.detections, key=lambda detection: SEVERITIES.index(detection.severity)
    ):
        if found := [finding for finding in new if finding.detection is detection]:
            _print_detection(console, detection, found, hunted, limit)
    if explain_truncated:
        _print_not_judged(console, hunted, limit)
    if hunted.truncated:
        print_text(console, _truncated_line(hunted, explain_truncated=explain_truncated))
    if hunted.log:
        print_text(console, f"log: {brief(hunted.log)}")
    if hunted.unanswerable and (line := hunted.unanswerable.line()):
        print_text(console, f"not answerable: {line}; `kubewitness coverage LOGS` lists them")
    counts = {
        name.replace("_", " "): "not counted" if count is None else f"{count:,}"
        for name, count in _summary(hunted).items()
        if name not in _OWN_LINE
    }
    print_text(console, ", ".join(f"{name} {count}" for name, count in counts.items()))


def _print_detection(
    console: Console, detection: Detection, found: list[Finding], hunted: Hunted, limit: int
) -> None:
    techniques = (
        f" [{', '.join(detection.relevant_techniques)}]" if detection.relevant_techniques else ""
    )
    name = f"{printable(detection.slug)}: {printable(detection.name)}"
    heading = f"{detection.severity.upper()} {name}{techniques}"
    print_text(console, heading, _STYLES[detection.severity])
    for finding in found[:limit]:
        values = redact_row(finding.values, show_commands=hunted.show_commands)
        print_text(console, f"  {_line(values)}")
    if len(found) > limit:
        print_text(console, f"  and {len(found) - limit:,} more; `--limit` shows more, json all")


def _line(values: Mapping[str, Any]) -> str:
    first = [_text(values[name]) for name in ("TimeGenerated", "Username") if values.get(name)]
    rest = [
        f"{name}={_text(value)}"
        for name, value in values.items()
        if name not in _ELSEWHERE and value not in {None, "", "[]"}
    ]
    return printable("  ".join([*first, *rest]))


def _text(value: Any) -> str:
    return shortened(str(_with_zone(value)), LONGEST_VALUE)


def _with_zone(value: Any) -> Any:
    """Return a value of a row; a time, which is in UTC, as text."""
    return value.isoformat() + "Z" if isinstance(value, datetime) else value


def _not_run(hunted: Hunted) -> dict[str, Sequence[str]]:
    return {**hunted.rejected, **hunted.not_run}


def _summary(hunted: Hunted) -> dict[str, int | None]:
    return {
        "detections": len(hunted.detections) + len(hunted.rejected),
        "not_run": len(_not_run(hunted)),
        "found_something": len({finding.detection.slug for finding in hunted.findings}),
        "findings": len(hunted.findings),
        **({} if hunted.known is None else {"known": len(hunted.findings) - len(hunted.new)}),
        "allowed": hunted.allowed,
        "informational": hunted.informational,
        "events": hunted.events.covered if hunted.events else None,
        "events_without_time": hunted.events.without_time if hunted.events else None,
        "unreadable": len(hunted.unread),
        "truncated": hunted.truncated,
        "not_judged": len(_events_not_judged(hunted)),
        "could_not_judge": len(hunted.not_judged),
    }


def _events_not_judged(hunted: Hunted) -> set[TruncatedEvent]:
    return {event for each in hunted.not_judged for event in each.events}


def _truncated_line(hunted: Hunted, *, explain_truncated: bool) -> str:
    events = f"truncated {_counted(hunted.truncated or 0, 'event')}"
    if not hunted.not_judged:
        return f"{events}: all detections could judge them"
    hint = "" if explain_truncated else " (--explain-truncated)"
    detections = _counted(len(hunted.not_judged), "detection")
    return (
        f"{events}: {detections} could not judge {len(_events_not_judged(hunted)):,} of them{hint}"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _print_not_judged(console: Console, hunted: Hunted, limit: int) -> None:
    detections: dict[TruncatedEvent, list[str]] = {}
    for each in hunted.not_judged:
        for event in each.events:
            detections.setdefault(event, []).append(each.detection.slug)
    for event, slugs in list(detections.items())[:limit]:
        print_text(console, f"NOT JUDGED {printable(_event_line(event))}", "bold yellow")
        print_text(console, f"  truncated: {printable(', '.join(event.columns))}")
        print_text(console, f"  not judged by: {printable(', '.join(slugs))}")
    if len(detections) > limit:
        print_text(console, f"and {len(detections) - limit:,} more events; `--limit` shows them")


def _event_line(event: TruncatedEvent) -> str:
    time = _text(event.time) if event.time else "no time"
    place = event.file if event.offset is None else f"{event.file}: byte {event.offset}"
    return "  ".join(filter(None, [time, event.username, _text(_request(event)), place]))


def _event(event: TruncatedEvent) -> dict[str, Any]:
    return {**asdict(event), "time": _with_zone(event.time), "request": _request(event)}


def _request(event: TruncatedEvent) -> str:
    verb, space, path = event.request.partition(" ")
    return f"{verb}{space}{redact_uri(path)}"


def _finding(finding: Finding, hunted: Hunted) -> dict[str, Any]:
    detection = finding.detection
    values = redact_row(finding.values, show_commands=hunted.show_commands)
    return {
        "detection": detection.slug,
        "id": detection.id,
        "name": detection.name,
        "severity": detection.severity,
        "tactics": detection.tactics,
        "techniques": detection.relevant_techniques,
        "values": {name: _with_zone(value) for name, value in values.items()},
        "fingerprint": finding.fingerprint,
        "known": finding.fingerprint in (hunted.known or ()),
    }
