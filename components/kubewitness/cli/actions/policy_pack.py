"""What `kubewitness policy-pack` does."""

import click

from kubewitness.errors import ExitCode
from kubewitness.policies.crossguard.pack_folder import write_policy_pack


def run(*, name: str) -> int:
    """Print the folder of a policy pack."""
    click.echo(write_policy_pack(name))
    return ExitCode.OK
