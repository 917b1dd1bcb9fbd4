"""`kubewitness export`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import FOLDER, exit_codes, store_argument
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input",
        ExitCode.NOTHING: "the store holds no rows",
        ExitCode.OK: "everything was written",
    }
)


@click.command("export", epilog=EPILOG)
@click.argument("folder", type=FOLDER)
@store_argument
def command(**options: Any) -> int:
    """Write STORE to FOLDER as Parquet, partitioned by table and day.

    STORE is what `kubewitness ingest` made, by default $KUBEWITNESS_STORE or ./kubewitness.store.
    FOLDER must be new or empty. The files have the stored data, secrets included, and can be read
    only by their owner.
    """
    return run_action("export", **options)
