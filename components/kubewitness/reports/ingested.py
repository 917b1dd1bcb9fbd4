"""The report of reading logs, for people and as JSON: the balance, the quarantine, the counts."""

from shlex import quote
from typing import Any, Final

from rich.console import Console

from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.contents import Contents
from kubewitness.printable import printable
from kubewitness.reports.console import print_text
from kubewitness.reports.log_contents import brief, log_document

VERSION: Final = 1
"""Of the JSON document."""

SHOWN: Final = 10
"""How many entries of the quarantine a person is shown."""


def document(summary: Summary, log: Contents | None = None) -> dict[str, Any]:
    """Return the summary, and what the store now contains, as a versioned document."""
    return {
        "version": VERSION,
        "log": log and log_document(log),
        "files": summary.files,
        "files_known": summary.files_known,
        "faults": summary.faults,
        "rows_by_shape": summary.rows_by_format,
        "copies": summary.copies,
        "balance": summary.balance.as_document(),
        "quarantine": [
            {
                "file": entry.file,
                "offset": entry.offset,
                "length": entry.length,
                "sha256": entry.sha256,
                "reason": entry.reason,
                "is_stored": entry.is_stored,
            }
            for entry in summary.quarantine
        ],
    }


def print_ingested(
    console: Console, summary: Summary, log: Contents | None = None, store: str = ""
) -> None:
    """Print what could not be read, the balance, what the store now contains, and what to do next.

    Args:
        log: what the store contains; None if nothing.
        store: its path.
    """
    for fault in summary.faults:
        print_text(console, f"UNREADABLE {printable(fault)}", "bold red")
    for entry in summary.quarantine[:SHOWN]:
        stored = " as stored" if entry.is_stored else ""
        place = f"{printable(entry.file)}: byte {entry.offset}{stored}, {entry.length} bytes"
        print_text(console, f"QUARANTINED {place}: {entry.reason}", "bold yellow")
    more = summary.balance.quarantined - SHOWN
    if more > 0:
        print_text(console, f"and {more:,} more in the quarantine", "yellow")
    print_text(console, _balance_line(summary))
    print_text(console, _summary_line(summary))
    if log:
        events = sum(part.events for part in log.categories.values())
        print_text(console, f"{store} contains {events:,} event{'s' * (events != 1)}: {brief(log)}")
        print_text(console, f"next: kubewitness hunt {quote(store)}", "bold")


def _balance_line(summary: Summary) -> str:
    b = summary.balance
    other = f"+ {b.other_bytes:,} in other logs " if b.other else ""
    sign = "=" if b.unaccounted_bytes == 0 else "!="
    return (
        f"{b.decoded_bytes:,} bytes {sign} {b.event_bytes:,} in events "
        f"+ {b.salvaged_bytes:,} in salvaged events + {b.quarantined_bytes:,} quarantined "
        f"{other}+ {b.envelope_bytes:,} around events + {b.blank_bytes:,} blank"
    )


def _summary_line(summary: Summary) -> str:
    b = summary.balance
    known = f" ({summary.files_known:,} known already)" if summary.files_known else ""
    other = f"other logs {b.other:,}, " if b.other else ""
    return (
        f"files {summary.files:,}{known}, events {b.events:,}, salvaged {b.salvaged:,}, "
        f"{other}copies merged {summary.copies:,}, no checksum {b.unvouched:,}, "
        f"unreadable {b.quarantined + len(summary.faults):,}"
    )
