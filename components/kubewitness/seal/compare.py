"""Compare the existing files with the entries of the manifests."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kubewitness.seal.chain import Chain, Claim
from kubewitness.seal.digests import Digests, read_digests
from kubewitness.seal.locate import locate
from kubewitness.seal.result import ByteRange, SealFinding, SealFindingKind
from kubewitness.seal.target import Listing


@dataclass
class Comparison:
    """The result for each sealed file, and other files."""

    chain: Chain
    claims: dict[str, list[Claim]]
    listing: Listing
    intact: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    wrong: dict[str, Claim] = field(default_factory=dict)
    """Files that are there and not as sealed, with the newest claim that they break."""
    extra: set[str] = field(default_factory=set)
    """Files that no manifest lists."""
    findings: list[SealFinding] = field(default_factory=list)
    _holds: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Which sealed file's bytes another one holds, and whether bytes come after them."""

    def run(self) -> None:
        """Compare everything."""
        self._note_folders()
        for path in sorted(self.claims):
            self._compare(path)
        self.extra = self.listing.files.keys() - self.claims.keys()
        self._recognise()
        self._note_missing_and_wrong()
        self._note_extra()

    def _note_folders(self) -> None:
        for path, reason in sorted(self.listing.unreadable.items()):
            self._note(SealFindingKind.UNREADABLE, path, f"cannot be listed: {reason}")

    def _compare(self, path: str) -> None:
        said = self.claims[path]
        if path not in self.listing.files:
            if not any(_is_within(path, folder) for folder in self.listing.unreadable):
                self.missing.add(path)
            return
        sizes = [claim.size for claim in said]
        read = self._read(path, sizes, max(sizes))
        if read is None:
            return
        broken = [claim for claim in said if read.prefixes.get(claim.size) != claim.sha256]
        if broken:
            self.wrong[path] = broken[-1]
            return
        self.intact.add(path)
        if read.size > max(sizes):
            added = read.size - max(sizes)
            message = f"{_bytes(added)} were added after the seal, and nothing authenticates them"
            found = ByteRange(start=max(sizes), end=read.size)
            self._note(SealFindingKind.GROWN, path, message, ranges=(found,))

    def _read(self, path: str, prefixes: Iterable[int], up_to: int | None) -> Digests | None:
        try:
            file = self.listing.files[path]
            return read_digests(file, prefixes=frozenset(prefixes), up_to=up_to)
        except OSError as error:
            self._note(
                SealFindingKind.UNREADABLE, path, f"cannot be read: {error.strerror or error}"
            )
            return None

    def _recognise(self) -> None:
        """Find sealed bytes under another name; the longest match counts."""
        sealed: dict[tuple[int, str], list[str]] = {}
        for path, said in sorted(self.claims.items()):
            if said[-1].size:  # an empty file has no bytes to be recognised by
                sealed.setdefault((said[-1].size, said[-1].sha256), []).append(path)
        for path in [*sorted(self.wrong), *sorted(self.extra)]:
            read = self._read(path, {size for size, _ in sealed}, None)
            for size in sorted(read.prefixes, reverse=True) if read else ():
                candidates = sealed.get((size, read.prefixes[size]), []) if read else []
                if read and self._take(path, candidates, grown=read.size > size):
                    break

    def _take(self, path: str, candidates: list[str], *, grown: bool) -> bool:
        """Note whose bytes a file holds; of several, one that is not in its place is meant."""
        taken = {other for other, _ in self._holds.values()}
        mine = [other for other in candidates if other != path]
        astray = [other for other in mine if other not in self.intact | taken]
        # A file that only begins like an existing sealed file is no evidence.
        found = astray or ([] if grown else mine)
        if found:
            self._holds[path] = found[0], grown
        return bool(found)

    def _holders(self) -> dict[str, str]:
        """Return for each sealed file the one that holds its bytes now, the first if several do."""
        return {other: path for path, (other, _) in reversed(self._holds.items())}

    def _note_missing_and_wrong(self) -> None:
        holders = self._holders()
        for path in sorted(self.missing | self.wrong.keys()):
            holder = holders.get(path)
            claim = self.wrong.get(path, self.claims[path][-1])
            located = self._located(path)
            if holder is not None:
                swapped = holders.get(holder) == path
                more = " and has grown" if self._holds[holder][1] else ""
                message = f"is now {holder}{more}" + (", and that is now here" if swapped else "")
                kind = SealFindingKind.SWAPPED if swapped else SealFindingKind.RENAMED
                self._note(kind, path, message, located[2], holder, claim)
            elif path in self.missing:
                now = self.listing.others.get(path)
                message = f"is now {now}" if now else "is not there any more"
                self._note(SealFindingKind.DROPPED, path, message, claim=claim)
            else:
                kind, message, ranges = located
                other = self._holds.get(path, (None,))[0]
                if other:
                    message += f"; it holds what was sealed as {other}"
                self._note(kind, path, message, ranges, other, claim)

    def _located(self, path: str) -> tuple[SealFindingKind, str, tuple[ByteRange, ...]]:
        claim = self.wrong.get(path)
        if claim is None:
            return SealFindingKind.DROPPED, "", ()
        manifest = self.chain.load(claim.manifest)
        try:
            return locate(self.listing.files[path], manifest, path)
        except OSError as error:
            return SealFindingKind.CHANGED, f"is not as sealed, and changes still: {error}", ()

    def _note_extra(self) -> None:
        holders, astray = self._holders(), self.missing | self.wrong.keys()
        for path in sorted(self.extra):
            other, more = self._holds.get(path, (None, False))
            if other in astray and holders[other] == path:
                continue  # reported where it is missing
            if other is not None and other in self.intact and not more:
                message = f"is a copy of {other}"
                self._note(SealFindingKind.DUPLICATED, path, message, other=other)
            else:
                self._note(SealFindingKind.UNSEALED, path, "no manifest lists it", other=other)
        for path, what in sorted(self.listing.others.items()):
            if path not in self.claims:
                self._note(SealFindingKind.UNSEALED, path, f"{what}, which cannot be sealed")

    def _note(  # noqa: PLR0913 PLR0917 the fields of a finding
        self,
        kind: SealFindingKind,
        path: str,
        message: str,
        ranges: tuple[ByteRange, ...] = (),
        other: str | None = None,
        claim: Claim | None = None,
    ) -> None:
        manifest = claim.manifest if claim else None
        self.findings.append(
            SealFinding(
                kind=kind,
                path=path,
                message=message,
                ranges=ranges,
                other=other,
                manifest=manifest,
            )
        )


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(f"{folder}/")


def _bytes(count: int) -> str:
    return f"{count} byte{'' if count == 1 else 's'}"
