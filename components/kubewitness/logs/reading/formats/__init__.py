"""The formats in which audit logs come, one adapter a module, recognised by content.

An adapter translates: whatever holds an event, the event leaves as kube-apiserver wrote it.
"""

from collections.abc import Mapping
from typing import Any, Final

from kubewitness.logs.reading.formats import (
    activity_log,
    azure_export,
    cloudwatch,
    defender,
    envelope,
    gke,
    kubernetes,
    log_analytics,
)
from kubewitness.logs.reading.rows import Format

FORMATS: Final[tuple[type[Format], ...]] = (
    kubernetes.Kubernetes,
    azure_export.AzureExport,
    cloudwatch.CloudWatch,
    gke.Gke,
    defender.Defender,
    log_analytics.LogAnalytics,
    activity_log.ActivityLog,
    envelope.Envelope,
)
"""All formats, the most telling first."""


def find_format(record: Mapping[str, Any]) -> type[Format] | None:
    """Return the format of a record, None if it is of none that is known."""
    return next((log_format for log_format in FORMATS if log_format.matches(record)), None)
