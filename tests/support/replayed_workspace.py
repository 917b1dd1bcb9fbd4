"""A Log Analytics workspace and its Azure Resource Manager, replayed by their documented HTTP."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import duckdb
import responses
from requests import PreparedRequest

from kubewitness.catalog.audit_tables import TABLES
from support.cloud_logs import SECRET, WORKSPACE, Answer, Credential, run_as_workspace, sent

RESOURCE_ID: Final = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/logs/providers/"
    "Microsoft.OperationalInsights/workspaces/central"
)
WORD: Final = f"log-analytics://{WORKSPACE}"

PARTIAL: Final = {
    "message": "There were some errors when processing your query.",
    "code": "PartialError",
    "details": [
        {
            "code": "EngineError",
            "message": "Something went wrong processing your query on the server.",
            "innererror": {
                "code": "-2133196797",
                "message": "The results of this query exceed the set limit of 64000000 bytes, so "
                "not all records were returned (E_QUERY_RESULT_SET_TOO_LARGE; 0x80DA0003).",
                "severity": 2,
                "severityName": "Error",
            },
        }
    ],
}
"""What stands beside a part of the rows; Azure docs, "Azure Monitor Log Analytics API response"."""

_ADDRESS: Final = re.compile(r"https://api\.loganalytics\.io/v1/.*")
_MANAGER: Final = re.compile(r"https://management\.azure\.com/.*")


@dataclass(frozen=True)
class Asked:
    """A query that was sent: its way, text and period."""

    path: str
    text: str
    start: datetime
    end: datetime

    @property
    def table(self) -> str:
        """The table that it reads."""
        return self.text.split()[0]


Fault = Callable[[Asked], Answer | None]
"""What is answered instead of rows; None for the rows."""


@dataclass
class ReplayedWorkspace:
    """A workspace that holds the tables of a DuckDB file.

    Attributes:
        tables: the file, as `export` makes it.
        plans: of tables that are not of the plan Analytics.
        days: of interactive and total retention.
        most_rows: how many rows an answer has at most, with a partial error.
        fault: what goes wrong.
        hidden: tables that this identity is not shown.
        extra: documents of tables in Resource Manager, in place of those of the same names.
        is_managed: whether Resource Manager may be read.
        asked: what was asked.
        waited: for how many seconds the client waited between its tries.
    """

    tables: Path
    plans: Mapping[str, str] = field(default_factory=dict)
    days: tuple[int, int] = (36_500, 36_500)
    most_rows: int = 10**9
    fault: Fault = lambda _asked: None
    hidden: Sequence[str] = ()
    extra: Sequence[Mapping[str, Any]] = ()
    is_managed: bool = True
    asked: list[Asked] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    @contextmanager
    def served(self) -> Iterator["ReplayedWorkspace"]:
        """Answer all requests of this process, and sign in as nobody."""
        with (
            duckdb.connect(str(self.tables)) as connection,
            responses.RequestsMock(assert_all_requests_are_fired=False) as replay,
            mock.patch("azure.identity.DefaultAzureCredential", Credential),
            mock.patch("time.sleep", self.waited.append),
        ):
            _create_usage(connection)
            replay.add_callback(responses.POST, _ADDRESS, self._queried(connection))
            replay.add_callback(responses.GET, _MANAGER, self._managed)
            yield self

    def rows_asked(self, path: str = "") -> list[Asked]:
        """The queries for rows, of one way or of all."""
        return [one for one in self.asked if one.table != "Usage" and one.path.endswith(path)]

    def _queried(
        self, connection: duckdb.DuckDBPyConnection
    ) -> Callable[[PreparedRequest], Answer]:
        run = run_as_workspace(connection)

        def answer(request: PreparedRequest) -> Answer:
            asked = _asked(request)
            self.asked.append(asked)
            if fault := self.fault(asked):
                return fault
            if asked.table in self.hidden:
                return _unresolved(asked.table)
            basic = self.plans.get(asked.table) in ("Basic", "Auxiliary")
            if basic != asked.path.endswith("/search"):
                message = f"The table {asked.table} cannot be read at {asked.path}"
                return 400, {}, json.dumps({"error": {"code": "x", "message": message}})
            if not _exists(connection, asked.table):
                return _unresolved(asked.table)
            request.body = json.dumps({"query": _within(asked)})
            return self._truncated(run(request))

        return answer

    def _truncated(self, answer: Answer) -> Answer:
        status, headers, text = answer
        document = json.loads(text)
        if status == 200 and len(document["tables"][0]["rows"]) > self.most_rows:
            document["tables"][0]["rows"] = document["tables"][0]["rows"][: self.most_rows]
            document["error"] = PARTIAL
        return status, headers, json.dumps(document)

    def _managed(self, request: PreparedRequest) -> Answer:
        path = urlsplit(str(request.url)).path
        if not self.is_managed:
            return (
                403,
                {},
                json.dumps({"error": {"code": "AuthorizationFailed", "message": SECRET}}),
            )
        if path.lower() == RESOURCE_ID.lower():
            return 200, {}, json.dumps({"properties": {"customerId": WORKSPACE}})
        assert path == f"{RESOURCE_ID}/tables"
        listed = {each["name"]: each for each in (*map(self._document, _NAMES), *self.extra)}
        return 200, {}, json.dumps({"value": list(listed.values())})

    def _document(self, name: str) -> dict[str, Any]:
        interactive, total = self.days
        return {
            "name": name,
            "properties": {
                "plan": self.plans.get(name, "Analytics"),
                "retentionInDays": interactive,
                "totalRetentionInDays": total,
                "provisioningState": "Succeeded",
            },
        }


_NAMES: Final = tuple(TABLES)


def restored(source: str, start: datetime, end: datetime) -> dict[str, Any]:
    """The document of a restored table; Azure REST API reference, "Tables - Get"."""
    logs = {
        "sourceTable": source,
        "startRestoreTime": f"{start:%a, %d %b %Y %H:%M:%S GMT}",
        "endRestoreTime": f"{end:%a, %d %b %Y %H:%M:%S GMT}",
    }
    return {
        "name": f"{source}_RST",
        "properties": {
            "plan": "Analytics",
            "retentionInDays": 30,
            "totalRetentionInDays": 30,
            "provisioningState": "Succeeded",
            "restoredLogs": logs,
        },
    }


def once(answer: Answer, matches: Callable[[Asked], bool] = lambda _asked: True) -> Fault:
    """A fault that happens the first time only."""
    left = [answer]
    return lambda asked: left.pop() if left and matches(asked) and asked.table != "Usage" else None


def longer_than(limit: timedelta, answer: Answer) -> Fault:
    """A fault of queries of a long period."""
    return lambda asked: (
        answer if asked.end - asked.start > limit and asked.table != "Usage" else None
    )


def _create_usage(connection: duckdb.DuckDBPyConnection) -> None:
    """What Azure counts of each table: a row for each hour."""
    if _exists(connection, "Usage"):
        return
    connection.execute(
        'CREATE TABLE "Usage" (TimeGenerated TIMESTAMP, DataType VARCHAR, Quantity DOUBLE, '
        "ResourceUri VARCHAR)"
    )
    connection.execute(
        "INSERT INTO \"Usage\" VALUES (now()::TIMESTAMP - INTERVAL 1 HOUR, 'Heartbeat', 1, ?)",
        [RESOURCE_ID],
    )
    for name in _NAMES:
        connection.execute(
            "INSERT INTO \"Usage\" SELECT date_trunc('hour', TimeGenerated) AS hour, ?, "  # noqa: S608 names of our own
            f'count(*) * 0.002, ? FROM "{name}" GROUP BY hour',
            [name, RESOURCE_ID],
        )


def _asked(request: PreparedRequest) -> Asked:
    address = urlsplit(str(request.url))
    document = sent(request)
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    times = document.get("timespan") or parse_qs(address.query)["timespan"][0]
    start, end = (datetime.fromisoformat(time) for time in times.split("/"))
    return Asked(address.path, document["query"], start, end)


def _within(asked: Asked) -> str:
    """The query with the period of the request as a condition; it includes both ends."""
    table, _, rest = asked.text.partition(" ")
    start, end = (
        f"datetime({t.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z)" for t in (asked.start, asked.end)
    )
    return f"{table} | where TimeGenerated >= {start} and TimeGenerated <= {end} {rest}"


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table])
    return bool(found.fetchall())


def _unresolved(table: str) -> Answer:
    message = f"'where' operator: Failed to resolve table or column expression named '{table}'"
    inner = {"code": "SEM0100", "message": message}
    error = {
        "code": "BadArgumentError",
        "message": "The request had some invalid properties",
        "innererror": {"code": "SemanticError", "message": "A semantic error occurred."}
        | {"innererror": inner},
    }
    return 400, {}, json.dumps({"error": error})
