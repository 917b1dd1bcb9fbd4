"""`kubewitness demo`."""

import click

from kubewitness.cli.actions import run_action


@click.command("demo")
def command() -> int:
    """Check two built-in programs: one that passes and one that is stopped."""
    return run_action("demo")
