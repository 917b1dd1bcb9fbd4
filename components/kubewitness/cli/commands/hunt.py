"""`kubewitness hunt`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    ALLOW_LIST,
    CLOUD_SINCE,
    COUNT,
    DEFAULT_SEVERITY,
    DETECTION_SECONDS,
    FILE,
    FILE_OR_FOLDER,
    PLANS,
    SEVERITIES,
    as_of_option,
    exit_codes,
    format_option,
    names_option,
    no_progress_option,
    output_option,
    show_commands_option,
    since_option,
    until_option,
)
from kubewitness.detections.parsers import Tables
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; no detection can be run; "
        "Azure refuses the credentials",
        ExitCode.VIOLATION: "findings; with --baseline, new ones",
        ExitCode.UNREADABLE: "a detection was not run, or some log could not be read",
        ExitCode.UNDECIDED: "with --strict: a detection could not judge a truncated event",
        ExitCode.NOTHING: "no events",
        ExitCode.OK: "no findings",
    }
)


@click.command("hunt", epilog=EPILOG)
@click.argument("data", metavar="[DATA]...", nargs=-1)
@names_option
@click.option(
    "--rules",
    "folders",
    type=FILE_OR_FOLDER,
    multiple=True,
    help="Custom detections to run instead, in Sentinel's or Sigma's format: a file or a folder.",
)
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help=f"Minimum severity, unless a detection is named. Default: {DEFAULT_SEVERITY}; for rules "
    "of your own, any.",
)
@click.option("--allow", type=FILE, help=f"The allow-list; by default {ALLOW_LIST} if it exists.")
@since_option(f"; in the cloud by default {CLOUD_SINCE}")
@until_option
@as_of_option
@click.option(
    "--tables",
    type=click.Choice([table.value for table in Tables]),
    help="In the cloud: which tables have the audit events; determined by default.",
)
@click.option(
    "--plan",
    type=click.Choice(PLANS),
    default=PLANS[0],
    show_default=True,
    help="In the cloud: the plan of those tables.",
)
@click.option(
    "--baseline", type=FILE, help="The JSON of an earlier hunt: only other findings are new."
)
@format_option("table", "json")
@output_option
@click.option(
    "--limit",
    type=COUNT,
    default=5,
    show_default=True,
    help="Findings of each detection that a table shows.",
)
@click.option(
    "--timeout",
    type=COUNT,
    default=DETECTION_SECONDS,
    show_default=True,
    help="Seconds that one detection may run on this machine.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 4 if a detection could not judge an event because a part of it is truncated.",
)
@click.option(
    "--explain-truncated",
    is_flag=True,
    help="In a table, list the events that detections could not judge.",
)
@show_commands_option
@no_progress_option
def command(**options: Any) -> int:
    """Look for attacks in logs.

    DATA are a store, by default $KUBEWITNESS_STORE or ./kubewitness.store; or logs of any format,
    as `kubewitness ingest` reads them; or log-analytics://WORKSPACE-ID; or adx://CLUSTER/DATABASE.
    now() is the time of the newest event that is not ahead of the clock; in the cloud it is the
    clock. --as-of sets it.
    """
    return run_action("hunt", **options)
