"""Run `kubewitness ingest`."""

from pathlib import Path

import duckdb

from kubewitness.cli.data import find_logs
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.progress import progress_bar
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.logs.kql.query import has_rows
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.contents import Contents, contents
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.present import present_time
from kubewitness.reports.ingested import document, print_ingested
from kubewitness.reports.json_text import json_text


def run(
    *,
    logs: tuple[str, ...],
    store: Path,
    since: str | None,
    until: str | None,
    max_unreadable: str,
    max_expansion: int,
    format_: str,
    output: Path | None,
    no_progress: bool,
) -> int:
    """Read logs into a store and write the balance of their bytes."""
    own = {f"{store.resolve()}{suffix}" for suffix in ("", ".wal")}
    found = find_logs(logs, Period(since, until))
    files = [file for file in found if file.name not in own]
    total = sum(file.size or 0 for file in files)
    with open_store(store) as connection, progress_bar(total, shown=not no_progress) as report:
        summary = ingest(
            connection,
            files,
            report=report,
            announce=tell,
            most_expansion=max_expansion,
        )
        log = _contents(connection)
    _write(summary, log, store, format_, output)
    if not (summary.files_known or summary.balance.decoded_bytes or summary.faults):
        raise NothingToCheckError("these logs are empty")
    return ExitCode.UNREADABLE if _is_too_much(summary, max_unreadable) else ExitCode.OK


def _is_too_much(summary: Summary, limit: str) -> bool:
    if summary.faults:
        return True
    if limit.endswith("%"):
        share = 100 * summary.balance.quarantined_bytes / max(summary.balance.decoded_bytes, 1)
        stored = any(entry.is_stored for entry in summary.quarantine)
        return stored or share > float(limit[:-1])
    return summary.balance.quarantined > int(limit)


def _contents(connection: duckdb.DuckDBPyConnection) -> Contents | None:
    """Return what a store contains; None if it has no rows."""
    if not has_rows(connection):
        return None
    return contents(connection, Period(), present_time(connection))


def _write(
    summary: Summary, log: Contents | None, store: Path, format_: str, output: Path | None
) -> None:
    if format_ == "json":
        write_text(json_text(document(summary, log)), output)
    else:
        name = str(store)
        write_drawn(lambda console: print_ingested(console, summary, log, name), output)
