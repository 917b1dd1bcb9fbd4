"""Which permissions a log shows as used."""

from pathlib import Path
from typing import Any

import pytest

from kubewitness.investigate.access.permissions import Permission, Subject
from support.audit_requests import request
from support.used_access import ADA, cluster_request, permissions_of, used_in

FORBIDDEN: dict[str, Any] = {"annotations": {"authorization.k8s.io/decision": "forbid"}}
NO_DECISION: dict[str, Any] = {"annotations": {}}

CASES: dict[str, tuple[list[dict[str, Any]], set[Permission]]] = {
    "a request that found nothing was authorized": (
        [request("get", "pods", "a", user=ADA, code=404)],
        {Permission("get", "", "pods", "shop", "a")},
    ),
    "so was a conflict, and an object that is not valid": (
        [
            request("update", "pods", "a", user=ADA, code=409),
            request("create", "pods", "a", user=ADA, code=422),
        ],
        {Permission("update", "", "pods", "shop", "a"), Permission("create", "", "pods", "shop")},
    ),
    "and a request that admission denied": (
        [request("delete", "pods", "a", user=ADA, code=403)],
        {Permission("delete", "", "pods", "shop", "a")},
    ),
    "what the authorizer forbade grants nothing": (
        [request("get", "secrets", "a", user=ADA, code=403, **FORBIDDEN)],
        set(),
    ),
    "an answer without a decision was authorized": (
        [request("get", "pods", "a", user=ADA, **NO_DECISION)],
        {Permission("get", "", "pods", "shop", "a")},
    ),
    "an error without a decision may not have been": (
        [request("get", "pods", "a", user=ADA, code=404, **NO_DECISION)],
        set(),
    ),
    "a request that was only received has no decision yet": (
        [request("get", "pods", "a", user=ADA, stage="RequestReceived")],
        set(),
    ),
    "a new object has no name when it is authorized": (
        [cluster_request("create", "/api/v1/namespaces/shop/pods", objectRef={
            "resource": "pods", "namespace": "shop", "name": "a", "apiVersion": "v1"})],
        {Permission("create", "", "pods", "shop")},
    ),
    "nor if the log does not have the path": (
        [{**request("create", "pods", "a", user=ADA), "requestURI": ""}],
        {Permission("create", "", "pods", "shop")},
    ),
    "a subresource has the name of its object": (
        [request("create", "pods", "a", subresource="eviction", user=ADA)],
        {Permission("create", "", "pods/eviction", "shop", "a")},
    ),
    "exec needs both verbs": (
        [request("get", "pods", "a", subresource="exec", user=ADA, code=101)],
        {
            Permission("get", "", "pods/exec", "shop", "a"),
            Permission("create", "", "pods/exec", "shop", "a"),
        },
    ),
    "an apply that makes the object is authorized as create, too": (
        [request("patch", "deployments", "web", group="apps", user=ADA, code=201)],
        {
            Permission("patch", "apps", "deployments", "shop", "web"),
            Permission("create", "apps", "deployments", "shop", "web"),
        },
    ),
    "the path names what the event does not": (
        [cluster_request("list", "/apis/apps/v1/namespaces/shop/deployments?limit=500")],
        {Permission("list", "apps", "deployments", "shop")},
    ),
    "a field selector can name one object": (
        [cluster_request("list", "/api/v1/secrets?fieldSelector=metadata.name%3Ddb%2Ctype%3Da")],
        {Permission("list", "", "secrets", "", "db")},
    ),
    "a path for no resource is decoded and has no query": (
        [cluster_request("get", "/openapi/v3/a%20b?h=1"), cluster_request("get", "/apis/apps/v1")],
        {Permission("get", path="/openapi/v3/a b"), Permission("get", path="/apis/apps/v1")},
    ),
    "a namespace is an object in itself": (
        [cluster_request("delete", "/api/v1/namespaces/shop"),
         cluster_request("update", "/api/v1/namespaces/shop/finalize")],
        {
            Permission("delete", "", "namespaces", "shop", "shop"),
            Permission("update", "", "namespaces/finalize", "shop", "shop"),
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[Permission]]:
    """The permissions of each case: its user is called after it, so that one store has them all."""
    events = [
        {**event, "user": {"username": name}} for name, (some, _) in CASES.items() for event in some
    ]
    found = used_in(events, tmp_path_factory.mktemp("used"))
    return {name: permissions_of(found, name) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_the_permission_of_a_request(used: dict[str, set[Permission]], name: str) -> None:
    """The authorizer's decision decides."""
    assert used[name] == CASES[name][1]


def test_requests_are_counted_once_for_all_stages(tmp_path: Path) -> None:
    """A watch leaves an event when it begins and one when it ends."""
    watch = request("watch", "pods", user=ADA)
    used = used_in([{**watch, "stage": "ResponseStarted"}, watch], tmp_path)
    (use,) = used.uses[Subject("", ADA)]
    assert use.requests == 1


def test_what_the_log_does_not_show_is_counted(tmp_path: Path) -> None:
    """Unknown is never nothing."""
    nothing = request("get", "pods", user=ADA)
    used = used_in(
        [
            request("get", "pods", "a", user=ADA, code=500, **NO_DECISION),
            request("get", "pods", "a", user="", code=401, **NO_DECISION),
            {**nothing, "requestURI": "", "objectRef": None},
            {**nothing, "auditID": "b", "user": {}},
        ],
        tmp_path,
    )
    assert (used.uses, used.undecided, used.unreadable) == ({}, 1, 2)


def test_generated_names_are_one_permission_unless_each_is_asked_for(tmp_path: Path) -> None:
    """A month of a cluster has tens of thousands of them. Other names stay apart."""
    pods = [request("get", "pods", f"web-{end}", user=ADA) for end in ("7xk2p", "bq5zx", "front")]
    jobs = [request("get", "jobs", f"job-2912345{end}", group="batch", user=ADA) for end in "67"]
    names = {}
    for exact in (True, False):
        folder = tmp_path / str(exact)
        folder.mkdir()
        uses = used_in([*pods, *jobs], folder, exact=exact).uses[Subject("", ADA)]
        names[exact] = {use.permission.name: (use.requests, use.is_generated) for use in uses}
    every = {"web-7xk2p", "web-bq5zx", "job-29123456", "job-29123457"}
    assert names[True] == {**dict.fromkeys(every, (1, True)), "web-front": (1, False)}
    merged = {"web-7xk2p": (2, True), "job-29123456": (2, True), "web-front": (1, False)}
    assert names[False] == merged
