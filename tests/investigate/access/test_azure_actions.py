"""The data actions that requests need are those that Azure's authorizer checks."""

import json

from kubewitness.investigate.access.azure_actions import (
    data_action,
    granted_permissions,
    role_action,
)
from kubewitness.investigate.access.azure_role import scope_of
from kubewitness.investigate.access.permissions import Permission
from support.paths import DATA

RECORDED = [
    json.loads(line)
    for line in (DATA / "azure_guard" / "data_actions.ndjson").read_text("utf-8").splitlines()
]


def permission(request: dict[str, str]) -> Permission:
    """What a recorded request needs."""
    parts = (request.get("resource", ""), request.get("subresource", ""))
    return Permission(
        request.get("verb", ""),
        request.get("group", ""),
        "/".join(filter(None, parts)),
        request.get("namespace", ""),
        path=request.get("path", ""),
    )


def test_every_request_has_the_data_action_and_the_scope_that_guard_gives_it() -> None:
    """Derived by its code, outside of this repository."""
    assert len(RECORDED) == 2000
    assert [data_action(permission(one)) for one in RECORDED] == [one["action"] for one in RECORDED]
    scopes = [scope_of("/CLUSTER", permission(one).namespace) for one in RECORDED]
    assert scopes == [one["scope"] for one in RECORDED]


def test_a_role_has_only_actions_that_azure_knows() -> None:
    """A role with an unknown action is refused, and a resource without a verb grants nothing."""
    prefix = "Microsoft.ContainerService/managedClusters"
    assert (
        role_action(Permission("list", "example.com", "widgets"))
        == f"{prefix}/customresources/read"
    )
    assert role_action(Permission("bind", "example.com", "widgets")) is None
    assert role_action(Permission("post", path="/healthz")) is None
    assert role_action(Permission("get", "", "pods/exec")) == f"{prefix}/pods/exec/action"
    assert role_action(Permission("get", "", "pods/portforward")) == f"{prefix}/pods/read"


def test_a_data_action_grants_the_permission_that_needs_it() -> None:
    """The way back, without the subresource that Azure's authorizer ignores."""
    needed = [permission(one) for one in RECORDED if one.get("resource")]
    own = [one for one in needed if role_action(one) == data_action(one)]
    assert len({data_action(one) for one in own}) > 100
    for one in own:
        resource, _, _ = one.resource.partition("/")
        resource = resource if one.resource != "pods/exec" else one.resource
        verb = one.verb if one.resource != "pods/exec" else "get"
        granted = granted_permissions(data_action(one).upper())
        assert Permission(verb, one.group, resource) in granted
