"""Who calls the API server of an imagined shop's AKS cluster: its nodes, controllers and people."""

import uuid
from functools import cache
from random import Random
from typing import Any, Final

from log_generator.calls import Actor

NAMESPACES: Final = ("shop", "payments", "search", "monitoring", "ingress", "staging", "team-blau")
APPS: Final = (
    "checkout",
    "catalogue",
    "basket",
    "postgres",
    "redis",
    "grafana",
    "invoice",
    "recommendations",
    "mailer",
    "gateway",
)
NODES: Final = tuple(f"aks-nodepool1-31415926-vmss{number:06x}" for number in range(12))
OFFICE: Final = ("203.0.113.7", "203.0.113.8", "198.51.100.23", "2001:db8:4c1e:9a00::17")
"""The addresses that people come from (ranges reserved for documentation)."""

_VERSION: Final = "v1.33.4 (linux/amd64) kubernetes/9d3c2f1"
_KUBECTL: Final = (
    "kubectl/v1.33.1 (darwin/arm64) kubernetes/8adc0f0",
    "kubectl/v1.32.6 (linux/amd64) kubernetes/25ca2fd",
    "kubectl/v1.29.3 (windows/amd64) kubernetes/6813625",
    "kubectl1.31.0/v1.31.0 (linux/amd64) kubernetes/9edcffc",
    "k9s/v0.50.6 (darwin/arm64) kubernetes/$Format",
    "Helm/3.18.3",
    "OpenLens/6.5.2",
    "terraform-provider-kubernetes/2.37.1 (linux; amd64) Go-http-client/2.0",
)
_PEOPLE: Final = (
    "ana.sousa",
    "zoë.brandt",
    "jürgen.weiß",
    "li.ming",
    "佐藤.花子",
    "o'neill",
    "maria.papadopoulou",
    "dev-🦊",
    "sam.okafor",
    "pipeline",
)


def stable_id(*parts: object) -> str:
    """The same UUID for the same words, in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))))


@cache
def component(name: str, agent: str = "Go-http-client/2.0", address: str = "172.31.6.14") -> Actor:
    """A part of the control plane, with a client certificate."""
    masters = name in {"aksService", "system:apiserver"}
    groups = ["system:masters"] if masters else []
    reason = (
        ""
        if masters
        else f'RBAC: allowed by ClusterRoleBinding "{name}" of ClusterRole "{name}" '
        f'to User "{name}"'
    )
    user = {"username": name, "groups": [*groups, "system:authenticated"]}
    return Actor(user, address, agent, reason)


AKS_SERVICE: Final = component("aksService", "Go-http-client/2.0")
API_SERVER: Final = component("system:apiserver", f"kube-apiserver/{_VERSION}", "::1")
SCHEDULER: Final = component(
    "system:kube-scheduler", f"kube-scheduler/{_VERSION}/scheduler", "172.31.6.15"
)
CONTROLLERS: Final = component(
    "system:kube-controller-manager", f"kube-controller-manager/{_VERSION}/leader-election"
)
ANONYMOUS: Final = Actor(
    {"username": "system:anonymous", "groups": ["system:unauthenticated"]},
    "192.0.2.66",
    "curl/8.7.1",
    'RBAC: allowed by ClusterRoleBinding "system:public-info-viewer" of ClusterRole '
    '"system:public-info-viewer" to Group "system:unauthenticated"',
)
UNKNOWN: Final = Actor({}, "203.0.113.99", "python-requests/2.32.3")
"""Somebody whose credentials are not accepted."""


@cache
def node(number: int) -> Actor:
    """The kubelet of a node."""
    user = {
        "username": f"system:node:{NODES[number]}",
        "groups": ["system:nodes", "system:authenticated"],
    }
    return Actor(user, f"10.224.0.{number + 4}", f"kubelet/{_VERSION}")


@cache
def service_account(namespace: str, name: str, agent: str = "", address: str = "") -> Actor:
    """A service account, seen with the token of one of its pods."""
    full = f"system:serviceaccount:{namespace}:{name}"
    built_in = name.endswith("-controller") and namespace == "kube-system"
    user: dict[str, Any] = {
        "username": full,
        "uid": stable_id(full),
        "groups": [
            "system:serviceaccounts",
            f"system:serviceaccounts:{namespace}",
            "system:authenticated",
        ],
    }
    if not built_in:
        user["extra"] = _token(namespace, name)
    return Actor(
        user,
        address or ("172.31.6.14" if built_in else "10.224.0.9"),
        agent or (f"kube-controller-manager/{_VERSION}/{full}" if built_in else f"{name}/v1.8.2"),
        f'RBAC: allowed by ClusterRoleBinding "{name}" of ClusterRole "{name}" to '
        f'ServiceAccount "{name}/{namespace}"',
    )


def _token(namespace: str, name: str) -> dict[str, list[str]]:
    return {
        "authentication.kubernetes.io/credential-id": [f"JTI={stable_id(namespace, name, 'jti')}"],
        "authentication.kubernetes.io/node-name": [NODES[len(name) % len(NODES)]],
        "authentication.kubernetes.io/node-uid": [stable_id(NODES[len(name) % len(NODES)])],
        "authentication.kubernetes.io/pod-name": [f"{name}-6c9d8f7b54-x2k9q"],
        "authentication.kubernetes.io/pod-uid": [stable_id(namespace, name, "pod")],
    }


@cache
def person(number: int, agent: str = _KUBECTL[0], address: str = OFFICE[0]) -> Actor:
    """Somebody with an Entra ID account: named by object id or by user principal name."""
    name = _PEOPLE[number % len(_PEOPLE)]
    identity, principal = stable_id("entra", name), f"{name}@shop.example"
    by_id = number % 2 == 0
    user = {
        "username": identity if by_id else principal,
        "groups": [stable_id("group", number % 3), "system:authenticated"],
        "extra": {"upn": [principal]} if by_id else {"oid": [identity]},
    }
    assignment = stable_id("assignment", name).replace("-", "")
    reason = (
        f"Access allowed by Azure RBAC Role Assignment {assignment} of Role "
        f"{stable_id('role', number % 3).replace('-', '')} to user {identity}"
    )
    return Actor(user, address, agent, reason)


def somebody(random: Random) -> Actor:
    """One of the people, with one of their tools, from one of their places."""
    number = random.randrange(len(_PEOPLE))
    return person(number, random.choice(_KUBECTL), random.choice(OFFICE))
