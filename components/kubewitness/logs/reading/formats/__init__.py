"""The shapes in which audit logs come, one adapter a module, recognised by content.

An adapter translates: whatever holds an event, the event leaves as kube-apiserver wrote it.
"""

from collections.abc import Mapping
from typing import Any, Final

from kubewitness.logs.reading.formats import (
    activity_log,
    azure_export,
    cloudwatch,
    defender,
    gke,
    kubernetes,
    log_analytics,
)
from kubewitness.logs.reading.rows import Shape

SHAPES: Final[tuple[type[Shape], ...]] = (
    kubernetes.Kubernetes,
    azure_export.AzureExport,
    cloudwatch.CloudWatch,
    gke.Gke,
    defender.Defender,
    log_analytics.LogAnalytics,
    activity_log.ActivityLog,
)
"""All shapes, the most telling first."""


def find_shape(record: Mapping[str, Any]) -> type[Shape] | None:
    """Return the shape of a record, None if it is of none that is known."""
    return next((shape for shape in SHAPES if shape.matches(record)), None)
