"""`kubewitness policy-pack`."""

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import DEFAULT_PACK


@click.command("policy-pack")
@click.argument("name", default=DEFAULT_PACK)
def command(name: str) -> int:
    """Print the folder of a policy pack, for `pulumi preview --policy-pack`.

    NAME is kubewitness (default), cis-aks-audit or psrule-parity.
    """
    return run_action("policy_pack", name=name)
