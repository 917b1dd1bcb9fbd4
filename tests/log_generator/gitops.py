"""What puts things into a cluster and keeps them there: GitOps, and AKS's addon manager."""

from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from log_generator.actors import service_account
from log_generator.bodies import Body, container, metadata, pod_spec, workload
from log_generator.calls import Actor, Call
from log_generator.machines import place

_VERSION: Final = "v1.33.4 (linux/amd64) kubernetes/9d3c2f1"
_FLUX: Final = service_account("flux-system", "kustomize-controller", "kustomize-controller/v1.6.0")
HELM: Final = service_account("flux-system", "helm-controller", "helm-controller/v1.3.0")
_ARGO: Final = service_account(
    "argocd", "argocd-application-controller", "argocd-application-controller/v3.0.6"
)
_ADDON_MANAGER: Final = Actor(
    {"username": "masterclient", "groups": ["system:masters", "system:authenticated"]},
    "172.31.6.14",
    f"kubectl/{_VERSION} kube-addon-manager",
)
_ADDONS: Final = ("ama-logs", "azure-cns", "cloud-node-manager", "coredns", "csi-azuredisk-node")


def node_exporter() -> Body:
    """Monitoring that sees the whole node, as its chart has it."""
    paths = {"proc": "/proc", "sys": "/sys", "root": "/"}
    volumes = [{"name": name, "hostPath": {"path": path}} for name, path in paths.items()]
    spec = pod_spec(
        "node-exporter",
        [container("node-exporter", "quay.io/prometheus/node-exporter:v1.9.1")],
        volumes=volumes,
        hostNetwork=True,
        hostPID=True,
    )
    return workload("DaemonSet", "node-exporter", "monitoring", **spec)


def _role_binding(name: str, namespace: str) -> Body:
    group = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    return {
        "kind": "RoleBinding",
        "apiVersion": f"{group}/v1",
        "metadata": metadata(name, namespace),
        "subjects": [subject],
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "edit"},
    }


def _applied(random: Random) -> tuple[str, str, Body]:
    """The group, the resource and the object of something that stands in a repository."""
    namespace, app = place(random)
    spec = {"minReplicas": 2, "maxReplicas": 9}
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v2",
        "metadata": metadata(app, namespace),
        "spec": spec,
    }
    rights = _role_binding(app, namespace)
    return random.choice(
        (
            ("apps", "deployments", workload("Deployment", app, namespace)),
            ("apps", "daemonsets", node_exporter()),
            ("autoscaling", "horizontalpodautoscalers", scaler),
            ("rbac.authorization.k8s.io", "rolebindings", rights),
        )
    )


def reconciled(random: Random) -> Call:
    """Flux asks what an apply would change, and applies what has drifted; Argo CD likewise."""
    group, resource, body = _applied(random)
    actor, manager = random.choice(
        ((_FLUX, "kustomize-controller"), (HELM, "helm-controller"), (_ARGO, "argocd-controller"))
    )
    query = {"fieldManager": manager, "force": "true"}
    # An apply follows a dry run only where that shows a difference.
    if random.random() < 0.9:
        query = {"dryRun": "All"} | query
    return Call(
        actor=actor,
        verb="patch",
        group=group,
        resource=resource,
        namespace=body["metadata"]["namespace"],
        name=body["metadata"]["name"],
        query=urlencode(query),
        request=body | {"status": {}},
        response=body,
    )


def app_upgraded(random: Random) -> Call:
    """Flux applies a new version of an app."""
    namespace, app = place(random)
    image = f"shop.example/{app}:2026.1.{random.randrange(99)}"
    spec = pod_spec(app, [container(app, image)])
    return _upgraded(workload("Deployment", app, namespace, **spec))


def monitoring_upgraded(_: Random) -> Call:
    """Flux applies a new version of what sees the whole node."""
    return _upgraded(node_exporter())


def _upgraded(body: Body) -> Call:
    """An apply that changes an object: its controller has yet to see this generation."""
    meta = body["metadata"] | {"generation": body["metadata"]["generation"] + 1}
    return Call(
        actor=_FLUX,
        verb="patch",
        group="apps",
        resource=f"{body['kind'].lower()}s",
        namespace=meta["namespace"],
        name=meta["name"],
        query=urlencode({"fieldManager": "kustomize-controller", "force": "true"}),
        request=body | {"status": {}},
        response=body | {"metadata": meta},
    )


def addon_kept(random: Random) -> Call:
    """AKS's addon manager applies what belongs to the cluster, again and again."""
    name = random.choice(_ADDONS)
    group, resource, body = random.choice(
        (
            ("apps", "daemonsets", workload("DaemonSet", name, "kube-system")),
            ("", "serviceaccounts", {}),
            ("rbac.authorization.k8s.io", "rolebindings", _role_binding(name, "kube-system")),
        )
    )
    meta: dict[str, Any] = metadata(
        name, "kube-system", labels={"addonmanager.kubernetes.io/mode": "Reconcile"}
    )
    reads = random.random() < 0.5
    return Call(
        actor=_ADDON_MANAGER,
        verb="get" if reads else "patch",
        group=group,
        resource=resource,
        namespace="kube-system",
        name=name,
        request=None if reads else {"metadata": {"labels": meta["labels"]}},
        response=None if reads else body | {"metadata": meta},
    )
