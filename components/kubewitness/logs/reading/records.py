"""From pieces to rows: a record of a known format, salvage of a damaged one, or quarantine."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from kubewitness.logs.reading.balance import Balance
from kubewitness.logs.reading.event_text import holds_event
from kubewitness.logs.reading.formats.envelope import Envelope
from kubewitness.logs.reading.inner import (
    UNREADABLE,
    inner_rows,
    read_record,
    salvaged_record,
)
from kubewitness.logs.reading.lines import LONGEST_LINE
from kubewitness.logs.reading.pieces import Piece, PieceKind, Pieces
from kubewitness.logs.reading.rows import AUDIT, NoRowError, Row
from kubewitness.logs.reading.strict_json import NotStrictError, parse
from kubewitness.logs.reading.times import iso_time

TOO_LONG: Final = f"is a line of more than {LONGEST_LINE >> 20} MiB"

SAMPLE_BYTES: Final = 4096
"""How much of what cannot be read the quarantine keeps; its place says where the rest is."""

_STAMP: Final = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
)
_CELL: Final = rb'"?[A-Za-z_][\w .()\[\]-]*"?'
_CSV_HEADING: Final = re.compile(rb"(\xef\xbb\xbf)?%b(,%b){2,}\s*" % (_CELL, _CELL))
"""As the Azure portal writes it, which takes `TimeGenerated [UTC]` for the name of a column."""


@dataclass(frozen=True)
class LocatedRow:
    """A row, the format of its record, and where that stands in the decoded file."""

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
    """What was read of a file so far, on its way into the store."""

    rows: list[LocatedRow] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    balance: Balance = field(default_factory=Balance)
    # The time that stands before the next record.
    _stamp: str | None = None

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
            self.add(Pieces(line, offset))

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
        return Quarantined.of(piece, f"a fault of kubewitness: {type(error).__name__}")


def _rows(piece: Piece) -> list[tuple[Row, str]]:
    if not piece.data:
        raise NoRowError("the envelope of records ends before it is closed")
    if piece.kind is PieceKind.BROKEN and not piece.data.startswith(b"{"):
        if rows := inner_rows(piece.data.decode(errors="replace"), {}):
            return [(row, Envelope.NAME) for row in rows]
        raise NoRowError(_no_record(piece.data))
    try:
        record = parse(piece.data)
    except NotStrictError as error:
        if error.is_ambiguous:
            raise NoRowError(str(error)) from None
        return list(_salvaged_rows(piece, str(error)))
    log_format, rows = read_record(record, piece.data)
    if _hides_event(rows, piece.data):
        raise NoRowError(UNREADABLE)
    if log_format is None or not rows:
        raise NoRowError("is JSON, but of no audit log's format")
    return [(row, log_format.NAME) for row in rows]


def _no_record(data: bytes) -> str:
    if not data.strip(b"\0"):
        return "is filled with null bytes"
    if _CSV_HEADING.fullmatch(data):
        return "is the heading of CSV, in which nested columns are lost; export the logs as JSON"
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
