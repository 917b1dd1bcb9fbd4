"""Builds a timeline from a store: what is selected, what it rests on, and what followed from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain

import duckdb

from kubewitness.detections.engines.local import create_parsers
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import KUBE_AUDIT
from kubewitness.investigate.timeline.attribution import EVIDENCE, Attributions
from kubewitness.investigate.timeline.audit_entries import RequestContext, audit_entry, known_names
from kubewitness.investigate.timeline.changes import object_changes
from kubewitness.investigate.timeline.entry import BuiltTimeline, FieldChange, Role, TimelineEntry
from kubewitness.investigate.timeline.findings import by_audit_id, summaries
from kubewitness.investigate.timeline.other_logs import other_entries
from kubewitness.investigate.timeline.related import RelatedScope
from kubewitness.investigate.timeline.requests import (
    ApiRequest,
    create_stages,
    load_requests,
    selected_rows,
)
from kubewitness.investigate.timeline.selection import Selection, condition
from kubewitness.investigate.timeline.sessions import with_sessions
from kubewitness.investigate.timeline.visibility import not_shown
from kubewitness.logs.store.contents import contents
from kubewitness.logs.store.database import DATABASE
from kubewitness.logs.store.period import Period, parse_time, within
from kubewitness.logs.store.truncated import count_truncated


@dataclass(frozen=True)
class TimelineOptions:
    """The options of a timeline in addition to the selection.

    Attributes:
        period: in which the selected requests are.
        now: from which the period counts.
        findings: of detections in the same store.
        show_commands: whether commands are shown as they were run.
    """

    period: Period
    now: datetime
    findings: Sequence[Finding] = ()
    show_commands: bool = False

    @cached_property
    def limits(self) -> tuple[datetime | None, datetime | None]:
        """Return the first time of the period, and the first that is too late."""
        times = (self.period.since, self.period.until)
        since, until = (parse_time(text, self.now) if text else None for text in times)
        return since, until


def build_timeline(
    connection: duckdb.DuckDBPyConnection, selection: Selection, options: TimelineOptions
) -> BuiltTimeline:
    """Return the timeline of a selection.

    The basis of an inference may be older than the period.

    Args:
        connection: to a store; of this thread.

    Raises:
        InputError: a part of the selection or a time of the period cannot be read.
    """
    cursor = connection.cursor()  # has its own views, in addition to those of an engine
    cursor.execute(f"USE {DATABASE}")
    create_parsers(cursor, now=options.now, names=(KUBE_AUDIT,))
    create_stages(cursor)
    wanted, parameters = condition(selection)
    period = within(options.period, options.now)
    limits = period.replace("TimeGenerated", "logged")
    rows = selected_rows(cursor, f"({wanted}) AND ({limits})", parameters)
    requests = load_requests(cursor, f"{EVIDENCE} OR ({wanted}) AND ({limits})", parameters)
    attributions = Attributions(requests)
    roles = _roles(requests, rows, attributions, selection)
    roles = {one: role for one, role in roles.items() if role != "effect" or _is_in(one, options)}
    entries = [
        *_audit_entries(cursor, requests, roles, attributions, options),
        *summaries(options.findings, _actors(selection, roles)),
        *other_entries(cursor, RelatedScope.of(selection, _subjects(selection, roles)), period),
    ]
    ordered = sorted(entries, key=lambda entry: entry.order)
    numbered, sessions = with_sessions(ordered)
    log = contents(cursor, options.period, options.now)
    truncated = count_truncated(cursor, options.period, options.now)
    return BuiltTimeline(numbered, sessions, tuple(not_shown(log, requests, truncated)))


def _roles(
    requests: Sequence[ApiRequest],
    rows: frozenset[int],
    attributions: Attributions,
    selection: Selection,
) -> dict[ApiRequest, Role]:
    """Return why each request is shown that is."""
    roles: dict[ApiRequest, Role] = {one: "selected" for one in requests if one.rows & rows}
    if selection.shows_effects:
        for one in requests:
            evidence = chain.from_iterable(each.rests_on for each in attributions.behind(one))
            if one not in roles and any(roles.get(each) == "selected" for each in evidence):
                roles[one] = "effect"
    if selection.shows_causes:
        for one in tuple(roles):
            for each in chain.from_iterable(found.rests_on for found in attributions.behind(one)):
                roles.setdefault(each, "cause")
            if issued := attributions.issued(one):
                roles.setdefault(issued, "cause")
    return roles


def _audit_entries(
    cursor: duckdb.DuckDBPyConnection,
    requests: Sequence[ApiRequest],
    roles: Mapping[ApiRequest, Role],
    attributions: Attributions,
    options: TimelineOptions,
) -> Iterator[TimelineEntry]:
    findings = by_audit_id(options.findings)
    changes = _changes(cursor, requests, roles)
    for one, role in roles.items():
        context = RequestContext(
            role,
            attributions.behind(one),
            attributions.issued(one),
            changes.get(one, ()),
            findings.get(one.last.audit_id, ()),
        )
        yield audit_entry(one, context, show_commands=options.show_commands)


def _changes(
    cursor: duckdb.DuckDBPyConnection,
    requests: Sequence[ApiRequest],
    roles: Mapping[ApiRequest, Role],
) -> dict[ApiRequest, tuple[FieldChange, ...]]:
    keys = {one.key for one in roles if one.is_write}
    writes = [one for one in requests if one.is_write and one.key in keys]
    known = frozenset(chain.from_iterable(map(known_names, roles)))
    return object_changes(cursor, writes, known)


def _is_in(request: ApiRequest, options: TimelineOptions) -> bool:
    """Return whether what followed from a selected request is in the period, too."""
    logged, (since, until) = request.last.logged, options.limits
    if logged is None:
        return since is until is None
    return (since is None or since <= logged) and (until is None or logged < until)


def _subjects(selection: Selection, roles: Mapping[ApiRequest, Role]) -> list[ApiRequest]:
    """Return the requests whose objects other logs are searched for.

    Of an object's timeline those are its own requests, of a user's also what followed from them.
    """
    wanted = {"selected"} if selection.shows_causes else {"selected", "effect"}
    return [one for one, role in roles.items() if role in wanted]


def _actors(selection: Selection, roles: Mapping[ApiRequest, Role]) -> frozenset[str] | None:
    """Return whose summaries are shown: all without a selection."""
    if selection == Selection():
        return None
    return frozenset(chain.from_iterable((one.last.username, one.actor) for one in roles))
