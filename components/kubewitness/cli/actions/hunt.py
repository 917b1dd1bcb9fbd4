"""Run `kubewitness hunt`."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from kubewitness.cli.detections_choice import choose_detections, warnings_of
from kubewitness.cli.engines import OpenedEngine, open_engine
from kubewitness.cli.options import ALLOW_LIST
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList, read_allow_list
from kubewitness.detections.coverage.log import unanswerable
from kubewitness.detections.detection import SEVERITIES, Detection
from kubewitness.detections.engines import DetectionFailedError, Engine
from kubewitness.detections.engines.cloud import CloudOptions, Plan
from kubewitness.detections.finding import Finding
from kubewitness.detections.known_findings import read_known
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables
from kubewitness.detections.unjudged.evaluate import Judged
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.store.period import Period, present
from kubewitness.private_files import private_files
from kubewitness.reports.hunted import Hunted, NotJudged, UsedList, document, print_hunted


def run(
    *,
    data: tuple[str, ...],
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    severity: str | None,
    allow: Path | None,
    baseline: Path | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    tables: str | None,
    plan: str,
    format_: str,
    output: Path | None,
    limit: int,
    timeout: int,
    strict: bool,
    explain_truncated: bool,
    show_commands: bool,
    no_progress: bool,
) -> int:
    """Run the chosen detections and write what they find."""
    warnings: list[str] = []
    known = read_known(baseline) if baseline else None
    least = {each.lower(): each for each in SEVERITIES}
    chosen = choose_detections(names, folders, least[severity] if severity else None)
    for reason in chain(*chosen.rejected.values()):
        _say("warning: not run", reason)
    used, allow_list = _allowed(allow, chosen.detections, warnings)
    options = CloudOptions(
        tables=Tables(tables) if tables else None,
        period=Period(since, until),
        now=present(as_of),
        allow_list=allow_list,
        plan=Plan(plan),
        timeout=timeout,
    )
    wanted = [*chosen.detections, *chosen.informational]
    with open_engine(data, wanted, options, progress=not no_progress) as opened:
        for line in opened.unread.lines():
            _say("unreadable", line)
        for warning in warnings_of(chosen, opened.engine.refused):
            _warn(warning, warnings)
        for warning in opened.warnings:
            _warn(warning, warnings)
        findings, not_judged, not_run, allowed = _hunt(opened, chosen.detections, used)
        for fault in opened.truncated.not_fetched:
            _warn(f"not all truncated events were judged: {fault}", warnings)
        informational = _count(opened, chosen.informational)
    if informational:
        tell(
            f"note: {informational:,} informational findings left out; "
            "`--severity informational` shows them"
        )
    if used and allow is None:
        _tell_used(used, allowed)
    hunted = Hunted(
        chosen.detections,
        findings,
        chosen.rejected,
        not_run,
        opened.unread,
        used,
        allowed,
        warnings,
        opened.events,
        informational,
        opened.truncated.truncated if chosen.detections else None,
        not_judged,
        opened.contents,
        unanswerable(opened.contents, wanted) if opened.contents else None,
        known,
        show_commands,
    )
    _write(hunted, format_, output, limit, explain_truncated=explain_truncated)
    if hunted.new:
        return ExitCode.VIOLATION
    if opened.unread or not_run or chosen.rejected:
        return ExitCode.UNREADABLE
    return ExitCode.UNDECIDED if strict and not_judged else ExitCode.OK


def _hunt(
    opened: OpenedEngine, detections: Sequence[Detection], used: UsedList | None
) -> tuple[list[Finding], list[NotJudged], dict[str, Sequence[str]], int | None]:
    """Return what was found and not judged, what could not be run, and how much is allowed."""
    findings: list[Finding] = []
    not_judged: list[NotJudged] = []
    not_run = _refused(opened.engine, detections)
    is_counted = opened.count_allowed or not (used and used.entries)
    allowed = 0 if is_counted else None
    for detection, judged, faults in _outcomes(
        opened, [r for r in detections if r.slug not in not_run]
    ):
        findings += sorted(judged.findings, key=_moment)
        if judged.not_judged:
            not_judged.append(NotJudged(detection, judged.not_judged))
        if faults:
            not_run[detection.slug] = faults
            _tell(faults)
        else:
            allowed = _added(allowed, opened, detection, judged.found)
    return findings, not_judged, not_run, allowed


def _outcomes(
    opened: OpenedEngine, detections: Sequence[Detection]
) -> Iterator[tuple[Detection, Judged, Sequence[str]]]:
    """Yield what each detection finds, in their order, and why it failed if it did."""

    def outcome(detection: Detection) -> tuple[Detection, Judged, Sequence[str]]:
        found: list[Finding] = []
        try:
            found.extend(opened.engine.run(detection))
            return detection, opened.truncated.judge(detection, found), ()
        except DetectionFailedError as error:
            return detection, Judged(tuple(found)), error.faults

    if opened.threads == 1:
        yield from map(outcome, detections)
        return
    with ThreadPoolExecutor(opened.threads) as pool:
        yield from pool.map(outcome, detections)


def _moment(finding: Finding) -> tuple[bool, datetime]:
    """Return a key that sorts findings by time; those without one come last."""
    return finding.time is None, finding.time or datetime.min  # noqa: DTZ901 compared with none


def _count(opened: OpenedEngine, left_out: Sequence[Detection]) -> int | None:
    """Return how many findings are left out; None if they are not or cannot be counted."""
    if opened.events is None or any(each.slug in opened.engine.refused for each in left_out):
        return None
    outcomes = list(_outcomes(opened, left_out))
    failed = any(faults for _, _, faults in outcomes)
    return None if failed else sum(judged.found for _, judged, _ in outcomes)


def _refused(engine: Engine, detections: Sequence[Detection]) -> dict[str, Sequence[str]]:
    """Return why detections cannot be run, which is also reported at once."""
    refused = {detection.slug: engine.refused.get(detection.slug, ()) for detection in detections}
    refused = {slug: faults for slug, faults in refused.items() if faults}
    if detections and len(refused) == len(detections):
        raise InputError(*(f"{slug}: {fault}" for slug in refused for fault in refused[slug]))
    for slug, faults in refused.items():
        _tell(f"{slug}: {fault}" for fault in faults)
    return refused


def _added(
    allowed: int | None, opened: OpenedEngine, detection: Detection, found: int
) -> int | None:
    """Add what is allowed of a detection; None where that cannot be counted."""
    if allowed is None or opened.count_allowed is None:
        return allowed
    try:
        return allowed + opened.count_allowed(detection, found)
    except InputError:
        return None


def _tell(faults: Iterable[str]) -> None:
    for fault in faults:
        _say("not run", fault)


def _warn(warning: str, warnings: list[str]) -> None:
    warnings.append(warning)
    _say("warning", warning)


def _say(what: str, text: str) -> None:
    tell(f"{what}: {text}")  # a fault of KQL has several lines, with a mark below the place


def _allowed(
    path: Path | None, detections: Sequence[Detection], warnings: list[str]
) -> tuple[UsedList | None, AllowList]:
    """Return the allow-list, and report its expired entries."""
    found = path or Path(ALLOW_LIST)
    if path is None and not found.exists():
        return None, NOTHING_ALLOWED
    known = {detection.slug for detection in (*detections, *all_detections())}
    allowed = read_allow_list(found, sorted(known))
    today = datetime.now(UTC).date()
    for entry in allowed.expired(today):
        _warn(f"{found}: expired on {entry.expires}: {entry.reason}", warnings)
    return UsedList(str(found), len(allowed.holding(today))), allowed


def _tell_used(used: UsedList, allowed: int | None) -> None:
    count = "not counted here" if allowed is None else f"{allowed:,}"
    tell(
        f"note: {used.file} in the current directory is used: valid entries {used.entries:,}, "
        f"findings left out {count}"
    )


def _write(
    hunted: Hunted, format_: str, output: Path | None, limit: int, *, explain_truncated: bool
) -> None:
    with private_files():
        if format_ == "json":
            write_text(document(hunted), output)
        else:
            write_drawn(
                lambda console: print_hunted(
                    console, hunted, limit, explain_truncated=explain_truncated
                ),
                output,
            )
