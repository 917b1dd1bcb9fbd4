"""`kubewitness seal create` and `kubewitness seal verify`."""

import os
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Final

import click
from pydantic import BaseModel
from rich.console import Console

from kubewitness.errors import ExitCode, explain_error
from kubewitness.reports.seal import print_sealed, print_verified
from kubewitness.seal import EditedError, attach_timestamp, create_seal, verify_seal
from kubewitness.seal.manifest import BLOCK_SIZE

PATH: Final = click.Path(path_type=Path)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
FORMAT: Final = click.Choice(["table", "json"])
PASSPHRASE: Final = "KUBEWITNESS_SEAL_PASSPHRASE"  # noqa: S105 a variable's name

CREATE_CODES: Final = """\b
Exit codes, the first that applies:
  2  bad usage or input; a malformed manifest
  1  what was sealed before is not as it was; nothing is sealed
  3  no file to seal
  0  sealed
"""

VERIFY_CODES: Final = """\b
Exit codes, the first that applies:
  2  a malformed manifest; bad usage or input
  1  edits
  5  something could not be read
  4  intact, but not anchored, or with bytes that were never sealed
  3  no manifest
  0  intact and anchored
"""


@click.group("seal")
def command() -> None:
    """Seal log files, and find every later edit of them."""


@command.command("create", epilog=CREATE_CODES)
@click.argument("path", type=PATH)
@click.option(
    "--block-size",
    type=click.IntRange(min=1),
    default=BLOCK_SIZE,
    show_default=True,
    help="Bytes of a block: an edit is located to one.",
)
@click.option("--key", type=FILE, help="Sign with the Ed25519 private key in this PEM file.")
@click.option("--timestamp-url", metavar="URL", help="Ask this authority for a time stamp.")
@click.option(
    "--timestamp-response",
    type=FILE,
    help="Keep an authority's response for the newest manifest, and seal nothing.",
)
@click.option("--format", "format_", type=FORMAT, default="table", show_default=True)
def create(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    path: Path,
    block_size: int,
    key: Path | None,
    timestamp_url: str | None,
    timestamp_response: Path | None,
    format_: str,
) -> int:
    """Write a manifest of PATH, a folder of log files or one file, and print its hash, the head.

    Keep the head where nobody who can write the logs can write: only it shows that manifests were
    cut off or that all were made anew. Sealing again continues the chain; files may have grown and
    come, nothing else. The passphrase of an encrypted key is read from the environment variable
    KUBEWITNESS_SEAL_PASSPHRASE.
    """
    if timestamp_response is not None:
        if key is not None or timestamp_url is not None:
            raise click.UsageError(
                "--timestamp-response goes with no other anchor: it seals nothing"
            )
        number = attach_timestamp(path, timestamp_response)
        click.echo(f"time stamp kept for manifest {number}", err=True)
        return ExitCode.OK
    try:
        result = create_seal(
            path,
            block_size=block_size,
            key=key,
            passphrase=os.environ.get(PASSPHRASE),
            timestamp_url=timestamp_url,
        )
    except EditedError as error:
        explain_error(error)
        return ExitCode.VIOLATION
    _print(result, format_, lambda console: print_sealed(console, result))
    return ExitCode.OK


@command.command("verify", epilog=VERIFY_CODES)
@click.argument("path", type=PATH)
@click.option("--head", metavar="SHA256", help="A head that was kept elsewhere.")
@click.option(
    "--public-key",
    "public_keys",
    type=FILE,
    multiple=True,
    help="A PEM file with the Ed25519 public key of whoever signs.",
)
@click.option(
    "--timestamp-certificate",
    type=FILE,
    help="A PEM file with the certificates that time stamps are trusted by.",
)
@click.option(
    "--unanchored", is_flag=True, help="Accept that no anchor vouches for everything there."
)
@click.option("--format", "format_", type=FORMAT, default="table", show_default=True)
def verify(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    path: Path,
    head: str | None,
    public_keys: tuple[Path, ...],
    timestamp_certificate: Path | None,
    unanchored: bool,
    format_: str,
) -> int:
    """Find every edit of PATH since it was sealed, and say in which bytes of which file it is.

    Without an anchor (--head, --public-key, --timestamp-certificate) it cannot be known whether
    manifests were cut off or all made anew, so that nothing then ends with exit code 0.
    """
    result = verify_seal(
        path,
        head=head,
        public_keys=public_keys,
        timestamp_certificate=timestamp_certificate,
    )
    _print(result, format_, lambda console: print_verified(console, result))
    return result.exit_code(accept_unanchored=unanchored)


def _print(document: BaseModel, format_: str, to_console: Callable[[Console], None]) -> None:
    text = StringIO()
    if format_ == "json":
        text.write(document.model_dump_json(by_alias=True, indent=2) + "\n")
    else:
        to_console(Console() if sys.stdout.isatty() else Console(file=text, width=120))
    click.echo(text.getvalue(), nl=False)
