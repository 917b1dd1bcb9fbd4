"""`kubewitness audit-policy lint`, `simulate`, `diff` and `render`."""

from pathlib import Path
from typing import Any, Final

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    FILE,
    exit_codes,
    format_option,
    names_option,
    no_progress_option,
    output_option,
)
from kubewitness.errors import ExitCode

LINT_CODES = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; a policy that cannot be read",
        ExitCode.VIOLATION: "errors or warnings",
        ExitCode.OK: "none; there may be notes",
    }
)
SIMULATE_CODES = exit_codes(
    {ExitCode.USAGE: "bad usage or input; a policy that cannot be read", ExitCode.OK: "done"}
)

DIFF_CODES = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; a policy that cannot be read",
        ExitCode.UNREADABLE: "something in the logs could not be read",
        ExitCode.NOTHING: "no events in the logs",
        ExitCode.OK: "done",
    }
)
RENDER_CODES = exit_codes(
    {ExitCode.USAGE: "bad usage or input; a policy with errors", ExitCode.OK: "done"}
)

# The lists of the modules that render, which the help must not load.
PRESETS: Final = ("recommended", "cis", "low-volume", "aks")
PLATFORMS: Final = (
    *("kubeadm", "kind", "minikube", "k3s", "rke2", "rancher", "talos", "openshift", "kops"),
)


@click.group("audit-policy")
def command() -> None:
    """Check audit policy files of kube-apiserver (`--audit-policy-file`)."""


@command.command("lint", epilog=LINT_CODES)
@click.argument("policies", metavar="POLICY...", type=FILE, nargs=-1, required=True)
@format_option("table", "json", "github")
@output_option
def lint(**options: Any) -> int:
    """Find mistakes in audit policies, each with its line and the fix.

    Rules that never apply, because earlier rules match all of their requests; names that match
    nothing; credentials that are logged; commands in containers, port forwards and proxies that are
    not logged; stages whose absence blinds detections; requests that no rule matches.
    """
    return run_action("audit_policy_lint", **options)


@command.command("simulate", epilog=SIMULATE_CODES)
@click.argument("policy", type=FILE)
@click.option("--verb", help="Of the request, as `get`.")
@click.option("--resource", help="With the subresource, as `pods` or `pods/exec`.")
@click.option("--api-group", default="", help="Of the resource; by default the core group.")
@click.option("--namespace", default="", help="Of the object.")
@click.option("--name", "object_name", default="", help="Of the object.")
@click.option("--path", help="Of a request that is for no resource, as `/healthz`.")
@click.option("--user", default="", help="The name of the user.")
@click.option("--user-group", "groups", multiple=True, help="A group of the user.")
@names_option
@format_option("table", "json")
@output_option
def simulate(**options: Any) -> int:
    """Show at which level a policy logs a request, and by which rule.

    Without --verb: which detections find their attacks in a log of this policy. The malicious
    events of each detection pass through the policy, and the detection runs on the remaining ones.
    """
    return run_action("audit_policy_simulate", **options)


@command.command("diff", epilog=DIFF_CODES)
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--log", "logs", metavar="DATA", multiple=True, help="A store, or logs to measure.")
@names_option
@format_option("table", "json")
@output_option
@no_progress_option
def diff(**options: Any) -> int:
    """Show what changes if policy AFTER replaces policy BEFORE.

    Which attacks detections no longer find, or find in addition; with --log, how many events and
    bytes of a log each policy would have logged.
    """
    return run_action("audit_policy_diff", **options)


@command.command("render", epilog=RENDER_CODES)
@click.argument("policy", type=FILE, required=False)
@click.option(
    "--for", "platform", type=click.Choice(PLATFORMS), required=True, help="The platform."
)
@click.option(
    "--preset",
    type=click.Choice(PRESETS),
    default=PRESETS[0],
    show_default=True,
    help="The policy, if no POLICY is given.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files into this folder. A file that exists is never overwritten.",
)
def render(**options: Any) -> int:
    """Write the files and flags that make a cluster log by an audit policy.

    POLICY is a policy file without errors. By default the files are printed. They set the policy,
    the path of the log and its rotation: at most 11 files of 100 MB, for at most 30 days.
    """
    return run_action("audit_policy_render", **options)
