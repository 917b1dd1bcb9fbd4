"""What `kubewitness access` does."""

from pathlib import Path

from kubewitness.cli.data import open_data
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import ExitCode, InputError
from kubewitness.investigate.access.choice import chosen_subjects
from kubewitness.investigate.access.report import AccessReport, access_of
from kubewitness.investigate.access.used import used_permissions
from kubewitness.investigate.identities import NO_IDENTITIES, read_identities
from kubewitness.logs.store.contents import contents
from kubewitness.logs.store.period import Period, present
from kubewitness.logs.store.present import count_events, present_time, time_warnings
from kubewitness.private_files import private_files
from kubewitness.reports.access import access_yaml, notes, print_access
from kubewitness.reports.access_document import access_document


def run(
    *,
    data: tuple[str, ...],
    subjects: tuple[str, ...],
    cluster: str | None,
    exact: bool,
    identities: Path | None,
    since: str | None,
    until: str | None,
    as_of: str | None,
    format_: str,
    output: Path | None,
    no_progress: bool,
) -> int:
    """Determine which permissions were used and write them."""
    known = read_identities(identities) if identities else NO_IDENTITIES
    period = Period(since, until)
    moment = present(as_of)
    with open_data(data, period, now=moment, progress=not no_progress) as opened:
        connection = opened.connection
        now = present_time(connection, moment)
        used = used_permissions(connection, period, now)
        log = contents(connection, period, now)
        events = count_events(connection, period, now)
        warnings = list(time_warnings(connection, events, period, now))
    for line in opened.unread.lines():
        tell(f"unreadable: {line}")
    for warning in warnings:
        tell(f"warning: {warning}")
    chosen = chosen_subjects(used.uses, subjects, cluster, known)
    report = AccessReport(
        [access_of(subject, used.uses[subject], known, exact=exact) for subject in chosen],
        used,
        log,
    )
    _write(report, format_, output)
    return ExitCode.UNREADABLE if opened.unread else ExitCode.OK


def _write(report: AccessReport, format_: str, output: Path | None) -> None:
    with private_files():
        if format_ == "json":
            write_text(access_document(report), output)
        elif format_ == "yaml":
            _require_one_cluster(report)
            for note in notes(report):
                tell(f"note: {note}")
            write_text(access_yaml(report), output)
        else:
            write_drawn(lambda console: print_access(console, report), output)


def _require_one_cluster(report: AccessReport) -> None:
    clusters = sorted({one.subject.cluster for one in report.subjects})
    if len(clusters) > 1:
        names = ", ".join(each.rpartition("/")[2] or "one without a name" for each in clusters)
        raise InputError(
            f"the log has requests to several clusters ({names}), and `kubectl apply` changes one; "
            "choose it with `--cluster NAME`"
        )
