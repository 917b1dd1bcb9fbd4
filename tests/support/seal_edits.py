"""Sealed folders of logs drawn at random, and every way to edit them, with what is then true."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rfc8785

from kubewitness.logs.inputs.local_files import SEAL_FOLDER
from kubewitness.seal import Manifest, SealedFile, create_seal
from kubewitness.seal.digests import read_digests

NAMES = ("audit.log", "audit-2.log", "nodes/kubelet.log", "nodes/a b.log", "guard.json")
BLOCK_SIZES = (7, 16, 64, 1000)


@dataclass
class Sealed:
    """A folder after one to three seals."""

    folder: Path
    block_size: int
    heads: list[str] = field(default_factory=list)
    states: list[dict[str, bytes]] = field(default_factory=list)
    """The files as each seal found them."""

    @property
    def files(self) -> dict[str, bytes]:
        """As the newest seal found them."""
        return self.states[-1]

    def manifest(self, number: int) -> Path:
        """A manifest's file."""
        return self.folder / SEAL_FOLDER / f"{number:08}.json"

    def seal(self) -> None:
        """Seal the folder once more."""
        self.heads.append(create_seal(self.folder, block_size=self.block_size).head)
        self.states.append(read_files(self.folder))


@dataclass(frozen=True)
class Edit:
    """What was done, and where a verifier has to find it."""

    paths: frozenset[str] = frozenset()
    """Files, every one of which has to be named, and no other."""
    first: int | None = None
    """The first byte that is not as sealed, where one file's bytes were edited."""
    manifests: frozenset[str] = frozenset()
    """Manifests, one of which has to be named; or none, where the whole chain is another."""
    needs_anchor: bool = False
    """Whether nothing but an anchor can tell."""


