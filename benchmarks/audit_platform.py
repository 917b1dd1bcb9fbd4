"""What is installed in a cluster to run it: GitOps, monitoring, certificates, secrets, policies."""

from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from audit_actors import NAMESPACES, NODES, component, service_account
from audit_bodies import Body, container, metadata, pod_spec, suffix, workload
from audit_calls import Actor, Call
from audit_machines import place

_VERSION: Final = "v1.33.4 (linux/amd64) kubernetes/9d3c2f1"
_FLUX: Final = service_account("flux-system", "kustomize-controller", "kustomize-controller/v1.6.0")
_HELM: Final = service_account("flux-system", "helm-controller", "helm-controller/v1.3.0")
_ARGO: Final = service_account(
    "argocd", "argocd-application-controller", "argocd-application-controller/v3.0.6"
)
_CERTIFICATES: Final = service_account("cert-manager", "cert-manager", "cert-manager/v1.18.1")
_INJECTOR: Final = service_account(
    "cert-manager", "cert-manager-cainjector", "cert-manager-cainjector/v1.18.1"
)
_SECRETS: Final = service_account(
    "external-secrets", "external-secrets", "external-secrets/v0.17.0"
)
_MONITORING: Final = service_account(
    "monitoring", "prometheus-operator", "PrometheusOperator/0.83.0"
)
_POLICIES: Final = service_account("kube-system", "azure-policy", "azurepolicyaddon/v1.13.0")
_GATEKEEPER: Final = service_account("gatekeeper-system", "gatekeeper-admin", "gatekeeper/v3.19.1")
_SIDECAR: Final = service_account(
    "monitoring", "grafana", "OpenAPI-Generator/32.0.1/python", "10.224.0.9"
)
_BACKUP: Final = service_account("velero", "velero", "velero-server/v1.16.1")
ADDON_MANAGER: Final = Actor(
    {"username": "masterclient", "groups": ["system:masters", "system:authenticated"]},
    "172.31.6.14",
    f"kubectl/{_VERSION} kube-addon-manager",
)
_ADDONS: Final = ("ama-logs", "azure-cns", "cloud-node-manager", "coredns", "csi-azuredisk-node")
_OPERATORS: Final = (
    ("cert-manager", "cert-manager"),
    ("flux-system", "source-controller"),
    ("kube-system", "cluster-autoscaler"),
    ("kube-system", "karpenter"),
    ("kube-system", "keda-operator"),
    ("monitoring", "prometheus-operator"),
    ("postgres-operator", "postgres-operator"),
    ("external-secrets", "external-secrets"),
)
_LISTED: Final = (
    ("", "pods"),
    ("", "namespaces"),
    ("", "services"),
    ("", "secrets"),
    ("", "serviceaccounts"),
    ("apps", "deployments"),
    ("apps", "daemonsets"),
    ("batch", "cronjobs"),
    ("networking.k8s.io", "ingresses"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("rbac.authorization.k8s.io", "clusterrolebindings"),
)


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
        ((_FLUX, "kustomize-controller"), (_HELM, "helm-controller"), (_ARGO, "argocd-controller"))
    )
    query = {"fieldManager": manager, "force": "true"}
    # An apply follows a dry run only where that shows a difference.
    if random.random() < 0.9:  # noqa: PLR2004 - nine of ten
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


def leader(random: Random) -> Call:
    """An operator says that it still leads."""
    namespace, name = random.choice(_OPERATORS)
    return Call(
        actor=service_account(namespace, name),
        verb="update",
        group="coordination.k8s.io",
        resource="leases",
        namespace=namespace,
        name=f"{name}-leader",
        request={"metadata": metadata(f"{name}-leader", namespace)},
    )


def operator_secret(random: Random) -> Call:
    """Certificates, monitoring and releases are secrets that operators read, write and watch."""
    namespace, app = place(random)
    actor, verb, name = random.choice(
        (
            (_CERTIFICATES, "update", f"{app}-tls"),
            (_SECRETS, "update", f"{app}-credentials"),
            (_MONITORING, "update", "prometheus-shop"),
            (_MONITORING, "get", "alertmanager-shop"),
            (_HELM, "get", f"sh.helm.release.v1.{app}.v7"),
            (_HELM, "create", f"sh.helm.release.v1.{app}.v8"),
        )
    )
    meta = {"metadata": metadata(name, namespace)}
    return Call(
        actor=actor,
        verb=verb,
        resource="secrets",
        namespace=namespace,
        name=name,
        code=201 if verb == "create" else 200,
        request=meta if verb == "update" else None,
    )


