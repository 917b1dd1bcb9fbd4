"""The command `kubewitness`, one file a subcommand; each only reads options and prints."""

import importlib
import os
import sys
import traceback
from typing import Any, Final

import click

from kubewitness.errors import ExitCode, KubewitnessError, explain_error

COMMANDS: Final = (
    "demo",
    "check",
    "policy-pack",
    "coverage",
    "ingest",
    "query",
    "hunt",
    "import-sigma",
    "export",
    "seal",
)
"""The subcommands; `policy-pack` is `command` in `kubewitness.cli.commands.policy_pack`."""

EXIT_CODES: Final = """\b
Exit codes, the first that applies:
  70  a fault of ours
   2  bad usage or input
   1  violations
   5  something could not be read
   4  undecided where undecided blocks
   3  nothing to check
   0  all well
"""


class LazyGroup(click.Group):
    """Loads a subcommand when it is needed: Pulumi's SDK takes a second to import."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """The subcommands in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand, or None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kubewitness.cli.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, epilog=EXIT_CODES)
@click.version_option(package_name="kubewitness")
def cli() -> None:
    """Kubernetes audit logging as code: provision it, enforce it, prove it."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with a documented code; never shows a traceback for bad input."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(arguments, prog_name="kubewitness", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return ExitCode.USAGE
    except KubewitnessError as error:
        return explain_error(error)
    except Exception as error:  # noqa: BLE001 whatever else happens is a fault of ours
        return _internal(error)
    return int(result or ExitCode.OK)


def _internal(error: Exception) -> int:
    click.echo(
        f"internal error: {type(error).__name__}: this is a fault of kubewitness, please report "
        "it with the output of the same command under KUBEWITNESS_DEBUG=1",
        err=True,
    )
    if os.environ.get("KUBEWITNESS_DEBUG"):
        traceback.print_exception(error)
    return ExitCode.INTERNAL
