"""The fields of the dynamic columns of the audit tables.

Source: Kubernetes docs, "kube-apiserver Audit Configuration (v1)", Event, and "Audit Annotations";
the type of ResponseStatus is Status of the API machinery.
"""

from typing import Final

_USER: Final = ("username", "uid", "groups", "extra")

DYNAMIC_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "User": _USER,
    "ObjectRef": (
        "resource",
        "subresource",
        "namespace",
        "name",
        "uid",
        "apiGroup",
        "apiVersion",
        "resourceVersion",
    ),
    "ResponseStatus": (
        "code",
        "status",
        "reason",
        "message",
        "details",
        "metadata",
        "kind",
        "apiVersion",
    ),
    "ImpersonatedUser": _USER,
}
"""All fields that a column's object can have."""

ANNOTATION_KEYS: Final = (
    "authorization.k8s.io/decision",
    "authorization.k8s.io/reason",
    "audit.k8s.io/truncated",
    "pod-security.kubernetes.io/audit-violations",
    "pod-security.kubernetes.io/enforce-policy",
    "pod-security.kubernetes.io/exempt",
    "k8s.io/deprecated",
    "k8s.io/removed-release",
    "authentication.k8s.io/legacy-token",
)
"""Keys of Annotations that people ask for; webhooks and policies add any others."""
