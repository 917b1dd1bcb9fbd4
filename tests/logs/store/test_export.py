"""The store as Parquet: all rows, a folder for each table and day, one day without the others."""

from pathlib import Path

import duckdb
import pytest

from kubewitness.cli import main
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_line, events


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with the events of a month."""
    log = tmp_path / "audit.log"
    log.write_bytes(b"".join(map(as_line, events(600, seed=2, days=30))))
    with open_store(tmp_path / "store") as connection:
        ingest(connection, find_log_files([str(log)]))
    return tmp_path / "store"


def run(*arguments: str | Path) -> int:
    """Run the command; return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(str(ended.value.code or 0))


def test_every_row_is_exported_and_a_day_is_read_alone(store: Path, tmp_path: Path) -> None:
    """Of thirty days' files, a query for one day opens that day's."""
    folder = tmp_path / "parquet"
    assert run("export", folder, store) == 0
    everything = f"read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
    with open_store(store, read_only=True) as connection:
        expected = connection.execute('SELECT count(*) FROM "AKSAudit"').fetchall()
    connection = duckdb.connect()
    found = connection.execute(
        f"SELECT count(*) FROM {everything} WHERE \"table\" = 'AKSAudit'"  # noqa: S608 ours
    ).fetchall()
    assert found == expected
    days = {path.parent.name for path in (folder / "table=AKSAudit").rglob("*.parquet")}
    day = sorted(days)[len(days) // 2].removeprefix("day=")
    plan = connection.execute(
        f"EXPLAIN ANALYZE SELECT count(RequestUri) FROM {everything} "  # noqa: S608 ours
        f"WHERE \"table\" = 'AKSAudit' AND day = '{day}'"
    ).fetchall()[0][1]
    files = sum(1 for _ in folder.rglob("*.parquet"))
    assert len(days) >= 28
    assert f"1/{files}" in plan, plan


def test_what_is_there_is_not_written_over(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with something in it is refused; an empty store is told."""
    assert run("export", tmp_path, store) == 2
    assert "there is something there" in capsys.readouterr().err
    with open_store(tmp_path / "empty.store"):
        pass
    assert run("export", tmp_path / "new", tmp_path / "empty.store") == 3
