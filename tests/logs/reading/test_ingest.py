"""The store after reading: the same whatever the order, the split, and how often it was killed."""

import gzip
import json
import random
import re
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from log_generator.audit_log import as_event_hub_message, as_line, as_storage_record, events
from support.command import read, run
from support.ingested import contents, damaged_folder, rows_of, some_events, write

READER = """
import sys
from pathlib import Path
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.store.database import open_store
with open_store(Path(sys.argv[1])) as connection:
    ingest(connection, find_log_files([sys.argv[2]]), segment_bytes=200_000)
"""
"""Reads a folder in small segments, in a process that can be killed."""


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    """Read forwards, backwards, one by one, in small segments: every row and place is the same."""
    folder = damaged_folder(tmp_path / "logs")
    files = sorted(folder.iterdir())
    read(tmp_path / "forwards.store", *files)
    read(tmp_path / "backwards.store", *reversed(files))
    for file in random.Random(1).sample(files, len(files)):  # noqa: S311 no secret
        read(tmp_path / "single.store", file)
    read(tmp_path / "small.store", *files, segment_bytes=50_000)
    expected = contents(tmp_path / "forwards.store")
    assert expected
    for name in ("backwards", "single", "small"):
        assert contents(tmp_path / f"{name}.store") == expected, name


@settings(max_examples=15)
@given(st.lists(st.integers(1, 299), max_size=6), st.randoms(use_true_random=False))
def test_the_split_into_files_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], draw: random.Random
) -> None:
    """However lines are spread over files, and whatever their order."""
    home = tmp_path_factory.mktemp("split")
    lines = [as_line(event) for event in some_events()]
    (home / "whole.log").write_bytes(b"".join(lines))
    draw.shuffle(lines)
    (home / "parts").mkdir()
    bounds = [0, *sorted(set(cuts)), len(lines)]
    for number, (start, end) in enumerate(pairwise(bounds)):
        data = b"".join(lines[start:end])
        packed = draw.choice([data, gzip.compress(data, 1)])
        (home / "parts" / f"{number}.log").write_bytes(packed)
    read(home / "whole.store", home / "whole.log")
    read(home / "parts.store", home / "parts")
    whole = contents(home / "whole.store", places=False)
    assert len(whole) == len(lines)
    assert contents(home / "parts.store", places=False) == whole


