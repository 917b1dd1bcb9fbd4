"""Junk is read in linear time and bounded memory, and is reported once, not once for each line."""

import base64
import gzip
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.inputs.limits import LEAST_LIMITED, MOST_EXPANSION
from kubewitness.logs.reading.formats import FORMATS
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.marks import MARK
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_line, as_storage_record, events
from support.format_descriptions import format_descriptions
from support.log_reading import read

SIZE = 1 << 20
SECONDS = 20
"""A hundred times what junk of this size takes; lines one by one took minutes."""

EVENT = as_line(next(events(1, seed=9)))


def repeated(text: bytes) -> Callable[[], bytes]:
    """The text again and again, up to the size."""
    return lambda: text * (SIZE // len(text))


JUNK: dict[str, Callable[[], bytes]] = {
    "lines": repeated(b"x\n"),
    "open braces": repeated(b"{\n"),
    "closed braces": repeated(b"}\n"),
    "quotes": repeated(b'"\n'),
    "objects": repeated(b'{"a":1}\n'),
    "names of events": repeated(b'"auditID":\n'),
    "beginnings of events": repeated(b'{"kind":"Event"\n'),
    "records of an application": repeated(b'{"level":"info","message":"hello"}\n'),
    "a list of objects": lambda: b"[" + repeated(b'{"a":1},')() + b"{}]",
    "a list of lists": lambda: b"[" + repeated(b'[{"a":[1]}],')() + b"{}]",
    "a list of lines": lambda: b"[" + repeated(b"x\n")(),
    "brackets": repeated(b"["),
    "nested objects": repeated(b'{"a":'),
    "braces in one line": repeated(b"{"),
    "quotes in one line": repeated(b'{"'),
    "escapes": lambda: b'{"log":"' + repeated(b"\\")(),
    "base64": lambda: b"\n".join(
        base64.b64encode(random.Random(n).randbytes(57))  # noqa: S311 no secret
        for n in range(SIZE // 77)
    ),
    "null bytes": repeated(b"\0"),
    "CSV": repeated(b"a,b,c\n"),
    "CSV of an audit log": lambda: b'"AuditId","log_s"\n' + repeated(b'"x\n')(),
    "blank lines": repeated(b"\n"),
}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_one_piece_and_takes_linear_time(name: str, tmp_path: Path) -> None:
    """Every byte is counted; at most a few entries in the quarantine."""
    started = time.perf_counter()
    summary, rows = read(tmp_path, JUNK[name]())
    assert time.perf_counter() - started < SECONDS
    assert (rows, summary.faults) == ([], [])
    assert (summary.balance.quarantined > 0) is (name != "blank lines")
    assert summary.balance.quarantined < 100


@pytest.mark.parametrize("name", ["lines", "objects", "blank lines", "base64"])
def test_an_event_among_junk_is_read(name: str, tmp_path: Path) -> None:
    """Junk on both sides, and the place of the event is right."""
    junk = JUNK[name]().rstrip(b"\n") + b"\n"
    summary, (row,) = read(tmp_path, junk + EVENT + junk)
    assert row["LogOffset"] == len(junk)
    assert (summary.balance.events, summary.balance.unaccounted_bytes) == (1, 0)


def test_a_file_that_expands_beyond_the_limit_is_reported(tmp_path: Path) -> None:
    """With the limit and how to set it; a higher one reads the file."""
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\n" * (LEAST_LIMITED + (16 << 20))))
    with open_store(tmp_path / "store") as connection:
        summary = ingest(connection, find_log_files([str(path)]))
        (fault,) = summary.faults
        assert f"more than {MOST_EXPANSION} times its size" in fault
        assert "--max-expansion" in fault
        summary = ingest(connection, find_log_files([str(path)]), most_expansion=2_000)
    assert (summary.faults, summary.balance.quarantined) == ([], 0)


def test_every_record_that_becomes_a_row_has_a_mark() -> None:
    """A format without its mark would be passed over as junk."""
    assert all(isinstance(one.MARKS, tuple) for one in FORMATS)
    for description in format_descriptions():
        for sample in description.samples:
            if sample.suffix in {".json", ".log", ".csv"} and "utf16" not in description.name:
                assert MARK.search(sample.read_text("utf-8")), sample
    assert MARK.search(as_storage_record(next(events(1, seed=1))).decode())
