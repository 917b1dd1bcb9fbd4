"""`kubewitness timeline`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    COUNT,
    as_of_option,
    exit_codes,
    format_option,
    no_pager_option,
    no_progress_option,
    output_option,
    show_commands_option,
    since_option,
    until_option,
)
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input",
        ExitCode.UNREADABLE: "some log could not be read",
        ExitCode.NOTHING: "no events, or none that is selected",
        ExitCode.OK: "there is a timeline",
    }
)


@click.command("timeline", epilog=EPILOG)
@click.argument("data", metavar="[DATA]...", nargs=-1)
@click.option("--user", help="Requests by this user, or as this user.")
@click.option(
    "--service-account",
    metavar="NAMESPACE/NAME",
    help="Requests by this service account, or as it.",
)
@click.option("--pod", metavar="NAMESPACE/NAME", help="Requests for a pod, or with its token.")
@click.option(
    "--object", "object_", metavar="RESOURCE/[NAMESPACE/]NAME", help="Requests for an object."
)
@click.option("--namespace", help="Only requests that concern this namespace.")
@click.option("--address", help="Only requests from this address.")
@click.option("--node", help="Requests for a node, or by it.")
@click.option("--audit-id", help="A request, what it rests on and what followed from it.")
@click.option("--token", metavar="CREDENTIAL-ID", help="Who issued a token and where it was used.")
@click.option("--finding", metavar="FINGERPRINT", help="The requests of a finding of `hunt`.")
@since_option()
@until_option
@as_of_option
@show_commands_option
@click.option("--no-findings", is_flag=True, help="Run no detections.")
@format_option("table", "json")
@output_option
@click.option(
    "--limit", type=COUNT, default=200, show_default=True, help="Entries that a table shows."
)
@no_pager_option
@no_progress_option
def command(**options: Any) -> int:
    """Show what happened, in order.

    DATA is a store, by default $KUBEWITNESS_STORE or ./kubewitness.store; or logs of any format, as
    `kubewitness ingest` reads them. Several options select requests that satisfy all of them.
    Secrets are not shown. A person who may be behind the action of a controller or the use of a
    token is marked as inferred.
    """
    return run_action("timeline", **options)
