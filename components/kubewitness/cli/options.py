"""The argument that names a store, alike in every subcommand that asks one."""

from pathlib import Path

import click

from kubewitness.logs.store.database import DEFAULT_STORE, STORE_VARIABLE

store_argument = click.argument(
    "store",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar=STORE_VARIABLE,
    default=DEFAULT_STORE,
)
