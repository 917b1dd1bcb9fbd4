"""`kubewitness export`."""

from pathlib import Path

import click

from kubewitness.cli.options import store_argument
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.export import export_parquet


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@store_argument
def command(folder: Path, store: Path) -> int:
    """Write STORE to FOLDER as Parquet, partitioned by table and day.

    STORE is what `kubewitness ingest` made, by default $KUBEWITNESS_STORE or ./kubewitness.store.
    FOLDER must be new or empty.
    """
    with open_store(store, read_only=True) as connection:
        rows = export_parquet(connection, folder)
    if not rows:
        raise NothingToCheckError(f"{store} holds no rows; `kubewitness ingest` fills it")
    click.echo(", ".join(f"{table} {count:,}" for table, count in rows.items()))
    return ExitCode.OK
