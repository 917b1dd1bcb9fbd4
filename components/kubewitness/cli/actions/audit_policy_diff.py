"""Run `kubewitness audit-policy diff`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.volume import volumes
from kubewitness.cli.data import open_data
from kubewitness.cli.output import write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.coverage.audit_policy import SimulatedDetection, simulate
from kubewitness.detections.library import find_detections
from kubewitness.errors import ExitCode
from kubewitness.logs.store.period import Period
from kubewitness.reports.audit_policy import diff_document, diff_text


def run(
    *,
    before: Path,
    after: Path,
    logs: tuple[str, ...],
    names: tuple[str, ...],
    format_: str,
    output: Path | None,
    no_progress: bool,
) -> int:
    """Write what changes if one policy replaces another."""
    policies = [read_policy(before), read_policy(after)]
    detections = find_detections(names)
    old, new = (simulate(each, detections) for each in policies)
    measured = None
    is_unread = False
    if logs:
        with open_data(logs, Period(), progress=not no_progress) as opened:
            measured = volumes(opened.connection, policies)
        for line in opened.unread.lines():
            tell(f"unreadable: {line}")
        is_unread = bool(opened.unread)
    made = diff_document if format_ == "json" else diff_text
    text = made(
        [str(before), str(after)], _only_in(old, new), _only_in(new, old, swap=True), measured
    )
    write_text(text, output)
    return ExitCode.UNREADABLE if is_unread else ExitCode.OK


def _only_in(
    first: Sequence[SimulatedDetection],
    second: Sequence[SimulatedDetection],
    *,
    swap: bool = False,
) -> list[SimulatedDetection]:
    """Return the detections that find attacks by the first policy only, with these attacks.

    Args:
        swap: whether these attacks are `found` in the result; by default they are `missed`.
    """
    changed = []
    for one, other in zip(first, second, strict=True):
        if only := tuple(sorted({*one.found} - {*other.found})):
            changed.append(replace(one, found=only) if swap else replace(other, missed=only))
    return changed
