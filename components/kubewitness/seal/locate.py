"""Where in a file an edit is: the blocks that do not have their hash any more."""

from collections.abc import Iterable
from pathlib import Path

from kubewitness.seal.digests import read_digests
from kubewitness.seal.manifest import Manifest
from kubewitness.seal.result import ByteRange, SealFindingKind


def locate(
    file: Path, manifest: Manifest, path: str
) -> tuple[SealFindingKind, str, tuple[ByteRange, ...]]:
    """Compare a file's blocks with their hashes.

    Args:
        file: as it is now.
        path: the file's name in the manifest.

    Returns:
        Whether it was changed or only truncated, as text, and the blocks concerned.

    Raises:
        OSError: it cannot be read.
    """
    sealed = next(one for one in manifest.files if one.path == path)
    block = manifest.block_size
    now = read_digests(file, block_size=block, up_to=sealed.size)
    is_short = now.size < sealed.size
    whole = now.size // block if is_short else len(sealed.blocks)
    differing = [at for at in range(whole) if now.blocks[at] != sealed.blocks[at]]
    is_truncated = is_short and not differing
    differing += range(whole, len(sealed.blocks))
    ranges = tuple(
        ByteRange(start=first * block, end=min(last * block, sealed.size))
        for first, last in _runs(differing)
    )
    if is_truncated:
        return SealFindingKind.TRUNCATED, _truncated(now.size, sealed.size, block), ranges
    if not ranges:
        message = "its blocks have their hashes, the whole has not: the manifest contradicts itself"
        return SealFindingKind.CHANGED, message, ()
    return SealFindingKind.CHANGED, f"differs from the {sealed.size} bytes that were sealed", ranges


def _truncated(size: int, sealed_size: int, block: int) -> str:
    message = f"ends after {size} of {sealed_size} bytes"
    if size % block:
        # Half a block has no hash of its own.
        message += f", and the remaining bytes from byte {size - size % block} on cannot be checked"
    return message


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return runs of neighbours: the first of each, and the one after its last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return found
