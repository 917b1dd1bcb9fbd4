"""The results of sealing and verifying: documents, versioned; fields are only ever added."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from kubewitness.errors import ExitCode


class SealFindingKind(StrEnum):
    """The findings."""

    CHANGED = "changed"
    TRUNCATED = "truncated"
    DROPPED = "dropped"
    RENAMED = "renamed"
    SWAPPED = "swapped"
    DUPLICATED = "duplicated"
    MANIFEST = "manifest"
    """A manifest is missing, edited, renumbered, or contradicts an earlier one."""
    ANCHOR = "anchor"
    """An anchor that was given does not hold."""
    UNREADABLE = "unreadable"
    GROWN = "grown"
    """Bytes came after the sealed ones; those are as they were."""
    UNSEALED = "unsealed"
    """A file that no manifest lists."""


NOT_SEALED: Final = frozenset({SealFindingKind.GROWN, SealFindingKind.UNSEALED})
"""Nothing that was sealed is edited, but this was never sealed: undecided."""


class _Document(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, frozen=True)


class ByteRange(_Document):
    """Bytes of a file, from the first to before the last, as slices are."""

    start: int
    end: int


class SealFinding(_Document):
    """One thing that is not as it was sealed."""

    kind: SealFindingKind
    path: str
    """Of the file below the sealed folder, or of the manifest among the manifests."""
    message: str
    ranges: tuple[ByteRange, ...] = ()
    """The blocks that differ, neighbours as one; counted in bytes of the file as it was sealed."""
    other: str | None = None
    """The file or manifest that it replaces or contradicts."""
    manifest: int | None = None
    """The manifest that it contradicts."""


class Unauthenticated(_Document):
    """Bytes of a file that only manifests without an anchor list: anyone may have added them."""

    path: str
    start: int
    """The first byte, 0 for a whole file."""
    end: int


class Anchor(_Document):
    """Something outside the writer's reach that authenticates a manifest and all before it."""

    kind: Literal["head", "signature", "timestamp"]
    manifest: int
    time: AwareDatetime | None = None
    """When the manifest existed, if a time stamp shows it."""


class SealResult(_Document):
    """A manifest that was made."""

    version: Literal[1] = 1
    path: str
    manifest: str
    number: int
    head: str
    """Store it where no one who can write to the logs can write."""
    files: int
    bytes: int
    new: int
    grown: int
    signed: bool
    time_stamped: bool
    not_sealed: dict[str, str]
    """Files that could not be sealed, with their kind."""


class VerifyResult(_Document):
    """Everything that verifying found."""

    version: Literal[1] = 1
    path: str
    head: str
    manifests: int
    files: int
    """That are sealed."""
    bytes: int
    intact: int
    """Sealed files that are there under their name with all sealed bytes."""
    findings: tuple[SealFinding, ...]
    anchors: tuple[Anchor, ...]
    anchored: int | None
    """The newest manifest that an anchor authenticates."""
    unauthenticated: tuple[Unauthenticated, ...] = ()
    """The content after the newest manifest that an anchor authenticates; empty without an
    anchor."""
    unknown: tuple[str, ...]
    """The open questions, and the anchor that would answer them."""
    verdict: Literal["intact", "edited", "unreadable", "undecided"]

    def exit_code(self, *, accept_unanchored: bool = False) -> ExitCode:
        """Return the code to exit with.

        Args:
            accept_unanchored: the caller accepts manifests that no anchor authenticates.
        """
        if self.verdict == "undecided" and accept_unanchored:
            return ExitCode.OK
        return {
            "edited": ExitCode.VIOLATION,
            "unreadable": ExitCode.UNREADABLE,
            "undecided": ExitCode.UNDECIDED,
            "intact": ExitCode.OK,
        }[self.verdict]
