"""Run `kubewitness seal create`."""

import os
from pathlib import Path
from typing import Final

import click

from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import ExitCode, explain_error
from kubewitness.reports.json_text import json_text
from kubewitness.reports.seal import print_sealed
from kubewitness.seal import EditedError, attach_timestamp, create_seal

PASSPHRASE: Final = "KUBEWITNESS_SEAL_PASSPHRASE"  # noqa: S105 a variable's name


def run(
    *,
    path: Path,
    block_size: int,
    key: Path | None,
    timestamp_url: str | None,
    timestamp_response: Path | None,
    format_: str,
    output: Path | None,
) -> int:
    """Seal log files, or keep a time stamp for the newest manifest."""
    if timestamp_response is not None:
        if key is not None or timestamp_url is not None:
            raise click.UsageError(
                "--timestamp-response goes with no other anchor: it seals nothing"
            )
        number = attach_timestamp(path, timestamp_response)
        tell(f"time stamp kept for manifest {number}")
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
    if format_ == "json":
        write_text(json_text(result), output)
    else:
        write_drawn(lambda console: print_sealed(console, result), output)
    return ExitCode.OK
