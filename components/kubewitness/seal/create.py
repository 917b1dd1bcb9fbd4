"""Making a seal: a manifest of what is there, chained to the one before it."""

import os
from datetime import UTC, datetime
from pathlib import Path

from kubewitness.errors import InputError, KubewitnessError, NothingToCheckError
from kubewitness.optional_imports import optional_import
from kubewitness.private_files import private_files
from kubewitness.seal.chain import Chain, Claim, read_chain, read_manifest
from kubewitness.seal.digests import read_steady_digests
from kubewitness.seal.manifest import (
    BLOCK_SIZE,
    LARGEST_BLOCK,
    Manifest,
    SealedFile,
    sha256,
)
from kubewitness.seal.result import SealFindingKind, SealResult
from kubewitness.seal.target import PARTIAL, Listing, SealTarget, find_target


class EditedError(KubewitnessError):
    """Sealed content was changed: sealing it again would hide that.

    Args:
        faults: every file and manifest, with what is wrong with it.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def create_seal(
    path: Path,
    *,
    block_size: int = BLOCK_SIZE,
    key: Path | None = None,
    passphrase: str | None = None,
    timestamp_url: str | None = None,
) -> SealResult:
    """Seal the files of a folder, or one file, as they are now.

    Args:
        block_size: an edit will be located to a block of so many bytes.
        key: a PEM file with an Ed25519 private key, to sign the manifest with.
        passphrase: of that key, where it is encrypted.
        timestamp_url: a time stamp authority (RFC 3161) that is asked for a time stamp.

    Raises:
        EditedError: sealed files no longer begin with the bytes that were sealed.
        InputError: something cannot be read, written, or used.
        NothingToCheckError: there is no file.
    """
    if not 1 <= block_size <= LARGEST_BLOCK:
        raise InputError(f"a block has from 1 to {LARGEST_BLOCK} bytes, not {block_size}")
    target = find_target(path)
    chain = _earlier(target)
    claims = chain.claims(set()) if chain else {}
    _refuse_edited_manifests(chain)
    listing = target.listing()
    _refuse_unreadable(target, listing)
    manifest = _next_manifest(chain, _seal_files(listing, claims, block_size), block_size)
    companions = _companions(target, manifest, key, passphrase, timestamp_url)
    _write(target, manifest, companions)
    return SealResult(
        path=str(path),
        manifest=str(target.manifest(manifest.number)),
        number=manifest.number,
        head=sha256(manifest.as_bytes()),
        files=len(manifest.files),
        bytes=sum(file.size for file in manifest.files),
        new=sum(file.path not in claims for file in manifest.files),
        grown=sum(f.size > claims[f.path][-1].size for f in manifest.files if f.path in claims),
        signed=key is not None,
        time_stamped=timestamp_url is not None,
        not_sealed=listing.others,
    )


def attach_timestamp(path: Path, response: Path) -> int:
    """Keep an authority's response (RFC 3161) as the time stamp of the newest manifest.

    Args:
        response: a file with the response to a request on that manifest.

    Returns:
        The manifest's number.

    Raises:
        InputError: the response is for something else, or there is a time stamp already.
    """
    timestamp = optional_import(
        "kubewitness.seal.timestamp", "seal", "--timestamp-response", library="rfc3161-client"
    )
    target = find_target(path)
    number = read_chain(target).newest.number
    try:
        data = response.read_bytes()
    except OSError as error:
        raise InputError(f"{response}: cannot be read: {error.strerror}") from error
    timestamp.require_imprint(data, read_manifest(target.manifest(number)), str(response))
    _write_new(target.timestamp(number), data)
    return number


def _earlier(target: SealTarget) -> Chain | None:
    for name in target.unknown_files():
        if name.endswith(PARTIAL):
            raise InputError(
                f"{target.manifests / name}: another seal is being made, or one was interrupted; "
                "remove this file if none is"
            )
    # A signature without any manifest is not an empty folder: the chain reports it.
    return read_chain(target) if target.numbers() or target.companions() else None


def _refuse_edited_manifests(chain: Chain | None) -> None:
    found = [one for one in chain.findings if one.kind is SealFindingKind.MANIFEST] if chain else []
    if found:
        raise EditedError(*(f"manifest {one.path} {one.message}" for one in found))


def _refuse_unreadable(target: SealTarget, listing: Listing) -> None:
    if listing.unreadable:
        raise InputError(
            *(f"{target.root / name}: {why}" for name, why in sorted(listing.unreadable.items()))
        )
    if not listing.files and not target.numbers():
        raise NothingToCheckError(f"{target.root}: no file to seal")


def _next_manifest(chain: Chain | None, files: tuple[SealedFile, ...], block_size: int) -> Manifest:
    return Manifest(
        number=chain.newest.number + 1 if chain else 1,
        previous=chain.newest.head if chain else None,
        created_at=datetime.now(UTC).replace(microsecond=0),
        block_size=block_size,
        files=files,
    )


def _seal_files(
    listing: Listing, claims: dict[str, list[Claim]], block_size: int
) -> tuple[SealedFile, ...]:
    """Hash every file; report all files that cannot be sealed at once."""
    sealed: list[SealedFile] = []
    unreadable: list[str] = []
    edited = [
        f"{name}: was sealed by manifest {said[-1].manifest} and does not exist"
        for name, said in claims.items()
        if name not in listing.files
    ]
    for name, path in sorted(listing.files.items()):
        said = claims.get(name, [])
        try:
            read = read_steady_digests(path, block_size, [claim.size for claim in said])
        except OSError as error:
            unreadable.append(f"{path}: cannot be sealed: {error.strerror or error}")
            continue
        wrong = [claim for claim in said if read.prefixes.get(claim.size) != claim.sha256]
        if wrong:
            edited.append(
                f"{name}: does not begin with the {wrong[0].size} bytes that manifest "
                f"{wrong[0].manifest} sealed; run `kubewitness seal verify` to find the edit"
            )
        sealed.append(SealedFile(path=name, size=read.size, sha256=read.sha256, blocks=read.blocks))
    if edited:
        raise EditedError(*edited)
    if unreadable:
        raise InputError(*unreadable)
    return tuple(sealed)


def _companions(
    target: SealTarget,
    manifest: Manifest,
    key: Path | None,
    passphrase: str | None,
    timestamp_url: str | None,
) -> dict[Path, bytes]:
    """Make signature and time stamp before anything is written: what fails leaves nothing."""
    made: dict[Path, bytes] = {}
    if key is not None:
        signature = optional_import(
            "kubewitness.seal.signature", "seal", "--key", library="cryptography"
        )
        made[target.signature(manifest.number)] = signature.sign(
            manifest.as_bytes(), key, passphrase
        )
    if timestamp_url is not None:
        timestamp = optional_import(
            "kubewitness.seal.timestamp", "seal", "--timestamp-url", library="rfc3161-client"
        )
        stamp = timestamp.request_timestamp(timestamp_url, manifest.as_bytes())
        made[target.timestamp(manifest.number)] = stamp
    return made


def _write(target: SealTarget, manifest: Manifest, companions: dict[Path, bytes]) -> None:
    try:
        with private_files():
            target.manifests.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(f"{target.manifests}: cannot be made: {error.strerror}") from error
    _write_new(target.manifest(manifest.number), manifest.as_bytes())
    for path, data in companions.items():
        _write_new(path, data)


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all; only its owner may read it."""
    partial = path.with_name(path.name + PARTIAL)
    try:
        with private_files(), partial.open("xb") as stream:
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
                if path.exists():
                    raise InputError(f"{path}: is there already")
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
