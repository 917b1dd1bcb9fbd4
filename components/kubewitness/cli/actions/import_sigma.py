"""What `kubewitness import-sigma` does."""

from collections.abc import Mapping
from pathlib import Path

import click

from kubewitness.cli.output import writable
from kubewitness.detections.custom.load import with_unique_names
from kubewitness.detections.sentinel import as_yaml
from kubewitness.detections.sigma.files import import_sigma
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.printable import printable


def run(*, rules: Path, output: Path, force: bool) -> int:
    """Write each Sigma rule as a rule of Microsoft Sentinel."""
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
        with writable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.read_bytes() if path.exists() else None
            if before is None or (force and before != content):
                path.write_bytes(content)
            elif before != content:
                left_alone.append(path)
    return left_alone
