"""Logs that have some of what a cluster can send."""

from collections.abc import Mapping

from log_generator.audit_log import Event, as_storage_record, events
from support.ingested import as_admin
from support.log_reading import ndjson

CLUSTER = (
    "/SUBSCRIPTIONS/S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/ONE"
)
BODIES = ("requestObject", "responseObject")
EVENTS = list(events(3000, days=2, seed=8))
WRITES = [event for event in EVENTS if event["verb"] not in {"get", "list"}]
GUARD = {
    "time": "2026-01-05T10:00:00Z",
    "resourceId": CLUSTER,
    "category": "guard",
    "properties": {"log": "I0105 hello", "pod": "guard-1", "stream": "stderr"},
}
ACTIVITY = {
    "Type": "AzureActivity",
    "TimeGenerated": "2026-01-05T00:00:00Z",
    "OperationNameValue": "MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/READ",
    "CorrelationId": "0c6d1c1e-6f6a-4c3e-8f0e-2b1f6f2b7a01",
}


def metadata(event: Event) -> Event:
    """The event at level Metadata."""
    return {**{k: v for k, v in event.items() if k not in BODIES}, "level": "Metadata"}


LOGS: Mapping[str, bytes] = {
    "admin-only": b"".join(map(as_admin, WRITES[:40])),
    "metadata-only": b"".join(as_storage_record(metadata(event)) for event in EVENTS[:40]),
    "guard-only": ndjson([GUARD]),
    "all": b"".join(map(as_storage_record, EVENTS)) + ndjson([GUARD, ACTIVITY]),
}
"""Logs that have some of what a cluster can send, and one that has all."""
