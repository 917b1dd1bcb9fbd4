"""AzureDiagnostics is queryable with Azure's columns, whatever the logs came as."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kubewitness.catalog.audit_tables import AZURE_DIAGNOSTICS
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries, run_kql
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.export import export_parquet
from kubewitness.logs.store.period import Period
from log_generator.audit_log import as_line, as_storage_record, events
from support.log_reading import ndjson

EVENTS = [{**event, "impersonatedUser": {"username": "root"}} for event in events(60, seed=4)]
READS = [event for event in EVENTS if event["verb"] in {"get", "list"}]

GUARD = {
    "time": "2026-03-01T10:00:00Z",
    "resourceId": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/"
    "managedClusters/one",
    "category": "guard",
    "properties": {"log": "I0301 hello", "pod": "guard-1", "stream": "stderr"},
}


def store_of(folder: Path, data: bytes) -> Path:
    """A store of one file."""
    (folder / "log").write_bytes(data)
    store = folder / "logs.store"
    with open_store(store) as connection:
        ingest(connection, find_log_files([str(folder / "log")]))
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain events, and a line of guard."""
    data = b"".join(map(as_line, EVENTS)) + ndjson([GUARD])
    return store_of(tmp_path_factory.mktemp("logs"), data)


def rows(store: Path, text: str, period: Period | None = None) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with open_for_queries(store, period) as connection:
        return list(run_kql(connection, text).rows())


def by_id(found: Iterable[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Events by what tells them apart."""
    return {(event["auditID"], event["stage"]): event for event in found}


def test_log_s_is_the_event_that_the_api_server_wrote(store: Path) -> None:
    """Each field with its value, from the columns of the store."""
    found = rows(store, 'AzureDiagnostics | where Category == "kube-audit" | project log_s')
    assert found
    assert by_id(json.loads(text) for (text,) in found) == by_id(EVENTS)


def test_each_category_that_a_cluster_sends_has_its_rows(store: Path) -> None:
    """A write stands under both categories of audit logs, a read under one; guard under its own."""
    found = dict(rows(store, "AzureDiagnostics | summarize count() by Category"))
    admin = len(EVENTS) - len(READS)
    assert found == {"kube-audit": len(EVENTS), "kube-audit-admin": admin, "guard": 1}
    assert READS


def test_the_parts_of_the_cluster_s_id_are_in_upper_case_as_in_azure(store: Path) -> None:
    """Microsoft's workbook takes the name of the cluster out of them."""
    columns = "ResourceProvider, ResourceType, Resource, ResourceGroup, log_s, pod_s, stream_s"
    text = f'AzureDiagnostics | where Category == "guard" | project {columns}'
    assert rows(store, text) == [
        ("MICROSOFT.CONTAINERSERVICE", "MANAGEDCLUSTERS", "ONE", "RG", "I0301 hello", "guard-1",
         "stderr")
    ]  # fmt: skip


def test_a_period_restricts_it_as_it_does_all_tables(store: Path) -> None:
    """Nothing before the first event, and nothing after the last."""
    assert rows(store, "AzureDiagnostics | count", Period(until="2000-01-01")) == [(0,)]
    assert rows(store, "AzureDiagnostics | count")[0][0] > len(EVENTS)


def test_rows_of_the_table_itself_are_read_and_stand_in_it_again(tmp_path: Path) -> None:
    """What came from AzureDiagnostics, and the same event under another category."""
    event = {**EVENTS[0], "verb": "create"}
    row = {"TimeGenerated": "2026-03-01T10:00:00Z", "Category": "kube-audit-admin",
           "log_s": json.dumps(event), "pod_s": "kube-apiserver-1"}  # fmt: skip
    store = store_of(tmp_path, ndjson([row]))
    text = "AzureDiagnostics | project Category, pod_s, Verb = tostring(parse_json(log_s).verb)"
    assert rows(store, text) == [("kube-audit-admin", "kube-apiserver-1", "create")]


def test_an_export_has_no_event_twice(store: Path, tmp_path: Path) -> None:
    """The table repeats the rows of others, so it is not exported."""
    with open_store(store, export_to=tmp_path) as connection:
        exported = export_parquet(connection, tmp_path / "out")
    assert exported["AKSAudit"] == len(EVENTS)
    assert AZURE_DIAGNOSTICS not in exported


def test_a_storage_record_has_its_cluster(tmp_path: Path) -> None:
    """As Azure writes it into each row."""
    record = json.loads(as_storage_record(EVENTS[0]))
    store = store_of(tmp_path, ndjson([record]))
    found = rows(store, "AzureDiagnostics | distinct ResourceId")
    assert found == [(record["resourceId"].upper(),)]
