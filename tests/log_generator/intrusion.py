"""One intrusion from its first step to its last, among the ordinary work of a cluster.

Mallory runs a command in a pod, takes the pod's token, reads secrets with it, issues the token of
another service account, makes a privileged DaemonSet, binds cluster-admin and deletes events. Ada
and the controllers work as on any day. As a command it writes the log of `examples/investigation`.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from log_generator.actors import node, service_account, stable_id
from log_generator.bodies import (
    DELETE_OPTIONS,
    container,
    metadata,
    pod,
    pod_spec,
    result,
    workload,
)
from log_generator.calls import Actor, Call, Event, stages
from log_generator.formats import as_line

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

MALLORY: Final = "mallory@shop.example"
ADA: Final = "ada@shop.example"
HOME: Final = "203.0.113.9"
"""From where Mallory works; `ELSEWHERE` is where the second token is used."""
ELSEWHERE: Final = "198.51.100.7"

POD: Final = "web-5d4f8b7c9d-x2x4z"
POD_TOKEN: Final = f"JTI={stable_id('intrusion', 'web')}"
ISSUED_TOKEN: Final = f"JTI={stable_id('intrusion', 'deployer')}"
DAEMON_SET: Final = "node-tuner"
BINDING: Final = "node-tuner-admin"
SECRETS: Final = ("db-password", "payment-gateway", "smtp", "session-keys")

EVENTS: Final = tuple(f"{DAEMON_SET}.18a4c0ffee{number:04x}" for number in range(3))
"""Events of Kubernetes on the DaemonSet, which are deleted."""

_EXTRA: Final = "authentication.kubernetes.io"


def _user(name: str, address: str) -> Actor:
    user = {"username": name, "groups": ["system:authenticated"]}
    return Actor(user, address, "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9", "")


def _with_token(account: Actor, credential: str, pod_name: str = "") -> Actor:
    extra: dict[str, Any] = {f"{_EXTRA}/credential-id": [credential]}
    if pod_name:
        extra[f"{_EXTRA}/pod-name"] = [pod_name]
    return replace(account, user={**account.user, "extra": extra})


_ADA: Final = _user(ADA, "203.0.113.7")
_MALLORY: Final = _user(MALLORY, HOME)
_WEB: Final = _with_token(
    service_account("shop", "web", "web/v2.3.0", "10.224.0.5"), POD_TOKEN, POD
)
_STOLEN: Final = replace(_WEB, address=HOME, agent="curl/8.7.1")
_DEPLOYER: Final = _with_token(
    service_account("shop", "deployer", "kubectl/v1.34.1", ELSEWHERE), ISSUED_TOKEN
)


def _controller(name: str) -> Actor:
    return service_account("kube-system", f"{name}-controller")


def _owned(body: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    reference = {"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}
    return body | {"metadata": body["metadata"] | {"ownerReferences": [reference]}}


def _create(actor: Actor, resource: str, body: Mapping[str, Any], **more: Any) -> Call:
    name, namespace = body["metadata"]["name"], body["metadata"].get("namespace", "")
    return Call(
        actor=actor,
        verb="create",
        resource=resource,
        namespace=namespace,
        name=name,
        code=201,
        request=body,
        response=body,
        **more,
    )


def _exec(*command: str) -> Call:
    words = [("command", word) for word in command]
    return Call(
        actor=_MALLORY,
        verb="get",
        resource="pods",
        subresource="exec",
        namespace="shop",
        name=POD,
        query=urlencode([*words, ("container", "web"), ("stdout", "true")]),
        code=101,
        seconds=8,
    )


def _token(actor: Actor, namespace: str, name: str, credential: str) -> Call:
    return Call(
        actor=actor,
        verb="create",
        resource="serviceaccounts",
        subresource="token",
        namespace=namespace,
        name=name,
        code=201,
        annotations={f"{_EXTRA}/issued-credential-id": credential},
    )


def _ordinary() -> Iterator[tuple[float, Call]]:
    """Yield what happens on any day: Ada deploys, controllers follow, the pod uses its token."""
    web = workload("Deployment", "web", "shop", 1)
    replica_set = _owned(workload("ReplicaSet", "web-5d4f8b7c9d", "shop", 1), "Deployment", "web")
    of_web = _owned(pod(POD, "shop", "web"), "ReplicaSet", "web-5d4f8b7c9d")
    yield 0, _create(_ADA, "deployments", web, group="apps")
    yield 1, _create(_controller("deployment"), "replicasets", replica_set, group="apps")
    yield 2, _create(_controller("replicaset"), "pods", of_web)
    yield 3, _token(node(1), "shop", "web", POD_TOKEN)
    read = Call(actor=_WEB, verb="get", resource="configmaps", namespace="shop", name="web")
    yield from ((60 * minute, read) for minute in range(1, 120, 7))
    scaled = web | {"spec": web["spec"] | {"replicas": 2}}
    patch = {"spec": {"replicas": 2}}
    yield (
        1800,
        Call(
            actor=_ADA,
            verb="patch",
            group="apps",
            resource="deployments",
            namespace="shop",
            name="web",
            request=patch,
            response=scaled,
        ),
    )


def _intrusion() -> Iterator[tuple[float, Call]]:
    """Yield the steps of the intrusion in their order."""
    group = "rbac.authorization.k8s.io"
    yield 3600, Call(actor=_MALLORY, verb="list", resource="pods", namespace="shop")
    yield 3660, _exec("cat", "/var/run/secrets/kubernetes.io/serviceaccount/token")
    listing = Call(actor=_STOLEN, verb="list", resource="secrets", namespace="shop")
    yield 3720, listing
    read = replace(listing, verb="get")
    yield from ((3725 + number, replace(read, name=name)) for number, name in enumerate(SECRETS))
    yield (
        3740,
        replace(
            read,
            namespace="kube-system",
            name="bootstrap-token-abcdef",
            code=403,
            message='secrets "bootstrap-token-abcdef" is forbidden: User '
            '"system:serviceaccount:shop:web" cannot get resource "secrets" in API group "" in '
            'the namespace "kube-system"',
        ),
    )
    yield 3780, _token(_STOLEN, "shop", "deployer", ISSUED_TOKEN)
    daemon_set = _daemon_set()
    yield 3900, _create(_DEPLOYER, "daemonsets", daemon_set, group="apps")
    for number in (1, 2):
        owned = _owned(
            pod(f"{DAEMON_SET}-{number}a2b3", "kube-system", DAEMON_SET, _privileged()),
            "DaemonSet",
            DAEMON_SET,
        )
        yield 3901 + number, _create(_controller("daemon-set"), "pods", owned)
    yield 4000, _create(_DEPLOYER, "clusterrolebindings", _binding(), group=group)
    for number, name in enumerate(EVENTS):
        deleted = Call(
            actor=_DEPLOYER,
            verb="delete",
            resource="events",
            namespace="kube-system",
            name=name,
            request=DELETE_OPTIONS,
            response=result("events", name),
        )
        yield 4100 + number, deleted


def _privileged() -> dict[str, Any]:
    privileged = {"privileged": True, "runAsUser": 0}
    mount = {"name": "host", "mountPath": "/host"}
    shell = container(
        DAEMON_SET, "docker.io/alpine:3", securityContext=privileged, volumeMounts=[mount]
    )
    volume = {"name": "host", "hostPath": {"path": "/", "type": ""}}
    return pod_spec(DAEMON_SET, [shell], volumes=[volume], hostPID=True)


def _daemon_set() -> dict[str, Any]:
    return workload("DaemonSet", DAEMON_SET, "kube-system", **_privileged())


def _binding() -> dict[str, Any]:
    return {
        "kind": "ClusterRoleBinding",
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": metadata(BINDING),
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": "shop"}],
    }


def events() -> list[Event]:
    """The events of the log, in the order in which the server wrote them."""
    random = Random(22)
    return _written([*_ordinary(), *_intrusion()], random)


def _written(calls: Iterable[tuple[float, Call]], random: Random) -> list[Event]:
    found = [
        timed
        for seconds, call in calls
        for timed in stages(call, START + timedelta(seconds=seconds), random)
    ]
    return [event for _, event in sorted(found, key=lambda timed: timed[0])]


def lines() -> list[bytes]:
    """The log as kube-apiserver writes it, one line for each event."""
    return list(map(as_line, events()))


if __name__ == "__main__":
    sys.stdout.buffer.writelines(lines())
