"""Writes what was taken apart into the store: rows of every table, and the quarantine."""

import json
from collections.abc import Iterable
from typing import Any, Final

import duckdb
import pyarrow as pa

from kubewitness.catalog.columns import Column
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.logs.reading.records import LocatedRow, Quarantined, Read
from kubewitness.logs.reading.rows import AUDIT
from kubewitness.logs.reading.times import iso_time
from kubewitness.logs.store.database import PLAIN_TABLES, SQL_TYPES, plain_columns
from kubewitness.logs.store.statements import insert_rows

_ROWS: Final = pa.schema(
    [
        ("text", pa.string()),
        ("time", pa.string()),
        ("outer_time", pa.string()),
        ("pod", pa.string()),
        ("resource", pa.string()),
        ("in_audit", pa.bool_()),
        ("in_admin", pa.bool_()),
        ("more", pa.string()),
        ("file", pa.int32()),
        ("byte", pa.int64()),
        ("length", pa.int32()),
        ("log_format", pa.string()),
        ("damage", pa.string()),
        ("partial", pa.bool_()),
        ("truncated", pa.string()),
    ]
)

_QUARANTINED: Final = pa.schema(
    [
        ("LogFile", pa.int32()),
        ("LogOffset", pa.int64()),
        ("LogLength", pa.int64()),
        ("Sha256", pa.string()),
        ("Reason", pa.string()),
        ("IsStored", pa.bool_()),
        ("Sample", pa.binary()),
    ]
)


def write(connection: duckdb.DuckDBPyConnection, reads: Iterable[tuple[int, Read]]) -> None:
    """Write all that was read, each with the number of its file."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    quarantined: list[dict[str, Any]] = []
    for file, read in reads:
        for located in read.rows:
            by_kind.setdefault(located.row.kind, []).append(_located_row(file, located))
        quarantined += [_quarantined(file, entry) for entry in read.quarantined]
    for kind, rows in by_kind.items():
        statement = insert_rows("incoming") if kind == AUDIT else _insert_plain(kind)
        _insert(connection, statement, pa.Table.from_pylist(rows, _ROWS))
    if quarantined:
        _insert(
            connection,
            "INSERT INTO store.quarantine BY NAME SELECT * FROM incoming",
            pa.Table.from_pylist(quarantined, _QUARANTINED),
        )


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, incoming: pa.Table) -> None:
    connection.register("incoming", incoming)
    connection.execute(statement)
    connection.unregister("incoming")


def _located_row(file: int, located: LocatedRow) -> dict[str, Any]:
    row = located.row
    return {
        "text": row.text,
        "time": iso_time(row.time) or row.time,
        "outer_time": row.outer_time,
        "pod": row.pod,
        "resource": row.resource,
        "in_audit": row.in_audit,
        "in_admin": row.in_admin,
        "more": None if row.more is None else json.dumps(row.more, ensure_ascii=False),
        "file": file,
        "byte": located.offset,
        "length": located.length,
        "log_format": located.log_format,
        "damage": row.damage,
        "partial": row.partial,
        "truncated": json.dumps(row.truncated) if row.truncated else None,
    }


def _insert_plain(table: str) -> str:
    """Return the SQL that reads the columns of a plain table from JSON."""
    columns = plain_columns(table)
    kind = json.dumps({c.name: "JSON" if c.type == "dynamic" else "VARCHAR" for c in columns})
    values = ", ".join(f'{_cell(table, c)} AS "{c.name}"' for c in columns)
    return f"""
INSERT INTO {PLAIN_TABLES[table]} BY NAME
SELECT {values}, file AS LogFile, byte AS LogOffset, length AS LogLength, log_format AS LogShape,
    damage AS LogDamage, partial AS IsPartial, truncated::JSON AS TruncatedColumns, 1 AS Copies
FROM (SELECT *, from_json(text, '{kind}') AS e FROM incoming)"""


def _cell(table: str, column: Column) -> str:
    """Return the SQL of a cell of a plain table.

    Text is never null in Kusto. The part before a truncation does not have the other cells.
    """
    value = f'TRY_CAST(e."{column.name}" AS {SQL_TYPES[column.type]})'
    if table in INSIGHTS_TABLES and column.type == "string":
        return f"coalesce({value}, CASE WHEN NOT partial THEN '' END)"
    return value


def _quarantined(file: int, entry: Quarantined) -> dict[str, Any]:
    return {
        "LogFile": file,
        "LogOffset": entry.offset,
        "LogLength": entry.length,
        "Sha256": entry.sha256,
        "Reason": entry.reason,
        "IsStored": entry.is_stored,
        "Sample": entry.sample,
    }
