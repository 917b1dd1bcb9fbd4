"""The SQL that turns audit events, as JSON, into rows of the store: the one mapping there is.

A line with the format of an event goes through it unchanged. It is *verified* when the lengths of
all that was read out of it, with the punctuation between, add up to its own: then it is compact
JSON, without repeated or unknown fields. The rest is parsed with more care.
"""

import json
from collections.abc import Callable
from typing import Final

from kubewitness.catalog.audit_tables import READ_VERBS

TEXT_FIELDS: Final = {
    "auditID": "AuditId",
    "stage": "Stage",
    "level": "Level",
    "verb": "Verb",
    "requestURI": "RequestUri",
    "userAgent": "UserAgent",
}
"""Fields of an event that are strings, and their columns."""

TIME_FIELDS: Final = {
    "requestReceivedTimestamp": "RequestReceivedTime",
    "stageTimestamp": "StageReceivedTime",
}
"""Fields that are times, and their columns."""

OBJECT_FIELDS: Final = {
    "user": "User",
    "impersonatedUser": "ImpersonatedUser",
    "sourceIPs": "SourceIps",
    "objectRef": "ObjectRef",
    "responseStatus": "ResponseStatus",
    "requestObject": "RequestObject",
    "responseObject": "ResponseObject",
    "annotations": "Annotations",
}
"""Fields that are objects or lists, and their columns."""

FIELD_COLUMNS: Final = {**TEXT_FIELDS, **TIME_FIELDS, **OBJECT_FIELDS}
"""All fields of an event that have a column, and their columns."""

FIELD_ORDER: Final = (
    *("kind", "apiVersion", "level", "auditID", "stage", "requestURI", "verb", "user"),
    *("impersonatedUser", "authenticationMetadata", "sourceIPs", "userAgent", "objectRef"),
    *("responseStatus", "requestObject", "responseObject", "requestReceivedTimestamp"),
    *("stageTimestamp", "annotations"),
)
"""In which order kube-apiserver writes the fields of an event."""

TOO_LARGE: Final = "skipped-too-big-size-object"
"""The text that AKS writes in place of a body that is too large."""

_BODIES: Final = {field: OBJECT_FIELDS[field] for field in ("requestObject", "responseObject")}

CONSTANT_FIELDS: Final = ("kind", "apiVersion")
"""Fields that identify an event, and have no column."""

CONTENT_COLUMNS: Final = (
    *FIELD_COLUMNS.values(),
    "AdditionalFields",
)
"""The columns that identify an event; the others contain its position."""

EVENT_PREFIX: Final = '{"kind":"Event","apiVersion":"audit.k8s.io/'
"""How kube-apiserver begins each line, in the order of its own fields."""

RECORD_MARKER: Final = "managedClusters/diagnosticLogs/Read"
"""A marker in each record that Azure exports of an AKS cluster's control plane."""

AUDIT_EVENTS: Final = """
CREATE TABLE IF NOT EXISTS store.audit_events (
    AuditId VARCHAR, Stage VARCHAR, Level VARCHAR, Verb VARCHAR, RequestUri VARCHAR,
    UserAgent VARCHAR, RequestReceivedTime TIMESTAMP, StageReceivedTime TIMESTAMP,
    User JSON, ImpersonatedUser JSON, SourceIps JSON, ObjectRef JSON, ResponseStatus JSON,
    RequestObject JSON, ResponseObject JSON, Annotations JSON, AdditionalFields JSON,
    TimeGenerated TIMESTAMP, PodName VARCHAR, ResourceId VARCHAR,
    InAudit BOOLEAN, InAdmin BOOLEAN,
    LogFile INTEGER, LogOffset BIGINT, LogLength INTEGER, LogShape VARCHAR, LogDamage VARCHAR,
    IsPartial BOOLEAN, TruncatedColumns JSON, Copies BIGINT, IsConflicting BOOLEAN,
    Unread VARCHAR
)"""
"""One row for each event. If `Unread` has the text of a line that could not be verified, the row
is in no table of users: others replace it, and then it is removed."""

