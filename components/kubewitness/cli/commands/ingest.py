"""`kubewitness ingest`."""

import json
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from kubewitness.cli.progress import progress_bar
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import DEFAULT_STORE, STORE_VARIABLE, open_store
from kubewitness.reports.ingested import document, print_ingested

EPILOG: Final = """\b
Exit codes, the first that applies:
   2  bad usage or input
   5  something could not be read; a salvaged event is no such thing
   3  no logs
   0  all well
"""


class Limit(click.ParamType[str]):
    """A number of entries in the quarantine, or a share of all bytes."""

    name = "limit"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return it if it is one."""
        if not re.fullmatch(r"\d+|\d+(\.\d+)?%", str(value)):
            self.fail(
                f"{value!r} is neither a number of entries nor a share as in 0.1%", param, ctx
            )
        return str(value)


@click.command("ingest", epilog=EPILOG)
@click.argument("logs", metavar="LOGS...", nargs=-1, required=True)
@click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=STORE_VARIABLE,
    default=DEFAULT_STORE,
    show_default=True,
    help=f"The DuckDB file to fill; also by ${STORE_VARIABLE}.",
)
@click.option("--since", type=click.DateTime(), help="Of CloudWatch: only what is newer (UTC).")
@click.option("--until", type=click.DateTime(), help="Of CloudWatch: only what is older (UTC).")
@click.option(
    "--max-unreadable",
    type=Limit(),
    default="0",
    show_default=True,
    help="Entries in the quarantine, or share of bytes (0.1%), that are no failure.",
)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table")
@click.option("--no-progress", is_flag=True, help="Show no progress on a terminal.")
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    logs: tuple[str, ...],
    store: Path,
    since: datetime | None,
    until: datetime | None,
    max_unreadable: str,
    format_: str,
    no_progress: bool,
) -> int:
    """Read audit logs of any shape into a store, losing nothing.

    LOGS are files, folders, globs, `-`, s3://BUCKET/PREFIX, az://CONTAINER/PREFIX and
    cloudwatch://LOG-GROUP; plain, gzip or zstd; recognised by content. What was read before is not
    read again, and an interrupted run goes on where it was.
    """
    own = {f"{store.resolve()}{suffix}" for suffix in ("", ".wal")}
    found = find_log_files(logs, since=_utc(since), until=_utc(until))
    files = [file for file in found if file.name not in own]
    total = sum(file.size or 0 for file in files)
    with open_store(store) as connection, progress_bar(total, shown=not no_progress) as report:
        summary = ingest(connection, files, report=report)
    _write(summary, format_)
    if not (summary.files_known or summary.balance.decoded_bytes or summary.faults):
        raise NothingToCheckError("there is not a byte in these logs")
    return ExitCode.UNREADABLE if _is_too_much(summary, max_unreadable) else ExitCode.OK


def _utc(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=UTC)


def _is_too_much(summary: Summary, limit: str) -> bool:
    if summary.faults:
        return True
    if limit.endswith("%"):
        share = 100 * summary.balance.quarantined_bytes / max(summary.balance.decoded_bytes, 1)
        stored = any(entry.is_stored for entry in summary.quarantine)
        return stored or share > float(limit[:-1])
    return summary.balance.quarantined > int(limit)


def _write(summary: Summary, format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps(document(summary), indent=2))
        return
    text = StringIO()
    print_ingested(Console(file=text, width=120), summary)
    click.echo(text.getvalue(), nl=False)
