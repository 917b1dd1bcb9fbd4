"""The smallest custom roles of Azure RBAC that grant what Azure allowed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from kubewitness.azure.resource_ids import segments
from kubewitness.investigate.access.azure_actions import (
    CLUSTER_TYPE,
    SUBRESOURCES,
    VERBS,
    is_custom_resource,
    role_action,
)
from kubewitness.investigate.access.permissions import Permission, Subject, Use

_UNKNOWN_CLUSTER: Final = (
    "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/"
    "Microsoft.ContainerService/managedClusters/CLUSTER"
)
"""Represents the cluster's ID in a log that does not have it."""


@dataclass(frozen=True)
class AzureRole:
    """A custom role and where to assign it.

    Attributes:
        scope: a namespace of the cluster, or the cluster.
        namespace: empty for the cluster.
        data_actions: that the role grants.
        condition: of the assignment, which restricts custom resources; else empty.
        also_grants: what else the data actions grant than what was used.
    """

    scope: str
    namespace: str
    data_actions: Sequence[str]
    condition: str
    also_grants: Sequence[str]


@dataclass(frozen=True)
class AzureRoles:
    """The custom roles of a subject.

    Attributes:
        roles: one for each scope.
        not_granted: permissions that were used and that no data action of Azure grants.
    """

    roles: Sequence[AzureRole] = ()
    not_granted: Sequence[Permission] = ()


def azure_roles(cluster: str, uses: Iterable[Use]) -> AzureRoles:
    """Return the smallest custom roles that grant what was used.

    Args:
        cluster: its Azure ID; empty if the log does not have it.
    """
    by_scope: dict[str, dict[str, set[Permission]]] = defaultdict(lambda: defaultdict(set))
    not_granted: set[Permission] = set()
    for use in uses:
        action = role_action(use.permission)
        if action:
            by_scope[use.permission.namespace][action].add(use.permission)
        else:
            not_granted.add(use.permission)
    everywhere = by_scope.get("", {})
    roles = []
    for namespace in sorted(by_scope):
        # The condition on custom resources is that of one assignment.
        own = {
            action: permissions
            for action, permissions in by_scope[namespace].items()
            if not namespace or action not in everywhere or "/customresources/" in action
        }
        if own:
            roles.append(_role(cluster or _UNKNOWN_CLUSTER, namespace, own))
    return AzureRoles(roles, sorted(not_granted))


def scope_of(cluster: str, namespace: str) -> str:
    """Return the scope of an assignment that holds in a namespace, or in the whole cluster."""
    return f"{cluster}/namespaces/{namespace}" if namespace else cluster


def role_definition(subject: Subject, role: AzureRole) -> dict[str, Any]:
    """Return a role as `az role definition create` reads it."""
    parts = segments(role.scope)
    group = f"/subscriptions/{parts['subscriptions']}/resourceGroups/{parts['resourcegroups']}"
    place = role.namespace or "the whole cluster"
    return {
        "Name": f"kubewitness {parts['managedclusters']} {place} {subject.user}",
        "IsCustom": True,
        "Description": f"Permissions that {subject.user} used in {place}",
        "Actions": [],
        "NotActions": [],
        "DataActions": list(role.data_actions),
        "NotDataActions": [],
        "AssignableScopes": [group],
    }


def _role(
    cluster: str, namespace: str, permissions: Mapping[str, AbstractSet[Permission]]
) -> AzureRole:
    used = {permission for some in permissions.values() for permission in some}
    also = (line for action in sorted(permissions) for line in _also(action, permissions[action]))
    return AzureRole(
        scope_of(cluster, namespace),
        namespace,
        sorted(permissions),
        _condition(used),
        list(dict.fromkeys(also)),
    )


def _also(action: str, used: AbstractSet[Permission]) -> Iterator[str]:
    """Yield what a data action grants besides what was used."""
    kind = action.rpartition("/")[2]
    some = next(iter(used))
    if kind not in VERBS or some.path:
        names = {permission.name for permission in used} - {""}
        if names and not some.path:
            yield f"{action}: every name, not only {', '.join(sorted(names))}"
        return
    names = {permission.name for permission in used}
    verbs = [verb for verb in VERBS[kind] if verb not in {one.verb for one in used}]
    resource = some.resource.partition("/")[0]
    seen = {one.resource for one in used}
    custom = is_custom_resource(some)
    whole = [] if custom or resource in seen else [resource]
    others = () if custom else SUBRESOURCES.get(resource, ())
    subresources = [f"{resource}/{one}" for one in others if f"{resource}/{one}" not in seen]
    extra = [
        *([f"verbs {', '.join(verbs)}"] if verbs else []),
        *([f"resources {', '.join([*whole, *subresources])}"] if whole or subresources else []),
        *(["every name"] if names != {""} else []),
        *(["every custom resource unless the condition is set"] if custom else []),
    ]
    if extra:
        yield f"{action}: {'; '.join(extra)}"


def _condition(used: AbstractSet[Permission]) -> str:
    """Return the condition that restricts the data actions of custom resources to those used.

    Source: Azure docs, "Restrict custom resource access using ABAC conditions".
    """
    custom = sorted(
        {(one.group, one.resource.partition("/")[0]) for one in used if is_custom_resource(one)}
    )
    if not custom:
        return ""
    prefix = f"{CLUSTER_TYPE}/customresources"
    others = " AND ".join(f"!(ActionMatches{{'{prefix}/{kind}'}})" for kind in VERBS)
    allowed = " OR ".join(
        f"(@Request[{CLUSTER_TYPE}/customResources:group] StringEqualsIgnoreCase '{group}' AND "
        f"@Request[{CLUSTER_TYPE}/customResources:kind] StringEqualsIgnoreCase '{kind}')"
        for group, kind in custom
        if "'" not in group + kind
    )
    return f"(({others}) OR {allowed})"