_STRINGS: Final = (*CONSTANT_FIELDS, *TEXT_FIELDS, *TIME_FIELDS)

_EVENT_TYPE: Final = (
    "{"
    + ",".join(
        [f'"{field}":"VARCHAR"' for field in _STRINGS]
        + [f'"{field}":"JSON"' for field in OBJECT_FIELDS]
    )
    + "}"
)

_RECORD_TYPE: Final = (
    '{"time":"VARCHAR","resourceId":"VARCHAR","category":"VARCHAR",'
    '"properties":{"log":"VARCHAR","pod":"VARCHAR"}}'
)


def _utc_time(text: str) -> str:
    """Return the SQL of a time that is in UTC."""
    return f"TRY_CAST({text} AS TIMESTAMP)"


def _time(text: str) -> str:
    """Return the SQL of a time in any zone; DuckDB ignores an offset unless the type has one."""
    return (
        f"CASE WHEN substr({text}, -6, 1) IN ('+', '-') "
        f"THEN TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' "
        f"ELSE TRY_CAST({text} AS TIMESTAMP) END"
    )


def _fields(time: Callable[[str], str]) -> str:
    """Return the SQL of the columns that hold an event `e`, its times read by the SQL of `time`."""
    return ",\n".join(
        [f'e."{field}" AS "{column}"' for field, column in TEXT_FIELDS.items()]
        + [f'{time(f"""e."{field}" """)} AS "{column}"' for field, column in TIME_FIELDS.items()]
        + [f'e."{field}" AS "{column}"' for field, column in OBJECT_FIELDS.items()]
    )


def _json_length(name: str) -> str:
    """Return the SQL of how long the text of a field is as JSON.

    Only clients choose theirs freely: kube-apiserver percent-encodes the text of the URI.
    """
    text = f'e."{name}"'
    if name != "userAgent":
        return f"strlen({text})"
    marked = f"replace(replace({text}, '\\', '\\\\'), '\"', '\\\"')"
    plain = f"NOT contains({text}, '\\') AND NOT contains({text}, '\"')"
    return f"CASE WHEN {plain} THEN strlen({text}) ELSE strlen({marked}) END"


def _verified() -> str:
    """Return the SQL of whether all of the text `t`, `size` without its end, was read into `e`."""
    # `"name":"value",` and `"name":value,`; braces represent the extra comma.
    strings = [f"coalesce({_json_length(name)} + {len(name) + 6}, 0)" for name in _STRINGS]
    objects = [f'coalesce(strlen(e."{n}"::VARCHAR) + {len(n) + 4}, 0)' for n in OBJECT_FIELDS]
    # Go writes `<`, `>` and `&` as escapes of six bytes, DuckDB as they are. Control characters
    # stay escapes, and text after an escaped backslash is not an escape.
    escaped = "(strlen(t) - strlen(replace(t, '\\u00', ''))) // 4 * 5"
    others = " AND ".join(f"NOT contains(t, '{text}')" for text in (r"\\", r"\u000", r"\u001"))
    total = " + ".join([*strings, *objects, "1"])
    # Any other zone is read with more care, because a plain cast would ignore it.
    times = " AND ".join(
        f'(e."{field}" IS NULL OR ("{column}" IS NOT NULL AND ends_with(e."{field}", \'Z\')))'
        for field, column in TIME_FIELDS.items()
    )
    # Some readers would use a second name of the user; the first one is used.
    once = """contains(e."user"::VARCHAR, ',"username":') IS NOT TRUE"""
    return f"""coalesce(
        e."auditID" <> '' AND {once} AND e.stage <> '' AND {times}
        AND NOT contains(t, 'NaN') AND NOT contains(t, 'Infinity')
        AND CASE WHEN size = {total} THEN true
            WHEN {others} THEN size - {escaped} = {total} END, false)"""


