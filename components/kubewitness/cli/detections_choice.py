"""Choose the detections of `kubewitness hunt`: ours, or custom detections."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kubewitness.detections.custom.load import load_custom, unique_names
from kubewitness.detections.custom.warnings import UNCHECKED, query_warnings
from kubewitness.detections.detection import SEVERITIES, Detection, Severity
from kubewitness.detections.library import all_detections, find_detections, no_such_detection
from kubewitness.errors import InputError

DEFAULT_SEVERITY: Final[Severity] = "Low"
"""The minimum severity for our own detections; of custom detections all are run."""


@dataclass(frozen=True)
class ChosenDetections:
    """The chosen detections.

    Attributes:
        detections: to run.
        rejected: why rules of Sigma cannot be run, by their names.
        notes: what is wrong with rules of Sigma that are run.
        is_custom: whether they are custom detections.
        informational: those of ours that are left out because no severity was named.
    """

    detections: Sequence[Detection]
    rejected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_custom: bool = False
    informational: Sequence[Detection] = ()


def choose_detections(
    names: Sequence[str], paths: Sequence[Path], severity: Severity | None
) -> ChosenDetections:
    """Choose the detections of a hunt.

    Args:
        names: of detections, whatever their severity; none for all.
        paths: of detections to choose among instead of ours.
        severity: the least; None: low of ours, and of others any.

    Raises:
        InputError: there is no such detection, or no detection at all; or a file is faulty.
    """
    if not paths:
        named = find_detections(names)
        if names:
            return ChosenDetections(named)
        chosen = _so_severe(named, severity or DEFAULT_SEVERITY)
        left_out = () if severity else [each for each in named if each not in chosen]
        return ChosenDetections(chosen, informational=left_out)
    choice = _custom(paths)
    if names:
        return _named(choice, names)
    if severity is None:
        return choice
    detections = _so_severe(choice.detections, severity)
    if not detections and choice.detections:
        worst = min((detection.severity for detection in choice.detections), key=SEVERITIES.index)
        raise InputError(f"--severity {severity.lower()}: the worst of these detections is {worst}")
    return ChosenDetections(detections, choice.rejected, choice.notes, is_custom=True)


def _custom(paths: Sequence[Path]) -> ChosenDetections:
    loaded = load_custom(paths)
    rejected = [(each.reason,) for each in loaded.rejected]
    slugs = [detection.slug for detection in loaded.detections] + [
        each.slug for each in loaded.rejected
    ]
    own = list(unique_names(slugs))
    detections = [
        detection.model_copy(update={"slug": slug})
        for detection, slug in zip(loaded.detections, own, strict=False)
    ]
    of_rejected = dict(zip(own[len(detections) :], rejected, strict=True))
    return ChosenDetections(detections, of_rejected, loaded.notes, is_custom=True)


def _named(choice: ChosenDetections, names: Sequence[str]) -> ChosenDetections:
    detections = {detection.slug: detection for detection in choice.detections}
    known = {*detections, *choice.rejected}
    if unknown := [name for name in names if name not in known]:
        raise InputError(*(_unknown(name, sorted(known)) for name in unknown))
    wanted = dict.fromkeys(names)
    return ChosenDetections(
        [detections[name] for name in wanted if name in detections],
        {name: why for name, why in choice.rejected.items() if name in wanted},
        choice.notes,
        is_custom=True,
    )


def _unknown(name: str, known: Sequence[str]) -> str:
    if any(detection.slug == name for detection in all_detections()):
        return f"`{name}` is one of kubewitness' own detections: hunt with it by another call"
    return no_such_detection(name, known, f"these detections are {', '.join(known[:10])}")


def _so_severe(detections: Sequence[Detection], least: Severity) -> list[Detection]:
    wanted = SEVERITIES[: SEVERITIES.index(least) + 1]
    return [detection for detection in detections if detection.severity in wanted]


def warnings_of(choice: ChosenDetections, refused: Container[str]) -> Iterator[str]:
    """Yield warnings about custom detections, each once.

    Args:
        choice: of detections.
        refused: the names of those that are not run, which are reported elsewhere.
    """
    yield from choice.notes
    for detection in choice.detections if choice.is_custom else ():
        found = query_warnings(detection) if detection.slug not in refused else ()
        if UNCHECKED in found:
            yield UNCHECKED
            return
        yield from (f"{detection.slug}: {warning}" for warning in found)
