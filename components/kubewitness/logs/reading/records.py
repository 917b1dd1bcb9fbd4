"""From pieces to rows: a record of a known format, salvage of a damaged one, or quarantine."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kubewitness.logs.reading.balance import Balance
from kubewitness.logs.reading.containers import ERRORS
from kubewitness.logs.reading.event_text import event_place, holds_event
from kubewitness.logs.reading.formats.cloudwatch import CloudWatch
from kubewitness.logs.reading.formats.envelope import Envelope
from kubewitness.logs.reading.inner import (
    UNREADABLE,
    inner_rows,
    read_record,
    salvaged_record,
)
from kubewitness.logs.reading.lines import LONGEST_LINE
from kubewitness.logs.reading.parts import Parts
from kubewitness.logs.reading.pieces import Piece, PieceKind, Pieces
from kubewitness.logs.reading.rows import AUDIT, OTHER, NoRowError, Row
from kubewitness.logs.reading.stamped_lines import stamped_row
from kubewitness.logs.reading.strict_json import NotStrictError, parse
from kubewitness.logs.reading.times import iso_time

TOO_LONG: Final = f"is a line of more than {LONGEST_LINE >> 20} MiB"

UNMARKED: Final = "are lines of which none is of an audit log"

SAMPLE_BYTES: Final = 4096
"""The bytes of unreadable content that the quarantine keeps; its position leads to the rest."""

_STAMP: Final = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
_CELL: Final = rb'"?[A-Za-z_@][\w .()\[\]-]*"?'
_CSV_HEADING: Final = re.compile(rb"(\xef\xbb\xbf)?%b(,%b){2,}\s*" % (_CELL, _CELL))
_ERROR: Final = re.compile(rb'"(?:%b)"\s*:' % "|".join(ERRORS).encode())


@dataclass(frozen=True)
class LocatedRow:
    """A row, the format of its record, and the position of the record in the decoded file."""

    row: Row
    log_format: str
    offset: int
    length: int


@dataclass(frozen=True)
class Quarantined:
    """Bytes that could not be read.

    Attributes:
        offset: of the first in the decoded file, or in the stored one if they could not be decoded.
        length: how many.
        sha256: of them, in hexadecimal.
        reason: why.
        sample: the first of them.
        is_stored: whether they could not even be decoded.
    """

    offset: int
    length: int
    sha256: str
    reason: str
    sample: bytes = b""
    is_stored: bool = False

    @classmethod
    def of(cls, piece: Piece, reason: str) -> "Quarantined":
        """Return the entry of a piece."""
        digest = hashlib.sha256(piece.data).hexdigest()
        return cls(piece.offset, len(piece.data), digest, reason, piece.data[:SAMPLE_BYTES])


@dataclass
class Read:
    """The part of a file that was read so far, on its way into the store."""

    rows: list[LocatedRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    balance: Balance = field(default_factory=Balance)
    parts: Parts = field(default_factory=Parts)
    # The time before the next record.
    _stamp: str | None = None

    def __len__(self) -> int:
        return len(self.rows) + len(self.quarantined)

    def add(self, pieces: Iterable[Piece]) -> None:
        """Read pieces."""
        for piece in pieces:
            self._add(piece)

    def add_line(self, line: bytes, offset: int) -> None:
        """Read one line with all that it may hold."""
        if len(line) > LONGEST_LINE:
            piece = Piece(PieceKind.BROKEN, offset, line)
            self.quarantine(Quarantined.of(piece, TOO_LONG))
        else:
            parts = self.parts.add(line, offset)
            self.add(Pieces(line, offset) if parts is None else parts)

    def add_unmarked(self, lines: bytes, offset: int) -> None:
        """Put lines that have no mark of an audit log into the quarantine, as one piece.

        A single one is read, for the sake of its reason.
        """
        if len(lines) <= SAMPLE_BYTES and b"\n" not in lines:
            self.add_line(lines, offset)
        else:
            piece = Piece(PieceKind.BROKEN, offset, lines)
            self.quarantine(Quarantined.of(piece, UNMARKED))

    def quarantine(self, entry: Quarantined) -> None:
        """Put bytes into the quarantine."""
        self.quarantined.append(entry)
        self.balance.quarantined += 1
        if not entry.is_stored:
            self.balance.quarantined_bytes += entry.length

    def _add(self, piece: Piece) -> None:
        if piece.kind is PieceKind.BLANK:
            self.balance.blank_bytes += len(piece.data)
        elif piece.kind is PieceKind.ENVELOPE:
            self.balance.envelope_bytes += len(piece.data)
            stamp = _STAMP.search(piece.data)
            self._stamp = iso_time(stamp[0].decode()) if stamp else None
        else:
            found = _read(piece)
            if isinstance(found, Quarantined):
                self.quarantine(found)
            else:
                self._place(piece, found)

    def _place(self, piece: Piece, found: list[tuple[Row, str]]) -> None:
        size = len(piece.data)
        if self._stamp:
            found = [
                (replace(row, outer_time=row.outer_time or self._stamp), name)
                for row, name in found
            ]
            self._stamp = None
        if all(row.kind == OTHER for row, _ in found):
            self.balance.other += len(found)
            self.balance.other_bytes += size
            return
        self.rows += [LocatedRow(row, log_format, piece.offset, size) for row, log_format in found]
        if any(row.damage for row, _ in found):
            self.balance.salvaged += len(found)
            self.balance.salvaged_bytes += size
        else:
            self.balance.events += len(found)
            self.balance.event_bytes += size


def _read(piece: Piece) -> list[tuple[Row, str]] | Quarantined:
    """Return the rows of a piece, each with its format, or its entry in the quarantine."""
    try:
        return _rows(piece)
    except NoRowError as error:
        return Quarantined.of(piece, str(error))
    except Exception as error:  # noqa: BLE001 one hostile record must not stop all others
        return Quarantined.of(piece, f"an internal error of kubewitness: {type(error).__name__}")


def _rows(piece: Piece) -> list[tuple[Row, str]]:
    if not piece.data:
        raise NoRowError("the envelope of records ends before it is closed")
    if piece.kind is PieceKind.BROKEN and not piece.data.startswith(b"{"):
        return _rows_of_text(piece.data)
    try:
        record, text = _record(piece)
    except NotStrictError as error:
        if error.is_ambiguous or piece.columns:
            raise NoRowError(str(error)) from None
        return list(_salvaged_rows(piece, str(error)))
    log_format, rows = read_record(record, text)
    if _hides_event(rows, text):
        raise NoRowError(f"{UNREADABLE}, in the field `{event_place(record)}`")
    if log_format is None or not rows:
        raise NoRowError("is JSON, but of no audit log's format")
    return [(row, log_format.NAME) for row in rows]


def _record(piece: Piece) -> tuple[Mapping[str, Any], bytes]:
    """Return the record of a piece, and the same as JSON.

    Raises:
        NotStrictError: it is not JSON.
    """
    record = piece.record
    if record is None:
        value = parse(piece.data)
        if isinstance(value, dict):
            return value, piece.data
        record = _cells(value, piece.columns)
    return record, json.dumps(record, ensure_ascii=False).encode(errors="surrogatepass")


def _cells(cells: list[Any], columns: tuple[str, ...] | None) -> Mapping[str, Any]:
    """Return a row of a table as a record; without columns each cell has its name in it."""
    if columns is None:
        named = [cell for cell in cells if isinstance(cell, dict)]
        return {str(cell.get("field")): cell.get("value") for cell in named}
    if len(cells) != len(columns):
        raise NoRowError(f"has {len(cells)} cells, and its table has {len(columns)} columns")
    return dict(zip(columns, cells, strict=True))


def _rows_of_text(data: bytes) -> list[tuple[Row, str]]:
    """Return the rows of what is not JSON."""
    if _ERROR.match(data):
        raise NoRowError("is the error of a query that returned only a part of its rows")
    if rows := inner_rows(data.decode(errors="replace"), {}):
        return [(row, Envelope.NAME) for row in rows]
    if row := stamped_row(data.decode(errors="replace")):
        return [(row, CloudWatch.NAME)]
    raise NoRowError(_no_record(data))


def _no_record(data: bytes) -> str:
    if not data.strip(b"\0"):
        return "is filled with null bytes"
    if _CSV_HEADING.fullmatch(data):
        return "is the heading of CSV without a column of an audit log"
    return "is not JSON"


def _salvaged_rows(piece: Piece, damage: str) -> Iterator[tuple[Row, str]]:
    try:
        log_format, rows = salvaged_record(piece.data, damage)
    except NoRowError:
        raise NoRowError(damage) from None
    if log_format is None or not rows or _hides_event(rows, piece.data):
        raise NoRowError(damage)
    yield from ((row, log_format.NAME) for row in rows)


def _hides_event(rows: Iterable[Row], data: bytes) -> bool:
    """Return whether a record holds an audit event that none of its rows is."""
    return not any(row.kind == AUDIT for row in rows) and holds_event(data)
