"""The coverage of a store's rows: events that were never logged cannot be found in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import READ_VERBS, TABLES
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.logs.store.database import DATABASE, PLAIN_TABLES
from kubewitness.logs.store.period import Period, within

ACTIVITY: Final = "activity log"
"""The category of rows of AzureActivity, which no diagnostic setting of a cluster collects."""

UNKNOWN: Final = "unknown"
"""The cluster and the category of rows that do not name one."""

_INSIGHTS: Final = "".join(
    f" UNION ALL SELECT '{table}', TimeGenerated FROM {PLAIN_TABLES[table]} WHERE {{period}}"
    for table in INSIGHTS_TABLES
)

# An event that came by both categories is one row. An event without a category is of `kube-audit`.
_ROWS: Final = f"""
SELECT category, count(*), min(TimeGenerated), max(TimeGenerated) FROM (
    SELECT unnest(CASE WHEN InAudit AND InAdmin AND Copies > 1 AND LogShape <> 'kubernetes'
        THEN ['{KUBE_AUDIT}', '{KUBE_AUDIT_ADMIN}'] WHEN InAudit THEN ['{KUBE_AUDIT}']
        ELSE ['{KUBE_AUDIT_ADMIN}'] END) AS category, TimeGenerated
    FROM store.audit_events WHERE (InAudit OR InAdmin) AND {{audit}}
    UNION ALL SELECT coalesce(Category, '{UNKNOWN}'), TimeGenerated FROM store.control_plane
    WHERE {{period}}
    UNION ALL SELECT '{ACTIVITY}', TimeGenerated FROM store.activity WHERE {{period}}
    {_INSIGHTS}
) GROUP BY category ORDER BY category"""

_COUNTS: Final = """
SELECT coalesce({expression}, '{unknown}') AS name, count(*) FROM store.audit_events
WHERE (InAudit OR InAdmin) AND {audit} GROUP BY name ORDER BY count(*) DESC, name"""

_BODIES: Final = """
SELECT count(RequestObject), count(ResponseObject),
    bool_or(ImpersonatedUser IS NOT NULL OR LogShape <> 'log-analytics')
FROM store.audit_events WHERE (InAudit OR InAdmin) AND {audit}"""

_GAPS: Final = """
WITH hours AS (
    SELECT DISTINCT date_trunc('hour', TimeGenerated) AS hour FROM store.audit_events
    WHERE (InAudit OR InAdmin) AND TimeGenerated IS NOT NULL AND {audit}
)
SELECT hour + INTERVAL 1 HOUR AS begins, next FROM (
    SELECT hour, lead(hour) OVER (ORDER BY hour) AS next FROM hours
) WHERE next > begins ORDER BY begins"""


@dataclass(frozen=True)
class Part:
    """The rows of one category.

    Attributes:
        events: how many there are.
        first: the first time in UTC; None if none has one.
        last: the last time, in the same format.
    """

    events: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Contents:
    """The contents of a log.

    Attributes:
        tables: how many rows each table has.
        categories: the rows of each category, `activity log` and the tables of Container insights
            among them.
        verbs: the number of audit events by verb, the most first; the following fields have the
            same order.
        levels: of the audit policy.
        clusters: by their Azure ids.
        request_bodies: how many audit events have the object that was sent.
        response_bodies: how many have the object that was returned.
        tells_impersonation: whether audit events contain the impersonated user. The tables of
            resource-specific settings drop it.
        gaps: from when to when there is no audit event, in whole hours.
    """

    tables: Mapping[str, int]
    categories: Mapping[str, Part]
    verbs: Mapping[str, int]
    levels: Mapping[str, int]
    clusters: Mapping[str, int]
    request_bodies: int
    response_bodies: int
    tells_impersonation: bool
    gaps: tuple[tuple[datetime, datetime], ...]

    @property
    def audit_events(self) -> int:
        """Return how many audit events there are."""
        return sum(self.verbs.values())

    @property
    def reads(self) -> int:
        """Return how many audit events are `get` or `list` requests."""
        return sum(self.verbs.get(verb, 0) for verb in READ_VERBS)

    def period(self, names: Iterable[str]) -> tuple[datetime, datetime] | None:
        """Return the first and the last time of some categories; None if no event has a time."""
        parts = [self.categories[name] for name in names if name in self.categories]
        firsts = [part.first for part in parts if part.first]
        lasts = [part.last for part in parts if part.last]
        return (min(firsts), max(lasts)) if firsts else None


def contents(
    connection: duckdb.DuckDBPyConnection,
    period: Period,
    now: datetime,
    cluster: str | None = None,
) -> Contents:
    """Return what a store has of a period.

    Args:
        now: from which the period counts.
        cluster: the Azure ID, in lower case, of the only cluster whose audit events count; empty
            for those without one, None for all.

    Raises:
        InputError: a time of the period cannot be read.
    """
    condition = within(period, now)
    audit = condition
    if cluster is not None:
        audit += f" AND coalesce(lower(ResourceId), '') = '{cluster.replace(chr(39), chr(39) * 2)}'"

    def counts(expression: str) -> dict[str, int]:
        text = _COUNTS.format(expression=expression, unknown=UNKNOWN, audit=audit)
        return dict(connection.execute(text).fetchall())

    rows = connection.execute(_ROWS.format(period=condition, audit=audit)).fetchall()
    ((requests, responses, impersonation),) = connection.execute(
        _BODIES.format(audit=audit)
    ).fetchall()
    return Contents(
        {table: _rows(connection, table, condition) for table in TABLES},
        {name: Part(*part) for name, *part in rows},
        counts("Verb"),
        counts("Level"),
        counts("lower(ResourceId)"),
        requests,
        responses,
        bool(impersonation),
        tuple(connection.execute(_GAPS.format(audit=audit)).fetchall()),
    )


def _rows(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    counted = connection.execute(
        f'SELECT count(*) FROM {DATABASE}.main."{table}" WHERE {condition}'
    ).fetchall()
    return int(counted[0][0])
