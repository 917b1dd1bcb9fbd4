"""One manifest: its fields and its canonical bytes."""

import hashlib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import rfc8785
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from kubewitness.documents.explain import explain
from kubewitness.errors import InputError

BLOCK_SIZE: Final = 1 << 20
"""The default block size in bytes."""

LARGEST_BLOCK: Final = 1 << 30
LARGEST_INTEGER: Final = 2**53 - 1
"""The largest that every reader of JSON keeps exactly (RFC 8785 refuses larger ones)."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]


class ManifestError(InputError):
    """A manifest that is malformed; it is never good, and nothing is concluded from it."""


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
    )


class SealedFile(_Strict):
    """The bytes of one file as they were sealed."""

    path: str
    """Below the sealed folder, with slashes."""
    size: Count
    sha256: Sha256
    blocks: tuple[Sha256, ...]
    """The hash of each block, so that an edit can be located."""

    @model_validator(mode="after")
    def _path_is_plain(self) -> Self:
        if "\0" in self.path or {"", ".", ".."} & set(self.path.split("/")):
            raise ValueError("`path` leads out of the sealed folder, or is not in its plain form")
        return self


class Manifest(_Strict):
    """The document; a file of the chain holds it in canonical JSON (RFC 8785)."""

    kind: Literal["kubewitness-seal"] = "kubewitness-seal"
    version: Literal[1] = 1
    number: Annotated[int, Field(ge=1, le=99_999_999)]
    previous: Sha256 | None
    """The hash of the manifest before this one; the first has none."""
    created_at: AwareDatetime
    """By the clock of the sealing machine: a time stamp proves a time, this does not."""
    block_size: Annotated[int, Field(ge=1, le=LARGEST_BLOCK)]
    files: Annotated[tuple[SealedFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.number == 1) != (self.previous is None):
            raise ValueError("the first manifest, and only that, has no `previous`")
        if any(first.path >= second.path for first, second in pairwise(self.files)):
            raise ValueError("`files` are not in order, or one is there twice")
        for file in self.files:
            if len(file.blocks) != -(-file.size // self.block_size):
                raise ValueError(f"`blocks` of {file.path!r} do not add up to its size")
        return self

    def as_bytes(self) -> bytes:
        """Return the canonical form, which is what is hashed, signed and time-stamped."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True))


def sha256(data: bytes) -> str:
    """Return the hash of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def parse_manifest(data: bytes, where: Path) -> Manifest:
    """The manifest that these bytes are.

    Args:
        data: all bytes of the file.
        where: named in the error.

    Raises:
        ManifestError: they are anything else, or the same in another form than the canonical one.
            This covers input that JSON readers treat differently, such as a repeated key.
    """
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        # A program writes manifests: further errors after the first are of no use.
        first = explain(error, Manifest)[0]
        raise ManifestError(f"{where}: malformed manifest: {first}") from error
    if manifest.as_bytes() != data:
        raise ManifestError(f"{where}: malformed manifest: not in canonical form (RFC 8785)")
    return manifest
