"""Remediation of access to a cluster, which several policies share.

Disabling local accounts in a cluster without Entra ID removes all access, and Entra ID cannot be
disabled again. So both happen together, and only with a group whose members have access.
Sources: Azure docs, "Manage local accounts with Microsoft Entra integration" and "Enable Microsoft
Entra ID authentication for the AKS control plane".
"""

from typing import Annotated

from pydantic import StringConstraints

from kubewitness.azure.resource_ids import GUID
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.aks import aks_cluster
from kubewitness.graph.resource_kinds import is_classic, kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT
from kubewitness.policies.policy import Change
from kubewitness.policies.settings import PolicySettings

Guid = Annotated[str, StringConstraints(pattern=f"^{GUID}$")]


class AccessSettings(PolicySettings):
    """The settings of the policies on access.

    Attributes:
        admin_group_object_ids: groups of Entra ID that a remediation makes cluster admins; without
            them it changes nothing.
    """

    admin_group_object_ids: tuple[Guid, ...] = ()


def secure_access(resource: Resource, settings: AccessSettings) -> list[Change]:
    """Switch local accounts off, managed Entra ID and Azure RBAC on, and make the groups admins.

    Existing groups are kept. Unknown values are not changed.
    """
    groups = list(settings.admin_group_object_ids)
    if not groups or kind_of(resource.type) is not ResourceKind.CLUSTER:
        return []
    cluster = aks_cluster(resource, {})
    names = _CLASSIC if is_classic(resource.type) else _NATIVE
    wanted = {
        "local_accounts_disabled": True,
        "azure_rbac": True,
        "entra_managed": True,
        "admin_groups": groups,
    }
    return [
        Change(path, wanted[attribute])
        for attribute, path in names.items()
        if _must_change(getattr(cluster, attribute), wanted[attribute])
    ]


def _must_change(now: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return now is ABSENT or now == []
    return now is ABSENT or now is False


_NATIVE = {
    "local_accounts_disabled": ("disableLocalAccounts",),
    "entra_managed": ("aadProfile", "managed"),
    "azure_rbac": ("aadProfile", "enableAzureRBAC"),
    "admin_groups": ("aadProfile", "adminGroupObjectIDs"),
}
_CLASSIC = {
    "local_accounts_disabled": ("localAccountDisabled",),
    "azure_rbac": ("azureActiveDirectoryRoleBasedAccessControl", "azureRbacEnabled"),
    "admin_groups": ("azureActiveDirectoryRoleBasedAccessControl", "adminGroupObjectIds"),
}