def secrets_followed(random: Random) -> Call:
    """Who serves, measures or backs up secrets lists and watches those of the whole cluster."""
    actor = random.choice((_CERTIFICATES, _SECRETS, _SIDECAR, _BACKUP, _HELM))
    watched = random.random() < 0.8  # noqa: PLR2004 - a list is followed by many watches
    query = "limit=500" if not watched else "allowWatchBookmarks=true&timeoutSeconds=420&watch=true"
    return Call(
        actor=actor,
        verb="watch" if watched else "list",
        resource="secrets",
        query=query,
        seconds=420.0 if watched else 0.0,
    )


def policies_checked(random: Random) -> Call:
    """Gatekeeper and the backup list whatever there is; Azure Policy keeps its constraints."""
    if random.random() < 0.3:  # noqa: PLR2004 - some
        return Call(
            actor=_POLICIES,
            verb="update",
            group="constraints.gatekeeper.sh",
            version="v1beta1",
            resource="k8sazurev3allowedseccomp",
            name=f"azurepolicy-{suffix(random)}",
            request={"metadata": metadata("azurepolicy")},
        )
    group, resource = random.choice(_LISTED)
    return Call(
        actor=random.choice((_GATEKEEPER, _BACKUP)),
        verb="list",
        group=group,
        resource=resource,
        # The list of secrets as a whole is among what is followed.
        namespace=random.choice(NAMESPACES) if resource == "secrets" else "",
        query="limit=500",
    )


def certificates_injected(random: Random) -> Call:
    """The authority's certificate is put into the webhooks and APIs that are reached by it."""
    group, resource, name = random.choice(
        (
            ("admissionregistration.k8s.io", "validatingwebhookconfigurations", "cert-manager"),
            ("apiregistration.k8s.io", "apiservices", "v1beta1.external.metrics.k8s.io"),
        )
    )
    body = {"metadata": metadata(name), "webhooks": [], "spec": {"service": {"namespace": "keda"}}}
    actor = _INJECTOR
    return Call(
        actor=actor,
        verb="update",
        group=group,
        resource=resource,
        name=name,
        request=body,
        response=body,
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
    reads = random.random() < 0.5  # noqa: PLR2004 - one of two
    return Call(
        actor=ADDON_MANAGER,
        verb="get" if reads else "patch",
        group=group,
        resource=resource,
        namespace="kube-system",
        name=name,
        request=None if reads else {"metadata": {"labels": meta["labels"]}},
        response=None if reads else body | {"metadata": meta},
    )


def volume_attached(random: Random) -> Call:
    """A driver of the Container Storage Interface says where a disk is."""
    name, node_name = f"csi-{random.getrandbits(64):016x}", random.choice(NODES)
    body = {
        "kind": "VolumeAttachment",
        "apiVersion": "storage.k8s.io/v1",
        "metadata": metadata(name),
        "spec": {"attacher": "disk.csi.azure.com", "nodeName": node_name},
        "status": {"attached": True},
    }
    return Call(
        actor=component("csi-attacher-azuredisk", "csi-attacher/v4.8.1", "172.31.6.16")
        if random.random() < 0.1  # noqa: PLR2004 - AKS runs most of it as a service account
        else service_account("kube-system", "csi-azuredisk-controller-sa"),
        verb="patch",
        group="storage.k8s.io",
        resource="volumeattachments",
        subresource="status",
        name=name,
        request={"status": body["status"]},
        response=body,
    )


def autoscaler_wrote(random: Random) -> Call:
    """The cluster autoscaler writes its status, or taints a node that it means to remove."""
    actor = component("cluster-autoscaler", "cluster-autoscaler/v1.33.0", "172.31.6.17")
    actor = service_account("kube-system", "cluster-autoscaler", actor.agent, actor.address)
    if random.random() < 0.9:  # noqa: PLR2004 - nine of ten
        name = "cluster-autoscaler-status"
        meta = {"metadata": metadata(name, "kube-system")}
        return Call(
            actor=actor,
            verb="update",
            resource="configmaps",
            namespace="kube-system",
            name=name,
            request=meta,
        )
    name = random.choice(NODES)
    taint = {"key": "DeletionCandidateOfClusterAutoscaler", "effect": "PreferNoSchedule"}
    body = {"metadata": metadata(name), "spec": {"taints": [taint]}}
    return Call(
        actor=actor, verb="update", resource="nodes", name=name, request=body, response=body
    )
