"""Reads logs into a store: in segments, each a transaction, so that it may end at any moment.

Lines with the format of audit events go to the store unchanged. The store reads and verifies many
of them at a time. Lines that it cannot verify, and everything else, are parsed piece by piece.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from kubewitness.errors import InputError
from kubewitness.logs.inputs.find import LogFile
from kubewitness.logs.inputs.layers import Layers
from kubewitness.logs.inputs.limits import MOST_EXPANSION
from kubewitness.logs.inputs.windows import Window, forecasts
from kubewitness.logs.reading.csv_documents import is_csv, read_csv
from kubewitness.logs.reading.json_documents import is_document, read_document
from kubewitness.logs.reading.lines import LINES_SCHEMA, Lines, Source, TooLong, read_lines
from kubewitness.logs.reading.marks import are_marked, runs
from kubewitness.logs.reading.pieces import Piece
from kubewitness.logs.reading.records import TOO_LONG, Quarantined, Read
from kubewitness.logs.reading.summary import MOST_ENTRIES, QuarantineEntry, Summary
from kubewitness.logs.reading.writing import write
from kubewitness.logs.store.database import ROWS
from kubewitness.logs.store.deduplicate import deduplicate
from kubewitness.logs.store.ledger import HEAD_BYTES, Ledger, Progress, head
from kubewitness.logs.store.statements import insert_lines
from kubewitness.logs.store.windows import gaps

SEGMENT_BYTES: Final = 1 << 30
"""How much is read in one transaction: what an interruption costs at most."""

SEGMENT_ROWS: Final = 100_000
"""How many rows from what was taken apart wait in memory before a transaction ends."""

UNVERIFIED_LINES: Final = 20_000
"""How many lines that the store could not verify are taken apart at once."""

_UNVERIFIED: Final = """
SELECT LogFile, LogOffset, LogLength, Unread FROM store.audit_events
WHERE Unread IS NOT NULL AND (LogFile, LogOffset) > (?, ?) ORDER BY LogFile, LogOffset LIMIT ?
"""

# Few go in the next transaction: in that which inserts them, DuckDB would write all of it twice.
_DELETE_UNVERIFIED: Final = "DELETE FROM store.audit_events WHERE Unread IS NOT NULL"
_DELETE_UP_TO: Final = f"{_DELETE_UNVERIFIED} AND (LogFile, LogOffset) <= (?, ?)"

_DOCUMENTS: Final = ((is_document, read_document), (is_csv, read_csv))
"""Files that do not consist of lines: how they are recognised, and read."""

_ROWS_OF_A_BATCH: Final = 2048


@dataclass
class _Opened:
    """A file while it is read."""

    progress: Progress
    decoded: Layers
    read: Read = field(default_factory=Read)
    # From where rows of an earlier run have to go, until they are gone.
    read_again_from: int | None = None


def ingest(  # noqa: PLR0913 all but two have a name and a default
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LogFile],
    *,
    report: Callable[[int], None] = lambda _: None,
    announce: Callable[[str], None] = lambda _: None,
    segment_bytes: int = SEGMENT_BYTES,
    most_expansion: int = MOST_EXPANSION,
) -> Summary:
    """Read files into a store.

    Args:
        files: in the order in which they are read; the result does not depend on it.
        report: called with the number of decoded bytes since it was last called.
        announce: called first with the amount to read from each table in the cloud.
        segment_bytes: how much is read in one transaction.
        most_expansion: how many times its stored size a file may have when it is decoded.
    """
    ledger = Ledger(connection)
    planned = list(ledger.plan(files))
    for forecast in forecasts(file for file, _ in planned):
        announce(forecast)
    run = _Run(connection, ledger, report, most_expansion)
    run.summary.files_known = ledger.files_known
    batches = run.batches(planned)
    while run.segment(batches, segment_bytes):
        pass
    connection.execute(_DELETE_UNVERIFIED)
    run.summary.rows_by_format = _rows_by_format(connection, [p.number for _, p in planned])
    run.summary.copies = deduplicate(connection)
    run.summary.faults += gaps(connection)
    connection.execute("UPDATE store.version SET is_settled = true")
    return run.summary


class _Run:
    """One run; the results of its generator since the last transaction wait in `_opened`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        ledger: Ledger,
        report: Callable[[int], None],
        most_expansion: int,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._report = report
        self._most_expansion = most_expansion
        self._opened: dict[int, _Opened] = {}
        self._in_segment = 0
        self._waiting = 0
        self._has_more = True
        # A window is committed at once: to read it again takes time, and may cost money.
        self._has_ended_window = False
        self._is_interrupted = False
        self.summary = Summary()

    def segment(self, batches: Iterator[pa.RecordBatch | None], most_bytes: int) -> bool:
        """Read one segment and commit it; return whether there is more."""
        self._in_segment = self._waiting = 0
        self._connection.execute("BEGIN; UPDATE store.version SET is_settled = false")
        self._connection.execute(_DELETE_UNVERIFIED)
        marks = self._ledger.marks()
        reader = pa.RecordBatchReader.from_batches(LINES_SCHEMA, self._until(batches, most_bytes))
        self._connection.register("lines", reader)
        self._insert()
        self._connection.unregister("lines")
        self._remove_what_is_read_again(marks)
        self._read_unverified()
        self._write()
        self._connection.execute("COMMIT")
        return self._has_more

    def _insert(self) -> None:
        try:
            self._connection.execute(insert_lines("lines"))
        except RuntimeError as error:
            if "interrupt" in str(error).lower():  # DuckDB's word for Ctrl-C
                raise KeyboardInterrupt from None
            raise
        if self._is_interrupted:
            raise KeyboardInterrupt

    def batches(
        self, planned: Iterable[tuple[LogFile, Progress]]
    ) -> Iterator[pa.RecordBatch | None]:
        """Yield the lines of all files that look like events; the rest is read on the way.

        None is yielded now and then, where a segment may end. This runs while DuckDB inserts what
        it yields, so it must not touch the connection.
        """
        for file, progress in planned:
            try:
                yield from self._file(file, progress)
            except OSError as error:
                self.summary.faults.append(f"{file.name}: {error.strerror or error}")
            except InputError as error:
                self.summary.faults += error.faults

    def _until(
        self, batches: Iterator[pa.RecordBatch | None], most_bytes: int
    ) -> Iterator[pa.RecordBatch]:
        try:
            for batch in batches:
                if batch is not None:
                    yield from _slices(batch)
                is_full = self._in_segment >= most_bytes or self._waiting >= SEGMENT_ROWS
                if is_full or self._has_ended_window:
                    self._has_ended_window = False
                    return
        except KeyboardInterrupt:  # while a cloud answers; DuckDB would make it an error of its own
            self._is_interrupted = True
        self._has_more = False

    def _file(self, file: LogFile, progress: Progress) -> Iterator[pa.RecordBatch | None]:
        with file.open() as stream:
            again = progress.read_to if progress.head else None
            decoded = Layers(stream, self._most_expansion)
            opened = _Opened(progress, decoded, read_again_from=again)
            progress.head = head(opened.decoded.head(HEAD_BYTES))
            self.summary.files += 1
            self._opened[progress.number] = opened
            yield from self._contents(opened)
        if isinstance(file, Window):
            progress.fault = file.fault
            self._has_ended_window = True
        if not progress.fault:
            self._complete(opened)
        yield None

    def _contents(self, opened: _Opened) -> Iterator[pa.RecordBatch | None]:
        source: io.BufferedReader = io.BufferedReader(opened.decoded, 1 << 20)
        begin = source.peek(HEAD_BYTES)
        for recognises, read_pieces in _DOCUMENTS:
            if recognises(begin):
                yield from self._document(opened, read_pieces(source, opened.progress.read_to))
                return
        offset = opened.progress.read_to
        _pass_over(source, offset)
        for lines in read_lines(source, offset):
            if isinstance(lines, TooLong):
                self._too_long(opened, lines)
                yield None
            else:
                yield self._lines(opened, lines)

    def _document(self, opened: _Opened, pieces: Iterator[Piece]) -> Iterator[None]:
        """Read what is not made of lines; after an interruption it is read from its beginning."""
        while some := list(islice(pieces, 10_000)):
            known = len(opened.read)
            opened.read.add(some)
            self._waiting += len(opened.read) - known
            size = sum(len(piece.data) for piece in some)
            opened.read.balance.decoded_bytes += size
            self._count(size)
            yield None

    def _lines(self, opened: _Opened, lines: Lines) -> pa.RecordBatch:
        chosen = lines.candidates()
        known = len(opened.read)
        marked = are_marked(lines, ~chosen, has_parts=bool(opened.read.parts))
        for index in np.flatnonzero(marked).tolist():
            opened.read.add_line(lines.line(index), lines.offset + int(lines.starts[index]))
        unmarked = runs(lines, ~(chosen | marked))
        for start, end in unmarked:
            opened.read.add_unmarked(lines.bytes_between(start, end), lines.offset + start)
        self._waiting += len(opened.read) - known
        lengths = lines.ends - lines.starts
        counted = int(lengths[chosen | marked].sum()) + sum(e - s for s, e in unmarked)
        balance = opened.read.balance
        balance.decoded_bytes += lines.size
        balance.blank_bytes += lines.size - counted
        balance.events += int(chosen.sum())
        balance.event_bytes += int(lengths[chosen].sum())
        if lines.ended:  # a last line without its break may yet go on
            opened.progress.read_to = opened.read.parts.begin(lines.offset + lines.size)
        self._count(lines.size)
        return lines.batch(opened.progress.number, chosen)

    def _too_long(self, opened: _Opened, line: TooLong) -> None:
        opened.read.quarantine(Quarantined(line.offset, line.length, line.sha256, TOO_LONG))
        opened.read.balance.decoded_bytes += line.length
        opened.progress.read_to = line.offset + line.length
        self._count(line.length)

    def _complete(self, opened: _Opened) -> None:
        opened.read.add(opened.read.parts.rest())
        for stored in opened.decoded.undecodable:
            opened.read.quarantine(
                Quarantined(
                    stored.start, stored.length, stored.sha256, stored.reason, is_stored=True
                )
            )
        opened.progress.is_complete = True

    def _count(self, size: int) -> None:
        self._in_segment += size
        self._report(size)

    def _remove_what_is_read_again(self, marks: dict[str, int]) -> None:
        for opened in self._opened.values():
            if opened.read_again_from is not None:
                number = opened.progress.number
                self._ledger.remove_rows_behind(number, opened.read_again_from, marks)
                opened.read_again_from = None

    def _read_unverified(self) -> None:
        """Take apart the lines that the store could not verify, some at a time."""
        done = (-1, -1)
        while rows := self._connection.execute(_UNVERIFIED, [*done, UNVERIFIED_LINES]).fetchall():
            for number, offset, length, line in rows:
                read = self._opened[number].read
                read.balance.events -= 1
                read.balance.event_bytes -= length
                read.add_line(line.encode()[:length], offset)
            done = rows[-1][:2]
            if len(rows) == UNVERIFIED_LINES:  # so many would leave a gap in the file
                self._connection.execute(_DELETE_UP_TO, done)
            self._flush()

    def _flush(self) -> None:
        """Write the rows and the quarantine that wait in memory."""
        write(self._connection, [(number, one.read) for number, one in self._opened.items()])
        for one in self._opened.values():
            room = MOST_ENTRIES - len(self.summary.quarantine)
            self.summary.quarantine += [
                QuarantineEntry(
                    one.progress.name, e.offset, e.length, e.sha256, e.reason, e.is_stored
                )
                for e in one.read.quarantined[:room]
            ]
            one.read.rows.clear()
            one.read.quarantined.clear()

    def _write(self) -> None:
        """Write what was read, the position, and the bytes without a checksum."""
        self._flush()
        opened = list(self._opened.values())
        for one in opened:
            if one.progress.is_complete:
                one.read.balance.unvouched += self._mark_unvouched(one)
            self.summary.balance += one.read.balance
            one.read = Read(parts=one.read.parts)
        self._ledger.save(one.progress for one in opened)
        for one in opened:
            if one.progress.is_complete or one.progress.fault:
                del self._opened[one.progress.number]

    def _mark_unvouched(self, opened: _Opened) -> int:
        marked = 0
        for part in opened.decoded.unvouched:
            counted = self._connection.execute(
                "UPDATE store.audit_events SET LogDamage = ? "
                "WHERE LogFile = ? AND LogOffset + LogLength > ? AND LogOffset < ? "
                "AND LogDamage IS NULL AND Unread IS NULL",
                [part.reason, opened.progress.number, part.start, part.end],
            ).fetchall()
            marked += counted[0][0]
        return marked


def _rows_by_format(
    connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]
) -> dict[str, int]:
    rows = " UNION ALL ".join(f"SELECT LogShape, LogFile FROM {table}" for table in ROWS)
    return dict(
        connection.execute(
            f"SELECT LogShape, count(*) FROM ({rows}) "
            "WHERE list_contains($numbers, LogFile) GROUP BY LogShape ORDER BY LogShape",
            {"numbers": list(numbers)},
        ).fetchall()
    )


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in parts that DuckDB's threads can share."""
    for start in range(0, batch.num_rows, _ROWS_OF_A_BATCH):
        yield batch.slice(start, _ROWS_OF_A_BATCH)


def _pass_over(source: Source, count: int) -> None:
    """Read what is in the store already: a decoder cannot seek."""
    while count and (block := source.read(min(count, 1 << 20))):
        count -= len(block)
