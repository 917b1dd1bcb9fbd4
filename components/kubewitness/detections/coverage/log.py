"""Which detections and saved queries a log can answer: one that has no reads shows no reads.

"No findings" is an answer only where the log has what a detection looks at.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kubewitness.catalog.audit_tables import (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AZURE_ACTIVITY,
    AZURE_DIAGNOSTICS,
)
from kubewitness.catalog.container_insights import INSIGHTS_TABLES, InsightsTable
from kubewitness.catalog.log_categories import GUARD
from kubewitness.detections.detection import Detection, Need
from kubewitness.detections.parsers import PARSERS, names_in
from kubewitness.detections.queries import SavedQuery, saved_queries
from kubewitness.logs.store.contents import ACTIVITY, Contents

Want = Need | Literal["audit events"] | InsightsTable
"""The data that a question needs. Every question that is not about Azure needs audit events."""


def _has_rows(table: InsightsTable) -> Callable[[Contents], bool]:
    return lambda log: log.tables[table] > 0


_IS_THERE: Final[Mapping[Want, Callable[[Contents], bool]]] = {
    "audit events": lambda log: log.audit_events > 0,
    "reads": lambda log: log.reads > 0,
    "request bodies": lambda log: log.request_bodies > 0,
    "guard": lambda log: GUARD in log.categories,
    "impersonation": lambda log: log.tells_impersonation,
    "activity": lambda log: ACTIVITY in log.categories,
    **{table: _has_rows(table) for table in INSIGHTS_TABLES},
}

NAMES: Final[Mapping[Want, str]] = {
    "audit events": "audit events",
    "reads": "reads",
    "request bodies": "request bodies",
    "guard": "the category guard",
    "impersonation": "the users that others act as",
    "activity": "the activity log",
    **{table: f"the table {table}" for table in INSIGHTS_TABLES},
}
"""The name of what is needed, for people."""

_AUDIT_TABLES: Final = (AKS_AUDIT, AKS_AUDIT_ADMIN, AZURE_DIAGNOSTICS, *PARSERS)


@dataclass(frozen=True)
class Unanswerable:
    """The questions that a log cannot answer.

    Attributes:
        detections: the names of the detections by what they need and the log does not have.
        queries: the names of saved queries.
    """

    detections: Mapping[Want, Sequence[str]]
    queries: Mapping[Want, Sequence[str]]

    def line(self) -> str:
        """Return one line for people; empty if the log can answer everything."""
        parts = [f"{len(names):,} need {NAMES[want]}" for want, names in self.detections.items()]
        asked = dict.fromkeys(f"@{name}" for names in self.queries.values() for name in names)
        queries = [f"saved queries {', '.join(asked)}"] if asked else []
        return "; ".join(filter(None, [", ".join(parts), *queries]))


def absent(log: Contents) -> tuple[Want, ...]:
    """Return what a log does not have of all that a question can need."""
    return tuple(want for want, is_there in _IS_THERE.items() if not is_there(log))


def unanswerable(log: Contents, detections: Iterable[Detection]) -> Unanswerable:
    """Return which of these detections, and which saved queries, a log cannot answer."""
    return Unanswerable(
        _grouped({one.slug: _missing(log, _wants(one)) for one in detections}),
        _grouped({one.name: _missing(log, _of_saved(one)) for one in _of_clusters()}),
    )


def _of_clusters() -> Iterator[SavedQuery]:
    """Yield the saved queries on the logs of a cluster.

    Few logs include sign-ins: only the query on sign-ins reports that they are missing.
    """
    for query in saved_queries().values():
        if not {*query.needs} & {*INSIGHTS_TABLES}:
            yield query


def not_visible(log: Contents, text: str, saved: SavedQuery | None = None) -> Iterator[str]:
    """Yield for people what a query looks at and a log does not have.

    Args:
        text: of the query.
        saved: the saved query that it calls, if any.
    """
    if absent := _missing(log, _of_saved(saved) if saved else _of_tables(text)):
        yield f"{', '.join(NAMES[want] for want in absent)}; the answer does not include that"
    if absent or saved:
        return
    there = ", ".join(f"{table} has {rows:,}" for table, rows in log.tables.items() if rows)
    for table in names_in(text, log.tables):
        if not log.tables[table]:
            yield f"{table} has no rows; {there}"


def _missing(log: Contents, wants: set[Want]) -> tuple[Want, ...]:
    """Return what of these a log does not have; of audit events nothing more if it has none."""
    absent = tuple(want for want in _IS_THERE if want in wants and not _IS_THERE[want](log))
    if "audit events" not in absent:
        return absent
    return tuple(want for want in absent if want in ("audit events", *INSIGHTS_TABLES))


def _wants(detection: Detection) -> set[Want]:
    """Return what a detection needs; of a custom one, as far as its tables show it."""
    needs = detection.kubewitness.needs if detection.kubewitness else ()
    return {*needs, *_of_tables(detection.query)}


def _of_saved(query: SavedQuery) -> set[Want]:
    return {*query.needs} if "activity" in query.needs else {*query.needs, "audit events"}


def _of_tables(text: str) -> set[Want]:
    wants: set[Want] = {table for table in INSIGHTS_TABLES if names_in(text, [table])}
    if names_in(text, [AZURE_ACTIVITY]):
        wants.add("activity")
    return wants | {"audit events"} if names_in(text, _AUDIT_TABLES) else wants


def _grouped(missing_by_name: Mapping[str, Sequence[Want]]) -> dict[Want, Sequence[str]]:
    groups = {
        want: [name for name, absent in missing_by_name.items() if want in absent]
        for want in _IS_THERE
    }
    by_size = sorted(groups.items(), key=lambda group: -len(group[1]))
    return {want: names for want, names in by_size if names}
