"""Writes the rows of a query: for people, for programs, for spreadsheets and for other engines."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any, Final, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from kubewitness.logs.kql.query import Result
from kubewitness.printable import printable, shortened
from kubewitness.reports.json_text import ascii_json

LONGEST_CELL: Final = 300
"""The text of a value in a table; the other formats contain the complete value."""

_NARROWEST: Final = 12
"""With less for a column a table is not readable, and each row gets lines of its own."""

_BETWEEN: Final = "  "
"""The separator between two columns of a table."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""The first characters of a text that a spreadsheet runs when it opens a CSV file."""


def print_rows(console: Console, result: Result, limit: int) -> int:
    """Print the first rows as a table: in a pipe one line a row, which no width wraps.

    On a terminal, long values are truncated to its width. Where columns would be too narrow to
    read, each row gets lines of its own.

    Args:
        console: where to.
        result: of a query.
        limit: how many.

    Returns:
        How many were not printed.
    """
    rows = list(islice(result.rows(), limit + 1))
    kinds = tuple(result.types.values())
    shown = [tuple(map(_cell, row, kinds)) for row in rows[:limit]]
    table = [tuple(map(printable, result.columns)), *shown]
    widths = [max(map(cell_len, cells)) for cells in zip(*table, strict=True)]
    widest = _widest(widths, console.width) if console.is_terminal else max(widths)
    if widest < min(_NARROWEST, max(widths)):
        _print_blocks(console, result.columns, shown)
    else:
        _print_table(console, table, [min(width, widest) for width in widths])
    return result.count() - limit if len(rows) > limit else 0


def write_json(file: TextIO, result: Result) -> None:
    """Write a list of rows, one a line; dynamic values are JSON of their own."""
    kinds = [(json.dumps(name), kind) for name, kind in result.types.items()]
    separator = "[\n"
    for row in result.rows():
        fields = (f"{name}: {_json(v, kind)}" for v, (name, kind) in zip(row, kinds, strict=True))
        file.write(ascii_json(f"{separator}{{{', '.join(fields)}}}"))
        separator = ",\n"
    file.write("[]\n" if separator == "[\n" else "\n]\n")


def write_csv(file: TextIO, result: Result, *, raw: bool = False) -> None:
    """Write a header and the rows; a null is empty, and a dynamic text has no quotes.

    Args:
        raw: whether text that a spreadsheet would run as a formula stays as it is. By default such
            text gets an apostrophe before it. Numbers and times never get one.
    """
    kinds = tuple(result.types.values())
    writer = csv.writer(file)
    writer.writerow(map(_no_formula, result.columns))
    for row in result.rows():
        cells = map(_plain, row, kinds)
        writer.writerow(cells if raw else map(_safe, cells, row))


def write_parquet(path: Path, result: Result) -> None:
    """Write a Parquet file."""
    import pyarrow.parquet as pq  # noqa: PLC0415 loads slowly, and other formats do not need it

    batches = result.batches()
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _widest(widths: Sequence[int], available: int) -> int:
    """Return how wide a column may be so that all fit: narrow ones leave room to wide ones."""
    available -= len(_BETWEEN) * (len(widths) - 1)
    return max(
        (wide for wide in range(available + 1) if sum(min(w, wide) for w in widths) <= available),
        default=0,
    )


def _print_table(console: Console, table: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """Print a line for the columns and one for each row, each value truncated to its column."""
    for number, row in enumerate(table):
        cells = (_fitted(cell, width) for cell, width in zip(row, widths, strict=True))
        line = Text(_BETWEEN.join(cells).rstrip(), style="" if number else "bold")
        console.print(line, soft_wrap=True)


def _fitted(cell: str, width: int) -> str:
    """Return a cell in so many columns of a terminal, of which some letters need two."""
    if cell_len(cell) > width:
        return f"{set_cell_size(cell, width - 1)}…"
    return set_cell_size(cell, width)


def _print_blocks(console: Console, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a line for each value that is not null, and a blank line between rows."""
    width = max(map(len, columns))
    for index, row in enumerate(rows):
        if index:
            console.print()
        for column, value in zip(columns, row, strict=True):
            if value:
                console.print(Text(f"{printable(column):{width}}  {value}"), soft_wrap=True)


def _cell(value: Any, kind: Any) -> str:
    return shortened(printable(_plain(value, kind)), LONGEST_CELL)


def _plain(value: Any, kind: Any) -> str:
    """Return a value as text; a dynamic text without the quotes of JSON, as Kusto shows it."""
    if str(kind) == "JSON" and isinstance(value, str) and value.startswith('"'):
        return str(json.loads(value))
    return _text(value)


def _safe(cell: str, value: Any) -> str:
    """Return a cell that no spreadsheet runs; only what others wrote can be a formula."""
    return _no_formula(cell) if isinstance(value, str | list | dict) else cell


def _no_formula(text: str) -> str:
    """Put an apostrophe before a formula. Source: OWASP, "CSV Injection"."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: Any) -> str:
    """Return a value as text, an empty one for null."""
    for kind, write in _TEXTS.items():
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _json(value: Any, kind: Any) -> str:
    """Return a value as JSON.

    Args:
        value: as DuckDB gives it.
        kind: its type, which determines whether a text is JSON.
    """
    if value is None:
        return "null"
    if isinstance(value, Decimal) or str(kind) == "JSON":
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_json(each, kind.children[0][1]) for each in value)}]"
    if isinstance(value, dict) and kind.id == "struct":
        return _object(value, dict(kind.children))
    # JSON has no number for infinity; Kusto writes it as text, too.
    is_number = isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))
    return json.dumps(value if is_number else _text(value))


def _object(value: Mapping[str, Any], kinds: Mapping[str, Any]) -> str:
    fields = (f"{json.dumps(name)}: {_json(each, kinds[name])}" for name, each in value.items())
    return f"{{{', '.join(fields)}}}"


def _timespan(value: timedelta) -> str:
    """Return it as Kusto does: `-1.02:03:04.0000005` is a day, two hours and so on ago."""
    seconds = abs(value)
    hours, rest = divmod(seconds.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    fraction = f".{seconds.microseconds * 10:07}" if seconds.microseconds else ""
    days = f"{seconds.days}." if seconds.days else ""
    return f"{'-' if value < timedelta() else ''}{days}{clock}{fraction}"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    bool: lambda value: str(value).lower(),
    bytes: bytes.hex,
    list: lambda value: json.dumps(value, default=_text, ensure_ascii=False),
    dict: lambda value: json.dumps(value, default=_text, ensure_ascii=False),
    timedelta: _timespan,
    datetime: lambda value: value.isoformat() + "Z",
    date: date.isoformat,
    time: time.isoformat,
}
"""How values are written as text, by type; a datetime is a date, too, and comes before it."""
