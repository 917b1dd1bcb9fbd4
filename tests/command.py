"""The command, run in the test's own process, and the reading of logs below it."""

from pathlib import Path

import pytest

from kubewitness.cli import main
from kubewitness.logs.ingest import ingest
from kubewitness.logs.inputs import find_log_files
from kubewitness.logs.store import open_store
from kubewitness.logs.summary import Summary


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command; return its exit code, its output and what it said besides."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(str(ended.value.code or 0)), out, err


def read(store: Path, *words: str | Path, segment_bytes: int = 1 << 30) -> Summary:
    """Read logs into a store."""
    with open_store(store) as connection:
        files = find_log_files([str(word) for word in words])
        return ingest(connection, files, segment_bytes=segment_bytes)
