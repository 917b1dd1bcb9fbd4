"""Run `kubewitness query`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.cli.data import OpenedLogs, open_data
from kubewitness.cli.output import open_output, writable, write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.coverage.log import not_visible
from kubewitness.detections.engines.local import create_parsers
from kubewitness.detections.parsers import PARSERS, used_parsers
from kubewitness.detections.queries import PREFIX, SavedQuery, called_query, saved_queries
from kubewitness.detections.queries.arguments import restricted
from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.kql.query import Result, run_kql, run_sql
from kubewitness.logs.store.contents import contents
from kubewitness.logs.store.database import is_settled
from kubewitness.logs.store.period import Period, present
from kubewitness.logs.store.present import count_events, present_time, time_warnings
from kubewitness.logs.store.truncated import count_truncated
from kubewitness.optional_imports import MissingExtraError, optional_import
from kubewitness.reports.rows import print_rows, write_csv, write_json, write_parquet


def run(
    *,
    text: str,
    data: tuple[str, ...],
    sql: bool,
    format_: str,
    raw: bool,
    output: Path | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    limit: int,
    user: str | None,
    service_account: str | None,
    namespace: str | None,
    secret: str | None,
    pod: str | None,
    no_pager: bool,
    object_: str | None,
    no_progress: bool,
) -> int:
    """Run a query on logs and write its rows."""
    if format_ == "parquet" and output is None:
        raise InputError("`--format parquet` needs `--output FILE`")
    if raw and format_ != "csv":
        raise InputError("`--raw` is for `--format csv`; remove one of the two")
    if text == PREFIX:
        _list_saved()
        return ExitCode.OK
    arguments = {
        "user": user,
        "service-account": service_account,
        "namespace": namespace,
        "secret": secret,
        "pod": pod,
        "object": object_,
    }
    given = {name: value for name, value in arguments.items() if value}
    query = _query(text, given, is_sql=sql)
    moment = present(as_of)
    period = Period(since, until)
    with open_data(data, period, now=moment, progress=not no_progress) as opened:
        connection = opened.connection
        now = present_time(connection, moment)
        create_parsers(connection, period, now=now, names=_parsers(query))
        result = (
            run_sql(connection, query.text) if sql else run_kql(connection, query.text, now=now)
        )
        for note in _notes(opened, period, now, query, result):
            tell(note)
        _write(result, format_, output, limit, raw=raw, paged=not no_pager)
    return ExitCode.OK


@dataclass(frozen=True)
class _Query:
    """A query to run.

    Attributes:
        text: in KQL or SQL, with the restrictions of a saved query.
        saved: the saved query that it calls, if any.
        is_sql: whether it is in SQL.
    """

    text: str
    saved: SavedQuery | None
    is_sql: bool


def _query(text: str, given: Mapping[str, str], *, is_sql: bool) -> _Query:
    """Return the query that a text is or calls.

    Args:
        given: the arguments of a saved query that are given, by the names of their options.
    """
    if called := called_query(text):
        saved = called.query
        own = {saved.argument: called.value} if called.value else {}
        return _Query(restricted(saved, called.text, {**given, **own}), saved, is_sql)
    if given:
        options = ", ".join(f"--{name}" for name in given)
        raise InputError(f"{options}: is for saved queries; write a condition, as in `| where`")
    return _Query(text, None, is_sql)


def _parsers(query: _Query) -> Sequence[str]:
    """Return the parsers that a query can read.

    All of them where it is in SQL, whose names have no case, and where it misspells one: the error
    then names the right one.
    """
    words = set(re.findall(r"\bkube\w*", query.text, re.IGNORECASE))
    if query.is_sql or words - {*PARSERS, *TABLES}:
        return PARSERS
    return used_parsers(query.text)


def _list_saved() -> None:
    for query in saved_queries().values():
        argument = f" {query.argument.upper()}" if query.argument else ""
        takes = "".join(f" --{name}" for name in query.arguments)
        write_text(
            f"{PREFIX}{query.name}{argument}: {query.question}{takes and ' Takes' + takes}\n"
        )


def _notes(
    opened: OpenedLogs, period: Period, now: datetime, query: _Query, result: Result
) -> Iterator[str]:
    """Yield notes on the logs and on the query for the reader of the rows."""
    connection = opened.connection
    if not is_settled(connection):
        yield (
            "warning: reading was interrupted, so events may be counted twice; run `kubewitness "
            "ingest` again"
        )
    for line in opened.unread.lines():
        yield f"unreadable: {line}"
    suspicious = time_warnings(connection, count_events(connection, period, now), period, now)
    in_vain = () if query.is_sql else _in_vain(query.text, result)
    for warning in (*result.warnings, *suspicious, *in_vain):
        yield f"warning: {warning}"
    if result.as_of is not None:
        yield f"now() is {result.as_of.isoformat()}Z; `--as-of` sets it"
    for line in not_visible(contents(connection, period, now), query.text, query.saved):
        yield f"not visible in this log: {line}"
    if count := count_truncated(connection, period, now):
        noun = "event is" if count == 1 else "events are"
        yield f"note: {count:,} {noun} truncated; `TruncatedColumns` lists the missing parts"


def _in_vain(text: str, result: Result) -> Iterator[str]:
    """Yield the paths that no object has, but for those that a warning already names."""
    try:
        paths = optional_import("kubewitness.detections.object_paths.paths", "sigma", text)
    except MissingExtraError:
        return
    reported = {_path(warning) for warning in result.warnings}
    for fault in paths.paths_of_no_object(text):
        if _path(fault) not in reported:
            yield f"null in every row, but for custom resources: {fault}"


def _path(warning: str) -> str:
    """Return the path that a warning is about, which it names first."""
    return warning.split("`")[1]


def _write(
    result: Result, format_: str, output: Path | None, limit: int, *, raw: bool, paged: bool
) -> None:
    if format_ == "parquet" and output is not None:
        with writable(output):
            write_parquet(output, result)
    elif format_ == "table":
        write_drawn(lambda console: _print(console, result, limit), output, paged=paged)
    else:
        with open_output(output) as file:
            if format_ == "json":
                write_json(file, result)
            else:
                write_csv(file, result, raw=raw)


def _print(console: Console, result: Result, limit: int) -> None:
    more = print_rows(console, result, limit)
    if more:
        tell(f"{more} more rows; `--limit` shows more, other formats all")
