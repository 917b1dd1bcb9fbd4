"""A timeline for people and as JSON."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from kubewitness.investigate.timeline.entry import (
    ActorSession,
    BuiltTimeline,
    Candidate,
    FieldChange,
    TimelineEntry,
)
from kubewitness.investigate.timeline.sessions import DENIED
from kubewitness.printable import printable, shortened
from kubewitness.reports.console import print_text
from kubewitness.reports.json_text import json_text

VERSION: Final = 1
"""Of the JSON document."""

_LONGEST: Final = 160
_MOST_CHANGES: Final = 12
_RELEVANT: Final = re.compile(
    r"host(PID|IPC|Network|Path|Port)|privileged|capabilities|allowPrivilegeEscalation|\.image$"
    r"|command|args|roleRef|subjects|rules|serviceAccountName|replicas|webhooks|secret|(^|\.)type$",
    re.IGNORECASE,
)
"""Fields that a table shows first; json has all in the order of their paths."""

_STYLES: Final = {"High": "bold red", "Medium": "bold yellow", "Low": "cyan", "Informational": ""}
_ROLES: Final = {"cause": " (evidence)", "effect": " (followed from it)"}


def timeline_document(timeline: BuiltTimeline, notes: Mapping[str, Any]) -> str:
    """Return a timeline as a versioned document.

    Args:
        notes: what else a reader should know, by the names of their fields.
    """
    whole = {
        "version": VERSION,
        "summary": _summary(timeline),
        **notes,
        "not_shown": list(timeline.not_shown),
        "sessions": [_filled(asdict(each)) for each in timeline.sessions],
        "entries": [_filled(asdict(each)) for each in timeline.entries],
    }
    return json_text(whole)


def print_timeline(console: Console, timeline: BuiltTimeline, limit: int) -> None:
    """Print the sessions, the entries, what the log cannot show, and the summary line.

    Args:
        limit: how many sessions and entries.
    """
    for session in timeline.sessions[:limit]:
        print_text(console, printable(_session_line(session)), "bold")
    if timeline.sessions:
        print_text(console, "")
    for entry in timeline.entries[:limit]:
        style = "bold red" if entry.outcome in DENIED else ""
        print_text(console, printable(_line(entry)), style)
        for text, own_style in _below(entry):
            print_text(console, f"    {printable(text)}", own_style)
    if len(timeline.entries) > limit:
        left = len(timeline.entries) - limit
        print_text(console, f"and {left:,} more; `--limit` shows more, json all")
    for text in timeline.not_shown:
        print_text(console, f"not visible in this log: {printable(text)}")
    counts = _summary(timeline)
    print_text(console, ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in counts.items()))


def _session_line(session: ActorSession) -> str:
    denied = f", denied {session.denied:,}" if session.denied else ""
    place = f" from {session.address}" if session.address else ""
    agents = shortened(", ".join(session.agents), _LONGEST)
    return (
        f"session {session.number}: {session.actor}{place}, {_time(session.first)} to "
        f"{_time(session.last)}, requests {session.requests:,}{denied}, {agents}"
    )


def _line(entry: TimelineEntry) -> str:
    acting = f" as {entry.acting_as}" if entry.acting_as else ""
    session = f"[{entry.session}] " if entry.session else ""
    parts = [
        f"{session}{_time(entry.time)}",
        f"{entry.actor}{acting}",
        entry.action,
        entry.object,
        f"{entry.outcome}{_ROLES.get(entry.role, '')}",
    ]
    return "  ".join(part for part in parts if part)


def _below(entry: TimelineEntry) -> Iterator[tuple[str, str]]:
    """Yield the lines below an entry, each with its style."""
    for finding in entry.findings:
        text = f"finding: {finding.severity.upper()} {finding.detection}: {finding.name}"
        yield text, _STYLES[finding.severity]
    for candidate in entry.behind:
        yield _behind(candidate), "bold"
    if entry.command:
        yield f"command: {shortened(entry.command, _LONGEST)}", ""
    if entry.message:
        yield f"message: {shortened(entry.message, _LONGEST)}", ""
    for text in entry.admission:
        yield f"admission: {shortened(text, _LONGEST)}", ""
    for change in sorted(entry.changes, key=_is_ordinary)[:_MOST_CHANGES]:
        yield f"change: {_change(change)}", ""
    if len(entry.changes) > _MOST_CHANGES:
        yield f"and {len(entry.changes) - _MOST_CHANGES:,} more changes; json has all", ""
    for name, value in entry.details.items():
        if name != "code":
            yield f"{name}: {value}", ""


def _is_ordinary(change: FieldChange) -> bool:
    """Return a key that sorts the fields first that decide what an object may do."""
    return _RELEVANT.search(change.path) is None


def _behind(candidate: Candidate) -> str:
    audit_ids = ", ".join(candidate.audit_ids)
    return f"inferred: {candidate.person}, who {candidate.why} (audit ID {audit_ids})"


def _change(change: FieldChange) -> str:
    if not change.is_before_known:
        return f"{change.path}: {_value(change.after)}, before unknown"
    if change.before is None:
        return f"{change.path}: {_value(change.after)}, new"
    return f"{change.path}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Any) -> str:
    return "(none)" if value is None else shortened(str(value), _LONGEST)


def _time(time: datetime | None) -> str:
    return f"{time.isoformat(timespec='milliseconds')}Z" if time else "(no time)"


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value; times as text, which are in UTC."""
    return {
        name: value.isoformat() + "Z" if isinstance(value, datetime) else value
        for name, value in document.items()
        if value not in ("", None, (), {})
    }


def _summary(timeline: BuiltTimeline) -> dict[str, Any]:
    times = [entry.time for entry in timeline.entries if entry.time]
    return {
        "entries": len(timeline.entries),
        "sessions": len(timeline.sessions),
        "denied": sum(entry.outcome in DENIED for entry in timeline.entries),
        "findings": len({f.fingerprint for entry in timeline.entries for f in entry.findings}),
        "inferred": sum(bool(entry.behind) for entry in timeline.entries),
        "first": _time(min(times)) if times else None,
        "last": _time(max(times)) if times else None,
    }
