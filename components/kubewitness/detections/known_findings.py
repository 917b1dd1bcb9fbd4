"""Findings that an earlier hunt reported: its JSON document is the baseline of the next hunt."""

from pathlib import Path
from typing import Final

from kubewitness.documents.reader import read_json
from kubewitness.errors import InputError

_WANTED: Final = "name a document that `kubewitness hunt --format json --output FILE` wrote"


def read_known(path: Path) -> frozenset[str]:
    """Return the fingerprints of the findings in the document of an earlier hunt.

    Raises:
        InputError: the file is not such a document.
    """
    document = read_json(path, _WANTED).mapping()
    findings = document.get("findings")
    if not isinstance(findings, list):
        raise InputError(f"{path}: the file has no findings; {_WANTED}")
    found = [one.get("fingerprint") if isinstance(one, dict) else None for one in findings]
    if faults := [
        f"{path}: finding {number} has no fingerprint; {_WANTED}"
        for number, one in enumerate(found, 1)
        if not isinstance(one, str)
    ]:
        raise InputError(*faults)
    return frozenset(one for one in found if isinstance(one, str))
