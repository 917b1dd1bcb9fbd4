"""The custom rules of AuditDetections, as `kubewitness hunt --rules` reads them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from kubewitness.detections.custom.load import custom_files, slug_of
from kubewitness.detections.detection import Detection, read_detection
from kubewitness.detections.library import all_detections
from kubewitness.detections.sigma.files import is_sigma
from kubewitness.errors import InputError
from kubewitness.provision.arguments.validation import problems

_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
"""The characters that Pulumi and Azure both accept in the name of a resource."""


def read_rule_folders(folders: Sequence[str]) -> tuple[Detection, ...]:
    """Return the rules of all folders.

    Args:
        folders: each a folder with rules in it and below, or a file; relative to the program's
            folder, in which Pulumi starts both programs and the plugins of components.

    Raises:
        PydanticCustomError: with every fault of every file, for `check_arguments`.
    """
    rules: dict[str, Detection] = {
        f"`{rule.slug}` of kubewitness": rule for rule in all_detections()
    }
    ours = len(rules)
    faults: list[tuple[str, str]] = []
    for i, folder in enumerate(folders):
        found, reasons = _read(Path(folder))
        reasons.extend(_taken(found, rules))
        rules.update(found)
        # Errors of YAML have several lines.
        faults.extend((f"[{i}]", " ".join(reason.split())) for reason in reasons)
    if faults:
        raise problems(*faults)
    return tuple(rules.values())[ours:]


def _read(folder: Path) -> tuple[dict[str, Detection], list[str]]:
    """Return the rules of a folder by their files, and what is wrong with the others."""
    if not folder.exists():
        return {}, [f"{folder} is not there; give a path from {Path.cwd()}, or a whole one"]
    files = custom_files(folder)
    rules: dict[str, Detection] = {}
    faults = [] if files else [f"{folder} has no rule; give a folder with files *.yaml in it"]
    for file in files:
        try:
            rules[str(file)] = _read_file(file)
        except InputError as error:
            faults.extend(error.faults)
    return rules, faults


def _read_file(file: Path) -> Detection:
    if is_sigma(file):
        raise InputError(
            f"{file}: is a rule of Sigma; make it one of Sentinel by `kubewitness import-sigma` "
            "and give the folder that this writes"
        )
    slug = slug_of(file)
    if not _NAME.fullmatch(slug):
        raise InputError(
            f"{file}: cannot be part of a resource's name; rename it with letters, digits and `-`"
        )
    return read_detection(file, slug)


def _taken(found: Mapping[str, Detection], before: Mapping[str, Detection]) -> Iterator[str]:
    """Yield which files have the name or the ID of another rule; Azure ignores case in them."""
    first: dict[tuple[str, str], str] = {}
    for file, rule in {**before, **found}.items():
        for kind, value in {"name": rule.slug, "id": rule.id}.items():
            owner = first.setdefault((kind, value.lower()), file)
            if value and owner != file and file in found:
                yield f"{file}: has the {kind} of {owner}; {_OF_ITS_OWN[kind]}"


_OF_ITS_OWN: Final = {"name": "rename the file or its folder", "id": "give it a GUID of its own"}
