"""What entries of Google Cloud Audit Logs say of a request, wherever they say it."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.log_reading import ndjson, read

FAILURE = {"kind": "Status", "status": "Failure"}
ENDINGS: dict[str, tuple[dict[str, Any], Any]] = {
    "nothing is said": ({}, {"code": 200}),
    "an object came": ({"response": {"kind": "Pod", "status": {"phase": "Failed"}}}, {"code": 200}),
    "a failure and its code": (
        {"response": {**FAILURE, "code": 409, "message": "exists"}, "status": {"code": 13}},
        {"code": 409, "message": "exists"},
    ),
    "a failure without a code": ({"response": {"status": "Failure"}}, {"code": 500}),
    "a code of Google": ({"status": {"code": 10}}, {"code": 409}),
    "a code of nobody": ({"status": {"code": 99}}, {"code": 99}),
    "not granted": ({"authorizationInfo": [{"granted": False}]}, {"code": 403}),
    "granted once": (
        {"authorizationInfo": [{"granted": False}, {"granted": True}]},
        {"code": 200},
    ),
    "a grant that is not told of": ({"authorizationInfo": [{"permission": "p"}]}, {"code": 200}),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_how_a_request_to_google_ended_is_read_from_all_that_says_it(
    ending: str, tmp_path: Path
) -> None:
    """The API server's own answer before Google's status, and that before the permissions."""
    said, expected = ENDINGS[ending]
    payload = {"methodName": "io.k8s.core.v1.pods.create", "serviceName": "k8s.io", **said}
    _, (row,) = read(tmp_path, json.dumps({"protoPayload": payload}).encode())
    assert row["ResponseStatus"] == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("io.k8s.core.v1.pods.create", {"apiVersion": "v1", "resource": "pods"}),
        (
            "io.k8s.core.v1.pods.exec.create",
            {"apiVersion": "v1", "resource": "pods", "subresource": "exec"},
        ),
        (
            "io.k8s.authorization.rbac.v1.roles.update",
            {"apiVersion": "v1", "resource": "roles"},
        ),
        ("io.k8s.get", None),
    ],
)
def test_the_method_says_which_kind_it_was_where_no_resource_does(
    method: str, expected: Any, tmp_path: Path
) -> None:
    """An abridged entry of Google's is still known for what it is."""
    _, (row,) = read(tmp_path, json.dumps({"protoPayload": {"methodName": method}}).encode())
    assert row["ObjectRef"] == expected


def test_who_asked_google_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """An identity of another provider is a subject; what somebody claims to be is nobody."""
    entries = [
        {"protoPayload": {"methodName": "io.k8s.core.v1.pods.list", "authenticationInfo": info}}
        for info in ({"principalSubject": "principal://pool/ada"}, {"authoritySelector": "ada"})
    ]
    _, rows = read(tmp_path, ndjson(entries))
    users = [row["User"] for row in rows]
    assert sorted(users, key=str) == [None, {"username": "principal://pool/ada"}]


@pytest.mark.parametrize("name", ["callerIp", "callerIP"])
def test_the_address_of_an_entry_of_google_is_read(name: str, tmp_path: Path) -> None:
    """As Google spells it, and as some pipelines do."""
    payload = {"methodName": "io.k8s.get", "requestMetadata": {name: "203.0.113.7"}}
    _, (row,) = read(tmp_path, json.dumps({"protoPayload": payload}).encode())
    assert row["SourceIps"] == ["203.0.113.7"]
