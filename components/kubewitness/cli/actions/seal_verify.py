"""Run `kubewitness seal verify`."""

from pathlib import Path

from kubewitness.cli.output import write_drawn, write_text
from kubewitness.reports.json_text import json_text
from kubewitness.reports.seal import print_verified
from kubewitness.seal import verify_seal


def run(
    *,
    path: Path,
    head: str | None,
    public_keys: tuple[Path, ...],
    timestamp_certificate: Path | None,
    unanchored: bool,
    format_: str,
    output: Path | None,
) -> int:
    """Find every edit since log files were sealed."""
    result = verify_seal(
        path,
        head=head,
        public_keys=public_keys,
        timestamp_certificate=timestamp_certificate,
    )
    if format_ == "json":
        write_text(json_text(result), output)
    else:
        write_drawn(lambda console: print_verified(console, result), output)
    return result.exit_code(accept_unanchored=unanchored)
