"""The library of detections: one folder each, loaded on demand."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from kubewitness.detections.detection import Detection, read_detection
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError

FOLDER: Final = Path(__file__).parent
"""One folder a detection: `rule.yaml`, and events in `malicious` and `benign`, one file a case."""

RULE_FILE: Final = "rule.yaml"


@cache
def all_detections() -> tuple[Detection, ...]:
    """Return the detections in the order of their folders' names."""
    folders = sorted(path.parent for path in FOLDER.glob(f"*/{RULE_FILE}"))
    return tuple(read_detection(folder / RULE_FILE, folder.name) for folder in folders)


def find_detections(slugs: Sequence[str]) -> tuple[Detection, ...]:
    """Return the detections of these names; all of them if none is named.

    Raises:
        InputError: one does not exist; lists all that do not.
    """
    known = {one.slug: one for one in all_detections()}
    if unknown := [slug for slug in slugs if slug not in known]:
        otherwise = "docs/reference/detections.md lists all"
        raise InputError(*(no_such_detection(slug, known, otherwise) for slug in unknown))
    return tuple(known[slug] for slug in dict.fromkeys(slugs)) or all_detections()


def no_such_detection(slug: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the error that no detection has a name, with the names that are close to it.

    Args:
        slug: the name.
        known: the names that there are.
        otherwise: the hint if no name is close.
    """
    return f"no detection is called `{slug}`{did_you_mean(slug, known, otherwise)}"


def cases(detection: Detection, kind: str, folder: Path = FOLDER) -> dict[str, Path]:
    """Return the files of events that come with a detection, by the name of what each shows.

    Args:
        detection: one of the library.
        kind: `malicious`: it fires on each; or `benign`: it fires on none.
        folder: the library. Only the repository's has benign cases: the wheel leaves them out.
    """
    return {path.stem: path for path in sorted((folder / detection.slug / kind).iterdir())}
