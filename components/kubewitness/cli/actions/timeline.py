"""Run `kubewitness timeline`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from kubewitness.cli.data import OpenedLogs, open_data
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.engines import DetectionFailedError
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.investigate.timeline.build import TimelineOptions, build_timeline
from kubewitness.investigate.timeline.findings import audit_ids
from kubewitness.investigate.timeline.selection import Selection, condition
from kubewitness.logs.store.period import Period, present
from kubewitness.logs.store.present import present_time
from kubewitness.private_files import private_files
from kubewitness.reports.timeline import print_timeline, timeline_document

SHORTEST_FINGERPRINT: Final = 8
"""Digits of a fingerprint that name one finding."""


def run(
    *,
    data: tuple[str, ...],
    user: str | None,
    service_account: str | None,
    pod: str | None,
    object_: str | None,
    namespace: str | None,
    address: str | None,
    node: str | None,
    audit_id: str | None,
    token: str | None,
    finding: str | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    show_commands: bool,
    no_findings: bool,
    format_: str,
    output: Path | None,
    limit: int,
    no_pager: bool,
    no_progress: bool,
) -> int:
    """Build a timeline and write it."""
    if finding is not None and no_findings:
        raise InputError("--finding needs the detections; remove --no-findings")
    selection = Selection(
        user, service_account, pod, object_, namespace, address, node, audit_id, token
    )
    condition(selection)  # its faults are reported before anything is read
    moment, period = present(as_of), Period(since, until)
    with open_data(data, Period(), now=moment, progress=not no_progress) as opened:
        now = present_time(opened.connection, moment)
        warnings = _warnings(opened, period, now)
        found = [] if no_findings else _findings(opened, now, warnings)
        if finding is not None:
            selection = _of_finding(selection, found, finding)
        timeline = build_timeline(
            opened.connection,
            selection,
            TimelineOptions(period, now, found, show_commands),
        )
    if not timeline.entries:
        raise NothingToCheckError("no event is selected; check the options and the period")
    with private_files():
        if format_ == "json":
            notes = {"warnings": warnings, "faults": list(opened.unread.faults)}
            write_text(timeline_document(timeline, notes), output)
        else:
            write_drawn(
                lambda console: print_timeline(console, timeline, limit),
                output,
                paged=not no_pager,
            )
    return ExitCode.UNREADABLE if opened.unread else ExitCode.OK


def _warnings(opened: OpenedLogs, period: Period, now: datetime) -> list[str]:
    for line in opened.unread.lines():
        tell(f"unreadable: {line}")
    found = list(opened.warnings(period, now))
    for warning in found:
        tell(f"warning: {warning}")
    return found


def _findings(opened: OpenedLogs, now: datetime, warnings: list[str]) -> list[Finding]:
    """Return the findings of all detections; names those that failed."""
    detections = all_detections()
    engine = LocalEngine(opened.connection, detections, now=now)
    found: list[Finding] = []
    for detection in detections:
        try:
            found += engine.run(detection)
        except DetectionFailedError as error:
            warnings += error.faults
            for fault in error.faults:
                tell(f"not run: {fault}")
    return found


def _of_finding(selection: Selection, findings: Sequence[Finding], wanted: str) -> Selection:
    """Restrict a selection to a finding, or to all findings of a detection.

    A finding about many requests has no audit IDs: then it is the user's timeline.

    Raises:
        InputError: there is no such finding, or it names neither requests nor one user.
    """
    chosen = [one for one in findings if _is_called(one, wanted)]
    if not chosen:
        raise InputError(
            f"--finding {wanted}: is not a finding in these logs; `kubewitness hunt --format json` "
            "lists their fingerprints"
        )
    if ids := frozenset[str]().union(*map(audit_ids, chosen)):
        return replace(selection, audit_ids=ids)
    users = {str(one.values.get("Username") or "") for one in chosen}
    if len(users) != 1 or not all(users) or selection.user:
        raise InputError(
            f"--finding {wanted}: names no requests; use --user with one of "
            f"{', '.join(sorted(users))}"
        )
    return replace(selection, user=users.pop())


def _is_called(finding: Finding, wanted: str) -> bool:
    is_fingerprint = len(wanted) >= SHORTEST_FINGERPRINT
    begins = is_fingerprint and finding.fingerprint.startswith(wanted)
    return begins or finding.detection.slug == wanted
