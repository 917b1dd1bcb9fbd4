"""The objects that stand in request and response bodies, as the API server writes them."""

from functools import cache
from random import Random
from typing import Any, Final

from log_generator.actors import APPS, NAMESPACES, NODES, stable_id

Body = dict[str, Any]

CREATED: Final = "2026-01-04T06:11:09Z"
_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"


def suffix(random: Random, length: int = 5) -> str:
    """What the API server appends to a `generateName`."""
    return "".join(random.choices(_LETTERS, k=length))


def metadata(name: str, namespace: str = "", **more: Any) -> Body:
    """The metadata of an object that exists; the version of the resource tells one from another."""
    found: Body = {"name": name}
    if namespace:
        found["namespace"] = namespace
    found["uid"] = stable_id(namespace, name)
    return found | {"resourceVersion": "184467441", "creationTimestamp": CREATED} | more


def managed(manager: str, fields: Body, version: str = "v1", subresource: str = "") -> Body:
    """One entry of `managedFields`."""
    entry: Body = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": version,
        "time": CREATED,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return entry | ({"subresource": subresource} if subresource else {})


def _owned(*names: str, below: Body | None = None) -> Body:
    return {f"f:{name}": below or {} for name in names}


@cache
def _pod_fields(app: str) -> tuple[Body, ...]:
    container: Body = {".": {}} | _owned(
        "image", "imagePullPolicy", "name", "resources", "terminationMessagePath", "env", "ports"
    )
    spec = {"f:containers": {f'k:{{"name":"{app}"}}': container}} | _owned(
        "dnsPolicy", "enableServiceLinks", "restartPolicy", "schedulerName", "securityContext"
    )
    labels: Body = {".": {}} | _owned("app", "pod-template-hash")
    meta = {"f:metadata": {"f:generateName": {}, "f:labels": labels}, "f:spec": spec}
    condition: Body = {".": {}} | _owned("lastProbeTime", "lastTransitionTime", "status", "type")
    conditions = {
        f'k:{{"type":"{name}"}}': condition for name in ("Ready", "Initialized", "ContainersReady")
    }
    status = {"f:status": {"f:conditions": conditions} | _owned("hostIP", "phase", "podIP")}
    kubelet = managed("kubelet", status, subresource="status")
    return managed("kube-controller-manager", meta), kubelet


def container(app: str, image: str = "", **more: Any) -> Body:
    """A container of a well-behaved app."""
    return {
        "name": app,
        "image": image or f"shop.example/{app}:2026.1.{len(app)}",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "env": [
            {"name": "LOG_LEVEL", "value": "info"},
            {"name": "GRUSS", "value": "Grüße aus Köln & <Umgebung> 🛒"},
            {
                "name": "POD_NAME",
                "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}},
            },
        ],
        "resources": {
            "limits": {"cpu": "500m", "memory": "512Mi"},
            "requests": {"cpu": "100m", "memory": "128Mi"},
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True},
    } | more


def pod_spec(app: str, containers: list[Body] | None = None, **more: Any) -> Body:
    """The spec of a pod with the token that every pod gets."""
    return more | {
        "containers": containers or [container(app)],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": app,
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def pod(name: str, namespace: str, app: str, spec: Body | None = None, owner: str = "") -> Body:
    """A pod that has just been created, for its owner where it has one."""
    labels = {"app": app, "pod-template-hash": "6c9d8f7b54"}
    more: Body = {"labels": labels, "managedFields": list(_pod_fields(app)[:1])}
    if owner:
        more["ownerReferences"] = [
            {
                "apiVersion": "apps/v1",
                "kind": owner,
                "name": f"{app}-6c9d8f7b54",
                "uid": stable_id(namespace, app, owner),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": metadata(name, namespace, **more),
        "spec": spec or pod_spec(app),
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    }


def running(body: Body, number: int) -> Body:
    """The same pod when its kubelet has started it."""
    name = body["metadata"]["labels"]["app"]
    condition: Body = {"status": "True", "lastProbeTime": None, "lastTransitionTime": CREATED}
    return body | {
        "metadata": body["metadata"] | {"managedFields": list(_pod_fields(name))},
        "status": {
            "phase": "Running",
            "conditions": [{"type": kind} | condition for kind in ("Initialized", "Ready")],
            "hostIP": f"10.224.0.{number + 4}",
            "podIP": f"10.244.{number}.{len(name)}",
            "startTime": CREATED,
            "qosClass": "Burstable",
        },
    }


def workload(kind: str, name: str, namespace: str, replicas: int = 3, **template: Any) -> Body:
    """A Deployment, DaemonSet or other workload of the group `apps`."""
    labels = {"app": name}
    spec = template or pod_spec(name)
    scale = {} if kind == "DaemonSet" else {"replicas": replicas}
    note = {"kubernetes.io/change-cause": "höheres Limit für die Kasse 🚀 (Ticket #4711)"}
    fields = {"f:spec": _owned("replicas", "selector", "strategy", below={".": {}})}
    more = {
        "generation": replicas,
        "labels": labels,
        "annotations": note,
        "managedFields": [managed("kubectl-client-side-apply", fields, "apps/v1")],
    }
    return {
        "kind": kind,
        "apiVersion": "apps/v1",
        "metadata": metadata(name, namespace, **more),
        "spec": scale
        | {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
            "revisionHistoryLimit": 10,
        },
        "status": {"observedGeneration": replicas, "replicas": replicas, "readyReplicas": replicas},
    }


def large(random: Random, size: int) -> Body:
    """A custom resource definition, or what else has a schema of so many bytes."""
    words = random.choices((*APPS, *NAMESPACES, *NODES), k=size // 130)
    schema = {
        f"{word}{number}": {
            "type": "string",
            "description": f"The {word} of the order; must match `^[a-z]+$` & be < 64 characters.",
        }
        for number, word in enumerate(words)
    }
    return {
        "kind": "CustomResourceDefinition",
        "apiVersion": "apiextensions.k8s.io/v1",
        "metadata": metadata("orders.shop.example", generation=7),
        "spec": {
            "group": "shop.example",
            "scope": "Namespaced",
            "names": {"plural": "orders", "singular": "order", "kind": "Order"},
            "versions": [{"name": "v1", "schema": {"openAPIV3Schema": {"properties": schema}}}],
        },
    }


def result(kind: str, name: str) -> Body:
    """The `Status` that answers a deletion."""
    details = {"name": name, "kind": kind, "uid": stable_id(kind, name)}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }


DELETE_OPTIONS: Final[Body] = {
    "kind": "DeleteOptions",
    "apiVersion": "v1",
    "propagationPolicy": "Background",
}
