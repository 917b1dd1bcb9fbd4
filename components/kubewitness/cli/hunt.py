"""`kubewitness hunt`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import click
from rich.console import Console

from kubewitness.cli.engines import open_engine
from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList, read_allow_list
from kubewitness.detections.engines import Engine, RuleFailedError
from kubewitness.detections.engines.cloud import DEFAULT_SINCE, CloudOptions, Plan
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import Tables
from kubewitness.detections.registry import (
    all_rules,
    find_rules,
    read_rules,
    with_names_of_their_own,
)
from kubewitness.detections.rule import SEVERITIES, Rule
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.period import Period, present
from kubewitness.logs.store import STORE_VARIABLE
from kubewitness.reports.hunted import Hunted, document, print_hunted
from kubewitness.reports.names import printable

ALLOW_LIST = "kubewitness.allow.yaml"
"""Is read where it stands in the present folder."""


@click.command("hunt")
@click.argument("data", metavar="DATA...", nargs=-1, envvar=STORE_VARIABLE)
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
    type=click.Choice([severity.lower() for severity in SEVERITIES]),
    default="low",
    show_default=True,
    help="The least that is looked for, unless a detection is named.",
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
    help="Findings of each rule that a table shows.",
)
@click.option("--no-progress", is_flag=True, help="Show no progress on a terminal.")
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    data: tuple[str, ...],
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    severity: str,
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
    rejected: list[str] = []
    rules = _chosen(names, folders, severity, rejected)
    options = CloudOptions(
        tables=Tables(tables) if tables else None,
        period=Period(since, until),
        now=present(as_of),
        allow_list=_allowed(allow, rules),
        plan=Plan(plan),
    )
    with open_engine(data, rules, options, progress=not no_progress) as opened:
        findings, not_run = _hunt(opened.engine, rules)
    hunted = Hunted(rules, findings, not_run, opened.unreadable)
    _write(hunted, format_, limit)
    if findings:
        return ExitCode.VIOLATION
    unread = opened.unreadable or not_run or rejected
    return ExitCode.UNREADABLE if unread else ExitCode.OK


def _hunt(engine: Engine, rules: list[Rule]) -> tuple[list[Finding], dict[str, Sequence[str]]]:
    """Return what was found, and why rules could not be run, which is also told at once."""
    findings: list[Finding] = []
    not_run = {rule.slug: engine.refused.get(rule.slug, ()) for rule in rules}
    not_run = {slug: faults for slug, faults in not_run.items() if faults}
    if rules and len(not_run) == len(rules):
        raise InputError(*(f"{slug}: {fault}" for slug in not_run for fault in not_run[slug]))
    for slug, faults in not_run.items():
        _tell(f"{slug}: {fault}" for fault in faults)
    for rule in (rule for rule in rules if rule.slug not in engine.refused):
        try:
            findings.extend(engine.run(rule))
        except RuleFailedError as error:
            not_run[rule.slug] = error.faults
            _tell(error.faults)
    return findings, not_run


def _tell(faults: Iterable[str]) -> None:
    for fault in faults:
        click.echo(f"not run: {fault}", err=True)


def _chosen(
    names: tuple[str, ...], folders: tuple[Path, ...], severity: str, rejected: list[str]
) -> list[Rule]:
    """Return the rules to run, having said which of Sigma's cannot be."""
    brought = [rule for folder in folders for rule in read_rules(folder, rejected)]
    for reason in rejected:
        click.echo(f"warning: not run: {printable(reason)}", err=True)
    if names or folders:
        named = find_rules(names) if names else ()
        return list(with_names_of_their_own([*brought, *named]))
    least = [name.lower() for name in SEVERITIES].index(severity)
    return [rule for rule in find_rules(()) if SEVERITIES.index(rule.severity) <= least]


def _allowed(path: Path | None, rules: list[Rule]) -> AllowList:
    """Return the allow-list, having said which of its entries hold no more."""
    found = path or Path(ALLOW_LIST)
    if path is None and not found.exists():
        return NOTHING_ALLOWED
    known = {rule.slug for rule in (*rules, *all_rules())}
    allowed = read_allow_list(found, sorted(known))
    for entry in allowed.expired(datetime.now(UTC).date()):
        click.echo(f"warning: {found}: expired on {entry.expires}: {entry.reason}", err=True)
    return allowed


def _write(hunted: Hunted, format_: str, limit: int) -> None:
    text = StringIO()
    if format_ == "json":
        text.write(document(hunted))
    else:
        print_hunted(Console(file=text, width=120), hunted, limit)
    click.echo(text.getvalue(), nl=False)
