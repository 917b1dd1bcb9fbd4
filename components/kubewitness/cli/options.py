"""Arguments and options that several commands have, and how help explains exit codes.

Help must not load the modules that own the defaults below: they take up to two seconds.
`tests/cli/test_options.py` compares each default with its owner.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from kubewitness.errors import ExitCode


class Tag(click.ParamType[tuple[str, str]]):
    """A name and a value, written as `NAME=VALUE`."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value."""
        name, separator, text = str(value).partition("=")
        if not (name and separator):
            self.fail(f"`{value}` is not NAME=VALUE, such as environment=test", param, ctx)
        return name, text


CHECK_FORMATS: Final = ("table", "json", "sarif", "github", "junit", "markdown")


class Report(click.ParamType[tuple[str, Path]]):
    """A format of a report and its file, written as `FORMAT=FILE`."""

    name = "FORMAT=FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        """Return format and path."""
        format_, separator, path = str(value).partition("=")
        if format_ not in CHECK_FORMATS or not (separator and path):
            known = ", ".join(CHECK_FORMATS)
            self.fail(f"`{value}` is not FORMAT=FILE; the formats are {known}", param, ctx)
        return format_, Path(path)


FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE_OR_FOLDER: Final = click.Path(path_type=Path, exists=True)
COUNT: Final = click.IntRange(min=1)

DEFAULT_STORE: Final = "kubewitness.store"
STORE_VARIABLE: Final = "KUBEWITNESS_STORE"
"""The environment variable that names another store."""

ALLOW_LIST: Final = "kubewitness.allow.yaml"
"""Read from the current directory if it exists."""

DEFAULT_PACK: Final = "kubewitness"
PROGRAM_SECONDS: Final = 300
BLOCK_SIZE: Final = 1 << 20
DETECTION_SECONDS: Final = 300
SEVERITIES: Final = ("high", "medium", "low", "informational")
DEFAULT_SEVERITY: Final = "low"
PLANS: Final = ("analytics", "basic")
CLOUD_SINCE: Final = "1d"

RENAMED: Final = {"--now": "--as-of"}
"""The new name of each option that was renamed."""

store_argument = click.argument(
    "store", type=NEW_FILE, envvar=STORE_VARIABLE, default=DEFAULT_STORE
)

stack_option = click.option("--stack", help="The stack; by default the only one that has a file.")
answers_option = click.option(
    "--answers", type=FILE, help="Answers for values that are only available in the cloud."
)
tags_option = click.option(
    "--tags",
    type=Tag(),
    multiple=True,
    help="A tag of the stack, which selects settings; can be repeated.",
)
python_option = click.option(
    "--python", type=FILE, help="The interpreter; by default the one that Pulumi.yaml names."
)
timeout_option = click.option(
    "--timeout",
    default=PROGRAM_SECONDS,
    show_default=True,
    help="Time limit for a program, in seconds.",
)

policy_pack_config_option = click.option(
    "--policy-pack-config", type=FILE, help="Levels and settings of the policies, as JSON."
)

names_option = click.option(
    "--rule", "names", metavar="NAME", multiple=True, help="Only this detection."
)
until_option = click.option(
    "--until", metavar="TIME", help="Only events before this time, in the same format."
)
as_of_option = click.option(
    "--as-of", metavar="TIME", help="The time of now(); `now` is the current time."
)

identities_option = click.option(
    "--identities", type=FILE, help="Names of object IDs: ID: NAME lines, or what `az ad` lists."
)

output_option = click.option("--output", type=NEW_FILE, help="Write to a file.")
show_commands_option = click.option(
    "--show-commands", is_flag=True, help="Show commands as they were run, with their secrets."
)
no_progress_option = click.option(
    "--no-progress", is_flag=True, help="Show no progress on a terminal."
)
no_pager_option = click.option(
    "--no-pager", is_flag=True, help="Print a table on a terminal without a pager."
)


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def since_option(note: str = "") -> Decorator:
    """Return the option `--since`.

    Args:
        note: at the end of its help.
    """
    text = f"Only events from this time on: ISO 8601, or 2d or 12h ago{note}."
    return click.option("--since", metavar="TIME", help=text)


def format_option(*formats: str) -> Decorator:
    """Return the option `--format`.

    Args:
        formats: of the command, the default first.
    """
    choice = click.Choice(formats)
    return click.option("--format", "format_", type=choice, default=formats[0], show_default=True)


def exit_codes(meanings: Mapping[ExitCode, str]) -> str:
    """Return the end of a command's help: each exit code, in the order in which they apply."""
    lines = [f"  {code.value:2}  {meanings[code]}" for code in ExitCode if code in meanings]
    # `\b` keeps click from joining the lines.
    return "\n".join(["\b", "Exit codes, the first that applies:", *lines])
