"""Reads role assignments and definitions, as the Azure CLI lists them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.aks_roles import AKS_ROLES, RBAC_CLUSTER_ADMIN
from kubewitness.investigate.access.azure_actions import CLUSTER_TYPE
from kubewitness.investigate.granted.grant import AzureAssignment, DataAction

Entries = Sequence[Mapping[str, Any]]

_KEY_OF_ASSIGNMENT: Final = "roleDefinitionId"
_KEY_OF_DEFINITION: Final = "assignableScopes"

_EVERYTHING: Final = (DataAction(f"{CLUSTER_TYPE}/*"),)
_BUILT_IN: Final = {role for name, role in AKS_ROLES.items() if " RBAC " in name}
"""Built-in roles that grant something within the cluster."""


def is_assignment(entry: Any) -> bool:
    """Return whether an entry is of `az role assignment list`."""
    return isinstance(entry, dict) and _KEY_OF_ASSIGNMENT in entry and "principalId" in entry


def is_definition(entry: Any) -> bool:
    """Return whether an entry is of `az role definition list`."""
    return isinstance(entry, dict) and _KEY_OF_DEFINITION in entry


def role_assignments(assignments: Entries, definitions: Entries) -> Iterator[AzureAssignment]:
    """Yield the assignments with the data actions of their roles, as far as these are known."""
    known = {
        RBAC_CLUSTER_ADMIN: _EVERYTHING,
        **{
            _last(str(each.get("name") or each.get("id"))): tuple(_data_actions(each))
            for each in definitions
        },
    }
    for each in assignments:
        role = _last(str(each[_KEY_OF_ASSIGNMENT]))
        actions = known.get(role)
        if actions == ():
            continue  # the role grants nothing within the cluster
        yield AzureAssignment(
            _last(str(each.get("name") or each.get("id") or "")),
            fold(str(each["principalId"])),
            str(each.get("principalName") or ""),
            str(each.get("roleDefinitionName") or role),
            fold(str(each.get("scope") or "")),
            actions,
            is_known=actions is not None or role in _BUILT_IN,
        )


def _is_of_cluster(action: str) -> bool:
    """Return whether a data action, which can have `*` anywhere, may be one of AKS."""
    start = fold(action).partition("*")[0]
    return start.startswith(fold(CLUSTER_TYPE)) or fold(CLUSTER_TYPE).startswith(start)


def _data_actions(definition: Mapping[str, Any]) -> Iterator[DataAction]:
    """Yield what a role grants within the cluster. An exclusion is of the same permission only."""
    for permission in definition.get("permissions") or [definition]:
        excluded = tuple(map(str, permission.get("notDataActions") or ()))
        for action in map(str, permission.get("dataActions") or ()):
            granted = DataAction(action, excluded)
            if _is_of_cluster(action) and not granted.excludes(action):
                yield granted


def _last(identifier: str) -> str:
    return fold(identifier).rstrip("/").rpartition("/")[2]
