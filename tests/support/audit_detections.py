"""AuditDetections run under Pulumi's mocks, and its queries run on a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kubewitness import AuditDetections
from kubewitness.detections.detection import SEVERITIES
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.kql.translation import Translation
from kubewitness.logs.kql.translator import translate
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import columns, open_store
from kubewitness.provision.arguments.validation import InvalidArguments
from support.argument_strategies import WORKSPACE
from support.components import Deployment

ALLOWED = {"reason": "deploys", "expires": "2999-12-31", "usernames": ["flux@shop.example"]}


SERVICES = {"existing": "ScheduledAlertRule", "none": "ScheduledQueryRule"}


NOW = datetime(2026, 3, 2, tzinfo=UTC)


def arguments(more: dict[str, Any] | None = None) -> Any:
    """All detections in an existing Sentinel, with some arguments changed."""
    more = more or {}
    chosen = {} if {"rules", "severities"} & more.keys() else {"severities": list(SEVERITIES)}
    return {"workspace_id": WORKSPACE, "sentinel": "existing", **chosen, **more}


def deployed(more: dict[str, Any] | None = None, *, preview: bool = False) -> Deployment:
    """Deploy a component named soc."""
    given = arguments(more)
    return Deployment(lambda: AuditDetections("soc", given), preview=preview)


def refusal(more: dict[str, Any]) -> str:
    """What is said of these arguments."""
    with pytest.raises(InvalidArguments) as error:
        deployed(more)
    return str(error.value)


@contextmanager
def store_of(events: Path, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store with these events, opened for queries."""
    with open_store(folder / "store") as connection:
        ingest(connection, find_log_files([str(events)]))
    with open_for_queries(folder / "store") as connection:
        yield connection


def translated(text: str, connection: duckdb.DuckDBPyConnection) -> Translation:
    """A query as DuckDB runs it over what is in a store."""
    return _translated(text, tuple((t, tuple(names)) for t, names in columns(connection).items()))


@cache
def _translated(text: str, schema: tuple[tuple[str, tuple[str, ...]], ...]) -> Translation:
    return translate(text, {table: list(names) for table, names in schema})
