"""The formats in which audit events reach their reader: raw, and as clouds wrap them."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from log_generator.calls import Event

CLUSTER: Final = (
    "/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/SHOP/PROVIDERS/"
    "MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/SHOP"
)
STORAGE_LIMIT: Final = 16 * 1024
"""Where storage exports cut `properties.log` (Azure/AKS#4635), which leaves no valid JSON in it."""

_LOG_GROUP: Final = "/aws/eks/shop/cluster"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SPECIAL: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def _text(event: Event) -> str:
    """JSON as Go's encoder writes it; the characters can only stand within strings."""
    text = _encode(event)
    for character, escaped in _SPECIAL.items():
        if character in text:
            text = text.replace(character, escaped)
    return text


def as_line(event: Event) -> bytes:
    """One line of an audit log file, with its end."""
    return (_text(event) + "\n").encode()


def as_storage_record(
    event: Event, *, resource_id: str = CLUSTER, limit: int | None = None
) -> bytes:
    """One line of a `PT1H.json` that AKS's diagnostic settings write, with its end.

    Args:
        event: the audit event.
        resource_id: the cluster.
        limit: how many bytes of the event are kept, as by `STORAGE_LIMIT`; by default all.
    """
    return (_encode(_record(event, resource_id, limit)) + "\n").encode()


def as_event_hub_message(events: Sequence[Event], *, resource_id: str = CLUSTER) -> bytes:
    """One message that diagnostic settings send to an event hub."""
    return _encode({"records": [_record(event, resource_id, None) for event in events]}).encode()


def as_cloudwatch_subscription(events: Sequence[Event]) -> bytes:
    """One message of a CloudWatch subscription to an EKS cluster's logs: a gzip member."""
    message = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": _LOG_GROUP,
        "logStream": "kube-apiserver-audit-0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "subscriptionFilters": ["audit"],
        "logEvents": [_log_event(event) for event in events],
    }
    return gzip.compress(_encode(message).encode(), mtime=0)


def as_event_list(events: Sequence[Event]) -> bytes:
    """What the webhook backend posts; the items of a list do not repeat their kind."""
    items = [
        {key: value for key, value in event.items() if key not in {"kind", "apiVersion"}}
        for event in events
    ]
    whole = {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": items}
    return _text(whole).encode()


def _record(event: Event, resource_id: str, limit: int | None) -> dict[str, Any]:
    log = _text(event) + "\n"
    if limit is not None and len(log) * 4 > limit:
        log = log.encode()[:limit].decode(errors="ignore")
    return {
        "time": event["stageTimestamp"],
        "resourceId": resource_id,
        "category": "kube-audit",
        "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
        "ccpNamespace": "65f0a1b2c3d4e5f6a7b8c9d0",
        "properties": {"log": log, "stream": "stdout", "pod": "kube-apiserver-7f8d9c6b5-4xk2p"},
    }


def _log_event(event: Event) -> dict[str, Any]:
    moment = datetime.fromisoformat(event["stageTimestamp"])
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    number = int(event["auditID"].replace("-", ""), 16) % 10**43
    identity = f"{milliseconds:013d}{number:043d}"
    return {"id": identity, "timestamp": milliseconds, "message": _text(event)}
