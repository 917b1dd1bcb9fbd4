"""Other ways to a cluster that no policy forbids, as notes for the reader.

`docs/enforce/cluster-properties.md` records the decision on each property and child resource.
Property names are those on the wire. Sources: API docs of ManagedCluster, AgentPool and
KubernetesCluster;
Azure docs, "Manage SSH for secure access to AKS nodes" and "Use instance-level public IPs".
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import AccessNote
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, items, read

_EACH: Final = "*"
"""In a path: each item of a list."""

_SSH: Final = (
    "SSH keys allow sign-in to the nodes without Entra ID and audit logs; set "
    "`sshAccess` of the node pools to `Disabled`, or leave the keys out"
)
_WINDOWS: Final = "a password allows sign-in to the Windows nodes without Entra ID and audit logs"
_PUBLIC_NODES: Final = (
    "the nodes have public addresses, which the network of the API does not limit"
)
_DASHBOARD: Final = (
    "the dashboard acts with a service account: the audit logs do not name its users"
)
_TENANT: Final = (
    "the admin groups are of the tenant in the property `tenantID`; make sure that it is yours"
)

Path = tuple[str, ...]

PROPERTIES: Final[tuple[tuple[tuple[Path, ...], str], ...]] = (
    ((("linuxProfile", "ssh", "publicKeys"),), _SSH),
    ((("linuxProfile", "sshKey"),), _SSH),
    ((("windowsProfile", "adminPassword"),), _WINDOWS),
    ((("agentPoolProfiles", _EACH, "enableNodePublicIP"),), _PUBLIC_NODES),
    ((("defaultNodePool", "nodePublicIpEnabled"),), _PUBLIC_NODES),
    ((("defaultNodePool", "enableNodePublicIp"),), _PUBLIC_NODES),
    ((("enableNodePublicIP",),), _PUBLIC_NODES),
    ((("nodePublicIpEnabled",),), _PUBLIC_NODES),
    ((("addonProfiles", "kubeDashboard", "enabled"),), _DASHBOARD),
    ((("aadProfile", "tenantID"), ("aadProfile", "adminGroupObjectIDs")), _TENANT),
    (
        (
            ("azureActiveDirectoryRoleBasedAccessControl", "tenantId"),
            ("azureActiveDirectoryRoleBasedAccessControl", "adminGroupObjectIds"),
        ),
        _TENANT,
    ),
)
"""Properties of a cluster or a node pool, all of which must be set, and what follows."""

_FLEET: Final = "a person who controls the fleet can change the cluster without its Entra ID"
_GITOPS: Final = (
    "a person who controls its source can change the cluster; the audit logs name the agent only"
)

RESOURCES: Final = {
    "FleetMember": _FLEET,
    "FleetManagedNamespace": _FLEET,
    "PrivateEndpointConnection": "another network reaches the API of the private cluster",
    "FluxConfiguration": _GITOPS,
    "SourceControlConfiguration": _GITOPS,
    "Extension": _GITOPS,
    "KubernetesClusterExtension": _GITOPS,
}
"""Resources that belong to a cluster, by the last part of their type, and what follows."""


def access_notes(resources: Iterable[Resource]) -> Iterator[AccessNote]:
    """Yield the other ways to a cluster that resources configure."""
    for resource in resources:
        kind = kind_of(resource.type)
        if kind in {ResourceKind.CLUSTER, ResourceKind.OTHER_ACCESS}:
            found = dict.fromkeys(text for paths, text in PROPERTIES if _all_set(resource, paths))
            yield from (AccessNote(resource, text) for text in found)
        if kind is ResourceKind.OTHER_ACCESS:
            own = RESOURCES.get(resource.type.rpartition(":")[2])
            yield from [AccessNote(resource, own)] if own else []


def _all_set(resource: Resource, paths: Iterable[Path]) -> bool:
    return all(any(map(_is_set, _values(resource.properties, path))) for path in paths)


def _values(value: Any, path: Path) -> Iterator[Any]:
    """Yield the value at a path, once for each item of a list on it."""
    before, *after = path
    if before == _EACH:
        listed = items(value)
        for item in [listed] if isinstance(listed, Unknown) else listed:
            yield from _values(item, tuple(after))
    elif after:
        yield from _values(read(value, before), tuple(after))
    else:
        yield read(value, before)


def _is_set(value: Any) -> bool:
    return isinstance(value, Unknown) or (value is not ABSENT and bool(value))
