"""Run `kubewitness import-sigma`."""

from collections.abc import Mapping
from pathlib import Path

from kubewitness.cli.output import writable, write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.custom.load import with_unique_names
from kubewitness.detections.sentinel import as_yaml
from kubewitness.detections.sigma.files import import_sigma
from kubewitness.errors import ExitCode, NothingToCheckError


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
        tell(f"warning: {note}")
    for rejected in found.rejected:
        tell(f"rejected: {rejected.reason}")
    for path in left_alone:
        tell(
            f"not changed: {path}: exists and differs from the new content; `--force` overwrites it"
        )
    also = f", left alone {len(left_alone)}" if left_alone else ""
    write_text(f"imported {len(files) - len(left_alone)}, rejected {len(found.rejected)}{also}\n")
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
