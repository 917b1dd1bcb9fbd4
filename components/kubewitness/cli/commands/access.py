"""`kubewitness access`."""

from typing import Any

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    FILE,
    as_of_option,
    exit_codes,
    format_option,
    identities_option,
    no_pager_option,
    no_progress_option,
    output_option,
    since_option,
    until_option,
)
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input",
        ExitCode.UNREADABLE: "some log could not be read",
        ExitCode.NOTHING: "no events, or none of the subjects that were asked for",
        ExitCode.OK: "the permissions were determined",
    }
)


@click.command("access", epilog=EPILOG)
@click.argument("data", metavar="[DATA]...", nargs=-1)
@click.option(
    "--subject",
    "--user",
    "subjects",
    metavar="NAME",
    multiple=True,
    help="Only this subject: a user name, or NAMESPACE/NAME of a service account; can be repeated.",
)
@click.option("--cluster", metavar="NAME", help="Only this cluster: its name or Azure ID.")
@click.option(
    "--exact",
    is_flag=True,
    help="Grant only what was used: keep names, and do not add `watch` to `list`.",
)
@click.option(
    "--granted",
    type=FILE,
    multiple=True,
    help="Compare with what is granted: roles and bindings from kubectl, role assignments from az; "
    "can be repeated.",
)
@click.option(
    "--changes-since",
    metavar="TIME",
    help="Show what each subject used only before this time, and only since then.",
)
@identities_option
@since_option()
@until_option
@as_of_option
@format_option("table", "json", "yaml")
@output_option
@no_pager_option
@no_progress_option
def command(**options: Any) -> int:
    """Show which permissions subjects used, and the smallest roles that grant them.

    DATA are a store, by default $KUBEWITNESS_STORE or ./kubewitness.store; or logs of any format,
    as `kubewitness ingest` reads them. `--format yaml` writes roles and bindings for `kubectl
    apply`. A permission counts if the authorizer allowed the request, whatever came of it.

    --granted reads the output of `kubectl get roles,clusterroles,rolebindings,clusterrolebindings
    -A -o yaml`, `az role assignment list --all -o json` and `az role definition list -o json`.
    """
    return run_action("access", **options)
