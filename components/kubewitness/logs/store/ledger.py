"""The ledger of what was read: nothing is read twice, and what was interrupted goes on.

A file is known by its name and the hash of its first bytes. One that has grown goes on where it
ended, one that was replaced is another file of the same name.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

import duckdb
import pyarrow as pa

from kubewitness.logs.inputs.find import LogFile
from kubewitness.logs.inputs.windows import Window
from kubewitness.logs.store.database import ROWS
from kubewitness.logs.store.windows import (
    add_period,
    naive,
    plan_windows,
    read_windows,
    remove_windows,
    reopen_windows,
)

HEAD_BYTES: Final = 4096

_FILES: Final = pa.schema(
    [
        ("number", pa.int32()),
        ("name", pa.string()),
        ("head", pa.string()),
        ("stored_bytes", pa.int64()),
        ("read_to", pa.int64()),
        ("is_complete", pa.bool_()),
        ("source", pa.string()),
        ("starts", pa.timestamp("us")),
        ("ends", pa.timestamp("us")),
        ("is_final", pa.bool_()),
        ("fault", pa.string()),
    ]
)


@dataclass
class Progress:
    """How far a file was read.

    Attributes:
        number: of the file in the store.
        name: of the file.
        stored_bytes: its size when it was opened, None where that is unknown.
        head: how many of its first bytes, and their hash.
        read_to: the decoded offset from which to go on: all before it is in the store.
        is_complete: whether it was read to its end.
        source: the table in the cloud of which it is a window; None for a file.
        starts: the first moment of the window, in UTC.
        ends: the first moment that is too late.
        is_final: whether no more rows can arrive in the window.
        fault: why the window could not be read to its end.
        replaces: numbers of the files whose rows it replaces when it is complete.
    """

    number: int
    name: str
    stored_bytes: int | None
    head: str = ""
    read_to: int = 0
    is_complete: bool = False
    source: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    is_final: bool = False
    fault: str | None = None
    replaces: tuple[int, ...] = ()


class Ledger:
    """The files of a store.

    Attributes:
        files_known: how many were planned of which nothing is left to read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._known: dict[str, list[Progress]] = {}
        rows = connection.execute(
            "SELECT number, name, stored_bytes, head, read_to, is_complete, source, starts, ends, "
            "is_final, fault FROM store.files ORDER BY number DESC"
        ).fetchall()
        self._last = rows[0][0] if rows else 0
        self.files_known = 0
        for columns in rows:
            known = Progress(*columns)
            self._known.setdefault(known.name, []).append(known)

    def plan(self, files: Sequence[LogFile]) -> Iterator[tuple[LogFile, Progress]]:
        """Yield the files that are to be read, and from where.

        Files that an earlier run read completely are left out. A document that was read completely
        and has another size is another document, because only lines are appended to.
        """
        for file in files:
            planned = list(
                self._plan_windows(file) if isinstance(file, Window) else self._plan_file(file)
            )
            self.files_known += not planned
            yield from planned

    def _plan_file(self, file: LogFile) -> Iterator[tuple[LogFile, Progress]]:
        known = self._find(file)
        if known is None:
            yield file, Progress(self._new_number(), file.name, file.size)
        elif not known.is_complete or known.stored_bytes != file.size:
            yield file, replace(known, stored_bytes=file.size, is_complete=False)

    def _plan_windows(self, asked: Window) -> Iterator[tuple[LogFile, Progress]]:
        """Plan the windows of a table that are not in the store, or may have got more rows."""
        add_period(self._connection, asked)
        for window, replaces in plan_windows(
            asked, read_windows(self._connection, asked.table.name)
        ):
            span = window.span
            yield (
                window,
                Progress(
                    self._new_number(),
                    window.name,
                    None,
                    source=asked.table.name,
                    starts=naive(span.start),
                    ends=naive(span.end),
                    is_final=window.is_final,
                    replaces=replaces,
                ),
            )

    def _new_number(self) -> int:
        self._last += 1
        return self._last

    def save(self, all_progress: Iterable[Progress]) -> None:
        """Write down how far files were read."""
        listed = list(all_progress)
        rows = [asdict(progress) for progress in listed]
        if rows:
            self._connection.register("progress", pa.Table.from_pylist(rows, _FILES))
            self._connection.execute(
                "INSERT OR REPLACE INTO store.files BY NAME SELECT * FROM progress"
            )
            self._connection.unregister("progress")
        for progress in listed:
            if progress.is_complete:
                remove_windows(self._connection, progress.replaces)
            elif progress.fault:
                reopen_windows(self._connection, progress.replaces)

    def _find(self, file: LogFile) -> Progress | None:
        """Return what is known of a file; nothing of a stream, which differs each time."""
        if file.size is None or file.name not in self._known:
            return None
        try:
            with file.open() as stream:
                start = stream.read(HEAD_BYTES)
        except OSError:
            return None  # reported when it is read
        for known in self._known[file.name]:
            count = int(known.head.partition(":")[0])
            grown = (known.stored_bytes or 0) < file.size
            if known.head != head(start[:count]) or (known.stored_bytes or 0) > file.size:
                continue
            if known.is_complete and grown and known.read_to == 0:
                continue
            return known
        return None

    def marks(self) -> dict[str, int]:
        """Return for each table where rows begin that are added from now on."""
        return {
            table: self._connection.execute(
                f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}"
            ).fetchall()[0][0]
            for table in ("store.quarantine", *ROWS)
        }

    def remove_rows_behind(self, number: int, offset: int, marks: dict[str, int]) -> None:
        """Remove what earlier runs read of a file after an offset, which was read again.

        A row that represents copies in other files remains.

        Args:
            marks: from `marks`, before it was.
        """
        for table, mark in marks.items():
            own = (
                "IsStored OR LogOffset >= ?"
                if table == "store.quarantine"
                else ("Copies = 1 AND LogOffset >= ?")
            )
            self._connection.execute(
                f"DELETE FROM {table} WHERE LogFile = ? AND rowid < ? AND ({own})",
                [number, mark, offset],
            )


def head(start: bytes) -> str:
    """Return by what the beginning of a file is known again: its length and its hash."""
    return f"{len(start)}:{hashlib.sha256(start).hexdigest()}"