def _not_logged() -> str:
    """Return the SQL of the columns of an event `e` that were too large to be logged.

    kube-apiserver drops both bodies and adds an annotation; AKS writes a word in place of each.
    """
    bodies = {column: f'e."{field}" = \'"{TOO_LARGE}"\'' for field, column in _BODIES.items()}
    both = json.dumps(list(bodies))
    one = " ".join(f"WHEN {is_left_out} THEN '[\"{c}\"]'" for c, is_left_out in bodies.items())
    return f"""CASE
        WHEN contains(e."annotations"::VARCHAR, '"audit.k8s.io/truncated":"true"') THEN '{both}'
        WHEN {" AND ".join(bodies.values())} THEN '{both}' {one} END::JSON"""


def insert_lines(source: str) -> str:
    """Return the SQL that reads lines from the relation.

    It has `line`, `file`, `byte`, `length`, and `doubtful` if there may be two events in a record,
    of which readers would use different ones.
    """
    event = f"starts_with(line, '{EVENT_PREFIX}')"
    wrapped = (
        "NOT doubtful AND w.category IN ('kube-audit', 'kube-audit-admin') "
        "AND (w.time IS NULL OR ends_with(w.time, 'Z'))"
    )
    reads = ", ".join(f"'{verb}'" for verb in READ_VERBS)
    return f"""
INSERT INTO store.audit_events BY NAME
SELECT * EXCLUDE (is_read, line), CASE WHEN NOT is_read THEN line END AS Unread FROM (
SELECT line, {_fields(_utc_time)}, {_verified()} AS is_read,
    CASE WHEN w IS NULL THEN coalesce(StageReceivedTime, RequestReceivedTime)
        ELSE coalesce({_utc_time("w.time")}, StageReceivedTime, RequestReceivedTime)
        END AS TimeGenerated,
    w.properties.pod AS PodName, w.resourceId AS ResourceId,
    is_read AND coalesce(w.category <> 'kube-audit-admin', true) AS InAudit,
    is_read AND coalesce(w.category = 'kube-audit-admin', e.verb NOT IN ({reads}), true) AS InAdmin,
    file AS LogFile, byte AS LogOffset, length AS LogLength,
    CASE WHEN w IS NULL THEN 'kubernetes' ELSE 'azure-export' END AS LogShape,
    false AS IsPartial, {_not_logged()} AS TruncatedColumns, 1 AS Copies, false AS IsConflicting
FROM (
SELECT *, TRY(from_json(t, '{_EVENT_TYPE}')) AS e FROM (
SELECT *, CASE WHEN {event} THEN line WHEN {wrapped} THEN w.properties.log END AS t,
    CASE WHEN {event} THEN length
        ELSE strlen(t) - ends_with(t, chr(10))::INTEGER END AS size
FROM (
SELECT *, CASE WHEN NOT {event} THEN TRY(from_json(line, '{_RECORD_TYPE}')) END AS w
FROM {source}))))"""


def insert_rows(source: str) -> str:
    """Return the SQL that adds rows of audit events, each event strict JSON, from the relation.

    It has `text` and the columns `time`, `outer_time`, `pod`, `resource`, `in_audit`,
    `in_admin`, `more`, `file`, `byte`, `length`, `log_format`, `damage`, `partial` and
    `truncated`.
    """
    return f"""
INSERT INTO store.audit_events BY NAME
SELECT {_fields(_time)}, more::JSON AS AdditionalFields,
    coalesce({_time("time")}, StageReceivedTime, RequestReceivedTime, {_time("outer_time")})
        AS TimeGenerated,
    pod AS PodName, resource AS ResourceId, in_audit AS InAudit,
    in_admin AS InAdmin, file AS LogFile, byte AS LogOffset, length AS LogLength,
    log_format AS LogShape, damage AS LogDamage, partial AS IsPartial,
    coalesce(truncated::JSON, {_not_logged()}) AS TruncatedColumns,
    1 AS Copies, false AS IsConflicting
FROM (SELECT *, from_json(text, '{_EVENT_TYPE}') AS e FROM {source})"""
