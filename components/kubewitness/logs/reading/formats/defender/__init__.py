"""Rows of CloudAuditEvents, the table in which Microsoft Defender XDR keeps Kubernetes events.

`RawEventData` is the event itself. Source: Defender XDR docs, "CloudAuditEvents".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.logs.reading.rows import NoRowError, Record, Row


class Defender:
    """A row with the raw event."""

    NAME = "defender"
    MARKS = ("RawEventData",)
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has raw event data."""
        return isinstance(record.get("RawEventData"), str | dict)

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the event, unless it is of another cloud service."""
        raw = record.value["RawEventData"]
        line = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
        where = {
            "time": record.value.get("Timestamp"),
            "resource": record.value.get("AzureResourceId"),
        }
        rows = record.inner_rows(line, where)
        if not rows:
            raise NoRowError("`RawEventData` is not a Kubernetes audit event")
        yield from rows
