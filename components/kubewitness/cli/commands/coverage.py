"""`kubewitness coverage`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    answers_option,
    exit_codes,
    format_option,
    names_option,
    no_progress_option,
    output_option,
    policy_pack_config_option,
    python_option,
    stack_option,
    tags_option,
    timeout_option,
)
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input, or the program fails",
        ExitCode.VIOLATION: "what is required is not covered",
        ExitCode.UNREADABLE: "something could not be read",
        ExitCode.UNDECIDED: "whether it is covered is undecided",
        ExitCode.NOTHING: "nothing to check",
        ExitCode.OK: "no violations",
    }
)


@click.command("coverage", epilog=EPILOG)
@click.argument("sources", metavar="[SOURCE|LOGS]...", nargs=-1)
@names_option
@click.option(
    "--require",
    metavar="TECHNIQUE",
    multiple=True,
    help="Fail unless every detection of it is alertable, as T1609; or a detection by its name.",
)
@click.option(
    "--require-not-blind",
    metavar="TECHNIQUE",
    multiple=True,
    help="Fail unless some detection of it finds some of its attacks.",
)
@stack_option
@answers_option
@tags_option
@policy_pack_config_option
@python_option
@format_option("table", "json", "navigator")
@output_option
@click.option("--all", "whole", is_flag=True, help="Show what is alertable, too.")
@no_progress_option
@timeout_option
def command(**options: Any) -> int:
    """Report which detections would work on the clusters of a program, or in a log.

    SOURCE is a folder with a Pulumi.yaml, by default the current one; a file that `pulumi stack
    export` wrote; or azure://SUBSCRIPTION; see `kubewitness check`. Each detection has malicious
    events. They pass through the audit policy of AKS and the settings of the cluster, and the
    detection runs on the remaining events. The result is alertable, degraded (it misses some
    cases), hunt-only, blind, or undecided.

    LOGS are a store, or logs as `kubewitness ingest` reads them: the categories, verbs, levels,
    bodies, clusters and periods that they contain, and which detections and saved queries they
    cannot answer. This does not change the exit code.
    """
    return run_action("coverage", **options)
