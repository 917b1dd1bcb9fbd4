"""Verifying a seal: chain, anchors, files, and what could not be known."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from kubewitness.seal.anchors import check_anchors
from kubewitness.seal.chain import Claim, read_chain
from kubewitness.seal.compare import Comparison
from kubewitness.seal.result import (
    NOT_SEALED,
    SealFinding,
    SealFindingKind,
    Unauthenticated,
    VerifyResult,
)
from kubewitness.seal.target import find_target


def verify_seal(
    path: Path,
    *,
    head: str | None = None,
    public_keys: Collection[Path] = (),
    timestamp_certificate: Path | None = None,
) -> VerifyResult:
    """Find and locate everything that is not as it was sealed.

    Every manifest of the chain is compared with the files, and not only the newest one: authentic
    manifests reveal a forged one at the end of the chain.

    Args:
        head: the hash of a manifest, kept elsewhere: an anchor.
        public_keys: PEM files with Ed25519 public keys, one of which signed: an anchor.
        timestamp_certificate: a PEM file with the certificates that time stamp authorities (RFC
            3161) are trusted by: an anchor.

    Raises:
        ManifestError: a manifest is malformed, so that nothing can be concluded.
        NothingToCheckError: there is no manifest.
        InputError: the path or an anchor cannot be read.
    """
    target = find_target(path)
    chain = read_chain(target)
    anchoring = check_anchors(chain, head, tuple(public_keys), timestamp_certificate)
    claims = chain.claims(anchoring.numbers)
    files = Comparison(chain, claims, target.listing())
    files.run()
    findings = (*chain.findings, *anchoring.findings, *files.findings)
    unknown = list(anchoring.unknown)
    if any(finding.kind in NOT_SEALED for finding in findings):
        unknown.append("whether what is not sealed is authentic: seal more often")
    return VerifyResult(
        path=str(path),
        head=chain.newest.head,
        manifests=len(chain.links),
        files=len(claims),
        bytes=sum(of_path[-1].size for of_path in claims.values()),
        intact=len(files.intact),
        findings=findings,
        anchors=tuple(anchoring.anchors),
        anchored=max(anchoring.numbers, default=None),
        unauthenticated=tuple(_unauthenticated(claims, anchoring.numbers)),
        unknown=tuple(unknown),
        verdict=_verdict(findings, is_anchored=anchoring.covers(chain.newest.number)),
    )


def _unauthenticated(
    claims: Mapping[str, Sequence[Claim]], anchored: set[int]
) -> Iterator[Unauthenticated]:
    """Yield what only manifests after the last anchored one list."""
    last = max(anchored, default=None)
    if last is None:
        return
    for path, of_path in sorted(claims.items()):
        start = max((claim.size for claim in of_path if claim.manifest <= last), default=0)
        is_new = of_path[0].manifest > last
        if is_new or of_path[-1].size > start:
            yield Unauthenticated(path=path, start=start, end=of_path[-1].size)


def _verdict(
    findings: tuple[SealFinding, ...], *, is_anchored: bool
) -> Literal["intact", "edited", "unreadable", "undecided"]:
    kinds = {finding.kind for finding in findings}
    if kinds - NOT_SEALED - {SealFindingKind.UNREADABLE}:
        return "edited"
    if SealFindingKind.UNREADABLE in kinds:
        return "unreadable"
    return "intact" if is_anchored and not kinds else "undecided"
