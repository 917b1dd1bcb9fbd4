"""Run `kubewitness export`."""

from pathlib import Path

from kubewitness.cli.output import write_text
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.export import export_parquet


def run(*, folder: Path, store: Path) -> int:
    """Write a store as Parquet and print how many rows each table has."""
    with open_store(store, read_only=True, export_to=folder) as connection:
        rows = export_parquet(connection, folder)
    if not rows:
        raise NothingToCheckError(f"{store} has no rows; `kubewitness ingest` adds rows")
    write_text(", ".join(f"{table} {count:,}" for table, count in rows.items()) + "\n")
    return ExitCode.OK
