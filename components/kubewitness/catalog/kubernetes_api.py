"""The resources, subresources and verbs of Kubernetes' own API.

Source: Kubernetes docs, "API reference", 1.30 to 1.36, with the older names that still appear in
audit policies.
"""

from typing import Final

RESOURCE_VERBS: Final = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "connect"),
)
"""Verbs of requests for resources; kube-apiserver logs no `connect`, but a policy may name it."""

PATH_VERBS: Final = ("get", "head", "options", "post", "put", "patch", "delete", "connect", "trace")
"""Verbs of requests for paths: the HTTP methods in small letters."""

RBAC_ONLY_VERBS: Final = ("bind", "escalate", "impersonate", "use", "approve", "sign", "attest")
"""Verbs that exist only in RBAC: no request has them."""

_WITH_STATUS: Final = ("", "status")
_SCALED: Final = ("", "status", "scale")

KUBERNETES_RESOURCES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "": {
        "bindings": ("",),
        "componentstatuses": ("",),
        "configmaps": ("",),
        "endpoints": ("",),
        "events": ("",),
        "limitranges": ("",),
        "namespaces": ("", "status", "finalize"),
        "nodes": ("", "status", "proxy", "log", "metrics", "stats", "spec", "configz", "healthz"),
        "persistentvolumeclaims": _WITH_STATUS,
        "persistentvolumes": _WITH_STATUS,
        "pods": (
            *("", "status", "attach", "binding", "ephemeralcontainers", "eviction", "exec", "log"),
            *("portforward", "proxy", "resize"),
        ),
        "podtemplates": ("",),
        "replicationcontrollers": _SCALED,
        "resourcequotas": _WITH_STATUS,
        "secrets": ("",),
        "serviceaccounts": ("", "token"),
        "services": ("", "status", "proxy"),
    },
    "admissionregistration.k8s.io": {
        "mutatingadmissionpolicies": ("",),
        "mutatingadmissionpolicybindings": ("",),
        "mutatingwebhookconfigurations": ("",),
        "validatingadmissionpolicies": _WITH_STATUS,
        "validatingadmissionpolicybindings": ("",),
        "validatingwebhookconfigurations": ("",),
    },
    "apiextensions.k8s.io": {"customresourcedefinitions": _WITH_STATUS},
    "apiregistration.k8s.io": {"apiservices": _WITH_STATUS},
    "apps": {
        "controllerrevisions": ("",),
        "daemonsets": _WITH_STATUS,
        "deployments": (*_SCALED, "rollback"),
        "replicasets": _SCALED,
        "statefulsets": _SCALED,
    },
    "authentication.k8s.io": {"selfsubjectreviews": ("",), "tokenreviews": ("",)},
    "authorization.k8s.io": {
        "localsubjectaccessreviews": ("",),
        "selfsubjectaccessreviews": ("",),
        "selfsubjectrulesreviews": ("",),
        "subjectaccessreviews": ("",),
    },
    "autoscaling": {"horizontalpodautoscalers": _WITH_STATUS},
    "batch": {"cronjobs": _WITH_STATUS, "jobs": _WITH_STATUS},
    "certificates.k8s.io": {
        "certificatesigningrequests": ("", "status", "approval"),
        "clustertrustbundles": ("",),
        "podcertificaterequests": _WITH_STATUS,
    },
    "coordination.k8s.io": {"leasecandidates": ("",), "leases": ("",)},
    "discovery.k8s.io": {"endpointslices": ("",)},
    "events.k8s.io": {"events": ("",)},
    "extensions": {
        "daemonsets": _WITH_STATUS,
        "deployments": (*_SCALED, "rollback"),
        "ingresses": _WITH_STATUS,
        "networkpolicies": ("",),
        "podsecuritypolicies": ("",),
        "replicasets": _SCALED,
        "replicationcontrollers": _SCALED,
    },
    "flowcontrol.apiserver.k8s.io": {
        "flowschemas": _WITH_STATUS,
        "prioritylevelconfigurations": _WITH_STATUS,
    },
    "internal.apiserver.k8s.io": {"storageversions": _WITH_STATUS},
    "metrics.k8s.io": {"nodes": ("",), "pods": ("",)},
    "networking.k8s.io": {
        "ingressclasses": ("",),
        "ingresses": _WITH_STATUS,
        "ipaddresses": ("",),
        "networkpolicies": _WITH_STATUS,
        "servicecidrs": _WITH_STATUS,
    },
    "node.k8s.io": {"runtimeclasses": ("",)},
    "policy": {"poddisruptionbudgets": _WITH_STATUS, "podsecuritypolicies": ("",)},
    "rbac.authorization.k8s.io": dict.fromkeys(
        ("clusterrolebindings", "clusterroles", "rolebindings", "roles"), ("",)
    ),
    "resource.k8s.io": {
        "deviceclasses": ("",),
        "devicetaintrules": ("",),
        "resourceclaims": _WITH_STATUS,
        "resourceclaimtemplates": ("",),
        "resourceslices": ("",),
    },
    "scheduling.k8s.io": {"priorityclasses": ("",)},
    "settings.k8s.io": {"podpresets": ("",)},
    "storage.k8s.io": {
        "csidrivers": ("",),
        "csinodes": ("",),
        "csistoragecapacities": ("",),
        "storageclasses": ("",),
        "volumeattachments": _WITH_STATUS,
        "volumeattributesclasses": ("",),
    },
    "storagemigration.k8s.io": {"storageversionmigrations": _WITH_STATUS},
}
"""By API group and resource: the subresources; the empty one is the resource itself."""

_CLUSTER_SCOPED: Final[dict[str, tuple[str, ...]]] = {
    "": ("componentstatuses", "nodes", "persistentvolumes"),
    "admissionregistration.k8s.io": tuple(KUBERNETES_RESOURCES["admissionregistration.k8s.io"]),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "apiregistration.k8s.io": ("apiservices",),
    "authentication.k8s.io": ("selfsubjectreviews", "tokenreviews"),
    "authorization.k8s.io": (
        *("selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"),
    ),
    "certificates.k8s.io": ("certificatesigningrequests", "clustertrustbundles"),
    "flowcontrol.apiserver.k8s.io": tuple(KUBERNETES_RESOURCES["flowcontrol.apiserver.k8s.io"]),
    "networking.k8s.io": ("ingressclasses", "ipaddresses", "servicecidrs"),
    "node.k8s.io": ("runtimeclasses",),
    "rbac.authorization.k8s.io": ("clusterrolebindings", "clusterroles"),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": (
        *("csidrivers", "csinodes", "storageclasses", "volumeattachments"),
        "volumeattributesclasses",
    ),
}


def is_cluster_scoped(group: str, resource: str) -> bool:
    """Return whether objects of a built-in resource are in no namespace.

    A request for the object `namespaces/NAME` is in the namespace NAME, so `namespaces` is not.
    """
    return resource in _CLUSTER_SCOPED.get(group, ())
