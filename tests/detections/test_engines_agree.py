"""The same rules find the same on DuckDB, in Azure Data Explorer, and in Log Analytics.

The text that is sent goes through Microsoft's clients: to `duckdb-kql serve` over Kusto's REST
protocol, and to the HTTP of Log Analytics, answered with the rows that the text gives.
"""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.monitor.query import LogsQueryClient

from kubewitness.catalog.audit_tables import READ_VERBS
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines.cloud import CloudOptions
from kubewitness.detections.engines.data_explorer import DataExplorerEngine
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.engines.log_analytics import LogAnalyticsEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.store.period import Period
from support import cloud_logs

RULES = [pytest.param(rule, id=rule.slug) for rule in all_detections()]
EVER = CloudOptions(period=Period("2000-01-01"))
LEGACY = replace(EVER, tables=Tables.DIAGNOSTICS)


def needs_impersonation(rule: Detection) -> bool:
    """Whether a rule asks whom a user acted as, which AKSAudit and AKSAuditAdmin do not hold."""
    return rule.kubewitness is not None and "impersonation" in rule.kubewitness.needs


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the malicious events of all rules."""
    return cloud_logs.store_of_all_cases(all_detections(), tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="module")
def workspace(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same events in Azure's tables."""
    return cloud_logs.export(store, tmp_path_factory.mktemp("workspace") / "logs.duckdb")


@pytest.fixture(scope="module")
def local(store: Path) -> Iterator[LocalEngine]:
    """DuckDB, as `hunt` runs it on logs."""
    with open_for_queries(store) as connection:
        yield LocalEngine(connection, all_detections())


@pytest.fixture(scope="module")
def data_explorer(workspace: Path) -> Iterator[DataExplorerEngine]:
    """Over Kusto's own protocol."""
    with cloud_logs.served(workspace) as address:
        connection = KustoConnectionStringBuilder.with_no_authentication(f"http://{address}")
        with KustoClient(connection) as client:
            yield DataExplorerEngine(client, workspace.stem, all_detections(), EVER)


@pytest.fixture(scope="module")
def replayed(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LogsQueryClient]:
    """Microsoft's client of Log Analytics, whose HTTP runs what it sends."""
    copied = shutil.copy(workspace, tmp_path_factory.mktemp("replayed"))
    with (
        duckdb.connect(copied) as connection,
        cloud_logs.answered(cloud_logs.run_as_workspace(connection)),
    ):
        yield cloud_logs.client()


def comparable(findings: list[Finding]) -> list[str]:
    """Findings without what says nothing: the order of rows and of sets, how JSON is written.

    `take_any` takes any spelling of a user's name, in which case does not matter.
    """
    rows = [{name: _plain(value) for name, value in f.values.items()} for f in findings]
    return sorted(json.dumps(row, default=str).casefold() for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("[", "{")):
        value = json.loads(value)
    if isinstance(value, list):
        return sorted(value, key=lambda each: json.dumps(each, sort_keys=True))
    return value or None


@pytest.mark.parametrize("rule", RULES)
def test_azure_data_explorer_finds_what_the_laptop_finds(
    rule: Detection, local: LocalEngine, data_explorer: DataExplorerEngine
) -> None:
    """Through azure-kusto-data and the real protocol."""
    here = list(local.run(rule))
    assert here
    there = list(data_explorer.run(rule))
    assert comparable(there) == ([] if needs_impersonation(rule) else comparable(here))


@pytest.mark.parametrize("rule", RULES)
def test_log_analytics_finds_what_the_laptop_finds(
    rule: Detection, local: LocalEngine, replayed: LogsQueryClient
) -> None:
    """Through azure-monitor-query; whom a user acted as stands in AzureDiagnostics alone."""
    options = LEGACY if needs_impersonation(rule) else replace(EVER, tables=Tables.BOTH)
    engine = LogAnalyticsEngine(replayed, cloud_logs.WORKSPACE, [rule], options)
    assert comparable(list(engine.run(rule))) == comparable(list(local.run(rule)))


@pytest.mark.parametrize("tables", Tables)
def test_every_kind_of_workspace_gives_the_same(
    tables: Tables, local: LocalEngine, replayed: LogsQueryClient
) -> None:
    """But AKSAuditAdmin, which lacks what was read."""
    rule = next(rule for rule in all_detections() if rule.slug == "pod-exec")
    options = replace(EVER, tables=tables)
    engine = LogAnalyticsEngine(replayed, cloud_logs.WORKSPACE, [rule], options)
    here = list(local.run(rule))
    if tables == Tables.ADMIN:
        here = [finding for finding in here if finding.values["Verb"] not in READ_VERBS]
    assert here
    assert comparable(list(engine.run(rule))) == comparable(here)


def test_a_write_that_stands_in_two_tables_is_found_once(
    store: Path, replayed: LogsQueryClient
) -> None:
    """Each stage of each request is a row."""
    every = Detection(
        slug="every", name="e", query="KubeAudit | project TimeGenerated, AuditId, Stage"
    )
    with open_for_queries(store) as connection:
        here = comparable(list(LocalEngine(connection, [every]).run(every)))
    options = replace(EVER, tables=Tables.BOTH)
    engine = LogAnalyticsEngine(replayed, cloud_logs.WORKSPACE, [every], options)
    assert len(set(here)) == len(here)
    assert comparable(list(engine.run(every))) == here


def test_rules_find_the_same_side_by_side(store: Path) -> None:
    """In threads, each with a connection of its own that shows the period asked for, no more."""
    period = Period("2026-03-01T10:00:00", "2026-03-01T10:00:30")
    found = []
    for threads in (1, 3):
        with open_for_queries(store) as connection, ThreadPoolExecutor(threads) as pool:
            engine = LocalEngine(connection, all_detections(), period=period)
            each = pool.map(lambda rule: list(engine.run(rule)), all_detections())  # noqa: B023 run here
            found.append([comparable(one) for one in each])
    assert found[0] == found[1]
    with open_for_queries(store) as connection:
        whole = LocalEngine(connection, all_detections())
        assert sum(map(len, found[0])) < sum(
            len(list(whole.run(rule))) for rule in all_detections()
        )
