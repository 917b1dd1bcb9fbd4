"""CSV, as the Azure portal, Data Explorer, CloudWatch and log products export it.

A row may take several lines, because a cell may contain line breaks. In a cell each quote is
doubled, so that a row ends where the number of quotes is even.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from kubewitness.catalog.container_insights import distinctive_tables
from kubewitness.logs.reading.lines import LONGEST_LINE, SHORTEST_ROW
from kubewitness.logs.reading.pieces import Piece, PieceKind

csv.field_size_limit(LONGEST_LINE)  # by default 128 KiB, and a body may have 3 MiB

_CELL: Final = rb'"?[A-Za-z_@$][^",;\t\r\n{}]*"?'
_HEADING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:sep=(?P<separator>.)\r?\n)?(?P<names>%b(?:[,;\t]%b)*)(?:\r?\n|$)"
    % (_CELL, _CELL)
)
_MOST_MERGED: Final = 200_000
"""How many damaged rows are one entry of the quarantine."""

_SEPARATORS: Final = (",", ";", "\t")

_COLUMNS: Final = frozenset(
    {"AuditId", "log_s", "OperationNameValue", "RawEventData", "Message", "@message", "_raw"}
)
"""Columns by which an export is recognised whose cells contain no JSON."""


def is_csv(start: bytes) -> bool:
    """Return whether the first bytes are those of CSV with a log in it."""
    found = _HEADING.match(start)
    if found is None:
        return False
    names = _names(found["names"].decode(errors="replace"))
    is_table = not _COLUMNS.isdisjoint(names) or bool(distinctive_tables(frozenset(names)))
    return is_table or b'"{""' in start[found.end() :]


def _separator(heading: str) -> str:
    return max(_SEPARATORS, key=heading.count)


def _names(heading: str) -> list[str]:
    """Return the names of the columns; the portal writes the time zone behind them."""
    (names,) = csv.reader([heading.strip("\ufeff\r\n")], delimiter=_separator(heading))
    return [name.removesuffix(" [UTC]") for name in names]


def read_csv(source: io.BufferedReader, offset: int) -> Iterator[Piece]:
    """Yield the rows of a stream, each with its record.

    Args:
        offset: of its first byte in the decoded file.
    """
    heading = source.readline()
    if heading.removeprefix(b"\xef\xbb\xbf").startswith(b"sep="):
        yield Piece(PieceKind.ENVELOPE, offset, heading)
        offset += len(heading)
        heading = source.readline()
    yield Piece(PieceKind.ENVELOPE, offset, heading)
    offset += len(heading)
    text = heading.decode(errors="replace")
    names, separator = _names(text), _separator(text)
    yield from _merged(_pieces(source, offset, names, separator))


def _pieces(
    source: io.BufferedReader, offset: int, names: list[str], separator: str
) -> Iterator[Piece]:
    while row := _row(source):
        yield _piece(row, offset, names, separator)
        offset += len(row)


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces, damaged rows that follow each other as one."""
    damaged: list[Piece] = []
    for piece in pieces:
        is_damaged = piece.kind is PieceKind.BROKEN
        if damaged and (not is_damaged or len(damaged) == _MOST_MERGED):
            yield _joined(damaged)
            damaged = []
        if is_damaged:
            damaged.append(piece)
        else:
            yield piece
    if damaged:
        yield _joined(damaged)


def _joined(pieces: list[Piece]) -> Piece:
    return Piece(PieceKind.BROKEN, pieces[0].offset, b"".join(piece.data for piece in pieces))


def _row(source: io.BufferedReader) -> bytes:
    row = bytearray()
    is_even = True
    while len(row) <= LONGEST_LINE and (line := source.readline(LONGEST_LINE)):
        row += line
        is_even ^= bool(line.count(b'"') % 2)
        if is_even:
            break
    return bytes(row)


def _piece(row: bytes, offset: int, names: list[str], separator: str) -> Piece:
    if not row.strip():
        return Piece(PieceKind.BLANK, offset, row)
    if len(row) < SHORTEST_ROW:
        return Piece(PieceKind.BROKEN, offset, row)
    try:
        text = io.StringIO(row.decode(), newline="")
        cells = next(csv.reader(text, delimiter=separator, strict=True))
    except (csv.Error, UnicodeDecodeError):
        return Piece(PieceKind.BROKEN, offset, row)
    if len(cells) != len(names):
        return Piece(PieceKind.BROKEN, offset, row)
    record = dict(zip(names, cells, strict=True))
    return Piece(PieceKind.RECORD, offset, row, record=record)
