"""What takes several requests on an ordinary day: a node is replaced, a chart is rolled out."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Final
from urllib.parse import urlencode

from log_generator.actors import AKS_SERVICE, NODES, component, node, service_account, somebody
from log_generator.bodies import CREATED, Body, metadata, pod, result, suffix, workload
from log_generator.calls import Actor, Call, failure
from log_generator.gitops import node_exporter
from log_generator.machines import place
from log_generator.people import evicted
from log_generator.steps import Step

_APPROVER: Final = service_account("kube-system", "certificate-controller")
_DAEMONS: Final = service_account("kube-system", "daemon-set-controller")
_OVERVIEW: Final = (
    ("", "pods"),
    ("", "replicationcontrollers"),
    ("", "services"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("autoscaling", "horizontalpodautoscalers"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
)
"""What `kubectl get all` lists."""


def _one_by_one(calls: Sequence[Call], seconds: float = 1.0) -> list[Step]:
    return [Step(call, seconds * number, telling=False) for number, call in enumerate(calls)]


def _certificate(actor: Actor, random: Random, signer: str) -> list[Call]:
    """A kubelet asks for a certificate, and the controller of such requests approves."""
    name = f"csr-{suffix(random)}"
    group = "certificates.k8s.io"
    spec = {"signerName": f"kubernetes.io/{signer}", "username": actor.name, "request": "LS0tLS1C"}
    body = {"kind": "CertificateSigningRequest", "metadata": metadata(name), "spec": spec}
    approved = {"conditions": [{"type": "Approved", "status": "True", "lastUpdateTime": CREATED}]}
    resource, seen = "certificatesigningrequests", body | {"status": approved}
    asked = Call(
        actor=actor,
        verb="create",
        group=group,
        resource=resource,
        name=name,
        code=201,
        request=body,
        response=body,
    )
    answered = Call(
        actor=_APPROVER,
        verb="update",
        group=group,
        resource=resource,
        subresource="approval",
        name=name,
        request=seen,
        response=seen,
    )
    return [asked, answered]


def _daemon_pod(body: Body, random: Random) -> Call:
    name, namespace = body["metadata"]["name"], body["metadata"]["namespace"]
    made = pod(
        f"{name}-{suffix(random)}", namespace, name, body["spec"]["template"]["spec"], "DaemonSet"
    )
    return Call(
        actor=_DAEMONS,
        verb="create",
        resource="pods",
        namespace=namespace,
        code=201,
        request=made,
        response=made,
    )


def node_replaced(random: Random) -> list[Step]:
    """An upgrade: a node is drained and deleted, another one joins and gets its daemons."""
    number = random.randrange(len(NODES))
    name, kubelet = NODES[number], node(number)
    bootstrap = component("system:bootstrap:8k2m4p", kubelet.agent, kubelet.address)
    cloud = component("system:cloud-controller-manager", "cloud-controller-manager/v1.33.1")
    body = {"kind": "Node", "apiVersion": "v1", "metadata": metadata(name), "spec": {}}
    cordon = {"spec": {"unschedulable": True}}
    answer = result("nodes", name)
    calls = [
        Call(
            actor=AKS_SERVICE,
            verb="patch",
            resource="nodes",
            name=name,
            request=cordon,
            response=body | cordon,
        ),
        *(evicted(random) for _ in range(14)),
        Call(actor=cloud, verb="delete", resource="nodes", name=name, response=answer),
        *_certificate(bootstrap, random, "kube-apiserver-client-kubelet"),
        *_certificate(kubelet, random, "kubelet-serving"),
        Call(
            actor=kubelet,
            verb="create",
            resource="nodes",
            name=name,
            code=201,
            request=body,
            response=body,
        ),
        _daemon_pod(node_exporter(), random),
        *(
            _daemon_pod(workload("DaemonSet", daemon, "kube-system"), random)
            for daemon in ("ama-logs", "azure-cns", "csi-azuredisk-node", "kube-proxy")
        ),
    ]
    return _one_by_one(calls, 3.0)


def release_rolled_out(random: Random) -> list[Step]:
    """A pipeline upgrades a chart: it reads its last release, applies, and keeps the new one."""
    namespace, app = place(random)
    actor = somebody(random)
    role = {
        "kind": "Role",
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": metadata(app, namespace),
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "watch"]}],
    }
    number = random.randrange(2, 40)
    label = urlencode({"labelSelector": f"name={app},owner=helm"})
    read = Call(actor=actor, verb="get", resource="secrets", namespace=namespace)
    calls = [
        replace(read, verb="list", query=label),
        replace(read, name=f"sh.helm.release.v1.{app}.v{number}"),
        replace(read, verb="create", name=f"sh.helm.release.v1.{app}.v{number + 1}", code=201),
        *(
            _patched(actor, group, resource, body)
            for group, resource, body in (
                ("", "serviceaccounts", {"metadata": metadata(app, namespace)}),
                ("rbac.authorization.k8s.io", "roles", role),
                ("apps", "deployments", workload("Deployment", app, namespace)),
                ("batch", "cronjobs", _cron_job(app, namespace)),
                ("", "services", _service(app, namespace)),
                ("networking.k8s.io", "ingresses", _ingress(app, namespace)),
            )
        ),
    ]
    return _one_by_one(calls)


def _patched(actor: Actor, group: str, resource: str, body: Body) -> Call:
    """What a chart changes from one release to the next is mostly a label."""
    name = body["metadata"]["name"]
    return Call(
        actor=actor,
        verb="patch",
        group=group,
        resource=resource,
        namespace=body["metadata"]["namespace"],
        name=name,
        query="fieldManager=helm",
        request={"metadata": {"labels": {"helm.sh/chart": f"{name}-1.4.2"}}},
        response=body,
    )


def _cron_job(app: str, namespace: str) -> Body:
    template = workload("Job", app, namespace)["spec"]["template"]
    return {
        "kind": "CronJob",
        "apiVersion": "batch/v1",
        "metadata": metadata(app, namespace),
        "spec": {"schedule": "*/15 * * * *", "jobTemplate": {"spec": {"template": template}}},
    }


def _service(app: str, namespace: str) -> Body:
    ingress = {"loadBalancer": {"ingress": [{"ip": "203.0.113.80"}]}}
    spec = {"type": "LoadBalancer", "selector": {"app": app}, "ports": [{"port": 443}]}
    meta = metadata(app, namespace)
    return {"kind": "Service", "apiVersion": "v1", "metadata": meta, "spec": spec} | {
        "status": ingress
    }


def _ingress(app: str, namespace: str) -> Body:
    host = f"{app}.shop.example"
    return {
        "kind": "Ingress",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": metadata(app, namespace),
        "spec": {"tls": [{"hosts": [host]}], "rules": [{"host": host}]},
    }


def overview(random: Random) -> list[Step]:
    """Somebody lists all that runs in a namespace; a tenth of them may not."""
    namespace, _ = place(random)
    actor, allowed = somebody(random), random.random() > 0.1
    return _one_by_one(
        [_listed(actor, group, kind, namespace, allowed=allowed) for group, kind in _OVERVIEW], 0.1
    )


def _listed(actor: Actor, group: str, kind: str, namespace: str, *, allowed: bool) -> Call:
    message = f'{kind} is forbidden: User "{actor.name}" cannot list resource "{kind}"'
    return Call(
        actor=actor,
        verb="list",
        group=group,
        resource=kind,
        namespace=namespace,
        query="limit=500",
        code=200 if allowed else 403,
        message="" if allowed else message,
        response=None if allowed else failure(403, message, kind),
    )
