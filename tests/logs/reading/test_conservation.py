"""No event is lost: whatever a log file went through, what nothing touched comes back as it was."""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from log_generator.audit_log import Event, events
from support.log_damage import Written, draw_file

SHARDS = 8
FILES_OF_A_STORE = 25
EVENTS_OF_A_FILE = 110

COLUMNS = {**TEXT_FIELDS, **TIME_FIELDS, **OBJECT_FIELDS}
Key = tuple[str, str]


def read_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    """All rows of audit events by the name of their file."""
    names = ", ".join(f'"{column}"' for column in COLUMNS.values())
    found = connection.execute(
        f"SELECT name, LogOffset, LogLength, LogDamage, IsPartial, Copies, {names} "  # noqa: S608 ours
        "FROM store.audit_events JOIN store.files ON LogFile = number"
    )
    titles = [column[0] for column in found.description or ()]
    by_file: dict[str, list[dict[str, Any]]] = {}
    for row in found.fetchall():
        by_file.setdefault(Path(row[0]).name, []).append(dict(zip(titles, row, strict=True)))
    return by_file


def key_of(event: Event) -> Key:
    """By what an event is known."""
    return event["auditID"], event["stage"]


def assert_same(event: Event, row: dict[str, Any], story: object) -> None:
    """Every field of the event is in its column as it was."""
    for name, column in COLUMNS.items():
        value = row[column]
        if name in OBJECT_FIELDS:
            value = None if value is None else json.loads(value)
        elif name in TIME_FIELDS and value is not None:
            assert value.replace(tzinfo=UTC) == datetime.fromisoformat(event[name]), story
            continue
        assert value == event.get(name), (name, story)


def check_file(
    written: Written, rows: list[dict[str, Any]], quarantined: list[tuple[int, int, bool]]
) -> Counter[str]:
    """Hold what was read of a file against what was written; return what became of its events."""
    whole: dict[Key, dict[str, Any]] = {
        (row["AuditId"], row["Stage"]): row for row in rows if not row["IsPartial"]
    }
    hurt = written.storage in {"cut", "flipped"}
    found = 0
    for event in written.untouched:
        row = whole.pop(key_of(event), None)
        if row is None:
            assert hurt, ("lost", event["auditID"], written.story)
            continue
        found += 1
        if not (hurt and row["LogDamage"]):
            assert_same(event, row, written.story)
            assert hurt or row["LogDamage"] is None, written.story
    is_noticed = bool(quarantined) or any(row["LogDamage"] for row in rows)
    if hurt:
        assert is_noticed or found == len(written.untouched), written.story
        return Counter(hurt=len(written.untouched))
    assert written.storage != "rubbish" or any(stored for *_, stored in quarantined)
    assert len(whole) <= len(written.touched), written.story
    spans = [(row["LogOffset"], row["LogOffset"] + row["LogLength"]) for row in rows]
    spans += [(start, start + size) for start, size, stored in quarantined if not stored]
    for start, end in written.touched:
        assert any(a < end and start < b for a, b in spans), ("vanished", start, written.story)
    return Counter(untouched=found, touched=len(written.touched))


def read_folder(folder: Path) -> tuple[Summary, dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """Read a folder into a store of its own."""
    with open_store(folder.parent / "store") as connection:
        summary = ingest(connection, find_log_files([str(folder)]))
        rows = read_rows(connection)
        entries: dict[str, Any] = {}
        for name, *entry in connection.execute(
            # A line of which too little is left to tell an event is kept whole in AKSControlPlane.
            "SELECT name, LogOffset, LogLength, IsStored FROM ("
            "FROM store.quarantine SELECT LogFile, LogOffset, LogLength, IsStored UNION ALL "
            "FROM store.control_plane SELECT LogFile, LogOffset, LogLength, false"
            ") JOIN store.files ON LogFile = number"
        ).fetchall():
            entries.setdefault(Path(name).name, []).append(entry)
    return summary, rows, entries


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_untouched_event_is_lost_or_altered_and_no_touched_one_vanishes(
    shard: int,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    """`--cases` files of drawn formats and damage; the balance holds for every one."""
    cases = max(1, request.config.getoption("--cases") // SHARDS)
    draw = random.Random(shard)  # noqa: S311 no secret
    stream = events(cases * EVENTS_OF_A_FILE, seed=shard)
    came_of_it: Counter[str] = Counter()
    for start in range(0, cases, FILES_OF_A_STORE):
        home = tmp_path / str(start)
        folder = home / "logs"
        folder.mkdir(parents=True)
        files = {}
        for number in range(start, min(start + FILES_OF_A_STORE, cases)):
            written = draw_file(list(islice(stream, EVENTS_OF_A_FILE)), draw)
            files[f"{number}.log"] = written
            (folder / f"{number}.log").write_bytes(written.data)
        summary, rows, entries = read_folder(folder)
        assert summary.faults == []
        assert summary.balance.unaccounted_bytes == 0
        for name, written in files.items():
            came_of_it += check_file(written, rows.get(name, []), entries.get(name, []))
            came_of_it["files"] += 1
        for file in home.rglob("*"):
            if file.is_file():
                file.unlink()
    assert came_of_it["untouched"]
    record_property("conservation", dict(came_of_it))