def test_killed_at_any_moment_and_run_again_nothing_is_lost_and_nothing_twice(
    tmp_path: Path,
) -> None:
    """The process is killed at random moments until it gets through; then all is as in one run."""
    folder = damaged_folder(tmp_path / "logs", files=30)
    big = b"".join(as_line(event) for event in events(3_000, seed=9))
    (folder / "big.log").write_bytes(big)
    (folder / "big.log.gz").write_bytes(gzip.compress(big[: len(big) // 2], 1))
    read(tmp_path / "one.store", folder)
    draw = random.Random(11)  # noqa: S311 no secret
    command = [sys.executable, "-c", READER, str(tmp_path / "killed.store"), str(folder)]
    kills = 0
    for patience in range(60):
        process = subprocess.Popen(command)
        try:
            assert process.wait(0.6 + draw.random() * (0.6 + patience / 10)) == 0
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    else:
        pytest.fail("it never got through")
    assert kills > 0
    assert contents(tmp_path / "killed.store") == contents(tmp_path / "one.store")


def test_lines_that_were_taken_apart_are_in_no_table_and_leave_with_the_next_run(
    tmp_path: Path,
) -> None:
    """Stopped right behind a transaction: their events stand there once, also when it goes on."""
    lines = [as_line(event) for event in some_events(120)]
    spaced = [line.replace(b',"level":', b', "level":', 1) for line in lines[:100]]
    write(tmp_path / "a", spaced)
    write(tmp_path / "b", lines[100:])
    read(tmp_path / "whole", tmp_path / "a", tmp_path / "b")

    blocks = iter("a")

    def stop(_: int) -> None:
        next(blocks)

    files = find_log_files([str(tmp_path / name) for name in "ab"])
    with open_store(tmp_path / "stopped") as connection, pytest.raises(duckdb.Error):
        ingest(connection, files, report=stop, segment_bytes=1)
    with open_store(tmp_path / "stopped", read_only=True) as connection:
        kept = connection.execute("SELECT count(Unread) FROM store.audit_events").fetchall()
    assert kept == [(len(spaced),)]
    assert len(rows_of(tmp_path / "stopped", "AKSAudit")) == len(spaced)
    read(tmp_path / "stopped", tmp_path / "a", tmp_path / "b")
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


def test_however_many_lines_are_taken_apart_at_once_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few leave the store in the next transaction, many in the same."""
    folder = damaged_folder(tmp_path / "logs")
    lines = [as_line(event).replace(b',"level":', b', "level":', 1) for event in some_events(100)]
    write(folder / "apart", lines)
    read(tmp_path / "few", folder)
    monkeypatch.setattr("kubewitness.logs.reading.ingest.UNVERIFIED_LINES", 30)
    read(tmp_path / "many", folder)
    assert contents(tmp_path / "many") == contents(tmp_path / "few")


@pytest.mark.parametrize("sealed", [".", "audit.log"])
def test_the_seal_of_logs_is_not_read_as_logs(
    sealed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither that of a folder nor that of a file in it."""
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs" / "audit.log", list(map(as_line, some_events(3))))
    assert run(capsys, "seal", "create", tmp_path / "logs" / sealed)[0] == 0
    summary = read(tmp_path / "store", tmp_path / "logs")
    assert (summary.files, summary.balance.quarantined) == (1, 0)


POISON = (
    {"log_s": '{"auditID":"x","stage":"s"}', "TimeGenerated": 5},
    {"log_s": '{"auditID":"x","stage":"s"}', "pod_s": {}},
    {"RawEventData": {"auditID": "x", "stage": "s"}, "Timestamp": 5},
    {"AuditId": "x", "Stage": "y", "PodName": {}},
    {"protoPayload": {"serviceName": "k8s.io", "status": {"code": [1]}}, "insertId": 7},
    {"protoPayload": {"serviceName": "k8s.io"}, "resource": {"labels": {"cluster_name": [1]}}},
    {"message": "{}", "timestamp": 10**40},
    {"properties": {"log": '{"auditID":"x","verb":5}'}, "category": "kube-audit"},
    {"auditID": "x", "stage": 5},
)
"""Records that are almost of a shape."""


@pytest.mark.parametrize("record", POISON)
def test_no_record_stops_the_others(record: dict[str, Any], tmp_path: Path) -> None:
    """A value of another kind than a format has: its record alone is quarantined, or read."""
    event = some_events(1)[0]
    write(tmp_path / "log", [json.dumps(record).encode() + b"\n", as_line(event)])
    summary = read(tmp_path / "store", tmp_path / "log")
    assert (event["auditID"],) in rows_of(tmp_path / "store", "AKSAudit", "AuditId")
    assert not any("fault" in entry.reason for entry in summary.quarantine)


def test_a_log_line_that_goes_on_after_its_event_is_quarantined(tmp_path: Path) -> None:
    """Two events in one string: neither is passed over in silence."""
    one, other = some_events(2)
    record = json.loads(as_storage_record(one))
    record["properties"]["log"] = (as_line(one) + as_line(other)).decode()
    write(tmp_path / "log", [json.dumps(record).encode()])
    summary = read(tmp_path / "store", tmp_path / "log")
    (entry,) = summary.quarantine
    assert entry.reason == "the log line in it goes on after an event"
    assert rows_of(tmp_path / "store", "AKSAudit") == []


HOSTILE = {
    "beginnings of stamps": b"2026-01-01T" * 20_000,
    "beginnings of objects": b'{"' * 100_000,
    "beginnings of containers": b"x" + b'{"a":1,!"records":[' * 20_000,
    "beginnings of lists": b'x{"a":[0,' * 40_000,
    "a number without end": b'{"auditID":"a","stage":"b","x":' + b"1-" * 200_000 + b"x",
    "a document of them": b"[\n" + b'{"auditID":"a",,\n' * 20_000,
}
"""Lines that look like records all over; half a megabyte of them must not take minutes."""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_lines_are_quarantined_in_bounded_work(name: str, tmp_path: Path) -> None:
    """Each place where a record may begin is tried, up to a budget; the balance holds."""
    event = some_events(1)[0]
    write(tmp_path / "log", [HOSTILE[name], b"\n", as_line(event)])
    summary = read(tmp_path / "store", tmp_path / "log")
    assert summary.balance.unaccounted_bytes == 0
    assert summary.balance.quarantined + summary.balance.salvaged


def test_a_cut_event_yields_what_precedes_the_cut(tmp_path: Path) -> None:
    """The identity, the verb and the object are there, and the row says that it is partial."""
    event = next(e for e in events(3_000, seed=5) if len(as_line(e)) > 20_000)
    (tmp_path / "log").write_bytes(as_storage_record(event, limit=16 * 1024))
    read(tmp_path / "store", tmp_path / "log")
    columns = "AuditId, Stage, Verb, RequestUri, User, ObjectRef, IsPartial, LogDamage"
    ((*known, user, reference, is_partial, damage),) = rows_of(
        tmp_path / "store", "AKSAudit", columns
    )
    assert known == [event["auditID"], event["stage"], event["verb"], event["requestURI"]]
    assert (json.loads(user), json.loads(reference)) == (event["user"], event["objectRef"])
    assert is_partial
    assert damage.startswith("the event in it is not JSON at character")


@pytest.mark.parametrize("digits", [b"4", b"40", b"403"])
def test_a_number_that_is_cut_is_no_number(digits: bytes, tmp_path: Path) -> None:
    """Of 403 the cut leaves 40, which is another code: the row has none."""
    event = next(e for e in some_events() if "responseStatus" in e)
    status = {**event, "responseStatus": {"code": 403}, "requestObject": {"a": 1}}
    line = as_line(status).partition(b'"code":')[0] + b'"code":' + digits
    write(tmp_path / "log", [line])
    read(tmp_path / "store", tmp_path / "log")
    ((reference, found),) = rows_of(tmp_path / "store", "AKSAudit", "AuditId, ResponseStatus")
    assert reference == event["auditID"]
    assert "code" not in json.loads(found or "{}")


def test_rows_that_no_checksum_vouches_for_say_so(tmp_path: Path) -> None:
    """A record that begins in a sound member and ends in a damaged one is among them."""
    lines = [as_line(event) for event in some_events(40)]
    data = b"".join(lines)
    place = sum(map(len, lines[:20])) + 100
    damaged = bytearray(gzip.compress(data[place:], mtime=0))
    damaged[-6] ^= 1  # the checksum
    write(tmp_path / "log", [gzip.compress(data[:place], mtime=0), bytes(damaged)])
    summary = read(tmp_path / "store", tmp_path / "log")
    with open_store(tmp_path / "store", read_only=True) as connection:
        rows = connection.execute(
            "SELECT LogDamage IS NULL FROM store.audit_events ORDER BY LogOffset"
        ).fetchall()
    assert rows == [(True,)] * 20 + [(False,)] * (len(rows) - 20)
    told = summary.balance.unvouched + summary.balance.salvaged
    assert told == len(rows) - 20 > 0


def test_a_record_is_not_made_of_two_around_a_gap(tmp_path: Path) -> None:
    """A member is lost between two sound ones: what seems to span them says so."""
    one, lost, other = (as_line(event) for event in some_events(3))
    middle = one.index(b'"userAgent"')
    members = [
        gzip.compress(part, mtime=0)
        for part in (one[:middle], lost, other[other.index(b'"userAgent"') :])
    ]
    members[1] = members[1][:10] + b"\xff" * 40 + members[1][50:]
    write(tmp_path / "log", members)
    read(tmp_path / "store", tmp_path / "log")
    rows = rows_of(tmp_path / "store", "AKSAudit", "LogDamage")
    assert rows == [("goes on where bytes are missing",)]


def test_a_line_above_the_cap_is_quarantined_and_reading_goes_on(tmp_path: Path) -> None:
    """17 MiB without a line break, between two events; `make fuzz` does it with 200 MB."""
    check_long_line(tmp_path, 17 << 20)


@pytest.mark.parametrize("size", [200_000_000])
def test_a_line_of_200_megabytes_is_quarantined(
    size: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """It is passed over without being held in memory."""
    if request.config.getoption("--cases") < 1_000:
        pytest.skip("only in `make fuzz`: it writes 400 MB")
    check_long_line(tmp_path, size)


def check_long_line(home: Path, size: int) -> None:
    """A line of so many bytes between two events."""
    one, other = (as_line(event) for event in some_events(2))
    long = one[:-2] + b',"more":"' + b"x" * size + b'"}'
    (home / "log").write_bytes(one + long + b"\n" + other)
    summary = read(home / "store", home / "log")
    assert (summary.balance.events, summary.balance.quarantined) == (2, 1)
    assert summary.balance.quarantined_bytes == len(long)
    assert summary.balance.unaccounted_bytes == 0
    (entry,) = summary.quarantine
    assert (entry.offset, entry.reason) == (len(one), "is a line of more than 16 MiB")


def test_the_command_prints_a_balance_and_fails_on_what_it_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 5 names the place; a limit makes it a note; JSON is versioned."""
    lines = [as_line(event) for event in some_events(20)]
    log = write(tmp_path / "a.log", [*lines, b"no log at all\n"])
    code, out, _ = run(capsys, "ingest", log, "--store", tmp_path / "a.store")
    size = sum(map(len, lines))
    assert code == 5
    assert f"QUARANTINED {log}: byte {size}, 13 bytes: is not JSON" in out
    assert out.splitlines()[-3] == (
        "files 1, events 20, salvaged 0, copies merged 0, no checksum 0, unreadable 1"
    )
    code, out, _ = run(
        capsys, "ingest", log, "--store", tmp_path / "b.store", "--format", "json",
        "--max-unreadable", "1%",
    )  # fmt: skip
    document = json.loads(out)
    assert document["log"]["audit_events"] == 20
    assert (code, document["version"], document["balance"]["unaccounted_bytes"]) == (0, 1, 0)


def test_the_command_names_what_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No log, an empty one, a store that is none, a limit that is none: no traceback."""
    empty = write(tmp_path / "empty.log", [])
    log = write(tmp_path / "a.log", [as_line(some_events(1)[0])])
    store = write(tmp_path / "text.store", [b"no store" * 1000])
    cases: list[tuple[int, str, list[str | Path]]] = [
        (2, "no such file or folder", [tmp_path / "nowhere", "--store", tmp_path / "s"]),
        (3, "nothing to check", [empty, "--store", tmp_path / "s"]),
        (2, "is not a store", [log, "--store", store]),
        (2, "is not a number", [log, "--max-unreadable", "few"]),
    ]
    for expected, said, arguments in cases:
        code, _, err = run(capsys, "ingest", *arguments)
        assert (code, said in err) == (expected, True), (said, err)
        assert "Traceback" not in err


def test_standard_input_is_read(tmp_path: Path) -> None:
    """As in `zcat *.gz | kubewitness ingest -`."""
    data = as_event_hub_message(some_events(30))
    command = [sys.executable, "-m", "kubewitness", "ingest", "-", "--store", str(tmp_path / "s")]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"events 30," in done.stdout


def test_reading_logs_does_not_load_pulumi() -> None:
    """It takes a second and has no part in it."""
    code = "import sys, kubewitness.cli.actions.ingest; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_ends_with_what_the_store_contains_and_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Events, period, categories, clusters; of all that was ever read into the store."""
    store = tmp_path / "a store"
    for name, first in (("a.log", 0), ("b.log", 10)):
        records = map(as_storage_record, some_events(20)[first : first + 10])
        code, out, _ = run(capsys, "ingest", write(tmp_path / name, [*records]), "--store", store)
        assert code == 0
    balance, _, contains, following = out.splitlines()
    assert re.fullmatch(r"[\d,]+ bytes = [\d,]+ in events \+ 0 in salvaged events .*", balance)
    assert contains.startswith(f"{store} contains 20 events: 2026-01-05T20:19:51Z to 2026-02-01T")
    assert "Z; kube-audit 20; clusters shop; 14 gaps, first 2026-01-05T21:00:00Z to " in contains
    assert following == f"next: kubewitness hunt '{store}'"
    code, out, _ = run(
        capsys, "ingest", write(tmp_path / "c.log", [b"junk\n"]), "--store", tmp_path / "c"
    )
    assert code == 5
    assert "next:" not in out
