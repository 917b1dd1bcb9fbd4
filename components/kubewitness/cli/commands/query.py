"""`kubewitness query`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

import click
from rich.console import Console

from kubewitness.cli.options import store_argument
from kubewitness.detections.engines.local import create_parsers
from kubewitness.detections.queries import find_query, question, saved_queries
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.kql.query import Result, open_for_queries, run_kql, run_sql
from kubewitness.logs.store.database import is_settled
from kubewitness.logs.store.period import Period, present
from kubewitness.reports.rows import print_rows, write_csv, write_json, write_parquet

SAVED: Final = "@"
"""What the name of a saved query begins with."""


@click.command("query")
@click.argument("text", metavar="KQL")
@store_argument
@click.option("--sql", is_flag=True, help="The text is one SELECT in the SQL of DuckDB.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "csv", "parquet"]),
    default="table",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.option("--since", metavar="TIME", help="Only from then on: ISO 8601, or as 2d or 12h ago.")
@click.option("--until", metavar="TIME", help="Only before then, likewise.")
@click.option("--now", metavar="TIME", help="What now() is; `now` is the clock's.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Rows that a table shows.",
)
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    text: str,
    store: Path,
    sql: bool,
    format_: str,
    output: Path | None,
    since: str | None,
    until: str | None,
    now: str | None,
    limit: int,
) -> int:
    """Ask a store of logs in KQL; nothing is written to it.

    KQL may be @ and the name of a saved query; `@` alone lists them.
    STORE is what `kubewitness ingest` made, by default $KUBEWITNESS_STORE or ./kubewitness.store.
    Its tables are Azure's: AKSAudit, AKSAuditAdmin, AKSControlPlane and AzureActivity; KubeAudit
    and its kin are the parsers that detections read. ago() and --since count from the newest event
    unless --now says otherwise.
    """
    if format_ == "parquet" and output is None:
        raise InputError("`--format parquet` needs `--output FILE`")
    if text == SAVED:
        _list_saved()
        return ExitCode.OK
    if text.startswith(SAVED):
        text = find_query(text.removeprefix(SAVED))
    moment = present(now)
    period = Period(since, until)
    with open_for_queries(store, period, now=moment) as connection:
        create_parsers(connection, period, now=moment)
        result = run_sql(connection, text) if sql else run_kql(connection, text, now=moment)
        if not is_settled(connection):
            click.echo(
                "warning: reading was interrupted, so events may stand here twice; run "
                "`kubewitness ingest` again",
                err=True,
            )
        _note(result, () if sql else _in_vain(text, result))
        _write(result, format_, output, limit)
    return ExitCode.OK


def _list_saved() -> None:
    for name, text in saved_queries().items():
        click.echo(f"{SAVED}{name}: {question(text)}")


def _in_vain(text: str, result: Result) -> Iterator[str]:
    """What the query asks of objects that no object has, as far as it is not told already."""
    try:
        from kubewitness.detections.object_paths.paths import paths_of_no_object  # noqa: PLC0415 an extra
    except ImportError:
        return
    told = {_path(warning) for warning in result.warnings}
    for fault in paths_of_no_object(text):
        if _path(fault) not in told:
            yield f"null in every row, but for custom resources: {fault}"


def _path(warning: str) -> str:
    """The path that a warning is about, which it names first."""
    return warning.split("`")[1]


def _note(result: Result, in_vain: Iterable[str]) -> None:
    """Tell what a reader of the rows should know."""
    for warning in (*result.warnings, *in_vain):
        click.echo(f"warning: {warning}", err=True)
    if result.as_of is not None:
        click.echo(f"now() is {result.as_of.isoformat()}Z; `--now` sets it", err=True)


def _write(result: Result, format_: str, output: Path | None, limit: int) -> None:
    with _writable(output):
        if format_ == "parquet" and output is not None:
            write_parquet(output, result)
            return
        with _opened(output) as file:
            if format_ == "json":
                write_json(file, result)
            elif format_ == "csv":
                write_csv(file, result)
            else:
                _print(file, result, limit)


def _print(file: TextIO, result: Result, limit: int) -> None:
    width = None if file.isatty() else 120
    more = print_rows(Console(file=file, width=width), result, limit)
    if more:
        click.echo(f"{more} more rows; `--limit` shows more, other formats all", err=True)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
    else:
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file


@contextmanager
def _writable(output: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if output is None:
            raise
        raise InputError(f"{output}: cannot be written: {error.strerror}") from error