def read_files(folder: Path) -> dict[str, bytes]:
    """All files of a folder but its manifests."""
    paths = (path for path in folder.rglob("*") if path.is_file() and SEAL_FOLDER not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def lines(chance: random.Random, most: int = 30) -> bytes:
    """Log lines, many of them alike: an edit may hide among bytes that repeat."""
    words = (b"get", b"get", b"list", b"x", b"\xff\x00", b"{}")
    return b"".join(chance.choice(words) + b"\n" for _ in range(chance.randrange(most)))


def draw_sealed(folder: Path, chance: random.Random) -> Sealed:
    """A folder that was sealed, grew, and was sealed again."""
    sealed = Sealed(folder, chance.choice(BLOCK_SIZES))
    for _ in range(chance.randint(1, 3)):
        for name in chance.sample(NAMES, chance.randint(2, 4)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("ab") as stream:
                stream.write(lines(chance))
        sealed.seal()
    return sealed


def _bytes_edited(path: str, old: bytes, new: bytes) -> Edit | None:
    """What is true of a file whose bytes are others now; None where they are the same."""
    if old == new:
        return None
    shorter = min(len(old), len(new))
    first = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    return Edit(frozenset({path}), first)


def _rewrite(sealed: Sealed, chance: random.Random, how: Callable[[bytes], bytes]) -> Edit | None:
    path = chance.choice(sorted(sealed.files))
    old = sealed.files[path]
    (sealed.folder / path).write_bytes(how(old))
    return _bytes_edited(path, old, how(old))


def _mangle(data: bytes, chance: random.Random) -> bytes:
    """Change, insert, delete or truncate, anywhere."""
    at, length = chance.randrange(len(data) + 1), chance.randint(1, 9)
    drawn = chance.randbytes(length)
    ways = (
        data[:at] + drawn + data[at + length :],
        data[:at] + bytes(a ^ 1 for a in data[at : at + 1]) + data[at + 1 :],
        data[:at] + drawn + data[at:],
        data[:at] + data[at + length :],
        data[:at],
    )
    return chance.choice(ways)


def change(sealed: Sealed, chance: random.Random) -> Edit | None:
    """One byte becomes another."""
    at, to = chance.random(), chance.randbytes(1)

    def how(old: bytes) -> bytes:
        position = int(at * len(old))
        return old[:position] + to + old[position + 1 :] if old else old

    return _rewrite(sealed, chance, how)


def insert(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Bytes come in; at the end, too, which is an append."""
    at, more = chance.random(), chance.choice([b"\n", b"get\n", chance.randbytes(5)])
    return _rewrite(
        sealed,
        chance,
        lambda old: old[: int(at * (len(old) + 1))] + more + old[int(at * (len(old) + 1)) :],
    )


def delete(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Bytes go."""
    at, length = chance.random(), chance.randint(1, 40)
    return _rewrite(
        sealed,
        chance,
        lambda old: old[: int(at * len(old))] + old[int(at * len(old)) + length :],
    )


def reorder(sealed: Sealed, chance: random.Random) -> Edit | None:
    """The same lines in another order."""
    seed = chance.random()

    def how(old: bytes) -> bytes:
        mixed = old.split(b"\n")[:-1]
        random.Random(seed).shuffle(mixed)  # noqa: S311 no secret is made of it
        return b"".join(line + b"\n" for line in mixed)

    return _rewrite(sealed, chance, how)


def truncate(sealed: Sealed, chance: random.Random) -> Edit | None:
    """The end goes."""
    at = chance.random()
    return _rewrite(sealed, chance, lambda old: old[: int(at * len(old))])


def append(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Bytes come after the sealed ones."""
    more = lines(chance) or b"x"
    return _rewrite(sealed, chance, lambda old: old + more)


def rename(sealed: Sealed, chance: random.Random) -> Edit:
    """A file gets another name."""
    path = chance.choice(sorted(sealed.files))
    (sealed.folder / path).rename(sealed.folder / "renamed.log")
    # An empty file cannot be recognised under another name.
    return Edit(frozenset({path} if sealed.files[path] else {path, "renamed.log"}))


def swap(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Two files exchange their names."""
    first, second = chance.sample(sorted(sealed.files), 2)
    (sealed.folder / first).write_bytes(sealed.files[second])
    (sealed.folder / second).write_bytes(sealed.files[first])
    differ = sealed.files[first] != sealed.files[second]
    return Edit(frozenset({first, second})) if differ else None


def duplicate(sealed: Sealed, chance: random.Random) -> Edit:
    """A file is there twice."""
    path = chance.choice(sorted(sealed.files))
    shutil.copy(sealed.folder / path, sealed.folder / "copy.log")
    return Edit(frozenset({"copy.log"}))


def drop(sealed: Sealed, chance: random.Random) -> Edit:
    """A file is gone."""
    path = chance.choice(sorted(sealed.files))
    (sealed.folder / path).unlink()
    return Edit(frozenset({path}))


def add(sealed: Sealed, chance: random.Random) -> Edit:
    """A file comes that was never sealed."""
    (sealed.folder / "added.log").write_bytes(b"added" + lines(chance))
    return Edit(frozenset({"added.log"}))


def mangle_manifest(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Any bytes of a manifest become others."""
    path = sealed.manifest(chance.randint(1, len(sealed.heads)))
    old = path.read_bytes()
    new = _mangle(old, chance)
    path.write_bytes(new)
    return Edit(manifests=frozenset({path.name})) if old != new else None


def edit_manifest(sealed: Sealed, chance: random.Random) -> Edit | None:
    """A manifest says something else, and is well-formed all the same, or nearly."""
    number = chance.randint(1, len(sealed.heads))
    path = sealed.manifest(number)
    document: dict[str, Any] = json.loads(path.read_bytes())
    old = path.read_bytes()
    file = chance.choice(document["files"])
    other = "0" * 64
    ways: tuple[Callable[[], Any], ...] = (
        lambda: document.update(createdAt="2020-01-01T00:00:00Z"),
        lambda: document.update(previous=other),
        lambda: document.update(number=number + 1),
        lambda: document.update(blockSize=document["blockSize"] + 1),
        lambda: document["files"].remove(file),
        lambda: file.update(sha256=other),
        lambda: file.update(size=file["size"] + 1),
        lambda: file.update(size=max(file["size"] - 1, 0)),
        lambda: file.update(path=file["path"] + "z"),
        lambda: file.update(blocks=[other for _ in file["blocks"]]),
    )
    chance.choice(ways)()
    path.write_bytes(rfc8785.dumps(document))
    return Edit(manifests=frozenset({path.name})) if path.read_bytes() != old else None


def drop_manifest(sealed: Sealed, chance: random.Random) -> Edit:
    """A manifest is gone."""
    path = sealed.manifest(chance.randint(1, len(sealed.heads)))
    path.unlink()
    return Edit(manifests=frozenset({path.name}))


def swap_manifests(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Two manifests exchange their names."""
    if len(sealed.heads) == 1:
        return None
    first, second = (sealed.manifest(n + 1) for n in chance.sample(range(len(sealed.heads)), 2))
    old = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(old)
    return Edit(manifests=frozenset({first.name, second.name}))


def renumber_manifest(sealed: Sealed, chance: random.Random) -> Edit:
    """A manifest gets another number, in its name and perhaps within, too."""
    path = sealed.manifest(chance.randint(1, len(sealed.heads)))
    number = len(sealed.heads) + chance.randint(1, 3)
    document = json.loads(path.read_bytes())
    if chance.random() < 0.5:
        document["number"] = number
    path.unlink()
    new = sealed.manifest(number)
    new.write_bytes(rfc8785.dumps(document))
    return Edit(manifests=frozenset({path.name, new.name}))


def make_chain_anew(sealed: Sealed, chance: random.Random) -> Edit | None:
    """Logs are edited and all manifests made anew, as many as there were."""
    path = chance.choice(sorted(sealed.states[0]))
    old = sealed.states[0][path]
    new = _mangle(old, chance)
    if new == old:
        return None
    shutil.rmtree(sealed.folder)
    forged = Sealed(sealed.folder, sealed.block_size)
    for state in sealed.states:
        for name, data in state.items():
            file = sealed.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(new + data[len(old) :] if name == path else data)
        forged.seal()
    return Edit(needs_anchor=True)


def cut_chain(sealed: Sealed, chance: random.Random) -> Edit | None:
    """The newest manifests are gone, and all that they sealed."""
    if len(sealed.heads) == 1:
        return None
    left = chance.randint(1, len(sealed.heads) - 1)
    for number in range(left + 1, len(sealed.heads) + 1):
        sealed.manifest(number).unlink()
    for name in sealed.files:
        (sealed.folder / name).unlink()
    for name, data in sealed.states[left - 1].items():
        (sealed.folder / name).write_bytes(data)
    return Edit(needs_anchor=True)


def forge_next(sealed: Sealed, chance: random.Random) -> Edit | None:
    """A file is edited, and a next manifest made that fits it and the chain."""
    path = chance.choice(sorted(sealed.files))
    old = sealed.files[path]
    new = _mangle(old, chance)
    if new.startswith(old):
        return None  # that is what an honest seal does
    (sealed.folder / path).write_bytes(new)
    files = []
    for name in sorted(sealed.files):
        read = read_digests(sealed.folder / name, block_size=sealed.block_size)
        file = SealedFile(path=name, size=read.size, sha256=read.sha256, blocks=read.blocks)
        files.append(file)
    number = len(sealed.heads)
    newest = Manifest.model_validate_json(sealed.manifest(number).read_bytes())
    update = {"number": number + 1, "previous": sealed.heads[-1], "files": tuple(files)}
    forged = newest.model_copy(update=update)
    sealed.manifest(number + 1).write_bytes(forged.as_bytes())
    found = _bytes_edited(path, old, new)
    # A manifest that lists fewer bytes than the one before is found, too.
    manifests = frozenset({sealed.manifest(number + 1).name})
    return found and Edit(found.paths, found.first, manifests)


EDITS: tuple[Callable[[Sealed, random.Random], Edit | None], ...] = (
    *(change, insert, delete, reorder, truncate, append),
    *(rename, swap, duplicate, drop, add),
    *(mangle_manifest, edit_manifest, drop_manifest, swap_manifests, renumber_manifest),
    *(make_chain_anew, cut_chain, forge_next),
)
