"""`kubewitness export`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import FOLDER, store_argument


@click.command("export")
@click.argument("folder", type=FOLDER)
@store_argument
def command(**options: Any) -> int:
    """Write STORE to FOLDER as Parquet, partitioned by table and day.

    STORE is what `kubewitness ingest` made, by default $KUBEWITNESS_STORE or ./kubewitness.store.
    FOLDER must be new or empty.
    """
    return run_action("export", **options)
