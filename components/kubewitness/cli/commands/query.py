"""`kubewitness query`."""

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
    since_option,
    until_option,
)
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; the query cannot be run",
        ExitCode.UNREADABLE: "nothing of the logs could be read",
        ExitCode.NOTHING: "no events",
        ExitCode.OK: "the query was run, also if it has no rows",
    }
)


@click.command("query", epilog=EPILOG)
@click.argument("text", metavar="KQL")
@click.argument("data", metavar="[DATA]...", nargs=-1)
@click.option("--sql", is_flag=True, help="The text is one SELECT in the SQL of DuckDB.")
@format_option("table", "json", "csv", "parquet")
@click.option(
    "--raw", is_flag=True, help="In CSV, do not put an apostrophe before text that is a formula."
)
@output_option
@click.option("--user", help="A saved query: only requests by this user, or as this user.")
@click.option(
    "--service-account",
    metavar="NAMESPACE/NAME",
    help="A saved query: only requests by this service account, or as it.",
)
@click.option("--namespace", help="A saved query: only requests that concern this namespace.")
@click.option(
    "--secret",
    metavar="[NAMESPACE/]NAME",
    help="A saved query: only requests for this secret, and lists of all.",
)
@click.option(
    "--pod", metavar="[NAMESPACE/]NAME", help="A saved query: only requests for this pod."
)
@click.option(
    "--object",
    "object_",
    metavar="RESOURCE/[NAMESPACE/]NAME",
    help="A saved query: only requests for this object, such as deployments/shop/web.",
)
@since_option()
@until_option
@as_of_option
@click.option(
    "--limit", type=COUNT, default=100, show_default=True, help="Rows that a table shows."
)
@no_pager_option
@no_progress_option
def command(**options: Any) -> int:
    """Query logs in KQL; nothing is written to them.

    KQL can be @ and the name of a saved query, and operators can follow, as in '@deletions | where
    Namespace == "shop"'; `@` alone lists the saved queries. DATA is a store, by default
    $KUBEWITNESS_STORE or ./kubewitness.store; or logs, as `kubewitness ingest` reads them, which
    each query reads again. The tables are Azure's: AKSAudit, AKSAuditAdmin, AKSControlPlane,
    AzureActivity, AzureDiagnostics and those of Container insights, such as KubePodInventory;
    KubeAudit and related functions are the parsers that detections read. ago() and --since count
    from the newest event, unless you set --as-of. The rows are the stored data, secrets included; a
    file of --output can be read only by its owner.
    """
    return run_action("query", **options)
