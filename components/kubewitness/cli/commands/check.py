"""`kubewitness check`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    CHECK_FORMATS,
    DEFAULT_PACK,
    FILE,
    FOLDER,
    NEW_FILE,
    Report,
    answers_option,
    exit_codes,
    format_option,
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
        ExitCode.VIOLATION: "violations",
        ExitCode.UNREADABLE: "something could not be read",
        ExitCode.UNDECIDED: "undecided where undecided blocks",
        ExitCode.NOTHING: "nothing to check: a source manages no cluster",
        ExitCode.OK: "no violations",
    }
)


@click.command("check", epilog=EPILOG)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--pack", default=DEFAULT_PACK, show_default=True, help="The built-in policy pack.")
@stack_option
@click.option("--all-stacks", is_flag=True, help="Check each stack that has a settings file.")
@answers_option
@tags_option
@python_option
@click.option(
    "--policy-pack",
    "policy_packs",
    type=FOLDER,
    multiple=True,
    help="A further policy pack to run.",
)
@policy_pack_config_option
@click.option("--explain", metavar="POLICY", help="Print the page of a policy, and check nothing.")
@click.option("--allow-empty", is_flag=True, help="Exit with code 0 if a program has no cluster.")
@format_option(*CHECK_FORMATS)
@output_option
@click.option(
    "--report",
    "reports",
    type=Report(),
    multiple=True,
    help="Write another report of the same check, such as sarif=FILE; can be repeated.",
)
@click.option("--baseline", type=FILE, help="Hide the results in this file until they expire.")
@click.option(
    "--write-baseline",
    type=NEW_FILE,
    help="Add the results to this file, remove fixed ones, and hide what it contains.",
)
@click.option(
    "--baseline-expires",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day of new entries. [default: in 90 days]",
)
@click.option(
    "--baseline-before",
    type=FILE,
    help="The baseline of the target branch: the Markdown report lists what was added to it.",
)
@click.option("--tree", is_flag=True, help="Show all resources and what is collected where.")
@no_progress_option
@timeout_option
def command(**options: Any) -> int:
    """Check Pulumi programs offline: no cloud, no account, no Pulumi CLI.

    SOURCE is a folder with a Pulumi.yaml, by default the current one; a file that `pulumi stack
    export` wrote; or azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]] for clusters that exist in
    Azure, which needs the role Reader. For a folder, check runs your program with the interpreter
    that Pulumi.yaml names. Nothing is created.
    """
    return run_action("check", **options)
