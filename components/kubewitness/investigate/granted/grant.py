"""Granted permissions, of Kubernetes RBAC and of Azure RBAC."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from kubewitness.azure.resource_ids import fold

ALL: Final = "*"

PrincipalKind = Literal["User", "Group", "ServiceAccount"]


@dataclass(frozen=True, order=True)
class Principal:
    """Whom a binding names.

    Attributes:
        kind: of the subject.
        name: the user name, the group, or `NAMESPACE/NAME` of a service account.
    """

    kind: PrincipalKind
    name: str


@dataclass(frozen=True, order=True)
class GrantedRule:
    """One rule that a binding grants.

    Attributes:
        binding: its kind, namespace and name.
        role: its kind, namespace and name.
        principal: who has it.
        namespace: where it holds; empty for the whole cluster.
        verbs: that are granted; `*` is all of them.
        groups: of the API.
        resources: with their subresources.
        names: of objects; none represent all.
        paths: of requests for no resource.
    """

    binding: str
    role: str
    principal: Principal
    namespace: str
    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class DataAction:
    """A data action that a role grants.

    Attributes:
        name: with `*` for any characters, as the role has it.
        excluded: the data actions of `notDataActions`, which the role does not grant.
    """

    name: str
    excluded: tuple[str, ...] = ()

    def includes(self, action: str) -> bool:
        """Return whether a role with it grants a data action."""
        return is_pattern_of(self.name, action) and not self.excludes(action)

    def excludes(self, action: str) -> bool:
        """Return whether a data action, or all that one with `*` represents, is excluded."""
        return any(is_pattern_of(each, action) for each in self.excluded)


@dataclass(frozen=True, order=True)
class AzureAssignment:
    """A role assignment of Azure.

    Attributes:
        id: of the assignment: the GUID at the end of its Azure ID, in lower case.
        principal_id: the object ID of who has it.
        principal_name: for people; may be empty.
        role: its name.
        scope: where it holds.
        data_actions: that the role grants within the cluster; None if the files do not have the
            role.
        is_known: whether the role is known to grant something within the cluster.
    """

    id: str
    principal_id: str
    principal_name: str
    role: str
    scope: str
    data_actions: tuple[DataAction, ...] | None
    is_known: bool = True


@dataclass(frozen=True)
class Granted:
    """The permissions that files grant.

    Attributes:
        rules: of Kubernetes RBAC.
        assignments: of Azure RBAC.
        faults: bindings whose role the files do not have.
        has_rbac: whether the files have objects of Kubernetes RBAC.
    """

    rules: tuple[GrantedRule, ...] = ()
    assignments: tuple[AzureAssignment, ...] = ()
    faults: tuple[str, ...] = ()
    has_rbac: bool = False


def is_pattern_of(pattern: str, action: str) -> bool:
    """Return whether a data action with `*` represents another one, without regard to case."""
    return fnmatchcase(fold(action), fold(pattern))
