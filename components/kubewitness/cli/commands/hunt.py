"""`kubewitness hunt`."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from kubewitness.cli.detections_choice import BY_DEFAULT, choose_detections, warnings_of
from kubewitness.cli.engines import Opened, open_engine
from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList, read_allow_list
from kubewitness.detections.detection import SEVERITIES, Detection
from kubewitness.detections.engines import DetectionFailedError, Engine
from kubewitness.detections.engines.cloud import DEFAULT_SINCE, CloudOptions, Plan
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.store.database import STORE_VARIABLE
from kubewitness.logs.store.period import Period, present
from kubewitness.printable import printable
from kubewitness.reports.hunted import Hunted, UsedList, document, print_hunted

ALLOW_LIST = "kubewitness.allow.yaml"
"""Is read where it stands in the present folder."""

EPILOG: Final = """\b
Exit codes, the first that applies:
   2  bad usage or input; no detection can be run; Azure refuses the credentials
   1  findings
   5  a detection was not run, or some log could not be read
   3  no events
   0  all well
"""

_SEVERITIES: Final = [severity.lower() for severity in SEVERITIES]


@click.command("hunt", epilog=EPILOG)
@click.argument("data", metavar="[DATA]...", nargs=-1, envvar=STORE_VARIABLE)
@click.option("--rule", "names", metavar="NAME", multiple=True, help="Only this detection.")
@click.option(
    "--rules",
    "folders",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="Rules of your own instead, Sentinel's or Sigma's: a file or a folder.",
)
@click.option(
    "--severity",
    type=click.Choice(_SEVERITIES),
    help="Minimum severity, unless a detection is named. Default: "
    f"{BY_DEFAULT.lower()}; for rules of your own, any.",
)
@click.option(
    "--allow",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=f"What is allowed here; by default {ALLOW_LIST} if it is there.",
)
@click.option(
    "--since",
    metavar="TIME",
    help=f"Only from then on: ISO 8601, or 2d or 12h ago; in the cloud by default {DEFAULT_SINCE}.",
)
@click.option("--until", metavar="TIME", help="Only before then, likewise.")
@click.option("--as-of", metavar="TIME", help="What now() is; `now` is the clock's.")
@click.option(
    "--tables",
    type=click.Choice([table.value for table in Tables]),
    help="In the cloud: which tables have the audit events; found out by default.",
)
@click.option(
    "--plan",
    type=click.Choice([plan.value for plan in Plan]),
    default=Plan.ANALYTICS.value,
    show_default=True,
    help="In the cloud: the plan of those tables.",
)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Findings of each detection that a table shows.",
)
@click.option("--no-progress", is_flag=True, help="Show no progress on a terminal.")
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    data: tuple[str, ...],
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    severity: str | None,
    allow: Path | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    tables: str | None,
    plan: str,
    format_: str,
    limit: int,
    no_progress: bool,
) -> int:
    """Look for attacks in logs.

    DATA are a store, by default $KUBEWITNESS_STORE or ./kubewitness.store; or logs of any shape, as
    `kubewitness ingest` reads them; or log-analytics://WORKSPACE-ID; or adx://CLUSTER/DATABASE.
    now() is the time of the newest event, in the cloud the clock's, unless --as-of says otherwise.
    """
    warnings: list[str] = []
    least = None if severity is None else SEVERITIES[_SEVERITIES.index(severity)]
    chosen = choose_detections(names, folders, least)
    for reason in chain(*chosen.rejected.values()):
        _say("warning: not run", reason)
    used, allow_list = _allowed(allow, chosen.detections, warnings)
    options = CloudOptions(
        tables=Tables(tables) if tables else None,
        period=Period(since, until),
        now=present(as_of),
        allow_list=allow_list,
        plan=Plan(plan),
    )
    with open_engine(data, chosen.detections, options, progress=not no_progress) as opened:
        for line in opened.unread.lines():
            _say("unreadable", line)
        for warning in warnings_of(chosen, opened.engine.refused):
            _warn(warning, warnings)
        findings, not_run, allowed = _hunt(opened, chosen.detections, used)
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
    )
    _write(hunted, format_, limit)
    if findings:
        return ExitCode.VIOLATION
    unread = opened.unread or not_run or chosen.rejected
    return ExitCode.UNREADABLE if unread else ExitCode.OK


def _hunt(
    opened: Opened, detections: Sequence[Detection], used: UsedList | None
) -> tuple[list[Finding], dict[str, Sequence[str]], int | None]:
    """Return what was found, why detections could not be run, and how many findings are allowed."""
    findings: list[Finding] = []
    not_run = _refused(opened.engine, detections)
    is_counted = opened.count_allowed or not (used and used.entries)
    allowed = 0 if is_counted else None
    for detection, found, faults in _outcomes(
        opened, [r for r in detections if r.slug not in not_run]
    ):
        findings += found
        if faults:
            not_run[detection.slug] = faults
            _tell(faults)
        else:
            allowed = _added(allowed, opened, detection, len(found))
    return findings, not_run, allowed


def _outcomes(
    opened: Opened, detections: Sequence[Detection]
) -> Iterator[tuple[Detection, list[Finding], Sequence[str]]]:
    """Yield what each detection finds, in their order, and why it failed if it did."""

    def outcome(detection: Detection) -> tuple[Detection, list[Finding], Sequence[str]]:
        found: list[Finding] = []
        try:
            found.extend(opened.engine.run(detection))
        except DetectionFailedError as error:
            return detection, found, error.faults
        return detection, found, ()

    if opened.threads == 1:
        yield from map(outcome, detections)
        return
    with ThreadPoolExecutor(opened.threads) as pool:
        yield from pool.map(outcome, detections)


def _refused(engine: Engine, detections: Sequence[Detection]) -> dict[str, Sequence[str]]:
    """Return why detections cannot be run, which is also told at once."""
    refused = {detection.slug: engine.refused.get(detection.slug, ()) for detection in detections}
    refused = {slug: faults for slug, faults in refused.items() if faults}
    if detections and len(refused) == len(detections):
        raise InputError(*(f"{slug}: {fault}" for slug in refused for fault in refused[slug]))
    for slug, faults in refused.items():
        _tell(f"{slug}: {fault}" for fault in faults)
    return refused


def _added(allowed: int | None, opened: Opened, detection: Detection, found: int) -> int | None:
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
    # A fault of KQL has several lines, with a mark below the place.
    click.echo(f"{what}: " + "\n".join(map(printable, text.split("\n"))), err=True)


def _allowed(
    path: Path | None, detections: Sequence[Detection], warnings: list[str]
) -> tuple[UsedList | None, AllowList]:
    """Return the allow-list, having said which of its entries hold no more."""
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
    click.echo(
        f"note: {used.file} of the present folder is used: entries that hold {used.entries:,}, "
        f"findings left out {count}",
        err=True,
    )


def _write(hunted: Hunted, format_: str, limit: int) -> None:
    text = StringIO()
    if format_ == "json":
        text.write(document(hunted))
    else:
        print_hunted(Console(file=text, width=120), hunted, limit)
    click.echo(text.getvalue(), nl=False)
