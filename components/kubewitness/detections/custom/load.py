"""Reads detections that users bring: analytics rules of Sentinel, Sigma rules, or both."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

from kubewitness.detections.detection import Detection, read_detection
from kubewitness.detections.library import RULE_FILE
from kubewitness.detections.sigma.files import import_sigma, is_sigma
from kubewitness.detections.sigma.imported import Imported
from kubewitness.errors import InputError


def read_custom(path: Path) -> tuple[Detection, ...]:
    """Return custom detections, all of which must be runnable.

    Args:
        path: as in `load_custom`.

    Raises:
        InputError: as `load_custom`; or a Sigma rule is rejected.
    """
    loaded = load_custom([path])
    if loaded.rejected:
        raise InputError(*(rejected.reason for rejected in loaded.rejected))
    return loaded.detections


def load_custom(paths: Iterable[Path]) -> Imported:
    """Return custom detections, and what is wrong with Sigma rules among them.

    Args:
        paths: each a YAML file, or a folder that has some in it and below: of Sentinel's rules, of
            Sigma's, or of both.

    Raises:
        InputError: with every error in every file; or a path has no rule.
    """
    loaded = Imported()
    faults: list[str] = []
    for path in paths:
        files = custom_files(path)
        if not files:
            faults.append(f"{path}: there is no rule here: no file *.yaml")
        for file in files:
            try:
                loaded += _read_file(file)
            except InputError as error:
                faults.extend(error.faults)
    if faults:
        raise InputError(*faults)
    return loaded


def custom_files(path: Path) -> list[Path]:
    """Return the files of custom detections: a file itself, or all YAML in a folder and below."""
    return sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]) if path.is_dir() else [path]


def slug_of(path: Path) -> str:
    """Return the name of a custom detection: that of its file, or else of its folder."""
    return path.parent.name if path.name == RULE_FILE else path.stem


def _read_file(path: Path) -> Imported:
    if is_sigma(path):
        return import_sigma(path)
    return Imported((read_detection(path, slug_of(path)),))


def with_unique_names(detections: Sequence[Detection]) -> Iterator[Detection]:
    """Yield detections, with a number after a name that another has had before."""
    slugs = unique_names(one.slug for one in detections)
    for detection, slug in zip(detections, slugs, strict=True):
        yield detection.model_copy(update={"slug": slug})


def unique_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names, with the first free number after one that occurred before."""
    seen: set[str] = set()
    for name in names:
        numbered = (f"{name}-{number}" for number in count(2))
        own = name if name not in seen else next(one for one in numbered if one not in seen)
        seen.add(own)
        yield own
