"""What is installed in a cluster to run it: monitoring, certificates, secrets, policies, disks."""

from random import Random
from typing import Final

from log_generator.actors import NAMESPACES, NODES, service_account
from log_generator.bodies import metadata, suffix
from log_generator.calls import Call
from log_generator.gitops import HELM
from log_generator.machines import place

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
            (HELM, "get", f"sh.helm.release.v1.{app}.v7"),
            (HELM, "create", f"sh.helm.release.v1.{app}.v8"),
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
    actor = random.choice((_CERTIFICATES, _SECRETS, _SIDECAR, _BACKUP, HELM))
    watched = random.random() < 0.8
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
    if random.random() < 0.3:
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
    return Call(
        actor=_INJECTOR,
        verb="update",
        group=group,
        resource=resource,
        name=name,
        request=body,
        response=body,
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
        actor=service_account("kube-system", "csi-azuredisk-controller-sa"),
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
    agent = "cluster-autoscaler/v1.33.0"
    actor = service_account("kube-system", "cluster-autoscaler", agent, "172.31.6.17")
    if random.random() < 0.9:
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
