"""Stores, seals and exports can contain tokens: only their owner may read them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubewitness.errors import ExitCode, InputError
from kubewitness.logs.store.database import open_store
from kubewitness.private_files import private_files
from kubewitness.seal import create_seal
from support.command import run
from support.paths import EXAMPLES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """Files are readable by everybody, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder with a log."""
    folder = tmp_path / "logs"
    folder.mkdir()
    shutil.copyfile(EXAMPLES / "logs" / "PT1H.json", folder / "audit.log")
    return folder


def modes(folder: Path, *known: Path) -> dict[str, str]:
    """The mode of each file and folder in a folder, but for those that the test made."""
    return {
        str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if not any(path == one or one in path.parents for one in known)
    }


def test_a_store_and_what_stands_beside_it_are_private(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also the write-ahead log, while the store is open."""
    store = tmp_path / "a.store"
    code, _, _ = run(capsys, "ingest", logs, "--store", store)
    assert code == ExitCode.OK
    assert modes(tmp_path, logs) == {"a.store": "0o600"}
    with open_store(store) as connection:
        connection.execute("CREATE TABLE store.more AS SELECT 1 AS x")
        assert set(modes(tmp_path, logs).values()) == {"0o600"}
        assert len(modes(tmp_path, logs)) == 2


def test_temporary_files_of_a_query_are_private(tmp_path: Path) -> None:
    """DuckDB writes them beside the store as soon as its memory is used up."""
    with open_store(tmp_path / "a.store", memory="40MB") as connection:
        connection.execute("SET threads = 1")
        rows = connection.execute(
            "SELECT * FROM (SELECT range AS n, md5(range::VARCHAR) AS t FROM range(2_000_000)) "
            "ORDER BY t"
        )
        rows.fetchone()
        found = modes(tmp_path)
    assert any(name.startswith("a.store.tmp/") for name in found), found
    assert set(found.values()) <= {"0o600", "0o700"}


def test_an_export_is_private(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its folders, too."""
    store, folder = tmp_path / "a.store", tmp_path / "parquet"
    run(capsys, "ingest", logs, "--store", store)
    assert run(capsys, "export", folder, store)[0] == ExitCode.OK
    found = modes(tmp_path, logs, store)
    assert any(name.endswith(".parquet") for name in found)
    assert all(
        mode == ("0o600" if name.endswith(".parquet") else "0o700") for name, mode in found.items()
    )


@pytest.mark.parametrize("format_", ["json", "csv", "parquet", "table"])
def test_the_result_of_a_query_is_private(
    format_: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In every format."""
    store, result = tmp_path / "a.store", tmp_path / "result"
    run(capsys, "ingest", logs, "--store", store)
    words = ("query", "AKSAudit | take 3", store, "--format", format_, "--output", result)
    code, _, err = run(capsys, *words)
    assert code == ExitCode.OK, err
    assert modes(tmp_path, logs, store) == {"result": "0o600"}


def test_the_result_of_a_hunt_is_private(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings show rows of the log."""
    result = tmp_path / "result"
    words = ("hunt", logs, "--rule", "pod-exec", "--format", "json", "--output", result)
    run(capsys, *words)
    assert modes(tmp_path, logs) == {"result": "0o600"}


def test_a_seal_is_private(logs: Path, tmp_path: Path) -> None:
    """The log keeps the mode that it has."""
    create_seal(logs / "audit.log")
    found = modes(tmp_path)
    assert found.pop("logs") == "0o755"
    assert found.pop("logs/audit.log") == "0o644"
    assert found
    assert set(found.values()) <= {"0o600", "0o700"}


def test_a_file_that_exists_keeps_its_mode_and_the_mask_comes_back(tmp_path: Path) -> None:
    """Also after an error."""
    shared = tmp_path / "shared"
    shared.write_text("a", "utf-8")

    def fail() -> None:
        with private_files():
            shared.write_text("b", "utf-8")
            (tmp_path / "new").write_text("c", "utf-8")
            raise InputError("no")

    with pytest.raises(InputError, match="no"):
        fail()
    (tmp_path / "after").write_text("d", "utf-8")
    assert modes(tmp_path) == {"after": "0o644", "new": "0o600", "shared": "0o644"}
