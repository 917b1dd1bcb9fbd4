"""`kubewitness import-sigma`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import FILE_OR_FOLDER, FOLDER, exit_codes
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; an existing file that differs was not changed",
        ExitCode.UNREADABLE: "a rule was rejected",
        ExitCode.NOTHING: "no Sigma rules",
        ExitCode.OK: "every rule was imported",
    }
)


@click.command("import-sigma", epilog=EPILOG)
@click.argument("rules", type=FILE_OR_FOLDER)
@click.option(
    "--output",
    type=FOLDER,
    required=True,
    help="The folder for the rules; it is created if it does not exist.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files that differ.")
def command(**options: Any) -> int:
    """Write Sigma RULES as rules of Microsoft Sentinel, one file each.

    RULES are a file or a folder. A rule that could find nothing is not written, and the reason is
    printed. A file that you edited is never overwritten without --force; it is listed.
    `kubewitness hunt --rules` runs Sigma's files as they are, too.
    """
    return run_action("import_sigma", **options)
