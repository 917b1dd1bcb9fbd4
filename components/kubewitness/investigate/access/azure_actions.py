"""The data actions of Azure RBAC that Kubernetes requests need.

Source: Azure/guard, `authz/providers/azure/rbac/checkaccessreqhelper.go`, `getDataActions`.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath
from typing import Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.azure_api_groups import AZURE_API_GROUPS
from kubewitness.investigate.access.permissions import READS, Permission

CLUSTER_TYPE: Final = "Microsoft.ContainerService/managedClusters"

_EXEC: Final = "pods/exec"

VERBS: Final[Mapping[str, Sequence[str]]] = {
    "read": READS,
    "write": ("create", "update", "patch"),
    "delete": ("delete", "deletecollection"),
}
"""The verbs that one data action grants, by its end."""

_ACTIONS: Final = {
    **{verb: kind for kind, verbs in VERBS.items() for verb in verbs},
    **{verb: f"{verb}/action" for verb in ("bind", "escalate", "use", "impersonate", "inference")},
}
"""The end of a data action after the resource, by verb; other verbs have none."""

_PATHS: Final = (
    "api", "apis", "healthz", "livez", "logs", "metrics", "openapi", "readyz", "resetmetrics",
    "swagger", "swagger-api", "swagger-ui", "ui", "version",
)  # fmt: skip
"""How data actions of requests for no resource begin.

Source: Azure docs, "Azure permissions for Containers".
"""

_ALL: Final = "*"

SUBRESOURCES: Final = {
    "deployments": ("scale", "status"),
    "namespaces": ("finalize", "status"),
    "nodes": ("proxy", "status"),
    "pods": (
        "attach", "binding", "ephemeralcontainers", "eviction", "log", "portforward", "proxy",
        "resize", "status",
    ),
    "replicasets": ("scale", "status"),
    "serviceaccounts": ("token",),
    "services": ("proxy", "status"),
    "statefulsets": ("scale", "status"),
    "certificatesigningrequests": ("approval", "status"),
}  # fmt: skip
"""Subresources that the data actions of their resource grant, too."""


def data_action(permission: Permission) -> str:
    """Return the data action that Azure's authorizer checks if custom resources have none."""
    resource, _, _ = permission.resource.partition("/")
    action = _ACTIONS.get(permission.verb, "")
    if permission.path:
        return _joined(permission.path, action)
    if permission.resource == _EXEC:
        return _joined(permission.group, _EXEC, "action")
    return _joined(permission.group, resource, action)


def role_action(permission: Permission) -> str | None:
    """Return the data action that a role needs; None if Azure RBAC cannot grant the permission."""
    action = _ACTIONS.get(permission.verb)
    if is_custom_resource(permission):
        return _joined("customresources", action) if action in ("read", "write", "delete") else None
    is_granted = action or permission.resource == _EXEC
    return data_action(permission) if is_granted else None


def granted_permissions(action: str) -> Sequence[Permission]:
    """Return the permissions that a data action grants; `*` remains in groups and resources.

    Args:
        action: of AKS, in any case, with `*` for any characters.
    """
    *parts, end = fold(action).removeprefix(f"{fold(CLUSTER_TYPE)}/").split("/")
    if end == "action" and parts:
        verbs = ["get"] if "/".join(parts) == _EXEC else [parts.pop()]
    else:
        verbs = [v for kind, some in VERBS.items() if fnmatchcase(kind, end) for v in some]
    if parts and parts[0] in _PATHS:
        return [Permission(verb, path=f"/{'/'.join(parts)}") for verb in verbs or [end]]
    group = parts.pop(0) if parts and parts[0] in AZURE_API_GROUPS else ""
    resource = "/".join(parts) or _ALL
    group = _ALL if resource == _ALL and not group else group
    return [Permission(verb, group, resource) for verb in verbs or [end]]


def is_custom_resource(permission: Permission) -> bool:
    """Return whether the resource has no data actions of its own."""
    return bool(permission.resource) and permission.group not in AZURE_API_GROUPS


def _joined(*parts: str | None) -> str:
    return normpath("/".join(filter(None, (CLUSTER_TYPE, *parts))))
