"""`kubewitness policy-pack`."""

import click

from kubewitness.policies.folder import PACK_NAMES, write_policy_pack


@click.command("policy-pack")
@click.argument("name", default=PACK_NAMES[0])
def command(name: str) -> None:
    """Print the folder of a policy pack, for `pulumi preview --policy-pack`.

    NAME is the pack; default kubewitness.
    """
    click.echo(write_policy_pack(name))
