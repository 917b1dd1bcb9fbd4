"""Detections in Sigma's format, each with a trap, and the requests that it finds and does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from support.audit_requests import request

HEAD: Final[dict[str, object]] = {
    "title": "Something happened",
    "id": "6a3f3c3e-30a4-4c3c-9df4-2d1f5c1f7a01",
    "status": "test",
    "description": "It should not have.",
    "author": "Ada",
    "logsource": {"product": "kubernetes", "service": "audit"},
    "falsepositives": ["Administrators"],
    "level": "critical",
    "tags": ["attack.credential-access", "attack.stealth", "attack.t1552.007"],
}
"""Of each rule, beside its detection."""


def whole(detection: object) -> object:
    """A detection; one that has no condition is a selection."""
    if isinstance(detection, Mapping) and "condition" in detection:
        return detection
    return {"selection": detection, "condition": "selection"}


@dataclass(frozen=True)
class Case:
    """A rule that can be imported.

    Attributes:
        detection: of the rule.
        found: requests that it is about.
        passed: requests that are like them, and that it must not find.
    """

    detection: Mapping[str, object]
    found: Sequence[dict[str, Any]]
    passed: Sequence[dict[str, Any]]


def pod(*containers: Mapping[str, object], **spec: object) -> dict[str, Any]:
    """A request to create a pod."""
    return request("create", "pods", "basket-0", body={"spec": {"containers": containers, **spec}})


def role(*rules: Mapping[str, object]) -> dict[str, Any]:
    """A request to create a role."""
    return request("create", "roles", "r", group="rbac.authorization.k8s.io", body={"rules": rules})


def labelled(label: object) -> dict[str, Any]:
    """A request to create a pod with a label."""
    body = {"metadata": {"labels": {"app.kubernetes.io/name": label}}}
    return request("create", "pods", "basket-0", body=body)


PRIVILEGED: Final = {"name": "a", "image": "evil/a", "securityContext": {"privileged": True}}
ORDINARY: Final = {"name": "b", "image": "shop/b", "securityContext": {"privileged": False}}
TRUSTED: Final = {**PRIVILEGED, "image": "shop/a"}
EXEC: Final = request("create", "pods", "basket-0", subresource="exec", code=101)
MASTER: Final = request("get", "nodes", user="root")
MASTER["user"]["groups"] = ["system:masters", "system:authenticated"]

CASES: Final = {
    "dotted fields are columns and no literals": Case(
        {"verb": "create", "objectRef.resource": "pods", "objectRef.subresource": "exec"},
        [EXEC, {**EXEC, "auditID": "other"}],
        [request("create", "pods", "basket-0"), request("get", "pods", "basket-0")],
    ),
    "case does not matter": Case(
        {"verb": "LIST", "objectRef.resource": "Secrets", "user.username": "MALLORY@shop.example"},
        [request("list", "secrets")],
        [request("list", "secrets", user="ada@shop.example")],
    ),
    "case matters where it is said": Case(
        {"objectRef.name|cased": ["Admin", "Root"], "userAgent|startswith|cased": "kube"},
        [request("get", "secrets", "Admin")],
        [request("get", "secrets", "admin"), request("get", "secrets", "Admin", userAgent="Kube")],
    ),
    "a list of numbers": Case(
        {"responseStatus.code": [401, 403]},
        [request("get", "pods", code=403), request("get", "pods", code=401)],
        [request("get", "pods"), request("get", "pods", code=404)],
    ),
    "a number compared": Case(
        {"responseStatus.code|gte": 500},
        [request("get", "pods", code=500)],
        [request("get", "pods", code=404)],
    ),
    "a truth value in a list of objects": Case(
        {"requestObject.spec.containers.securityContext.privileged": True},
        [pod(ORDINARY, PRIVILEGED), pod(TRUSTED)],
        [pod(ORDINARY), pod(), request("create", "pods")],
    ),
    "two fields of the same object in a list": Case(
        {
            "requestObject.spec.containers[*].securityContext.privileged": "true",
            "requestObject.spec.containers[].image|startswith": "evil/",
        },
        [pod(ORDINARY, PRIVILEGED)],
        [pod(TRUSTED, {**ORDINARY, "image": "evil/b"})],
    ),
    "a value in a list of texts": Case(
        {"user.groups": "System:Masters"},
        [MASTER],
        [request("get", "nodes"), {**MASTER, "auditID": "x", "user": {"groups": ["my:masters"]}}],
    ),
    "a literal asterisk in a list in a list": Case(
        {"objectRef.resource": "roles", "requestObject.rules.verbs": "\\*"},
        [role({"verbs": ["get"]}, {"verbs": ["*"]})],
        [role({"verbs": ["get"], "resources": ["*"]}), role()],
    ),
    "an address in a network": Case(
        {"sourceIPs|cidr": "203.0.112.0/22"},
        [request("get", "pods"), request("get", "pods", sourceIPs=["10.0.0.1", "203.0.115.9"])],
        [request("get", "pods", sourceIPs=["203.0.116.1"])],
    ),
    "an object that is there": Case(
        {"requestObject.spec.volumes.hostPath": "*"},
        [pod(volumes=[{"name": "a"}, {"name": "b", "hostPath": {"path": "/"}}])],
        [pod(volumes=[{"name": "a", "emptyDir": {}}])],
    ),
    "a field that is there, and one that is not": Case(
        {
            "objectRef.resource": "secrets",
            "objectRef.name|exists": False,
            "impersonatedUser.username|exists": True,
        },
        [request("list", "secrets", impersonatedUser={"username": "root"})],
        [
            request("list", "secrets"),
            request("get", "secrets", "a", impersonatedUser={"username": "root"}),
        ],
    ),
    "null is nothing": Case(
        {"objectRef.resource": "serviceaccounts", "objectRef.subresource": None},
        [request("create", "serviceaccounts", "a")],
        [request("create", "serviceaccounts", "a", subresource="token")],
    ),
    "a key with dots, and a number that is text": Case(
        {"requestObject.metadata.labels.app.kubernetes.io/name": 42},
        [labelled("42")],
        [labelled("421")],
    ),
    "an annotation of the event": Case(
        {"annotations.authorization.k8s.io/reason|contains": "cluster-admin"},
        [request("get", "pods", annotations={"authorization.k8s.io/reason": "by cluster-admin"})],
        [request("get", "pods")],
    ),
    "wildcards within, quotation marks and backslashes": Case(
        {"userAgent": ['k?be*/1.? "a\\\\b"', 'say "hi"']},
        [
            request("get", "pods", userAgent='KUBEctl/1.3 "a\\b"'),
            request("get", "pods", userAgent='Say "hi"'),
        ],
        [
            request("get", "pods", userAgent='kubectl/1.33 "a\\b"'),
            request("get", "pods", userAgent='an kubectl/1.3 "a\\b"'),
        ],
    ),
    "a pattern": Case(
        {"requestURI|re": r"/namespaces/[a-z]+/pods/basket-\d+$"},
        [request("get", "pods", "basket-7")],
        [request("get", "pods", "basket-x"), request("get", "pods", "BASKET-7")],
    ),
    "all of several": Case(
        {"requestURI|contains|all": ["amespaces", "asket"]},
        [request("get", "pods", "basket-7")],
        [request("get", "pods", "purse")],
    ),
    "all of several texts in a list": Case(
        {"user.groups|all": ["system:masters", "system:authenticated"]},
        [MASTER],
        [request("get", "nodes")],
    ),
    "a text that has all of several words is none of them": Case(
        {
            "agent": {"userAgent|all": ["kubectl", "curl"]},
            "name": {"objectRef.name": "basket-9"},
            "condition": "1 of *",
        },
        [request("delete", "pods", "basket-9")],
        [request("get", "pods", userAgent="kubectl curl")],
    ),
    "another condition where the list is missing": Case(
        {
            "image": {"requestObject.spec.containers.image": "evil/a"},
            "name": {"objectRef.name": "basket-9"},
            "condition": "1 of *",
        },
        [
            pod(PRIVILEGED),
            request("delete", "pods", "basket-9"),
            request("get", "pods", "basket-9"),
        ],
        [pod(ORDINARY)],
    ),
    "resources by a wildcard": Case(
        {"objectRef.resource|endswith": "bindings", "requestObject.roleRef.name": "cluster-admin"},
        [request("create", "rolebindings", "a", body={"roleRef": {"name": "cluster-admin"}})],
        [request("create", "rolebindings", "a", body={"roleRef": {"name": "view"}})],
    ),
    "resources that it is not about": Case(
        {
            "selection": {"requestObject.spec.hostNetwork": True},
            "filter": {"objectRef.resource": "deployments"},
            "condition": "selection and not filter",
        },
        [pod(hostNetwork=True)],
        [pod(hostNetwork=False)],
    ),
    "one verb of several is none": Case(
        {"verb": ["replace", "update"], "objectRef.resource": "deployments"},
        [request("update", "deployments", "a", group="apps")],
        [request("patch", "deployments", "a", group="apps")],
    ),
    "a filter by a list, of whose values one is enough": Case(
        {
            "selection": {"objectRef.resource": "secrets"},
            "other": {"verb": ["get", "list"]},
            "filter_groups": {"user.groups": "system:masters"},
            "filter_name": {"objectRef.name|startswith": "public-"},
            "condition": "selection and other and not 1 of filter_*",
        },
        [request("get", "secrets", "a"), request("list", "secrets")],
        [
            request("get", "secrets", "public-a"),
            request("delete", "secrets", "a"),
            {**MASTER, "auditID": "y", "objectRef": {"resource": "secrets"}},
        ],
    ),
}

REJECTED: Final = {
    "`hostPath` is in no such audit event; did you mean `requestObject.spec.volumes.hostPath`?": {
        "objectRef.resource": "pods",
        "hostPath": "*",
    },
    "did you mean `objectRef.apiGroup`?": {"apiGroup": "apps", "verb": "patch"},
    "`requestObject.spec.hostNetwrk` is in no such audit event": {
        "objectRef.resource": "pods",
        "requestObject.spec.hostNetwrk": True,
    },
    "`requestObject.roleRef.name` is in no such audit event": {
        "objectRef.resource": "secrets",
        "requestObject.roleRef.name": "cluster-admin",
    },
    "`verb` is never `replace`: it is one of get,": {"verb": "replace"},
    "`responseStatus.code` is never `ALLOW`: it is a number": {"responseStatus.code": "ALLOW"},
    "`objectRef.resource` is never `Secret`; did you mean `secrets`?": {
        "objectRef.resource": "Secret"
    },
    "it is one of true, false": {"requestObject.spec.hostNetwork": "yes"},
    "`requestObject.spec` is never `a`: it is an object": {"requestObject.spec": "a"},
    "is none in RE2": {"userAgent|re": "(?=kubectl)"},
    "has no field": ["cluster-admin"],
    "is a list": {"user.groups|re": "masters"},
    "the placeholder `%admins%` has no value": {"user.username|expand": "%admins%"},
    "Field reference expression is not supported": {
        "objectRef.name|fieldref": "objectRef.namespace"
    },
    "timestamp part value expressions are not supported": {"requestReceivedTimestamp|hour": 3},
    "cannot be printed": {"userAgent": "a\nb"},
}
"""Detections that find nothing, or cannot be said in KQL, by what is told of them."""
