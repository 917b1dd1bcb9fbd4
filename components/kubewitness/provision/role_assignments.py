"""Role assignments of Azure RBAC, as all components make them."""

import re

import pulumi
from pulumi_azure_native import authorization


def role_definition_id(resource_id: str, role: str) -> str:
    """Return a built-in role's id in the subscription of a resource.

    A unit test's mock may give an id without a subscription; roles are there without one, too.
    """
    subscription = re.match("/subscriptions/[^/]+", resource_id)
    prefix = subscription[0] if subscription else ""
    return f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def assign_role(  # noqa: PLR0913, PLR0917  # these six are what a role assignment is
    name: str,
    role: pulumi.Input[str],
    scope: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    principal_type: pulumi.Input[str],
    parent: pulumi.Resource,
) -> pulumi.Resource:
    """Assign a built-in role.

    azure-native chooses the name of the assignment, a random GUID, and keeps it in the state. The
    principal type is always set: without it, Azure looks up the principal, and does not yet find
    one that was created a moment ago.
    """
    definition = pulumi.Output.all(scope, role).apply(lambda known: role_definition_id(*known))
    return authorization.RoleAssignment(
        name,
        scope=scope,
        role_definition_id=definition,
        principal_id=principal_id,
        principal_type=principal_type,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def stable_name(object_id: pulumi.Input[str], index: int) -> str:
    """Return the object id where it is known, so that a reordered list changes nothing."""
    return object_id if isinstance(object_id, str) else str(index)
