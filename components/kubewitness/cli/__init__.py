"""The command `kubewitness`: options in `commands`, what they do in `actions`."""

import errno
import importlib
import os
import sys
import traceback
from io import StringIO
from typing import Any, Final

import click

from kubewitness.cli.options import RENAMED, exit_codes
from kubewitness.cli.standard_streams import (
    OutputError,
    end_by_broken_pipe,
    guard_standard_streams,
    tell,
)
from kubewitness.errors import ExitCode, InputError, KubewitnessError, explain_error

COMMANDS: Final = (
    "demo",
    "check",
    "policy-pack",
    "coverage",
    "audit-policy",
    "ingest",
    "query",
    "hunt",
    "access",
    "timeline",
    "import-sigma",
    "export",
    "seal",
)
"""The commands; `policy-pack` is `command` in `kubewitness.cli.commands.policy_pack`."""

EXIT_CODES: Final = exit_codes(
    {
        ExitCode.INTERNAL: "internal error, please report",
        ExitCode.USAGE: "bad usage or input",
        ExitCode.VIOLATION: "violations or findings",
        ExitCode.UNREADABLE: "something could not be read",
        ExitCode.UNDECIDED: "undecided where undecided blocks",
        ExitCode.NOTHING: "nothing to check",
        ExitCode.OK: "no violations",
    }
)


class LazyGroup(click.Group):
    """Loads a command's file when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """Return the commands in the order of the help text."""
        return list(COMMANDS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve the command; suggest similar names for one that does not exist."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command, or None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kubewitness.cli.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, epilog=EXIT_CODES)
@click.version_option(package_name="kubewitness")
def cli() -> None:
    """Kubernetes audit logging as code: provision, enforce, prove, investigate."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with a documented code; never shows a traceback for bad input."""
    guard_standard_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except OutputError as error:
        if error.is_broken_pipe:
            end_by_broken_pipe()
        code = explain_error(InputError(f"standard output: cannot be written: {error.reason}"))
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(arguments, prog_name="kubewitness", standalone_mode=False)
    except click.ClickException as error:
        return _usage_error(error)
    except (click.Abort, KeyboardInterrupt):
        tell("stopped")
        return ExitCode.USAGE
    except KubewitnessError as error:
        return explain_error(error)
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001 whatever else happens is an internal error
        return _disk_full(error) or _internal(error)
    return int(result or ExitCode.OK)


def _usage_error(error: click.ClickException) -> int:
    shown = _with_new_name(error) if isinstance(error, click.NoSuchOption) else error
    text = StringIO()
    shown.show(text)
    tell(text.getvalue().rstrip("\n"))
    return ExitCode.USAGE


def _with_new_name(error: click.NoSuchOption) -> click.UsageError:
    """Return the error, with the new name of an option that was renamed."""
    new_name = RENAMED.get(error.option_name)
    if new_name is None:
        return error
    message = f"No such option: {error.option_name}; it is called {new_name} now"
    return click.UsageError(message, error.ctx)


_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def _disk_full(error: Exception) -> int | None:
    """Explain that the disk is full, which any write may meet; None for any other error."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return None
    where = f"{error.filename}: " if error.filename else "a temporary file "
    return explain_error(InputError(f"{where}cannot be written: {error.strerror}"))


def _internal(error: Exception) -> int:
    tell(
        f"internal error, please report: {type(error).__name__}; add the output of the same "
        "command under KUBEWITNESS_DEBUG=1"
    )
    if os.environ.get("KUBEWITNESS_DEBUG"):
        traceback.print_exception(error)
    return ExitCode.INTERNAL
