"""Parts that the engines in the cloud share: tables, the period, the text of the query."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from kubewitness.detections.allow_list import NOTHING_ALLOWED, AllowList
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import TIMEOUT_SECONDS
from kubewitness.detections.parsers import Tables, definitions, used_parsers
from kubewitness.errors import InputError, NothingToCheckError
from kubewitness.logs.store.period import Period, clock, parse_time

DEFAULT_SINCE: Final = "1d"
"""The default period of a hunt in the cloud, because a longer one costs money or time."""

_CATEGORIES: Final = 'where Category in ("kube-audit", "kube-audit-admin")'

_ARMS: Final = {
    Tables.AUDIT: "AKSAudit",
    Tables.ADMIN: "AKSAuditAdmin",
    Tables.DIAGNOSTICS: f"AzureDiagnostics | {_CATEGORIES}",
}


def tables_query(condition: str = "true") -> str:
    """Return the query that names each table with an audit event, for `choose_tables`.

    `isfuzzy` ignores tables that do not exist, but requires one that does.

    Args:
        condition: in KQL: what the event has to satisfy.
    """
    arms = [
        f'({arm} | where {condition} | take 1 | project Found = "{name}")'
        for name, arm in _ARMS.items()
    ]
    return "union isfuzzy=true " + ", ".join(['(print Found = "")', *arms])


class Plan(StrEnum):
    """The plan of the tables with audit events, which decides what can be asked.

    Source: Azure docs, "Query data in a Basic and Auxiliary table in Azure Monitor Logs".
    """

    ANALYTICS = "analytics"
    BASIC = "basic"


@dataclass(frozen=True)
class CloudOptions:
    """How to hunt in the cloud.

    Attributes:
        tables: with the audit events; None: to be found out by one small query.
        period: which part of the logs; by default what begins `DEFAULT_SINCE` ago.
        now: from which the period counts; by default the clock's.
        allow_list: what is left out.
        plan: of the tables with the audit events.
        timeout: seconds that one detection may run on this machine; a cloud has its own limits.
    """

    tables: Tables | None = None
    period: Period = field(default_factory=Period)
    now: datetime | None = None
    allow_list: AllowList = NOTHING_ALLOWED
    plan: Plan = Plan.ANALYTICS
    timeout: float = TIMEOUT_SECONDS

    def span(self) -> tuple[datetime, datetime]:
        """Return the first time and the first that is too late, in UTC.

        Raises:
            InputError: a time cannot be read, or the last is before the first.
        """
        now = self.now or clock()
        start = parse_time(self.period.since or DEFAULT_SINCE, now)
        end = parse_time(self.period.until, now) if self.period.until else now
        if start >= end:
            raise InputError(f"--since {start}Z is not before --until {end}Z; name an earlier time")
        return start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)


def choose_tables(found: Iterable[str]) -> Tables | None:
    """Return what detections read if these tables have rows; None without audit events."""
    names = set(found)
    if {Tables.AUDIT, Tables.ADMIN} <= names:
        return Tables.BOTH
    return next((table for table in _ARMS if table in names), None)


def query_text(
    detection: Detection,
    tables: Tables,
    options: CloudOptions,
    conditions: Mapping[str, str] | None = None,
) -> str:
    """Return the text that is sent: the parsers, what is allowed, the detection.

    Args:
        options: whose allow-list holds today.
        conditions: in KQL, by table: what else its rows are to satisfy.
    """
    allowed = options.allow_list.conditions(detection.slug, datetime.now(UTC).date())
    held = dict(conditions or {})
    for name, condition in allowed.items():
        held[name] = f"{held[name]} and {condition}" if name in held else condition
    return definitions(detection.query, tables, held) + detection.query


def refusals(
    detections: Sequence[Detection], tables: Tables | None, options: CloudOptions
) -> dict[str, list[str]]:
    """Return why detections cannot be run in a workspace, by their names.

    Args:
        tables: with the audit events, if there are any.

    Raises:
        NothingToCheckError: all read audit events, and there are none.
    """
    if tables is None and all(used_parsers(detection.query) for detection in detections):
        raise NothingToCheckError(_no_events(options))
    found = {
        detection.slug: list(_refusals(detection, tables, options)) for detection in detections
    }
    return {slug: faults for slug, faults in found.items() if faults}


def _refusals(detection: Detection, tables: Tables | None, options: CloudOptions) -> Iterable[str]:
    if not used_parsers(detection.query):
        return
    if tables is None:
        yield _no_events(options)
    elif options.plan == Plan.BASIC:
        # It loads a parser of KQL, which hunting on this machine does without.
        from kubewitness.detections.engines.constructs import basic_plan_faults  # noqa: PLC0415

        yield from basic_plan_faults(query_text(detection, tables, options))


def _no_events(options: CloudOptions) -> str:
    start, end = options.span()
    return (
        f"no table here has an audit event from {start:%Y-%m-%d %H:%M}Z to "
        f"{end:%Y-%m-%d %H:%M}Z; use an earlier --since, or check the destination of the "
        "cluster's diagnostic setting"
    )


def asks_now(detection: Detection) -> bool:
    """Return whether a query counts from the present."""
    return re.search(r"\b(now|ago)\s*\(", detection.query) is not None


def finding_values(
    names: Sequence[str], types: Sequence[str], row: Sequence[Any]
) -> dict[str, Any]:
    """Return a row as a `Finding` has it: dynamic values as JSON texts, times in UTC.

    Args:
        types: of the columns, as Kusto calls them.
    """
    return {name: _value(kind, value) for name, kind, value in zip(names, types, row, strict=True)}


def _value(kind: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if kind == "dynamic" and value is not None and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value


def only_a_part(reason: str) -> str:
    """Return the fault that a result is not whole."""
    return f"gave only a part of its rows: {reason}; use a shorter period with --since and --until"
