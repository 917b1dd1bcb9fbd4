"""The audit policy that AKS applies: what of each request is logged; nobody can change it.

Source: Azure docs, "Monitor AKS", which prints the policy whole; Kubernetes docs, "Auditing", for
how a policy is read: the first entry that matches a request decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final, Literal

Level = Literal["None", "Metadata", "Request", "RequestResponse"]

LEVELS: Final[tuple[Level, ...]] = ("None", "Metadata", "Request", "RequestResponse")
"""Each logs what the one before it does and more: nothing, who did what, the object that was sent,
the object that came back."""

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


@dataclass(frozen=True)
class Entry:
    """One entry of an audit policy. What is empty matches anything.

    Attributes:
        level: how much of a request that matches is logged.
        users: names of users.
        groups: names of groups, of which the user has one.
        verbs: of the request.
        namespaces: of the object; the empty one is that of objects without.
        resources: by API group, as `pods` or `pods/status`; none stand for all of the group.
        names: of the object.
        paths: of requests that are for no resource, with `*` at the end.
    """

    level: Level
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    resources: Mapping[str, tuple[str, ...]] | None = None
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the entry decides on an event, if none before it does."""
        user = event.get("user") or {}
        return (
            _is_in(user.get("username", ""), self.users)
            and (not self.groups or bool({*self.groups} & {*(user.get("groups") or ())}))
            and _is_in(event.get("verb", ""), self.verbs)
            and self._matches_object(event)
        )

    def _matches_object(self, event: Mapping[str, Any]) -> bool:
        reference = event.get("objectRef")
        if reference is None:
            path = str(event.get("requestURI", "")).partition("?")[0]
            if self.resources is not None or self.namespaces:
                return False
            return not self.paths or any(fnmatchcase(path, pattern) for pattern in self.paths)
        return (
            not self.paths
            and _is_in(reference.get("namespace", ""), self.namespaces)
            and (self.resources is None or self._matches_resource(reference))
        )

    def _matches_resource(self, reference: Mapping[str, Any]) -> bool:
        wanted = (self.resources or {}).get(reference.get("apiGroup", ""))
        parts = (reference.get("resource", ""), reference.get("subresource", ""))
        name = "/".join(filter(None, parts))
        return (
            wanted is not None
            and _is_in(name, wanted)
            and _is_in(reference.get("name"), self.names)
        )


def _is_in(value: object, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


POLICY: Final = (
    Entry("None", users=("aksService",), verbs=("get", "list")),
    Entry(
        "None",
        users=("system:kube-proxy",),
        verbs=("watch",),
        resources={"": ("endpoints", "services", "services/status")},
    ),
    Entry("None", users=("kubelet",), verbs=("get",), resources={"": ("nodes", "nodes/status")}),
    Entry(
        "None", groups=("system:nodes",), verbs=("get",), resources={"": ("nodes", "nodes/status")}
    ),
    Entry(
        "None",
        users=("aksService", "system:serviceaccount:kube-system:endpoint-controller"),
        verbs=("get", "update"),
        namespaces=("kube-system",),
        resources={"": ("endpoints",)},
    ),
    Entry(
        "None",
        users=("system:apiserver",),
        verbs=("get",),
        resources={"": ("namespaces", "namespaces/status", "namespaces/finalize")},
    ),
    Entry("None", users=("aksService",), verbs=("get", "list"), resources={"metrics.k8s.io": ()}),
    Entry("None", paths=("/healthz*", "/version", "/swagger*")),
    Entry(
        "Metadata",
        verbs=("create", "update", "patch"),
        namespaces=("default", "kube-system"),
        resources=_EVENTS,
    ),
    Entry("Metadata", verbs=("delete", "list"), resources=_EVENTS),
    Entry("None", resources=_EVENTS),
    Entry(
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
    Entry(
        "Request",
        groups=("system:nodes",),
        verbs=("update", "patch"),
        resources={"": ("nodes/status", "pods/status")},
    ),
    Entry(
        "Request",
        users=("system:serviceaccount:kube-system:namespace-controller",),
        verbs=("deletecollection",),
    ),
    Entry(
        "Request",
        verbs=("update", "patch"),
        resources={"apiextensions.k8s.io": ("customresourcedefinitions",)},
        names=(
            "volumesnapshotcontents.snapshot.storage.k8s.io",
            "volumesnapshots.snapshot.storage.k8s.io",
        ),
    ),
    Entry(
        "Metadata",
        resources={"apiextensions.k8s.io": ("customresourcedefinitions",)},
        names=("installations.operator.tigera.io",),
    ),
    Entry(
        "RequestResponse",
        verbs=("update", "patch"),
        namespaces=("kube-system",),
        resources={"": ("configmaps",)},
        names=("coredns-custom",),
    ),
    Entry(
        "Metadata",
        resources={
            "": ("secrets", "configmaps", "serviceaccounts", "serviceaccounts/token"),
            "authentication.k8s.io": ("tokenreviews",),
        },
    ),
    Entry(
        "Request",
        verbs=_WRITES,
        resources={
            "autoscaling.k8s.io": ("verticalpodautoscalers", "verticalpodautoscalercheckpoints")
        },
    ),
    Entry(
        "RequestResponse",
        verbs=("create", "delete"),
        resources={
            "cluster.kubernetes-fleet.io": ("memberclusters", "internalmemberclusters"),
            "placement.kubernetes-fleet.io": ("works",),
            "networking.fleet.azure.com": ("internalserviceexports", "internalserviceimports"),
        },
    ),
    Entry(
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
    Entry(
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
    Entry("Request", verbs=_READS, resources=_KNOWN_GROUPS),
    Entry("RequestResponse", resources=_KNOWN_GROUPS),
    Entry("Metadata"),
)
"""AKS's entries in their order. Stage RequestReceived is left out of most."""


def level(event: Mapping[str, Any]) -> Level:
    """Return how much of a request AKS logs.

    Args:
        event: as JSON of `audit.k8s.io/v1`.
    """
    return next(entry.level for entry in POLICY if entry.matches(event))


def as_logged(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what AKS logs of an event that another cluster may log more of; None for nothing."""
    most = level(event)
    if most == "None":
        return None
    own = event.get("level", most)
    least = min(most, own, key=LEVELS.index)
    drop = {
        name
        for name, needed in (("requestObject", "Request"), ("responseObject", "RequestResponse"))
        if LEVELS.index(least) < LEVELS.index(needed)
    }
    return {**{name: value for name, value in event.items() if name not in drop}, "level": least}
