"""The argument DATA: a store by default, or logs."""

from pathlib import Path

import pytest

from kubewitness.errors import ExitCode
from support.command import read, run
from support.paths import EXAMPLES

LOG = EXAMPLES / "logs" / "PT1H.json"


@pytest.mark.parametrize("command", [("query", "AKSAudit | count"), ("hunt", "--rule", "pod-exec")])
def test_the_variable_names_a_store_whose_path_may_have_spaces(
    command: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is used where DATA is left out."""
    store = tmp_path / "my logs.store"
    read(store, LOG)
    monkeypatch.setenv("KUBEWITNESS_STORE", str(store))
    by_variable = run(capsys, *command)
    monkeypatch.delenv("KUBEWITNESS_STORE")
    assert by_variable == run(capsys, *command, store)
    assert by_variable[0] in {ExitCode.OK, ExitCode.VIOLATION}


def test_a_query_reads_logs_without_a_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves none behind."""
    monkeypatch.chdir(tmp_path)
    read(tmp_path / "s", LOG)
    text = "AKSAudit | summarize count() by Verb | sort by Verb asc"
    assert run(capsys, "query", text, LOG) == run(capsys, "query", text, tmp_path / "s")
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
