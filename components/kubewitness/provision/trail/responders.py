"""Who reads the audit logs: Azure role assignments on the workspace or on its tables.

Sources, both of the Azure documentation: "Manage access to Log Analytics workspaces"; "Manage
table-level read access in a Log Analytics workspace".
"""

from typing import Final

import pulumi

from kubewitness.provision.role_assignments import assign_role, stable_name
from kubewitness.provision.trail.model import AuditTrail
from kubewitness.provision.trail.workspace import AUDIT_TABLES, AuditWorkspace

LOG_ANALYTICS_READER: Final = "73c42c96-874c-492b-b04d-ab87d138a893"


def admit_responders(
    name: str, arguments: AuditTrail, workspace: AuditWorkspace, parent: pulumi.Resource
) -> None:
    """Let the responders read the logs.

    Args:
        name: of the component; its children's names begin with it.
        arguments: those of the component that concern the logs.
        workspace: which the logs go to.
        parent: the component.
    """
    on_tables = arguments.responders_read == "tables"
    scopes = [f"/tables/{table}" for table in AUDIT_TABLES] if on_tables else [""]
    for index, group in enumerate(arguments.responders):
        for scope in scopes:
            words = [stable_name(group, index), *scope.split("/")[2:]]
            assign_role(
                f"{name}-responder-{'-'.join(words)}",
                LOG_ANALYTICS_READER,
                pulumi.Output.concat(workspace.workspace_id, scope),
                group,
                "Group",
                parent,
            )
