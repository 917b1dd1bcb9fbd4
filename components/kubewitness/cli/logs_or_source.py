"""Whether what `kubewitness coverage` is given are logs or describes clusters."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kubewitness.logs.inputs.find import STANDARD_INPUT
from kubewitness.sources.program.project import project_file

_SOURCE_SCHEMES: Final = ("azure://", "eks://")
_FIRST_BYTES: Final = 4096
_DOCUMENT: Final = re.compile(
    rb'\s*\{\s*("version"\s*:\s*\d+\s*,\s*)?'
    rb'"(deployment|checkpoint|\$schema|format_version|terraform_version)"'
)
"""How an exported stack, a template of Azure and a plan of Terraform begin."""


def are_logs(words: Sequence[str]) -> bool:
    """Return whether these name logs or a store, and not a program or an exported state."""
    path = Path(words[0])
    if len(words) > 1 or "://" in words[0]:
        return not any(word.startswith(_SOURCE_SCHEMES) for word in words)
    if path.is_dir():
        return project_file(path) is None and words[0] != "."
    return words[0] == STANDARD_INPUT or (path.is_file() and not _is_document(path))


def _is_document(path: Path) -> bool:
    """Return whether a file is a state, a template or a plan, by its first keys."""
    with path.open("rb") as file:
        return _DOCUMENT.match(file.read(_FIRST_BYTES)) is not None
