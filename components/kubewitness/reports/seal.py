"""A verified seal for people: what was edited and where, what could not be known, the counts."""

from rich.console import Console

from kubewitness.printable import printable
from kubewitness.reports.console import print_text
from kubewitness.seal import ByteRange, SealFinding, SealFindingKind, SealResult, VerifyResult

_STYLES = {SealFindingKind.GROWN: "bold yellow", SealFindingKind.UNSEALED: "bold yellow"}
_RANGES_SHOWN = 3
_FILES_SHOWN = 20


def print_verified(console: Console, result: VerifyResult) -> None:
    """Print every finding, what is unknown, then the summary line."""
    for finding in result.findings:
        style = _STYLES.get(finding.kind, "bold red")
        heading = f"{finding.kind.upper()} {printable(finding.path)}"
        print_text(console, heading, style)
        print_text(console, _explain(finding) + "\n")
    for anchor in result.anchors:
        time = f", made {anchor.time.isoformat()}" if anchor.time else ""
        line = f"anchored: manifest {anchor.manifest} by its {anchor.kind}{time}"
        print_text(console, line)
    for one in result.unauthenticated[:_FILES_SHOWN]:
        line = f"unauthenticated: {printable(one.path)} from byte {one.start}"
        print_text(console, line, "bold yellow")
    if (more := len(result.unauthenticated) - _FILES_SHOWN) > 0:
        line = (
            f"unauthenticated: and parts of {_count(more, 'more file')}; `--format json` lists all"
        )
        print_text(console, line, "bold yellow")
    for unknown in result.unknown:
        print_text(console, f"unknown: {unknown}")
    print_text(console, verified_line(result))


def verified_line(result: VerifyResult) -> str:
    """The verdict and the counts as text."""
    count = {kind: sum(one.kind is kind for one in result.findings) for kind in SealFindingKind}
    grown, unsealed = count[SealFindingKind.GROWN], count[SealFindingKind.UNSEALED]
    unreadable = count[SealFindingKind.UNREADABLE]
    edited = sum(count.values()) - grown - unsealed - unreadable
    anchored = "not anchored" if result.anchored is None else f"anchored up to {result.anchored}"
    return (
        f"{result.verdict}: {_count(result.files, 'file')} and {_count(result.bytes, 'byte')} "
        f"sealed by {_count(result.manifests, 'manifest')}, {anchored}: intact {result.intact}, "
        f"edits {edited}, grown {grown}, not sealed {unsealed}, "
        f"unauthenticated {len(result.unauthenticated)}, unreadable {unreadable}"
    )


def print_sealed(console: Console, result: SealResult) -> None:
    """Print what could not be sealed, the head, then the summary line."""
    for path, what in sorted(result.not_sealed.items()):
        line = f"not sealed: {printable(path)}: {what}"
        print_text(console, line, "bold yellow")
    print_text(console, f"head {result.head}")
    extras = [
        *(["signed"] if result.signed else []),
        *(["time-stamped"] if result.time_stamped else []),
    ]
    print_text(
        console,
        f"manifest {result.number}{''.join(f', {word}' for word in extras)}: "
        f"{_count(result.files, 'file')} and {_count(result.bytes, 'byte')} sealed: "
        f"new {result.new}, grown {result.grown}, not sealed {len(result.not_sealed)}",
    )


def _explain(finding: SealFinding) -> str:
    words = printable(finding.message)
    if finding.ranges:
        elsewhere = finding.kind in (SealFindingKind.RENAMED, SealFindingKind.SWAPPED)
        words += f"{'; under its name differ' if elsewhere else ':'} {_ranges(finding.ranges)}"
    if finding.manifest is not None and finding.kind not in (
        SealFindingKind.MANIFEST,
        SealFindingKind.ANCHOR,
    ):
        words += f" (manifest {finding.manifest})"
    return words


def _ranges(ranges: tuple[ByteRange, ...]) -> str:
    shown = ", ".join(f"{one.start}-{one.end - 1}" for one in ranges[:_RANGES_SHOWN])
    more = len(ranges) - _RANGES_SHOWN
    return f"bytes {shown}" + (f" and {more} more ranges" if more > 0 else "")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
