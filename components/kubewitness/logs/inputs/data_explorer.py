"""Tables of a database of Azure Data Explorer, or of a KQL database of Fabric, as logs.

Reading takes the role Database Viewer. The tables have the names and columns of Log Analytics.
Source: Kusto docs, "Query limits", ".show table details command" and "Retention policy".
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kubewitness.azure.kusto_errors import one_line
from kubewitness.errors import InputError
from kubewitness.logs.inputs.data_explorer_api import (
    REFUSALS,
    SCHEME,
    UNAUTHORISED,
    UNREACHABLE,
    Database,
    open_database,
)
from kubewitness.logs.inputs.queried_tables import (
    Page,
    QueriedTable,
    Readable,
    TooMuchError,
    UnavailableError,
    asked_span,
)
from kubewitness.logs.inputs.read_tables import condition, parse_address
from kubewitness.logs.inputs.spans import Span
from kubewitness.logs.inputs.windows import Window
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.kusto.data.response import KustoResponseDataSet

_LONGEST_QUERY: Final = timedelta(minutes=10)
_ATTEMPTS: Final = 10
_LONGEST_WAIT: Final = 120
_TIMED_OUT: Final = 504
_TOO_MUCH: Final = (
    "E_QUERY_RESULT_SET_TOO_LARGE",
    "E_RUNAWAY_QUERY",
    "E_LOW_MEMORY_CONDITION",
    "E_QUERY_TIMEOUT",
    "LimitsExceeded",
    "timed out",
)
"""Parts of a Kusto error that a shorter period may avoid."""

_COST: Final = "Azure Data Explorer does not bill queries"
_DELETED: Final = "older than the retention of the table: it is deleted"
_UNCERTAIN: Final = (
    "the retention of the table cannot be read, so rows may be deleted; needs the role `Database "
    "Viewer`"
)


@dataclass(frozen=True)
class _Table:
    """The properties of a table in `.show tables details`.

    Attributes:
        row_bytes: of a row on average; None where that is unknown.
        retention: after which a row is deleted; None where that is unknown.
    """

    row_bytes: float | None
    retention: timedelta | None


_UNKNOWN: Final = _Table(None, None)


def find_database_tables(
    word: str, since: datetime | None = None, until: datetime | None = None
) -> list[Window]:
    """Return the tables with logs of AKS in a database, each as one window.

    Args:
        word: `adx://CLUSTER.REGION/DATABASE`; with `/TABLE` only that table.
        since: nothing earlier is read; by default a day ago.
        until: nothing later is read; by default the present.

    Raises:
        InputError: the database cannot be queried.
    """
    now = datetime.now(UTC)
    asked = asked_span(since, until, now)
    address = parse_address(word)
    database = open_database(address.source)
    known = _tables(word, database)
    names = [name for name in address.tables if known is None or name in known]
    if address.is_restricted and not names:
        raise InputError(f"{word}: the database has no such table; check the name of the database")
    return [Window(_queried(database, name, known, asked, now), asked) for name in names]


def _tables(word: str, database: Database) -> dict[str, _Table] | None:
    """Return the tables of a database; None if that is not permitted."""
    try:
        answer = _ask(database, ".show tables details", is_command=True)
    except UnavailableError as error:
        if str(error) in (UNAUTHORISED, UNREACHABLE, REFUSALS[404]):
            raise InputError(f"{word}: {error}") from None
        return None
    except TooMuchError:
        return None
    page = _page(answer)
    rows = (dict(zip(page.columns, row, strict=True)) for row in page.rows)
    return {str(row["TableName"]): _table(row) for row in rows}


def _table(row: Mapping[str, Any]) -> _Table:
    try:
        count = max(int(row["TotalRowCount"]), 1)
        policy = json.loads(row["RetentionPolicy"])
        return _Table(float(row["TotalOriginalSize"]) / count, _days(policy["SoftDeletePeriod"]))
    except (KeyError, TypeError, ValueError):
        return _UNKNOWN


def _days(text: str) -> timedelta:
    """Return a time span that Kusto writes as `365.00:00:00`."""
    days, _, rest = text.rpartition(".")
    hours, minutes, seconds = map(int, rest.split(":"))
    return timedelta(days=int(days or 0), hours=hours, minutes=minutes, seconds=seconds)


def _queried(
    database: Database,
    name: str,
    known: Mapping[str, _Table] | None,
    asked: Span,
    now: datetime,
) -> QueriedTable:
    table = known[name] if known else _UNKNOWN
    kept = asked
    if table.retention is not None and table.retention < now - datetime.min.replace(tzinfo=UTC):
        kept = Span(max(asked.start, now - table.retention), asked.end)
    readable = [Readable(kept, _reader(database, name))] if kept.start < kept.end else []
    return QueriedTable(
        name=f"{SCHEME}{database.host}/{database.name}/{name}",
        table=name,
        span=asked,
        now=now,
        readable=tuple(readable),
        hourly_bytes=_hourly_bytes(database, name, table, asked),
        cost=_COST,
        missing=_DELETED if kept != asked else "",
        uncertain_before=asked.end if table.retention is None else None,
        uncertain=_UNCERTAIN,
    )


def _hourly_bytes(database: Database, name: str, table: _Table, asked: Span) -> float | None:
    """Return how much an hour of the period holds; None if that cannot be counted."""
    if table.row_bytes is None:
        return None
    try:
        count = _page(_ask(database, f"{_text(name, asked)} | count")).rows[0][0]
    except (TooMuchError, UnavailableError):
        return None
    return float(count) * table.row_bytes / (asked.length / timedelta(hours=1))


def _reader(database: Database, name: str) -> Callable[[Span], Page]:
    return lambda span: _read(database, name, span)


def _read(database: Database, name: str, span: Span) -> Page:
    answer = _ask(database, _text(name, span))
    page = _page(answer)
    if answer.errors_count:
        reason = one_line("; ".join(answer.get_exceptions()))
        raise TooMuchError(f"only a part of the rows arrived: {reason}", page)
    return page


def _text(name: str, span: Span) -> str:
    start, end = (f"datetime({each:%Y-%m-%dT%H:%M:%S.%f}Z)" for each in (span.start, span.end))
    within = f"where TimeGenerated >= {start} and TimeGenerated < {end}"
    return f"{name}{condition(name)} | {within}"


def _page(answer: "KustoResponseDataSet") -> Page:
    # The client takes an only table for the primary one, whatever it is.
    tables = [table for table in answer if str(table.table_kind).endswith("PrimaryResult")]
    if not tables:
        raise UnavailableError("the answer has no table; try again later")
    return Page([column.column_name for column in tables[0].columns], tables[0].raw_rows)


def _ask(database: Database, text: str, *, is_command: bool = False) -> "KustoResponseDataSet":
    """Return an answer; what is throttled is asked again."""
    kusto = optional_import("azure.kusto.data.exceptions", "kusto", SCHEME)
    for attempt in range(_ATTEMPTS):
        try:
            return _execute(database, text, is_command=is_command)
        except kusto.KustoThrottlingError as error:
            time.sleep(_wait(error, attempt))
    raise UnavailableError("still throttled after every attempt; try again later")


def _wait(error: Any, attempt: int) -> float:
    """Return for how many seconds the service asks to wait."""
    asked = getattr(error.args[-1], "headers", {}).get("Retry-After", "")
    return float(asked) if asked.isdigit() else min(2.0**attempt, _LONGEST_WAIT)


def _execute(database: Database, text: str, *, is_command: bool) -> "KustoResponseDataSet":
    data = optional_import("azure.kusto.data", "kusto", SCHEME)
    azure = optional_import("azure.core.exceptions", "kusto", SCHEME)
    kusto = optional_import("azure.kusto.data.exceptions", "kusto", SCHEME)
    properties = data.ClientRequestProperties()
    properties.set_option("request_readonly", True)
    properties.set_option("servertimeout", _LONGEST_QUERY)
    run = database.client.execute_mgmt if is_command else database.client.execute_query
    try:
        return run(database.name, text, properties)
    except (kusto.KustoAuthenticationError, azure.AzureError):
        raise UnavailableError(UNAUTHORISED) from None
    except kusto.KustoNetworkError as error:
        if "Timeout" in type(error.__cause__).__name__:
            raise TooMuchError("the answer did not arrive") from None
        raise UnavailableError(UNREACHABLE) from None
    except kusto.KustoServiceError as error:
        raise _refused(error) from None
    except (KeyError, ValueError):  # of the client, for an answer that is not as documented
        raise UnavailableError("the service answers without a reason; try again later") from None


def _refused(error: Any) -> Exception:
    status = getattr(error.http_response, "status_code", 0)
    reason = one_line(error.message_text)
    if status == _TIMED_OUT or any(mark in error.message_text for mark in _TOO_MUCH):
        return TooMuchError(reason or "the query timed out")
    return UnavailableError(REFUSALS.get(status) or reason or f"the service answers {status}")
