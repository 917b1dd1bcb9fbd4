"""`kubewitness policy-pack`."""

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import DEFAULT_PACK, exit_codes
from kubewitness.errors import ExitCode

EPILOG = exit_codes({ExitCode.USAGE: "bad usage or input", ExitCode.OK: "the folder was printed"})


@click.command("policy-pack", epilog=EPILOG)
@click.argument("name", default=DEFAULT_PACK)
def command(name: str) -> int:
    """Print the folder of a policy pack, for `pulumi preview --policy-pack`.

    NAME is kubewitness (default), cis-aks-audit or psrule-parity.
    """
    return run_action("policy_pack", name=name)
