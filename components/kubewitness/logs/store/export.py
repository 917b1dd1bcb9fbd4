"""Exports a store as Parquet: a folder for each table and, in it, one for each day.

A query for one day reads that day's files only: DuckDB, Spark, Trino and others treat the folders'
names as columns `table` and `day`.
"""

from pathlib import Path
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import AZURE_DIAGNOSTICS, TABLES
from kubewitness.errors import InputError

_EXPORTED: Final = tuple(table for table in TABLES if table != AZURE_DIAGNOSTICS)
"""AzureDiagnostics has the rows of the other tables once more."""


def export_parquet(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write all tables that have rows, and return how many rows each has.

    Args:
        folder: to write to; it must not be there, or be empty.

    Raises:
        InputError: there is something in the folder, or it cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: there is something there; name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to: {error.strerror}") from None
    return {table: rows for table in _EXPORTED if (rows := _export(connection, table, folder))}


def _export(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> int:
    if not connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchall():
        return 0
    target = str(folder.absolute() / f"table={table}").replace("'", "''")
    written = connection.execute(
        f"COPY (SELECT *, coalesce(TimeGenerated::DATE::VARCHAR, 'unknown') AS day "
        f"FROM \"{table}\") TO '{target}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day))"
    ).fetchall()
    return int(written[0][0])
