"""Entries of Google Cloud Audit Logs for the Kubernetes API, which GKE writes.

The verb is the last part of the method; the resource name holds the rest. Bodies are there where
data access logs ask for them. Source: Google Cloud docs, "AuditLog"; "GKE audit policy"; for what
a response is that is a failure, Kubernetes docs, "Status (meta/v1)".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.logs.reading.formats.kubernetes import event_row
from kubewitness.logs.reading.rows import OTHER, Record, Row
from kubewitness.logs.reading.strict_json import parse
from kubewitness.logs.reading.times import iso_time

_RESOURCE = re.compile(
    r"(?:(?P<group>[^/]+)/)?(?P<version>v\d[^/]*)"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<resource>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<subresource>.+))?"
)
_METHOD = re.compile(
    r"io\.k8s\..+\.(?P<apiVersion>v\d[^.]*)\.(?P<resource>[^.]+)(?:\.(?P<subresource>.+))?\.[^.]+"
)
_HTTP_OF_RPC = dict(
    enumerate((200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401))
)
"""Codes of google.rpc, which entries have, as those of HTTP, which events have. Source: Google's
`google/rpc/code.proto`."""


class Gke:
    """A log entry; one whose payload is of another service is counted as another log."""

    NAME = "gke"
    MARKS = ("protoPayload", "protopayload_auditlog", "logName")
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it is a log entry, also as a row of BigQuery."""
        has_payload = "protoPayload" in record or "protopayload_auditlog" in record
        return has_payload or record.keys() >= {"logName", "resource", "insertId"}

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the event of the entry."""
        entry = _entry(record.value)
        if not _is_of_kubernetes(_object(entry.get("protoPayload"))):
            yield Row(OTHER, b"")
            return
        event = {name: value for name, value in _event(entry).items() if value not in (None, {})}
        labels = _object(_object(entry.get("resource")).get("labels"))
        yield event_row(
            event,
            json.dumps(event, ensure_ascii=False).encode(),
            time=iso_time(entry.get("timestamp")) or entry.get("timestamp"),
            resource=labels.get("cluster_name"),
        )


def _is_of_kubernetes(payload: Mapping[str, Any]) -> bool:
    return payload.get("serviceName") == "k8s.io" or str(payload.get("methodName", "")).startswith(
        "io.k8s."
    )


def _entry(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of BigQuery as the entry that it was: payloads are there as JSON in a string."""
    payload = _object(record.get("protopayload_auditlog"))
    if not payload:
        return record
    bodies = {
        name: parse(text.encode())
        for name, column in {"request": "requestJson", "response": "responseJson"}.items()
        if isinstance(text := payload.get(column), str) and text
    }
    time = iso_time(record.get("timestamp"))
    labels = _object(record.get("labels"))
    return {**record, "protoPayload": {**payload, **bodies}, "timestamp": time, "labels": labels}


def _event(record: Mapping[str, Any]) -> dict[str, Any]:
    payload = record["protoPayload"]
    metadata = _object(payload.get("requestMetadata"))
    method = str(payload.get("methodName", "")).split(".")
    resource_name = str(payload.get("resourceName", ""))
    address = metadata.get("callerIp") or metadata.get("callerIP")  # as some pipelines spell it
    return {
        # An entry has no audit id; its own is as unique, and the same in every copy.
        "auditID": record.get("insertId") or _object(record.get("operation")).get("id"),
        "stage": "ResponseComplete",
        "verb": method[-1],
        "requestURI": f"/{resource_name}" if resource_name else None,
        "user": _user(_object(payload.get("authenticationInfo"))),
        "sourceIPs": [address] if address else None,
        "userAgent": metadata.get("callerSuppliedUserAgent"),
        "objectRef": _reference(resource_name, method) or _kind_of_object(payload),
        "responseStatus": _status(payload),
        "requestObject": payload.get("request"),
        "responseObject": payload.get("response"),
        "requestReceivedTimestamp": record.get("timestamp"),
        "stageTimestamp": record.get("timestamp"),
        "annotations": _object(record.get("labels")),
    }


def _status(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result: the API server's answer is the most specific, if it is a failure."""
    response = _object(payload.get("response"))
    status = _object(payload.get("status"))
    if response.get("status") == "Failure":  # a Status: that of any other kind is an object
        # The API server answers 500 where a failure has no code.
        return {"code": response.get("code") or 500, **_message(response)}
    code = status.get("code") or (7 if _is_refused(payload) else 0)
    return {"code": _http(code), **_message(status)}


def _is_refused(payload: Mapping[str, Any]) -> bool:
    """Return whether all of its permissions were refused."""
    permissions = payload.get("authorizationInfo")
    if not isinstance(permissions, list) or not permissions:
        return False
    return all(_object(permission).get("granted") is False for permission in permissions)


def _http(code: Any) -> Any:
    return _HTTP_OF_RPC.get(code, code) if isinstance(code, int) else code


def _user(authentication: Mapping[str, Any]) -> dict[str, Any]:
    """Return who it was; an identity of another provider has a subject and no address."""
    name = authentication.get("principalEmail") or authentication.get("principalSubject")
    return {"username": name} if name else {}


def _message(status: Mapping[str, Any]) -> dict[str, Any]:
    return {"message": status["message"]} if status.get("message") else {}


def _kind_of_object(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kind of the object if no resource name contains it."""
    found = _METHOD.fullmatch(str(payload.get("methodName", "")))
    if found is None:
        return {}
    return {name: value for name, value in found.groupdict().items() if value}


def _reference(resource_name: str, method: list[str]) -> dict[str, Any]:
    found = _RESOURCE.fullmatch(resource_name.removeprefix("core/"))
    if found is None:
        return {}
    parts = {"group": "apiGroup", "version": "apiVersion"}
    reference = {parts.get(name, name): value for name, value in found.groupdict().items() if value}
    # The resource name of a request without an object's name is that of the collection.
    if len(method) > 1 and method[-2] == reference.get("name") and "subresource" not in reference:
        reference["subresource"] = reference.pop("name")
    return reference


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
