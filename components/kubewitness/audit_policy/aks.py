"""The audit policy that AKS applies. Users cannot change it.

Source: Azure docs, "Monitor AKS", which prints the whole policy.
"""

from typing import Final

from kubewitness.audit_policy.policy import AuditRule

_WRITES: Final = ("create", "update", "patch", "delete")
_READS: Final = ("get", "list", "watch")

_EVENTS: Final = {"": ("events",), "events.k8s.io": ("events",)}

_KNOWN_GROUPS: Final[dict[str, tuple[str, ...]]] = dict.fromkeys(
    (
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "extensions",
        "metrics.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "settings.k8s.io",
        "storage.k8s.io",
    ),
    (),
)
"""The API groups whose objects AKS logs; what is sent to any other is not."""

AKS_AUDIT_POLICY: Final = (
    AuditRule("None", users=("aksService",), verbs=("get", "list")),
    AuditRule(
        "None",
        users=("system:kube-proxy",),
        verbs=("watch",),
        resources={"": ("endpoints", "services", "services/status")},
    ),
    AuditRule(
        "None", users=("kubelet",), verbs=("get",), resources={"": ("nodes", "nodes/status")}
    ),
    AuditRule(
        "None", groups=("system:nodes",), verbs=("get",), resources={"": ("nodes", "nodes/status")}
    ),
    AuditRule(
        "None",
        users=("aksService", "system:serviceaccount:kube-system:endpoint-controller"),
        verbs=("get", "update"),
        namespaces=("kube-system",),
        resources={"": ("endpoints",)},
    ),
    AuditRule(
        "None",
        users=("system:apiserver",),
        verbs=("get",),
        resources={"": ("namespaces", "namespaces/status", "namespaces/finalize")},
    ),
    AuditRule(
        "None", users=("aksService",), verbs=("get", "list"), resources={"metrics.k8s.io": ()}
    ),
    AuditRule("None", paths=("/healthz*", "/version", "/swagger*")),
    AuditRule(
        "Metadata",
        verbs=("create", "update", "patch"),
        namespaces=("default", "kube-system"),
        resources=_EVENTS,
    ),
    AuditRule("Metadata", verbs=("delete", "list"), resources=_EVENTS),
    AuditRule("None", resources=_EVENTS),
    AuditRule(
        "Request",
        users=(
            "client",
            "kubelet",
            "system:node-problem-detector",
            "system:serviceaccount:kube-system:node-problem-detector",
            "system:serviceaccount:kube-system:aci-connector-linux",
        ),
        verbs=("update", "patch"),
        resources={"": ("nodes/status", "pods/status")},
    ),
    AuditRule(
        "Request",
        groups=("system:nodes",),
        verbs=("update", "patch"),
        resources={"": ("nodes/status", "pods/status")},
    ),
    AuditRule(
        "Request",
        users=("system:serviceaccount:kube-system:namespace-controller",),
        verbs=("deletecollection",),
    ),
    AuditRule(
        "Request",
        verbs=("update", "patch"),
        resources={"apiextensions.k8s.io": ("customresourcedefinitions",)},
        names=(
            "volumesnapshotcontents.snapshot.storage.k8s.io",
            "volumesnapshots.snapshot.storage.k8s.io",
        ),
    ),
    AuditRule(
        "Metadata",
        resources={"apiextensions.k8s.io": ("customresourcedefinitions",)},
        names=("installations.operator.tigera.io",),
    ),
    AuditRule(
        "RequestResponse",
        verbs=("update", "patch"),
        namespaces=("kube-system",),
        resources={"": ("configmaps",)},
        names=("coredns-custom",),
    ),
    AuditRule(
        "Metadata",
        resources={
            "": ("secrets", "configmaps", "serviceaccounts", "serviceaccounts/token"),
            "authentication.k8s.io": ("tokenreviews",),
        },
    ),
    AuditRule(
        "Request",
        verbs=_WRITES,
        resources={
            "autoscaling.k8s.io": ("verticalpodautoscalers", "verticalpodautoscalercheckpoints")
        },
    ),
    AuditRule(
        "RequestResponse",
        verbs=("create", "delete"),
        resources={
            "cluster.kubernetes-fleet.io": ("memberclusters", "internalmemberclusters"),
            "placement.kubernetes-fleet.io": ("works",),
            "networking.fleet.azure.com": ("internalserviceexports", "internalserviceimports"),
        },
    ),
    AuditRule(
        "RequestResponse",
        verbs=_WRITES,
        resources={
            "placement.kubernetes-fleet.io": (
                "clusterstagedupdateruns",
                "clusterresourceplacements",
                "clusterresourceplacementevictions",
                "clusterresourceplacementdisruptionbudgets",
                "clusterstagedupdatestrategies",
                "clusterapprovalrequests",
                "clusterresourceoverrides",
                "resourceoverrides",
            ),
            "networking.fleet.azure.com": (
                "serviceexports",
                "multiclusterservices",
                "trafficmanagerprofiles",
                "trafficmanagerbackends",
            ),
        },
    ),
    AuditRule(
        "RequestResponse",
        verbs=_WRITES,
        resources={
            "karpenter.azure.com": ("aksnodeclasses", "aksnodeclasses/status"),
            "karpenter.sh": (
                "nodepools",
                "nodepools/status",
                "nodeclaims",
                "nodeclaims/status",
            ),
        },
    ),
    AuditRule("Request", verbs=_READS, resources=_KNOWN_GROUPS),
    AuditRule("RequestResponse", resources=_KNOWN_GROUPS),
    AuditRule("Metadata"),
)
"""AKS's rules in their order. Most rules omit the stage RequestReceived."""
