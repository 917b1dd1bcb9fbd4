"""`kubewitness demo`."""

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import exit_codes
from kubewitness.errors import ExitCode

EPILOG = exit_codes(
    {
        ExitCode.INTERNAL: "internal error, please report: a result is not the expected one",
        ExitCode.OK: "one program passed and the other was stopped",
    }
)


@click.command("demo", epilog=EPILOG)
def command() -> int:
    """Check two built-in programs: one that passes and one that is stopped."""
    return run_action("demo")
