"""`kubewitness ingest`."""

import re
from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    DEFAULT_STORE,
    NEW_FILE,
    STORE_VARIABLE,
    exit_codes,
    format_option,
    no_progress_option,
    output_option,
    since_option,
    until_option,
)
from kubewitness.errors import ExitCode
from kubewitness.logs.inputs.limits import MOST_EXPANSION

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input",
        ExitCode.UNREADABLE: "something could not be read, also a part of the period; salvaged "
        "events do not count",
        ExitCode.NOTHING: "no logs",
        ExitCode.OK: "everything was read",
    }
)


class Limit(click.ParamType[str]):
    """A number of entries in the quarantine, or a share of all bytes."""

    name = "limit"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return it if it is one."""
        if not re.fullmatch(r"\d+|\d+(\.\d+)?%", str(value)):
            self.fail(
                f"{value!r} is not a number of entries and not a share such as 0.1%", param, ctx
            )
        return str(value)


@click.command("ingest", epilog=EPILOG)
@click.argument("logs", metavar="LOGS...", nargs=-1, required=True)
@click.option(
    "--store",
    type=NEW_FILE,
    envvar=STORE_VARIABLE,
    default=DEFAULT_STORE,
    show_default=True,
    help=f"The DuckDB file to write; also set by ${STORE_VARIABLE}.",
)
@since_option("; of CloudWatch and of tables in Azure, of which by default a day is read")
@until_option
@click.option(
    "--max-unreadable",
    type=Limit(),
    default="0",
    show_default=True,
    help="Entries in the quarantine, or share of bytes (0.1%), that are accepted.",
)
@click.option(
    "--max-expansion",
    type=click.IntRange(min=1),
    default=MOST_EXPANSION,
    show_default=True,
    help="How many times its size a compressed file may have when it is decompressed.",
)
@format_option("table", "json")
@output_option
@no_progress_option
def command(**options: Any) -> int:
    """Read audit logs of any format into a store, without losing a byte.

    LOGS are files, folders, globs, `-`, s3://BUCKET/PREFIX, az://CONTAINER/PREFIX and
    cloudwatch://LOG-GROUP; plain or compressed; recognised by content. They are also
    log-analytics://WORKSPACE, by workspace ID or resource ID, and adx://CLUSTER/DATABASE. Logs that
    were read before are not read again, and an interrupted run continues.
    """
    return run_action("ingest", **options)
