"""Log Analytics and Azure Data Explorer on this machine: both run the KQL that they are sent."""

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import responses
from azure.core.credentials import AccessToken
from azure.monitor.query import LogsQueryClient
from duckdb_kql import kql
from duckdb_kql.types import kusto_type
from requests import PreparedRequest

from kubewitness.catalog.audit_tables import OF_OURS, TABLES
from kubewitness.detections.detection import Detection
from kubewitness.detections.library import cases
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store

WORKSPACE: Final = "8c1f2c6e-3a55-4d1c-9a43-5b0f1f0f2b11"
SECRET: Final = "hunter2-is-a-token"  # noqa: S105 of nobody
ADDRESS: Final = re.compile(rf"https://api\.loganalytics\.io/v1/workspaces/{WORKSPACE}/.*")

_AUDIT_ID: Final = re.compile(r'"auditID":\s*"([^"]*)"')

Answer = tuple[int, dict[str, str], str]


def store_of_all_cases(rules: Sequence[Detection], folder: Path) -> Path:
    """A store with the malicious events of all rules, whose audit ids are made different."""
    for rule in rules:
        for name, path in cases(rule, "malicious").items():
            (folder / f"{rule.slug}-{name}.ndjson").write_text(_distinct(rule.slug, name, path))
    store = folder / "all.store"
    with open_store(store) as connection:
        summary = ingest(connection, find_log_files([str(p) for p in folder.glob("*.ndjson")]))
    assert not summary.quarantine
    return store


def _distinct(slug: str, name: str, path: Path) -> str:
    def renamed(found: re.Match[str]) -> str:
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"{slug}/{name}/{found[1]}")
        return f'"auditID":"{made}"'

    return _AUDIT_ID.sub(renamed, path.read_text("utf-8"))


def export(store: Path, path: Path) -> Path:
    """A DuckDB file with Azure's tables and none but Azure's columns, as a workspace has them."""
    with open_for_queries(store) as connection:
        read = {name: connection.sql(_columns_of(name)).to_arrow_table() for name in TABLES}
    with duckdb.connect(str(path)) as made:
        for name, rows in read.items():
            kinds = {column.name: column.type for column in TABLES.get(name, ())}
            dynamic = [column for column in rows.column_names if kinds.get(column) == "dynamic"]
            casts = ", ".join(f'"{column}"::JSON AS "{column}"' for column in dynamic)
            made.register("rows", rows)
            replaced = f"REPLACE ({casts})" if casts else ""
            made.execute(f'CREATE TABLE "{name}" AS SELECT * {replaced} FROM rows')  # noqa: S608 likewise
            made.unregister("rows")
    return path


def _columns_of(name: str) -> str:
    ours = {column.name for column in OF_OURS}
    columns = [f'"{column.name}"' for column in TABLES[name] if column.name not in ours]
    return f'SELECT {", ".join(columns)} FROM "{name}"'  # noqa: S608 likewise


@contextmanager
def served(path: Path) -> Iterator[str]:
    """A DuckDB file behind Kusto's own protocol, on loopback; yields host and port."""
    command = [sys.executable, "-u", "-m", "duckdb_kql", "serve", "--port", "0", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            lines = (re.search(r"http://(127\.0\.0\.1:\d+)", line) for line in process.stdout)
            yield next(found[1] for found in lines if found)
        finally:
            process.terminate()


class Credential:
    """Signs in as Azure would, with a token that may stand nowhere."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """The token."""
        return AccessToken(SECRET, int((datetime.now(UTC) + timedelta(hours=1)).timestamp()))


def client() -> LogsQueryClient:
    """Microsoft's client, which does not wait between its tries."""
    return LogsQueryClient(Credential(), retry_total=0)


@contextmanager
def answered(answer: Callable[[PreparedRequest], Answer]) -> Iterator[responses.RequestsMock]:
    """The HTTP of Log Analytics is answered by a function."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, ADDRESS, answer, content_type="application/json")
        yield mock


def run_as_workspace(connection: duckdb.DuckDBPyConnection) -> Callable[[PreparedRequest], Answer]:
    """Answer as the documented API does, with what the sent text gives on DuckDB.

    Source: Azure docs, "Azure Monitor Log Analytics API request format" and "response format".
    """

    def answer(request: PreparedRequest) -> Answer:
        try:
            found = kql(connection, sent(request)["query"])
        except Exception as error:  # noqa: BLE001 whatever it is, the service would say so
            return 400, {}, json.dumps(semantic_error(str(error)))
        kinds = [kusto_type(kind) for kind in found.types]
        columns = [
            {"name": name, "type": kind} for name, kind in zip(found.columns, kinds, strict=True)
        ]
        rows = [[_sent(value) for value in row] for row in found.fetchall()]
        return 200, {}, json.dumps({"tables": [table(columns, rows)]})

    return answer


def sent(request: PreparedRequest) -> dict[str, Any]:
    """The document of a request."""
    assert isinstance(request.body, str | bytes)
    document: dict[str, Any] = json.loads(request.body)
    return document


def table(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A table as the API sends it."""
    return {"name": "PrimaryResult", "columns": columns, "rows": rows}


def semantic_error(message: str) -> dict[str, Any]:
    """What the API says of a query that it cannot run."""
    return {
        "error": {
            "code": "BadArgumentError",
            "message": "The request had some invalid properties",
            "innererror": {
                "code": "SemanticError",
                "message": "A semantic error occurred.",
                "innererror": {"code": "SEM0100", "message": message},
            },
        }
    }


def _sent(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return json.dumps(value) if isinstance(value, list | dict) else value
