"""Distinguish Sigma's files from Sentinel's, and import them if the extra is installed."""

from pathlib import Path

from kubewitness.detections.sigma.imported import Imported
from kubewitness.documents.reader import read_documents
from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import


def is_sigma(path: Path) -> bool:
    """Return whether a file holds Sigma rules: `logsource` and `detection`, or `correlation`.

    A file that cannot be read is not one.
    """
    try:
        documents = read_documents(path)
    except InputError:
        return False
    return any(
        isinstance(one, dict) and ({"logsource", "detection"} <= one.keys() or "correlation" in one)
        for one in documents
    )


def import_sigma(path: Path) -> Imported:
    """Import Sigma rules of product `kubernetes`, service `audit`.

    A rule that can find nothing is rejected with the reason: imported in silence, it would look
    like protection.

    Args:
        path: a file of Sigma rules, or a folder; other files in it are passed over.

    Raises:
        InputError: the extra `sigma` is not installed.
    """
    files = sorted([*path.rglob("*.yml"), *path.rglob("*.yaml")]) if path.is_dir() else [path]
    sigma = [file for file in files if is_sigma(file)]
    if not sigma:
        return Imported()
    rules = optional_import(
        "kubewitness.detections.sigma.rules", "sigma", str(sigma[0]), library="pySigma"
    )
    return sum(map(rules.import_file, sigma), Imported())
