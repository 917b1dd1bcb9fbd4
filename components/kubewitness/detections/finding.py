"""What a detection found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubewitness.detections.detection import Detection


@dataclass(frozen=True)
class Finding:
    """One row that a detection gave.

    Attributes:
        detection: which found it.
        values: the row: by column, dynamic values as JSON texts, times in UTC.
    """

    detection: Detection
    values: Mapping[str, Any]

    @property
    def time(self) -> datetime | None:
        """Return when it happened; None where a custom detection does not say."""
        value = self.values.get("TimeGenerated")
        return value if isinstance(value, datetime) else None
