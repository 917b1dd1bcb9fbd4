"""The result of an import of Sigma rules. A leaf module."""

from dataclasses import dataclass

from kubewitness.detections.detection import Detection


@dataclass(frozen=True)
class Rejected:
    """A rule that cannot be run.

    Attributes:
        slug: its name.
        reason: why, with its file and title.
    """

    slug: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """The result for the Sigma rules.

    Attributes:
        detections: that can be run.
        rejected: the others.
        notes: warnings about those that can be run.
    """

    detections: tuple[Detection, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Imported") -> "Imported":
        return Imported(
            self.detections + other.detections,
            self.rejected + other.rejected,
            self.notes + other.notes,
        )
