"""Warnings about custom detections that run and can find nothing."""

from collections.abc import Sequence
from typing import Final

from kubewitness.detections.detection import Detection
from kubewitness.optional_imports import MissingExtraError, optional_import

UNCHECKED: Final = (
    "whether events have the paths that it reads is not known without the types of Kubernetes' "
    "objects; install kubewitness[sigma] to check them"
)


def query_warnings(detection: Detection) -> Sequence[str]:
    """Return what may be wrong with a query, which only Azure can confirm.

    It cannot be read here, so that `hunt` does not run it; or a path is certainly in no event, so
    that it finds nothing.
    """
    # They load a parser of KQL, which our own detections do without.
    from duckdb_kql import KqlError  # noqa: PLC0415

    from kubewitness.logs.kql.kql_errors import TOO_DEEP, explain_kql  # noqa: PLC0415

    try:
        paths = optional_import(
            "kubewitness.detections.object_paths.paths", "sigma", detection.slug
        )
    except MissingExtraError:
        return (UNCHECKED,)
    try:
        found: Sequence[str] = paths.paths_of_no_object(detection.query)
    except KqlError as error:
        return explain_kql(error, detection.query).faults
    except RecursionError:
        return (TOO_DEEP,)
    return found
