"""`kubewitness hunt`."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import click
from rich.console import Console

from kubewitness.cli.data import open_data
from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList, read_allow_list
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.registry import find_rules, read_rules, with_names_of_their_own
from kubewitness.detections.rule import SEVERITIES, Rule
from kubewitness.errors import ExitCode
from kubewitness.logs.period import Period, present
from kubewitness.logs.store import DEFAULT_STORE, STORE_VARIABLE
from kubewitness.reports.hunted import document, print_hunted
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
@click.option("--since", metavar="TIME", help="Only from then on: ISO 8601, or as 2d or 12h ago.")
@click.option("--until", metavar="TIME", help="Only before then, likewise.")
@click.option("--as-of", metavar="TIME", help="What now() is; `now` is the clock's.")
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
    format_: str,
    limit: int,
    no_progress: bool,
) -> int:
    """Look for attacks in logs.

    DATA are a store, by default $KUBEWITNESS_STORE or ./kubewitness.store, or logs of any shape, as
    `kubewitness ingest` reads them. now() is the time of the newest event unless --as-of says
    otherwise.
    """
    rejected: list[str] = []
    rules = _chosen(names, folders, severity, rejected)
    allowed = _allowed(allow, rules)
    moment = present(as_of)
    period = Period(since, until)
    with open_data(
        data or (DEFAULT_STORE,), period, now=moment, progress=not no_progress
    ) as opened:
        engine = LocalEngine(
            opened.connection, rules, period=period, now=moment, allow_list=allowed
        )
        found = {rule.slug: list(engine.run(rule)) for rule in rules}
    findings = [finding for rule in rules for finding in found[rule.slug]]
    _write(rules, findings, format_, limit, unreadable=opened.unreadable)
    if findings:
        return ExitCode.VIOLATION
    return ExitCode.UNREADABLE if opened.unreadable or rejected else ExitCode.OK


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
    allowed = read_allow_list(found, [rule.slug for rule in rules])
    for entry in allowed.expired(datetime.now(UTC).date()):
        click.echo(f"warning: {found}: expired on {entry.expires}: {entry.reason}", err=True)
    return allowed


def _write(
    rules: list[Rule], findings: list[Finding], format_: str, limit: int, *, unreadable: int
) -> None:
    text = StringIO()
    if format_ == "json":
        text.write(document(rules, findings, unreadable=unreadable))
    else:
        console = Console(file=text, width=120)
        print_hunted(console, rules, findings, limit, unreadable=unreadable)
    click.echo(text.getvalue(), nl=False)
