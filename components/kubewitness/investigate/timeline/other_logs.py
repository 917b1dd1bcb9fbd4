"""Entries of other logs: events of Kubernetes, what runs where, and operations in Azure."""

from collections.abc import Iterator
from typing import Any, Final

import duckdb

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.kubernetes_resources import resource_name
from kubewitness.investigate.timeline.entry import TimelineEntry
from kubewitness.investigate.timeline.objects import ObjectKey
from kubewitness.investigate.timeline.related import RelatedScope
from kubewitness.redaction.text import redact_text

_OID: Final = "http://schemas.microsoft.com/identity/claims/objectidentifier"

_EVENTS: Final = """
SELECT min(coalesce(FirstSeen, TimeGenerated)) AS time,
    max(coalesce(LastSeen, TimeGenerated)) AS ended,
    CAST(max(Count) AS BIGINT) AS count, ObjectKind,
    coalesce("KubeEvents".Namespace, '') AS Namespace, Name,
    Reason, Message, coalesce(SourceComponent, '') AS SourceComponent, KubeEventType, Computer,
    lower(ClusterId) AS cluster
FROM "KubeEvents" WHERE {period}
GROUP BY ClusterId, ObjectKind, Namespace, Name, Reason, Message, SourceComponent, KubeEventType,
    Computer, FirstSeen"""
"""Container insights writes an event again whenever its count grows."""

_PODS: Final = """
SELECT * FROM (
    SELECT TimeGenerated AS time, coalesce(Namespace, '') AS Namespace, Name, PodStatus, Computer,
        ContainerName, ContainerStatus, ContainerStatusReason, ContainerRestartCount, PodIp,
        ControllerKind, ControllerName, lower(ClusterId) AS cluster,
        lag(TimeGenerated) OVER w IS NULL AS is_first,
        lag([PodStatus, ContainerStatus, ContainerStatusReason, Computer,
            CAST(ContainerRestartCount AS VARCHAR)]) OVER w AS before,
        [PodStatus, ContainerStatus, ContainerStatusReason, Computer,
            CAST(ContainerRestartCount AS VARCHAR)] AS after
    FROM "KubePodInventory" WHERE {period}
    WINDOW w AS (PARTITION BY ClusterId, Namespace, Name, PodUid, ContainerName
        ORDER BY TimeGenerated, PodStatus, ContainerStatus, ContainerStatusReason,
            ContainerRestartCount, Computer)
) WHERE is_first OR before IS DISTINCT FROM after"""
"""The inventory is written each minute: only what changed is of interest."""

_OPERATIONS: Final = """
SELECT min(TimeGenerated) AS time, max(TimeGenerated) AS ended, Caller, CallerIpAddress,
    OperationNameValue, lower(_ResourceId) AS resource, CorrelationId,
    list(DISTINCT ActivityStatusValue ORDER BY ActivityStatusValue) AS statuses,
    any_value(json_extract_string(Claims_d, '$."{oid}"') ORDER BY TimeGenerated) AS oid
FROM "AzureActivity" WHERE {period}
GROUP BY Caller, CallerIpAddress, OperationNameValue, lower(_ResourceId), CorrelationId"""
"""An operation has a row when it starts, when it is accepted and when it ends."""

_REFUSED: Final = ("Failure", "Failed")
_DONE: Final = ("Success", "Succeeded")


def other_entries(
    connection: duckdb.DuckDBPyConnection, scope: RelatedScope, period: str
) -> Iterator[TimelineEntry]:
    """Yield the entries of other logs that belong to a timeline.

    Args:
        period: the SQL of whether a row is of the period.
    """
    for row in _rows(connection, _EVENTS.format(period=period)):
        key = _key(resource_name(row["ObjectKind"] or ""), row)
        if scope.concerns(key, row["Computer"]):
            yield _event(key, row)
    for row in _rows(connection, _PODS.format(period=period)):
        key = _key("pods", row)
        if scope.concerns(key, row["Computer"]):
            yield _pod(key, row)
    for row in _rows(connection, _OPERATIONS.format(period=period, oid=_OID)):
        names = [name for name in (row["Caller"], row["oid"]) if name]
        if scope.is_by(names, row["CallerIpAddress"] or ""):
            yield _operation(row)


def _rows(connection: duckdb.DuckDBPyConnection, statement: str) -> Iterator[dict[str, Any]]:
    running = connection.execute(statement)
    names = [column[0] for column in running.description or ()]
    yield from (dict(zip(names, row, strict=True)) for row in running.fetchall())


def _key(resource: str, row: dict[str, Any]) -> ObjectKey:
    return ObjectKey(row["cluster"] or "", resource, row["Namespace"], row["Name"] or "")


def _event(key: ObjectKey, row: dict[str, Any]) -> TimelineEntry:
    count = row["count"] or 1
    return TimelineEntry(
        row["time"],
        "kubernetes event",
        row["SourceComponent"],
        row["Reason"] or "",
        str(key),
        row["KubeEventType"] or "",
        row["ended"] if row["ended"] != row["time"] else None,
        cluster=key.cluster,
        message=redact_text(row["Message"] or "", {key.name, key.namespace, row["Computer"] or ""}),
        details=_filled({"count": str(count) if count > 1 else "", "node": row["Computer"]}),
    )


def _pod(key: ObjectKey, row: dict[str, Any]) -> TimelineEntry:
    restarts = row["ContainerRestartCount"]
    controller = "/".join(filter(None, [row["ControllerKind"], row["ControllerName"]]))
    return TimelineEntry(
        row["time"],
        "pod inventory",
        "",
        "first seen" if row["is_first"] else "changed",
        str(key),
        row["PodStatus"] or "",
        cluster=key.cluster,
        details=_filled(
            {
                "node": row["Computer"],
                "address": row["PodIp"],
                "container": row["ContainerName"],
                "container status": row["ContainerStatus"],
                "reason": row["ContainerStatusReason"],
                "restarts": str(restarts) if restarts else "",
                "controller": controller,
            }
        ),
    )


def _operation(row: dict[str, Any]) -> TimelineEntry:
    statuses = set(row["statuses"] or ())
    outcome = ", ".join(sorted(filter(None, statuses)))
    if statuses & {*_REFUSED}:
        outcome = "failed"
    elif statuses & {*_DONE}:
        outcome = "allowed"
    return TimelineEntry(
        row["time"],
        "azure",
        row["Caller"] or "",
        row["OperationNameValue"] or "",
        row["resource"] or "",
        outcome,
        row["ended"] if row["ended"] != row["time"] else None,
        address=row["CallerIpAddress"] or "",
        details=_filled({"correlation ID": row["CorrelationId"], "object ID": row["oid"]}),
    )


def _filled(details: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in details.items() if value and fold(value) != "null"}
