"""`kubewitness policy-pack`."""

import click

from kubewitness.policies.crossguard.folder import write_policy_pack
from kubewitness.policies.packs import DEFAULT_PACK


@click.command("policy-pack")
@click.argument("name", default=DEFAULT_PACK)
def command(name: str) -> None:
    """Print the folder of a policy pack, for `pulumi preview --policy-pack`.

    NAME is kubewitness (default), cis-aks-audit or psrule-parity.
    """
    click.echo(write_policy_pack(name))
