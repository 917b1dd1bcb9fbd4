"""Records that diagnostic settings write to a storage account or an event hub.

Each record wraps one line of a control plane log in `properties.log`. Older exports have `time`,
newer ones `timeGenerated` or `timestamp`. Lines that are not audit events (guard's lines, klog
lines in a category of audit logs) fill AKSControlPlane, as in Azure.
Source: Azure docs, "Monitor AKS"; Azure/AKS#4635 and #4750.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.catalog.audit_tables import AKS_CONTROL_PLANE
from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.logs.reading.rows import Record, Row
from kubewitness.logs.reading.times import iso_time


class AzureExport:
    """A record with the text of a log line in its properties."""

    NAME = "azure-export"
    MARKS = ("properties",)
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has properties with a log."""
        properties = record.get("properties")
        return isinstance(properties, dict) and isinstance(_either(properties, "log", "Log"), str)

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the row of the log line."""
        fields, properties = record.value, record.value["properties"]
        category = _either(fields, "category", "Category")
        where = {
            "time": _either(fields, "time", "timeGenerated", "timestamp"),
            "pod": _either(properties, "pod", "Pod"),
            "resource": _either(fields, "resourceId", "resourceID", "ResourceId"),
            "category": category if category in {KUBE_AUDIT, KUBE_AUDIT_ADMIN} else None,
        }
        line = _either(properties, "log", "Log") or ""
        yield from record.inner_rows(line, where) or [
            control_plane_row(
                Category=category,
                Level=_either(fields, "level", "Level"),
                Message=line,
                PodName=where["pod"],
                Stream=_either(properties, "stream", "Stream"),
                TimeGenerated=where["time"],
                _ResourceId=where["resource"],
            )
        ]


def control_plane_row(**columns: Any) -> Row:
    """Return a row of AKSControlPlane, the line kept whole."""
    time = columns.get("TimeGenerated")
    columns["TimeGenerated"] = iso_time(time) or time
    return Row(AKS_CONTROL_PLANE, json.dumps(columns).encode())


def _either(record: Mapping[str, Any], *names: str) -> str | None:
    found = (record[name] for name in names if name in record)
    value = next(found, None)
    return value if value is None or isinstance(value, str) else json.dumps(value)
