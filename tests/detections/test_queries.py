"""The saved queries answer their questions on a real log."""

import json
from pathlib import Path

import pytest

from kubewitness.detections.queries import question, saved_queries
from kubewitness.errors import ExitCode
from log_generator.audit_log import as_line, events
from support.command import read, run

ACTIVITY = {
    "Type": "AzureActivity",
    "TimeGenerated": "2026-01-06T00:00:00Z",
    "OperationNameValue": "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE",
    "ActivityStatusValue": "Success",
    "Caller": "mallory@shop.example",
    "CallerIpAddress": "203.0.113.9",
    "CorrelationId": "0c6d1c1e-6f6a-4c3e-8f0e-2b1f6f2b7a01",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with five days of a cluster, attacks among them, and a line of the activity log."""
    folder = tmp_path_factory.mktemp("logs")
    lines = [*map(as_line, events(4000, days=5)), json.dumps(ACTIVITY).encode() + b"\n"]
    (folder / "logs.ndjson").write_bytes(b"".join(lines))
    store = folder / "logs.store"
    assert not read(store, folder / "logs.ndjson").quarantine
    return store


@pytest.mark.parametrize("name", saved_queries())
def test_a_saved_query_has_an_answer(
    name: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows, without a warning of a path that no event has."""
    code, out, err = run(capsys, "query", f"@{name}", store, "--format", "json")
    assert code == ExitCode.OK
    assert json.loads(out)
    assert "warning" not in err
    assert question(saved_queries()[name]).endswith("?")


def test_the_saved_queries_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its question; and of an unknown name it is told which are close."""
    code, out, _ = run(capsys, "query", "@")
    assert code == ExitCode.OK
    assert out.splitlines() == [f"@{name}: {question(q)}" for name, q in saved_queries().items()]
    code, _, err = run(capsys, "query", "@who")
    assert code == ExitCode.USAGE
    assert "`who`; did you mean `who-" in err
    assert "`kubewitness query @` lists them" in run(capsys, "query", "@zzzz")[2]
