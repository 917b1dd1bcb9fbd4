"""The findings of a detection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
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
        """Return when it happened; None if a custom detection does not report it."""
        value = self.values.get("TimeGenerated")
        return value if isinstance(value, datetime) else None

    @cached_property
    def fingerprint(self) -> str:
        """Return what identifies the finding in two hunts: 32 hexadecimal digits.

        It covers the detection and all values of the row, not audit IDs alone: a client chooses the
        ID of its request, and could repeat that of a known finding. A burst that has grown is a new
        finding.
        """
        row = [self.detection.slug, dict(self.values)]
        text = json.dumps(row, sort_keys=True, default=str)
        return sha256(text.encode()).hexdigest()[:32]
