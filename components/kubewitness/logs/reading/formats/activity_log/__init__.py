"""Azure's activity log from storage, event hubs and `az monitor activity-log list`.

Diagnostic settings write records. The REST API, which `az` uses, has events of another form. Both
become the rows of AzureActivity in a workspace. A storage record does not name its caller. The
caller comes from the claims: the name of a person, or the object ID of an application.
Source: Azure docs, "Azure Activity Log event schema", whose last part maps one form to the other;
"Azure Monitor Logs reference, AzureActivity".
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from kubewitness.azure.resource_ids import segments
from kubewitness.catalog.audit_tables import AZURE_ACTIVITY
from kubewitness.logs.reading.rows import NoRowError, Record, Row

_CATEGORIES: Final = {
    "Administrative",
    "Alert",
    "Autoscale",
    "Policy",
    "Recommendation",
    "ResourceHealth",
    "Security",
    "ServiceHealth",
}
_OF_OPERATIONS: Final = {"Action", "Delete", "Write"}
"""The names of the category Administrative in a storage record."""

_MARKS: Final = {"correlationId", "operationName", "resourceId", "resultType", "time"}
_REST_MARKS: Final = {"correlationId", "eventDataId", "eventTimestamp", "operationName"}

_STATUS: Final = {
    "Started": "Start",
    "Accepted": "Accept",
    "Succeeded": "Success",
    "Failed": "Failure",
}
"""The names of a workspace's statuses in the REST API."""

_SEGMENTS: Final = {
    "subscriptions": "SubscriptionId",
    "resourcegroups": "ResourceGroup",
    "providers": "ResourceProviderValue",
}
"""Which column has the name that follows a segment of a resource's id."""

_CLAIM: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_CALLERS: Final = (
    f"{_CLAIM}upn",
    f"{_CLAIM}name",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "appid",
)


class ActivityLog:
    """An event of the activity log."""

    NAME = "activity-log"
    MARKS = ("correlationId",)
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has the fields of either form, and a category of the activity log."""
        if record.keys() >= _REST_MARKS:
            return isinstance(record["operationName"], dict)
        is_named = isinstance(record.get("operationName"), str)
        return (
            record.keys() >= _MARKS
            and is_named
            and str(record.get("category")) in _CATEGORIES | _OF_OPERATIONS
        )

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the row that a workspace would have."""
        fields = record.value
        columns = _of_rest(fields) if fields.keys() >= _REST_MARKS else _of_storage(fields)
        resource = str(fields.get("resourceId") or "")
        whole = {**_of_resource(resource), **columns, "_ResourceId": resource.lower()}
        if not _is_time(whole["TimeGenerated"]):
            raise NoRowError("has no time that can be read")
        known = {name: value for name, value in whole.items() if value not in (None, "", {})}
        yield Row(AZURE_ACTIVITY, json.dumps(known, ensure_ascii=False).encode())


def _of_storage(record: Mapping[str, Any]) -> dict[str, Any]:
    identity, properties = _object(record.get("identity")), _object(record.get("properties"))
    claims = _object(identity.get("claims"))
    said = str(properties.get("eventCategory") or record["category"])
    return {
        "TimeGenerated": record["time"],
        "OperationNameValue": record["operationName"],
        "CategoryValue": "Administrative" if said in _OF_OPERATIONS else said,
        "ActivityStatusValue": record["resultType"],
        "ActivitySubstatusValue": str(record.get("resultSignature") or "").partition(".")[2],
        "Level": record.get("level") or record.get("Level"),
        "Caller": next((str(claims[n]).strip() for n in _CALLERS if claims.get(n)), None),
        "CallerIpAddress": record.get("callerIpAddress"),
        "CorrelationId": record["correlationId"],
        "OperationId": properties.get("operationId"),
        "EventDataId": properties.get("eventDataId"),
        **_said("Authorization", identity.get("authorization")),
        **_said("Claims", claims),
        **_said("Properties", properties.get("eventProperties") or properties),
    }


def _of_rest(record: Mapping[str, Any]) -> dict[str, Any]:
    request = _object(record.get("httpRequest"))
    status = _value(record, "status")
    return {
        "TimeGenerated": record["eventTimestamp"],
        "EventSubmissionTimestamp": record.get("submissionTimestamp"),
        "OperationNameValue": _value(record, "operationName"),
        "CategoryValue": _value(record, "category"),
        "ActivityStatusValue": _STATUS.get(str(status), status),
        "ActivitySubstatusValue": _value(record, "subStatus"),
        "Level": record.get("level"),
        "Caller": record.get("caller"),
        "CallerIpAddress": request.get("clientIpAddress"),
        "CorrelationId": record["correlationId"],
        "OperationId": record.get("operationId"),
        "EventDataId": record["eventDataId"],
        "HTTPRequest": json.dumps(request) if request else None,
        "ResourceGroup": record.get("resourceGroupName"),
        "ResourceProviderValue": _value(record, "resourceProviderName"),
        "SubscriptionId": record.get("subscriptionId"),
        **_said("Authorization", record.get("authorization")),
        **_said("Claims", record.get("claims")),
        **_said("Properties", record.get("properties")),
    }


def _is_time(value: Any) -> bool:
    """Return whether it is one, without which no period would have the event."""
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _of_resource(identifier: str) -> dict[str, str]:
    """Return the columns that the ID of a resource contains."""
    named = segments(identifier)
    return {column: named[key] for key, column in _SEGMENTS.items() if key in named}


def _said(column: str, value: Any) -> dict[str, Any]:
    """Return a value as the table has it, once as text and once as an object."""
    inner = _object(value)
    text = json.dumps(inner, ensure_ascii=False) if inner else None
    return {column: text, f"{column}_d": inner}


def _value(record: Mapping[str, Any], name: str) -> Any:
    """Return a name of the REST API, which has its translation next to it."""
    found = record.get(name)
    return found.get("value") if isinstance(found, dict) else found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
