"""The command, run in the test's own process, and the reading of logs below it."""

from pathlib import Path

import pytest

from kubewitness.cli import main
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import open_store


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
