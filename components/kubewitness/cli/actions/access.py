"""Run `kubewitness access`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from kubewitness.cli.data import open_data
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.investigate.access.changes import Changes, changes
from kubewitness.investigate.access.choice import chosen_subjects
from kubewitness.investigate.access.permissions import Subject
from kubewitness.investigate.access.used import AZURE_REASON, Used, used_permissions
from kubewitness.investigate.access_report import AccessReport, access_of
from kubewitness.investigate.granted.actors import actors, is_whole
from kubewitness.investigate.granted.comparison import GrantComparison, compare
from kubewitness.investigate.granted.files import read_granted
from kubewitness.investigate.granted.grant import Granted
from kubewitness.investigate.granted.kubernetes_claims import named_subjects
from kubewitness.investigate.granted.visibility import Visibility
from kubewitness.investigate.identities import NO_IDENTITIES, read_identities
from kubewitness.logs.store.contents import Contents, contents
from kubewitness.logs.store.period import Period, parse_time, present
from kubewitness.logs.store.present import present_time
from kubewitness.private_files import private_files
from kubewitness.reports.access import access_yaml, notes, print_access
from kubewitness.reports.access_document import access_document


def run(
    *,
    data: tuple[str, ...],
    subjects: tuple[str, ...],
    cluster: str | None,
    exact: bool,
    granted: tuple[Path, ...],
    changes_since: str | None,
    identities: Path | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    format_: str,
    output: Path | None,
    no_pager: bool,
    no_progress: bool,
) -> int:
    """Determine which permissions were used and write them."""
    known = read_identities(identities) if identities else NO_IDENTITIES
    grants = read_granted(granted) if granted else None
    period = Period(since, until)
    moment = present(as_of)
    with open_data(data, period, now=moment, progress=not no_progress) as opened:
        now = present_time(opened.connection, moment)
        warnings = list(opened.warnings(period, now))
        store = _Store(opened.connection, period, now, exact)
        log = store.log(period)
        if not log.audit_events:
            raise NothingToCheckError("the log has no audit events in the period")
        used = store.used(period)
        pool = {*used.uses, *(named_subjects(grants.rules, used.uses) if grants else ())}
        chosen = chosen_subjects(pool, subjects, cluster, known)
        report = AccessReport(
            [access_of(one, used.uses.get(one, ()), known, exact=exact) for one in chosen],
            used,
            log,
            _compare(store, grants, used, chosen, are_all=not subjects) if grants else None,
            _changes(store, parse_time(changes_since, now), chosen) if changes_since else None,
        )
    for line in opened.unread.lines():
        tell(f"unreadable: {line}")
    for warning in warnings:
        tell(f"warning: {warning}")
    _write(report, format_, output, paged=not no_pager)
    return ExitCode.UNREADABLE if opened.unread else ExitCode.OK


@dataclass(frozen=True)
class _Store:
    """A store, and the period that counts.

    Attributes:
        connection: to it.
        period: of the command.
        now: from which the period counts.
        exact: whether each generated name counts.
    """

    connection: duckdb.DuckDBPyConnection
    period: Period
    now: datetime
    exact: bool

    def used(self, period: Period) -> Used:
        return used_permissions(self.connection, period, self.now, exact=self.exact)

    def log(self, period: Period, cluster: str | None = None) -> Contents:
        return contents(self.connection, period, self.now, cluster)


def _compare(
    store: _Store, grants: Granted, used: Used, chosen: Sequence[Subject], *, are_all: bool
) -> GrantComparison:
    """Compare what is granted with what was used; right after the uses were read."""
    cluster = _one_cluster(chosen, "what `--granted` names is of one cluster")
    uses = {one: some for one, some in used.uses.items() if one.cluster == cluster}
    found = actors(store.connection, AZURE_REASON).items()
    visibility = Visibility(
        store.log(store.period, cluster),
        {
            (use.permission.verb, use.permission.group, use.permission.resource)
            for some in uses.values()
            for use in some
        },
        cluster,
        is_whole(store.connection, cluster),
    )
    mine = {subject: actor for subject, actor in found if subject.cluster == cluster}
    return compare(grants, uses, mine, visibility, None if are_all else {*chosen})


def _changes(store: _Store, at: datetime, chosen: Sequence[Subject]) -> Changes:
    before = Period(store.period.since, at.isoformat())
    since = Period(at.isoformat(), store.period.until)
    halves = [(store.used(half).uses, store.log(half)) for half in (before, since)]
    return changes(at, halves[0], halves[1], chosen)


def _write(report: AccessReport, format_: str, output: Path | None, *, paged: bool) -> None:
    with private_files():
        if format_ == "json":
            write_text(access_document(report), output)
        elif format_ == "yaml":
            _one_cluster([one.subject for one in report.subjects], "`kubectl apply` changes one")
            for note in notes(report):
                tell(f"note: {note}")
            write_text(access_yaml(report), output)
        else:
            write_drawn(lambda console: print_access(console, report), output, paged=paged)


def _one_cluster(subjects: Sequence[Subject], why: str) -> str:
    """Return the cluster of subjects.

    Raises:
        InputError: they are of several clusters.
    """
    clusters = sorted({one.cluster for one in subjects})
    if len(clusters) > 1:
        names = ", ".join(each.rpartition("/")[2] or "one without a name" for each in clusters)
        raise InputError(
            f"the log has requests to several clusters ({names}), and {why}; choose it with "
            "`--cluster NAME`"
        )
    return clusters[0] if clusters else ""
