"""What each part of a selection finds, in a store with a few requests."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from kubewitness.detections.engines.local import create_parsers
from kubewitness.errors import InputError
from kubewitness.investigate.timeline.objects import parse_object
from kubewitness.investigate.timeline.requests import create_stages, load_requests
from kubewitness.investigate.timeline.selection import Selection, condition
from kubewitness.logs.kql.query import open_for_queries
from support.command import read
from support.planted_secrets import base_event

OBJECT_ID = "8c1f2c6e-3a55-4d1c-9a43-5b0f1f0f2b11"
ROBOT = "system:serviceaccount:shop:robot"
EXTRA = "authentication.kubernetes.io"


def request(
    number: int, resource: str, name: str, verb: str = "get", **more: Any
) -> dict[str, Any]:
    """A request for an object of the namespace shop."""
    event = base_event(number) | {"auditID": str(number), "verb": verb}
    namespace = more.pop("namespace", "shop")
    target = {"resource": resource, "namespace": namespace, "name": name, "apiVersion": "v1"}
    return event | {"objectRef": {k: v for k, v in target.items() if v}} | more


ADA_NAME = "ada@shop.example"
ADA = {"username": ADA_NAME.title(), "extra": {"oid": [OBJECT_ID]}}
IN_POD = {
    "username": ROBOT,
    "extra": {f"{EXTRA}/pod-name": ["web-0"], f"{EXTRA}/node-name": ["n1"]},
}
EVENTS = [
    request(1, "secrets", "a", user=ADA),
    request(2, "secrets", "a", user={"username": OBJECT_ID, "extra": {"upn": [ADA_NAME]}}),
    request(3, "secrets", "a", impersonatedUser={"username": "ada@shop.example"}),
    request(4, "secrets", "", "list"),
    request(5, "secrets", "", "list", namespace=""),
    request(6, "secrets", "a", namespace="other"),
    request(7, "secrets", "", "list", namespace="other"),
    request(8, "configmaps", "a", user=IN_POD),
    request(9, "pods", "web-0", "delete", sourceIPs=["192.0.2.7", "198.51.100.2"]),
    request(10, "nodes", "n1", "patch", namespace="", user={"username": "system:node:n1"}),
    request(11, "namespaces", "shop", "delete", namespace=""),
    request(12, "configmaps", "", "deletecollection"),
]  # fmt: skip


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A store with these events, on which requests can be selected."""
    folder = tmp_path_factory.mktemp("selection")
    (folder / "audit.log").write_text("\n".join(map(json.dumps, EVENTS)), "utf-8")
    assert not read(folder / "logs.store", folder / "audit.log").quarantine
    with open_for_queries(folder / "logs.store") as opened:
        create_parsers(opened)
        create_stages(opened)
        yield opened


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), set(range(1, 13))),
        (Selection(user="ADA@shop.example"), {1, 2, 3}),
        (Selection(user=OBJECT_ID.upper()), {1, 2}),
        (Selection(service_account="shop/robot"), {8}),
        (Selection(service_account=ROBOT), {8}),
        (Selection(object="secret/shop/a"), {1, 2, 3, 4, 5}),
        (Selection(object="secrets/a"), {1, 2, 3, 4, 5, 6, 7}),
        (Selection(object="ns/shop"), {11, 12}),
        (Selection(pod="shop/web-0"), {8, 9}),
        (Selection(namespace="other"), {5, 6, 7}),
        (Selection(address="198.51.100.2"), {9}),
        (Selection(address="192.0.2.7"), {9}),
        (Selection(node="n1"), {8, 10}),
        (Selection(audit_id="4"), {4}),
        (Selection(audit_ids=frozenset({"4", "9"})), {4, 9}),
        (Selection(user="ada@shop.example", object="secrets/other/a"), set()),
        (Selection(user="x' OR true --"), set()),
    ],
)
def test_what_a_selection_finds(
    selection: Selection, expected: set[int], connection: duckdb.DuckDBPyConnection
) -> None:
    """A request for all objects concerns each of them."""
    found = load_requests(connection, *condition(selection))
    assert {int(one.last.audit_id) for one in found} == expected


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("Deployment/shop/web", "deployments"),
        ("deploy/shop/web", "deployments"),
        ("deployments.apps/shop/web", "deployments"),
        ("NetworkPolicy/shop/web", "networkpolicies"),
        ("ingress/shop/web", "ingresses"),
        ("endpoints/shop/web", "endpoints"),
        ("StorageClass/fast", "storageclasses"),
    ],
)
def test_resources_are_written_in_any_way(text: str, resource: str) -> None:
    """As kinds, in the plural, and as kubectl abbreviates them."""
    assert parse_object(text).resource == resource


@pytest.mark.parametrize("text", ["web", "pods/", "/web", "pods/a/b/c", "pods//web", ""])
def test_what_is_not_an_object_is_an_error(text: str) -> None:
    """It states how to write one."""
    with pytest.raises(InputError, match="RESOURCE/NAMESPACE/NAME"):
        parse_object(text)
