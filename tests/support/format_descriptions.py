"""The descriptions of the formats: a folder each, with samples of our own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from support.paths import ROOT

FOLDER: Final = ROOT / "components" / "kubewitness" / "logs" / "reading" / "formats"
"""In the repository: the wheel has neither descriptions nor samples."""


@dataclass(frozen=True)
class FormatDescription:
    """What is known of a format; for the docs and the tests.

    Attributes:
        name: of its folder.
        title: what it is called.
        about: what it looks like, in one sentence; may be empty.
        address: of its public description.
        command: what converts it, for a format that is not read.
        table: which its rows fill.
        omits: columns of an event that the format does not have.
        samples: files with the events of `formats/kubernetes/sample.log`.
    """

    name: str
    title: str
    about: str
    address: str
    command: str = ""
    table: str = "AKSAudit"
    omits: tuple[str, ...] = ()
    samples: tuple[Path, ...] = ()


def format_descriptions() -> list[FormatDescription]:
    """Return the descriptions of all formats, by their folders."""
    return [_description(path) for path in sorted(FOLDER.glob("*/format.yaml"))]


def _description(path: Path) -> FormatDescription:
    fields = yaml.safe_load(path.read_text("utf-8"))
    omits = tuple(fields.pop("omits", ()))
    samples = tuple(sorted(path.parent.glob("sample*")))
    return FormatDescription(path.parent.name, **fields, omits=omits, samples=samples)
