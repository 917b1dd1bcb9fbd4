"""Audit policies for clusters that users run themselves, and the policy file of rules.

Sources: Kubernetes docs, "Auditing"; CIS Kubernetes Benchmark, 3.2.1 and 3.2.2.
"""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.file import API_VERSION, KIND
from kubewitness.audit_policy.policy import AuditPolicy, AuditRule

_WRITES: Final = ("create", "update", "patch", "delete", "deletecollection")

_CREDENTIALS: Final = AuditRule(
    "Metadata",
    resources={
        "": ("secrets", "configmaps", "serviceaccounts/token"),
        "authentication.k8s.io": ("tokenreviews",),
    },
)
"""Their bodies contain credentials, or may."""

_WAYS_IN: Final = AuditRule(
    "Request",
    resources={
        "": (
            *("pods/exec", "pods/attach", "pods/portforward", "pods/proxy"),
            *("pods/ephemeralcontainers", "services/proxy", "nodes/proxy"),
        )
    },
)

_CHANGES: Final = AuditRule("RequestResponse", verbs=_WRITES)
"""With the response: only it shows what a patch made of an object."""

_HEALTH: Final = AuditRule("None", paths=("/healthz*", "/livez*", "/readyz*", "/version"))

_ORDINARY: Final[AuditPolicy] = (
    AuditRule(
        "None",
        users=("system:kube-proxy",),
        verbs=("watch",),
        resources={
            "": ("endpoints", "services", "services/status"),
            "discovery.k8s.io": ("endpointslices",),
        },
    ),
    AuditRule(
        "None",
        users=(*("system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"),),
        verbs=("get", "update", "patch"),
        resources={"coordination.k8s.io": ("leases",)},
    ),
    AuditRule(
        "None",
        groups=("system:nodes",),
        verbs=("get", "update", "patch"),
        resources={"coordination.k8s.io": ("leases",)},
    ),
    AuditRule(
        "None",
        verbs=("create", "update", "patch"),
        resources={"": ("events",), "events.k8s.io": ("events",)},
    ),
    AuditRule(
        "Metadata",
        groups=("system:nodes",),
        verbs=("update", "patch"),
        resources={"": ("nodes/status", "pods/status")},
    ),
)
"""The requests of a healthy cluster all day, which no detection needs."""

_RECOMMENDED: Final[AuditPolicy] = (
    _HEALTH,
    *_ORDINARY,
    _CREDENTIALS,
    _WAYS_IN,
    _CHANGES,
    AuditRule("Metadata"),
)

_CIS: Final[AuditPolicy] = (
    _CREDENTIALS,
    _WAYS_IN,
    AuditRule("Request", verbs=_WRITES, resources={"": ("pods",), "apps": ()}),
    AuditRule("Metadata"),
)

_LOW_VOLUME: Final[AuditPolicy] = (
    _HEALTH,
    *_ORDINARY,
    _CREDENTIALS,
    _WAYS_IN,
    _CHANGES,
    AuditRule(
        "None",
        groups=("system:nodes", "system:serviceaccounts:kube-system"),
        verbs=("get", "list", "watch"),
    ),
    AuditRule("None", verbs=("watch",)),
    AuditRule("Metadata"),
)

PRESETS: Final[Mapping[str, AuditPolicy]] = {
    "recommended": _RECOMMENDED,
    "cis": _CIS,
    "low-volume": _LOW_VOLUME,
    "aks": AKS_AUDIT_POLICY,
}
"""By name.

`recommended` logs what the detections need, without what healthy clusters do all day. `cis` logs
everything, with bodies only where CIS asks for them. `low-volume` also leaves out watches and the
reads of nodes and controllers. `aks` is what AKS logs.
"""


def policy_text(rules: AuditPolicy) -> str:
    """Return rules as a policy file, which omits the stage RequestReceived."""
    document = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "omitStages": ["RequestReceived"],
        "rules": [_rule(rule) for rule in rules],
    }
    return str(yaml.safe_dump(document, sort_keys=False, width=100))


def _rule(rule: AuditRule) -> dict[str, Any]:
    made: dict[str, Any] = {"level": rule.level}
    lists = {
        "users": rule.users,
        "userGroups": rule.groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.paths,
    }
    made |= {key: list(values) for key, values in lists.items() if values}
    if rule.resources is not None:
        made["resources"] = [
            _resources(group, names, rule.names) for group, names in rule.resources.items()
        ]
    return made


def _resources(group: str, resources: tuple[str, ...], names: tuple[str, ...]) -> dict[str, Any]:
    lists = {"resources": list(resources), "resourceNames": list(names)}
    return {"group": group} | {key: values for key, values in lists.items() if values}
