"""`kubewitness import-sigma`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from kubewitness.detections.custom.load import with_unique_names
from kubewitness.detections.sentinel import as_yaml
from kubewitness.detections.sigma.files import import_sigma
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.printable import printable

EPILOG: Final = """\b
Exit codes, the first that applies:
   2  bad usage or input; a file that is there and differs was left alone
   5  a rule was rejected
   3  no Sigma rules
   0  all well
"""


@click.command("import-sigma", epilog=EPILOG)
@click.argument("rules", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder that takes the rules; it is made where it is missing.",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there and differ.")
def command(rules: Path, output: Path, force: bool) -> int:
    """Write Sigma RULES as rules of Microsoft Sentinel, one file each.

    RULES are a file or a folder. A rule that could find nothing is not written, and the reason is
    told. A file that is there and differs from what would be written, as when somebody tuned it, is
    left alone and named. `kubewitness hunt --rules` runs Sigma's files as they are, too.
    """
    found = import_sigma(rules)
    if not found.detections and not found.rejected:
        raise NothingToCheckError(f"{rules} holds no Sigma rule: `logsource` and `detection`")
    files = {
        output / f"{detection.slug}.yaml": as_yaml(detection).encode()
        for detection in with_unique_names(found.detections)
    }
    left_alone = _write(files, force=force)
    for note in found.notes:
        click.echo(f"warning: {printable(note)}", err=True)
    for rejected in found.rejected:
        click.echo(f"rejected: {printable(rejected.reason)}", err=True)
    for path in left_alone:
        click.echo(
            f"left alone: {printable(str(path))}: is there and differs from what would be written; "
            "`--force` overwrites it",
            err=True,
        )
    also = f", left alone {len(left_alone)}" if left_alone else ""
    click.echo(f"imported {len(files) - len(left_alone)}, rejected {len(found.rejected)}{also}")
    if left_alone:
        return ExitCode.USAGE
    return ExitCode.UNREADABLE if found.rejected else ExitCode.OK


def _write(files: Mapping[Path, bytes], *, force: bool) -> list[Path]:
    """Write files; returns those that are there with something else in them."""
    left_alone = []
    for path, content in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_bytes() if path.exists() else None
            if before is None or (force and before != content):
                path.write_bytes(content)
            elif before != content:
                left_alone.append(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    return left_alone
