"""Random requests of subjects: the events that they leave, and the rules that they need.

Both follow from the same attributes, which are those of Kubernetes' authorizer.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import quote

from support.audit_requests import request

_RESOURCES: Final = (
    ("", "pods"), ("", "pods/log"), ("", "pods/exec"), ("", "pods/portforward"), ("", "secrets"),
    ("", "configmaps"), ("", "serviceaccounts/token"), ("apps", "deployments"),
    ("apps", "deployments/scale"), ("apps", "replicasets"), ("example.com", "widgets"),
    ("", "nodes"), ("", "namespaces"), ("rbac.authorization.k8s.io", "clusterroles"),
)  # fmt: skip
_CLUSTER: Final = {"nodes", "namespaces", "clusterroles"}
_OF_ONE: Final = ("get", "create", "update", "patch", "delete")
_OF_ANY: Final = (*_OF_ONE, "list", "watch", "deletecollection")
_NAMES: Final = ("db", "web-0", "web-7xk2p", "app-config", "1e3", "a.b", "node:1")
_NAMESPACES: Final = ("shop", "kube-system", "1e3")
_PATHS: Final = ("/healthz", "/metrics", "/api", "/apis/apps/v1", "/openapi/v3/a b")
_CONNECT: Final = {"pods/exec", "pods/portforward"}
_CODES: Final = (200, 201, 404, 409, 422, 403, 500)


@dataclass(frozen=True)
class RandomRequest:
    """One request: what the authorizer sees and what it decides."""

    verb: str
    group: str
    resource: str
    namespace: str
    name: str
    path: str
    code: int
    decision: str

    def needs(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """The namespace and the rule of each permission; nothing if the request was forbidden."""
        if self.decision != "allow":
            return
        verbs = [self.verb]
        if self.verb in ("patch", "update") and self.code == 201:
            verbs.append("create")
        if self.resource in _CONNECT:
            verbs = ["get", "create"]
        rule = {"nonResourceURLs": [self.path]} if self.path else {
            "apiGroups": [self.group],
            "resources": [self.resource],
            **({"resourceNames": [self.name]} if self.name else {}),
        }  # fmt: skip
        yield self.namespace, {**rule, "verbs": verbs}

    def event(self, user: str, draw: Random) -> dict[str, Any]:
        """The event, in some of the ways in which a log has it."""
        resource, _, subresource = self.resource.partition("/")
        event = request(
            self.verb, resource, self.name, namespace=self.namespace, subresource=subresource,
            group=self.group, user=user, code=self.code,
            annotations={"authorization.k8s.io/decision": self.decision},
        )  # fmt: skip
        event["requestURI"] = quote(self.path) or self._uri()
        is_new = self.verb == "create" and not subresource
        if self.path or (self.verb in ("list", "watch") and draw.random() < 0.3):  # as in AKSAudit
            del event["objectRef"]
        elif is_new:  # as kube-apiserver does it from the body
            event["objectRef"]["name"] = "new"
        return event

    def _uri(self) -> str:
        group = f"/apis/{self.group}/v1" if self.group else "/api/v1"
        resource, _, subresource = self.resource.partition("/")
        collection = self.verb in ("list", "watch")
        name = "" if collection or resource == "namespaces" == self.namespace else self.name
        within = ["namespaces", self.namespace] if self.namespace else []
        parts = [group, *within, *([] if resource == "namespaces" and within else [resource])]
        parts += [] if resource == "namespaces" and within else filter(None, [name])
        parts += filter(None, [subresource])
        selector = f"?fieldSelector=metadata.name%3D{quote(self.name)}" if self.name else ""
        return "/".join(parts) + (selector if collection else "?timeout=5s")


def random_requests(draw: Random) -> Iterator[RandomRequest]:
    """The requests of one subject."""
    for _ in range(draw.randint(1, 12)):
        decision = "allow" if draw.random() < 0.8 else "forbid"
        code = draw.choice(_CODES) if decision == "allow" else 403
        if draw.random() < 0.15:
            verb = draw.choice(("get", "post", "put"))
            yield RandomRequest(verb, "", "", "", "", draw.choice(_PATHS), code, decision)
            continue
        group, resource = draw.choice(_RESOURCES)
        verb, name = draw.choice(_OF_ONE if "/" in resource else _OF_ANY), draw.choice(_NAMES)
        namespace = "" if resource in _CLUSTER or draw.random() < 0.2 else draw.choice(_NAMESPACES)
        if resource in _CONNECT:
            verb = draw.choice(("get", "create"))
        is_unnamed = verb == "deletecollection" or (verb == "create" and "/" not in resource)
        if is_unnamed or (verb in ("list", "watch") and draw.random() < 0.8):
            name = ""
        if resource == "namespaces" and name and verb not in ("list", "watch"):
            namespace = name = draw.choice(_NAMESPACES)  # an object that is its own namespace
        yield RandomRequest(verb, group, resource, namespace, name, "", code, decision)


def needed(requests: list[RandomRequest]) -> Mapping[str, list[dict[str, list[str]]]]:
    """The rules that the requests of one subject need, by namespace."""
    found: dict[str, list[dict[str, list[str]]]] = defaultdict(list)
    for one in requests:
        for namespace, rule in one.needs():
            found[namespace].append(rule)
    return found
