"""The engines that run detections, one file each: DuckDB, Log Analytics, Azure Data Explorer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from kubewitness.detections.detection import Detection
from kubewitness.detections.finding import Finding
from kubewitness.detections.unjudged.evaluate import Judged
from kubewitness.errors import InputError

TIMEOUT_SECONDS: Final = 300
"""The time limit of one detection on this machine, unless the user sets another."""


class DetectionFailedError(InputError):
    """One detection could not be run, or not to its end; others may."""


class TruncatedJudge(Protocol):
    """Judges the truncated events that an engine reads."""

    @property
    def truncated(self) -> int:
        """Return how many events are truncated."""
        ...

    @property
    def not_fetched(self) -> Sequence[str]:
        """Return why truncated events are missing here."""
        ...

    def judge(self, detection: Detection, findings: Sequence[Finding]) -> Judged:
        """Return the events that a detection could not judge, and its other findings."""
        ...


class Engine(Protocol):
    """Runs detections over the logs that it was opened on."""

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Return why it cannot run some detections, by name; known before any has run."""
        ...

    def run(self, detection: Detection) -> Iterator[Finding]:
        """Yield what a detection finds; what was found before it failed is yielded, too.

        Raises:
            DetectionFailedError: this detection fails, or its result is incomplete; the message
                gives the reason.
            InputError: no detection can be run; the message gives the reason.
        """
        ...
