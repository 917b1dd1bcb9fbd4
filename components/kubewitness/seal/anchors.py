"""Anchors authenticate the chain from a place that its writer cannot change."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import
from kubewitness.seal.chain import Chain, read_manifest
from kubewitness.seal.digests import open_regular
from kubewitness.seal.result import Anchor, SealFinding, SealFindingKind

LARGEST_COMPANION: Final = 1 << 20

Check = Callable[[bytes, bytes], datetime | None]
"""Checks a signature or time stamp (first) on a manifest (second); ValueError where it fails."""


@dataclass
class Anchoring:
    """Which anchors hold, which do not, and what stays unknown all the same."""

    anchors: list[Anchor] = field(default_factory=list)
    findings: list[SealFinding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> set[int]:
        """Return the manifests that an anchor names."""
        return {anchor.manifest for anchor in self.anchors}

    def covers(self, newest: int) -> bool:
        """Return whether the newest manifest is anchored; an older head authenticates no more."""
        return newest in self.numbers


def check_anchors(
    chain: Chain, head: str | None, public_keys: tuple[Path, ...], certificate: Path | None
) -> Anchoring:
    """Hold every anchor that is given against the chain.

    Args:
        head: the hash of a manifest, kept elsewhere.
        public_keys: PEM files with Ed25519 public keys; any may have signed.
        certificate: a PEM file with the certificates that time stamp authorities are trusted by.

    Raises:
        InputError: an anchor cannot be read.
    """
    found = Anchoring()
    if head is not None:
        _check_head(chain, head, found)
    if public_keys:
        _check_companions(chain, found, "signature", _signature_check(public_keys))
    if certificate is not None:
        _check_companions(chain, found, "timestamp", _timestamp_check(certificate))
    found.unknown += _unknown(chain, found)
    found.unknown += _unchecked(chain, bool(public_keys), certificate is not None)
    return found


def _check_head(chain: Chain, head: str, found: Anchoring) -> None:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        raise InputError("a head is what `kubewitness seal create` printed: 64 hexadecimal digits")
    numbers = [link.number for link in chain.links if link.head == head.lower()]
    found.anchors += (Anchor(kind="head", manifest=number) for number in numbers)
    if not numbers:
        message = (
            f"no manifest has the head {head.lower()}: it was edited or removed, or the whole "
            "chain was created again"
        )
        found.findings.append(_broken(chain.target.manifests.name, message))


def _signature_check(paths: tuple[Path, ...]) -> Check:
    signature = optional_import(
        "kubewitness.seal.signature", "seal", "--public-key", library="cryptography"
    )
    keys = [signature.load_public_key(path) for path in paths]

    def check(companion: bytes, manifest: bytes) -> None:
        if not signature.is_signed(manifest, companion, keys):
            raise ValueError("made by another key, or one of the two was edited")

    return check


def _timestamp_check(certificate: Path) -> Check:
    timestamp = optional_import(
        "kubewitness.seal.timestamp", "seal", "--timestamp-certificate", library="rfc3161-client"
    )
    trusted = timestamp.load_certificates(certificate)
    return lambda companion, manifest: timestamp.stamped_time(companion, manifest, trusted)


def _check_companions(
    chain: Chain, found: Anchoring, kind: Literal["signature", "timestamp"], check: Check
) -> None:
    """Check that every signature or time stamp holds, and that there is one."""
    for number, path in _companions(chain, kind):
        try:
            with open_regular(path) as stream:
                companion = stream.read(LARGEST_COMPANION)
            time = check(companion, read_manifest(chain.target.manifest(number)))
        except (OSError, ValueError) as error:
            message = f"does not hold for manifest {number}: {error}"
            found.findings.append(_broken(path.name, message, number))
        else:
            found.anchors.append(Anchor(kind=kind, manifest=number, time=time))
    if kind not in {anchor.kind for anchor in found.anchors}:
        message = f"no manifest has a {_WORDS[kind]} that holds"
        found.findings.append(_broken(chain.target.manifests.name, message))


def _companions(
    chain: Chain, kind: Literal["signature", "timestamp"]
) -> Iterator[tuple[int, Path]]:
    name = chain.target.signature if kind == "signature" else chain.target.timestamp
    for link in chain.links:
        path = name(link.number)
        if path.name in chain.target.companions():
            yield link.number, path


_WORDS: Final = {"signature": "signature", "timestamp": "time stamp"}


def _broken(path: str, message: str, number: int | None = None) -> SealFinding:
    return SealFinding(kind=SealFindingKind.ANCHOR, path=path, message=message, manifest=number)


def _unknown(chain: Chain, found: Anchoring) -> Iterator[str]:
    newest = chain.newest.number
    if not found.anchors:
        yield "whether the newest manifests were removed: only an anchor (--head) shows this"
        yield "whether the whole chain was created again: only an anchor shows this"
        return
    last = max(found.numbers)
    if last < newest:
        which = (
            f"manifest {newest} is"
            if last + 1 == newest
            else f"manifests {last + 1} to {newest} are"
        )
        yield f"whether {which} authentic: what follows manifest {last} is unauthenticated"
    if "head" not in {anchor.kind for anchor in found.anchors}:
        yield (
            "whether newer manifests were removed: only the newest head, stored elsewhere, "
            "shows this"
        )
    times = [anchor.time for anchor in found.anchors if anchor.time is not None]
    if times and len(times) == len(found.anchors):
        yield f"whether the chain was created again before {max(times).isoformat()}, its time stamp"


def _unchecked(chain: Chain, signatures: bool, timestamps: bool) -> Iterator[str]:
    """Yield which signatures and time stamps were not looked at: none of them counts as good."""
    if not signatures and any(_companions(chain, "signature")):
        yield "whether the signatures hold: no public key is given"
    if not timestamps and any(_companions(chain, "timestamp")):
        yield "whether the time stamps hold: no certificate is given"
