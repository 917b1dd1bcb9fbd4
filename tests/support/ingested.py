"""Logs read into a store, and everything that the store then holds."""

import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.statements import CONTENT_COLUMNS
from log_generator.audit_log import Event, as_storage_record, events
from support.log_damage import draw_file

CONTENTS = ", ".join(f'"{column}"' for column in CONTENT_COLUMNS)


def contents(store: Path, *, places: bool = True) -> list[tuple[Any, ...]]:
    """All that a store holds, in an order of its own; without the places where it was read."""
    place = "f.name, LogOffset, LogShape," if places else ""
    with open_store(store, read_only=True) as connection:
        rows = connection.execute(
            f"SELECT {place} Copies, InAudit, InAdmin, IsPartial, IsConflicting, LogDamage, "  # noqa: S608 ours
            f"TimeGenerated, {CONTENTS} FROM store.audit_events "
            "JOIN store.files AS f ON LogFile = number ORDER BY ALL"
        ).fetchall()
        rows += connection.execute(
            f"SELECT {place} Copies, Category, Message, PodName, TimeGenerated, LogDamage "  # noqa: S608 ours
            "FROM store.control_plane JOIN store.files AS f ON LogFile = number ORDER BY ALL"
        ).fetchall()
        kept = "f.name, LogOffset," if places else ""
        rows += connection.execute(
            f"SELECT {kept} LogLength, Sha256, Reason, IsStored FROM store.quarantine "  # noqa: S608 ours
            "JOIN store.files AS f ON LogFile = number ORDER BY ALL"
        ).fetchall()
    return rows


def damaged_folder(folder: Path, files: int = 12, seed: int = 3) -> Path:
    """A folder of files in drawn formats, some of them damaged."""
    folder.mkdir()
    draw = random.Random(seed)  # noqa: S311 no secret
    stream = events(files * 60, seed=seed)
    for number in range(files):
        written = draw_file(list(islice(stream, 60)), draw)
        (folder / f"{number:02}.log").write_bytes(written.data)
    return folder


def some_events(count: int = 300) -> list[Event]:
    """Events of a cluster."""
    return list(events(count, seed=5))


def as_admin(event: Event) -> bytes:
    """The record of an event under the other category."""
    return as_storage_record(event).replace(b'"kube-audit"', b'"kube-audit-admin"')


def rows_of(store: Path, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of a table as users see it."""
    with open_store(store, read_only=True) as connection:
        return connection.execute(f'SELECT {columns} FROM "{table}" ORDER BY ALL').fetchall()  # noqa: S608 ours


def write(path: Path, parts: Sequence[bytes]) -> Path:
    """Write a file of these parts."""
    path.write_bytes(b"".join(parts))
    return path
