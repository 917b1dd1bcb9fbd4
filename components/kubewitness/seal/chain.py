"""The chain of manifests: each names the hash of the one before it."""

from dataclasses import dataclass, field
from pathlib import Path

from kubewitness.errors import NothingToCheckError
from kubewitness.seal.digests import open_regular
from kubewitness.seal.manifest import Manifest, ManifestError, parse_manifest, sha256
from kubewitness.seal.result import SealFinding, SealFindingKind
from kubewitness.seal.target import SealTarget


@dataclass(frozen=True)
class ManifestLink:
    """The properties of one manifest that the chain uses."""

    number: int
    """By its file's name."""
    stated: int
    """By the manifest itself."""
    head: str
    previous: str | None


@dataclass(frozen=True)
class Claim:
    """An entry of a manifest for a file."""

    size: int
    sha256: str
    manifest: int


@dataclass
class Chain:
    """All manifests of a target, each well-formed; they are read again when they are needed."""

    target: SealTarget
    links: list[ManifestLink] = field(default_factory=list)
    findings: list[SealFinding] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    """Numbers of manifests that are not the ones that the next one was made on."""
    _loaded: tuple[int, Manifest] | None = None

    @property
    def newest(self) -> ManifestLink:
        """Return the last of the chain."""
        return self.links[-1]

    def load(self, number: int) -> Manifest:
        """Return a manifest; the last one is kept, for files are located one by one."""
        if self._loaded is None or self._loaded[0] != number:
            data = read_manifest(self.target.manifest(number))
            if sha256(data) not in {link.head for link in self.links if link.number == number}:
                raise ManifestError(f"{self.target.manifest(number)}: it changed while it was read")
            self._loaded = number, parse_manifest(data, self.target.manifest(number))
        return self._loaded[1]

    def claims(self, anchored: set[int]) -> dict[str, list[Claim]]:
        """Return the entries of the manifests for each file, the oldest first, without repetitions.

        A manifest on which the next one is not based is left out, unless an anchor authenticates
        it. A contradiction to an earlier manifest is added to the findings.

        Args:
            anchored: the manifests that an anchor names.
        """
        found: dict[str, list[Claim]] = {}
        for link in self.links:
            if link.number in self.broken and not self._is_anchored(link.number, anchored):
                continue
            manifest = self.load(link.number)
            self._note_what_is_taken_back(link.number, manifest, found)
            for file in manifest.files:
                mine = found.setdefault(file.path, [])
                if not mine or (mine[-1].size, mine[-1].sha256) != (file.size, file.sha256):
                    mine.append(Claim(file.size, file.sha256, link.number))
        return found

    def _is_anchored(self, number: int, anchored: set[int]) -> bool:
        while number not in anchored:
            if number in self.broken or number >= self.newest.number:
                return False
            number += 1
        return True

    def _note_what_is_taken_back(
        self, number: int, manifest: Manifest, earlier: dict[str, list[Claim]]
    ) -> None:
        sizes = {file.path: file.size for file in manifest.files}
        lost = [path for path, said in earlier.items() if sizes.get(path, -1) < said[-1].size]
        if lost:
            self.findings.append(
                SealFinding(
                    kind=SealFindingKind.MANIFEST,
                    path=self.target.manifest(number).name,
                    message=f"does not list {lost[0]!r} as an earlier one does, with all its bytes"
                    + (f", and {len(lost) - 1} more" if len(lost) > 1 else ""),
                    other=lost[0],
                    manifest=number,
                )
            )


def read_manifest(path: Path) -> bytes:
    """Return the bytes of a manifest's file.

    Raises:
        ManifestError: they cannot be read.
    """
    try:
        with open_regular(path) as stream:
            return stream.read()
    except OSError as error:
        reason = error.strerror or error
        raise ManifestError(f"{path}: the manifest cannot be read: {reason}") from error


def read_chain(target: SealTarget) -> Chain:
    """Read every manifest, and find what is missing or does not hang together.

    Raises:
        NothingToCheckError: there is no manifest.
        ManifestError: some are malformed, every one of them named.
    """
    chain = Chain(target)
    faults: list[str] = []
    for number in target.numbers():
        try:
            data = read_manifest(target.manifest(number))
            manifest = parse_manifest(data, target.manifest(number))
        except ManifestError as error:
            faults += error.faults
        else:
            link = ManifestLink(number, manifest.number, sha256(data), manifest.previous)
            chain.links.append(link)
    if faults:
        raise ManifestError(*faults)
    if not chain.links:
        raise NothingToCheckError(f"{target.manifests}: no manifest, so nothing here is sealed")
    _check_numbers(chain)
    _check_links(chain)
    _note_unknown_files(chain)
    return chain


def _check_numbers(chain: Chain) -> None:
    target = chain.target
    present = {link.number for link in chain.links}
    expected = {*range(1, chain.newest.number + 1), *target.companions().values()}
    for number in sorted(expected - present):
        name = target.manifest(number).name
        _note(chain, name, "is missing", number)
    for link in chain.links:
        if link.number != link.stated:
            other = target.manifest(link.stated).name
            name = target.manifest(link.number).name
            _note(chain, name, f"is numbered {link.stated} within", link.number, other)


def _check_links(chain: Chain) -> None:
    by_number = {link.number: link for link in chain.links}
    for link in chain.links:
        earlier = by_number.get(link.number - 1)
        if earlier is None or {link.stated - link.number, earlier.stated - earlier.number} != {0}:
            continue
        if link.previous != earlier.head:
            chain.broken.add(earlier.number)
            name = chain.target.manifest(earlier.number).name
            later = chain.target.manifest(link.number).name
            message = f"is not the one that {later} was made on: one of the two was edited"
            _note(chain, name, message, earlier.number, later)


def _note_unknown_files(chain: Chain) -> None:
    chain.findings += (
        SealFinding(
            kind=SealFindingKind.UNSEALED,
            path=f"{chain.target.manifests.name}/{name}",
            message="is among the manifests and is not a manifest",
        )
        for name in chain.target.unknown_files()
    )


def _note(chain: Chain, name: str, message: str, number: int, other: str | None = None) -> None:
    chain.findings.append(
        SealFinding(
            kind=SealFindingKind.MANIFEST, path=name, message=message, other=other, manifest=number
        )
    )
