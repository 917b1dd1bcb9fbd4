"""`kubewitness seal create` and `kubewitness seal verify`."""

from pathlib import Path
from typing import Any, Final

import click

from kubewitness.cli.actions import run_action
from kubewitness.cli.options import (
    BLOCK_SIZE,
    COUNT,
    FILE,
    exit_codes,
    format_option,
    output_option,
)
from kubewitness.errors import ExitCode

PATH: Final = click.Path(path_type=Path)

CREATE_CODES = exit_codes(
    {
        ExitCode.USAGE: "bad usage or input; a malformed manifest",
        ExitCode.VIOLATION: "sealed content was changed; nothing is sealed",
        ExitCode.NOTHING: "no file to seal",
        ExitCode.OK: "sealed",
    }
)
VERIFY_CODES = exit_codes(
    {
        ExitCode.USAGE: "a malformed manifest; bad usage or input",
        ExitCode.VIOLATION: "edits",
        ExitCode.UNREADABLE: "something could not be read",
        ExitCode.UNDECIDED: "intact, but not anchored, or with bytes that were never sealed",
        ExitCode.NOTHING: "no manifest",
        ExitCode.OK: "intact and anchored",
    }
)


@click.group("seal")
def command() -> None:
    """Seal log files, and find every later edit of them."""


@command.command("create", epilog=CREATE_CODES)
@click.argument("path", type=PATH)
@click.option(
    "--block-size",
    type=COUNT,
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
@format_option("table", "json")
@output_option
def create(**options: Any) -> int:
    """Write a manifest of PATH, a folder of log files or one file, and print its hash, the head.

    Store the head where no one who can write to the logs can write. Without it, the removal of
    manifests or a completely new chain cannot be detected. Sealing again continues the chain; only
    growth and new files are allowed. The passphrase of an encrypted key is read from the
    environment variable KUBEWITNESS_SEAL_PASSPHRASE.
    """
    return run_action("seal_create", **options)


@command.command("verify", epilog=VERIFY_CODES)
@click.argument("path", type=PATH)
@click.option("--head", metavar="SHA256", help="A head that you stored elsewhere.")
@click.option(
    "--public-key",
    "public_keys",
    type=FILE,
    multiple=True,
    help="A PEM file with the signer's Ed25519 public key.",
)
@click.option(
    "--timestamp-certificate",
    type=FILE,
    help="A PEM file with the certificates of trusted time stamp authorities.",
)
@click.option("--unanchored", is_flag=True, help="Accept manifests that no anchor authenticates.")
@format_option("table", "json")
@output_option
def verify(**options: Any) -> int:
    """Find every edit of PATH since it was sealed, and report its file and bytes.

    Without an anchor (--head, --public-key, --timestamp-certificate), removed manifests or a
    completely new chain cannot be detected. The exit code is then never 0.
    """
    return run_action("seal_verify", **options)
