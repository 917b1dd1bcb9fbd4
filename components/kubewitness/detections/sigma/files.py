"""Tells Sigma's files from Sentinel's, and imports them where the extra is installed."""

from pathlib import Path

from kubewitness.detections.sigma.imported import Imported
from kubewitness.documents.reader import read_documents
from kubewitness.errors import InputError, missing_extra


def is_sigma(path: Path) -> bool:
    """Whether a file holds Sigma rules: `logsource` and `detection`, or `correlation`.

    What cannot be read is none.
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
    try:
        from kubewitness.detections.sigma.rules import import_file  # noqa: PLC0415 an extra
    except ModuleNotFoundError as error:
        raise missing_extra(str(sigma[0]), "pySigma", "sigma") from error
    return sum(map(import_file, sigma), Imported())
