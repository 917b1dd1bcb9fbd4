"""Kubernetes roles and bindings that grant rules to a subject."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.investigate.access.permissions import Subject
from kubewitness.investigate.access.rules import Grants, Rule

RBAC_GROUP: Final = "rbac.authorization.k8s.io"
API_VERSION: Final = f"{RBAC_GROUP}/v1"

_NAME_PREFIX: Final = "used-by"
_NOT_IN_NAMES: Final = re.compile("[^a-z0-9]+")
_LONGEST_NAME: Final = 200
_HASH_LENGTH: Final = 8


def role_objects(
    subject: Subject, grants: Grants, annotations: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield a Role or ClusterRole and its binding for each namespace with rules.

    Args:
        annotations: of each object.
    """
    for namespace, rules in grants.rules.items():
        kind = "Role" if namespace else "ClusterRole"
        metadata = {
            "name": _role_name(subject.user),
            **({"namespace": namespace} if namespace else {}),
            "labels": {"app.kubernetes.io/managed-by": "kubewitness"},
            "annotations": dict(annotations),
        }
        yield {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": metadata,
            "rules": [rule_document(rule) for rule in rules],
        }
        yield {
            "apiVersion": API_VERSION,
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC_GROUP, "kind": kind, "name": metadata["name"]},
            "subjects": [_subject(subject)],
        }


def rule_document(rule: Rule) -> dict[str, Sequence[str]]:
    """Return a rule as Kubernetes writes it."""
    parts = {
        "apiGroups": rule.groups,
        "resources": rule.resources,
        "resourceNames": rule.names,
        "nonResourceURLs": rule.paths,
        "verbs": rule.verbs,
    }
    return {key: list(values) for key, values in parts.items() if values}


def _subject(subject: Subject) -> dict[str, str]:
    if account := subject.service_account:
        return {"kind": "ServiceAccount", "namespace": account[0], "name": account[1]}
    return {"apiGroup": RBAC_GROUP, "kind": "User", "name": subject.user}


def _role_name(user: str) -> str:
    """Return a name that Kubernetes accepts and that no other user gets."""
    plain = _NOT_IN_NAMES.sub("-", user).strip("-")[:_LONGEST_NAME]
    digest = hashlib.sha256(user.encode()).hexdigest()[:_HASH_LENGTH]
    return "-".join(filter(None, (_NAME_PREFIX, plain, digest)))
