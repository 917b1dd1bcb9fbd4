"""The component that collects the audit logs of an existing cluster."""

from typing import Any, Optional, Unpack, overload

import pulumi

from kubewitness.provision.aks_audit_logging.generated import AksAuditLoggingArgs
from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.documentation import describe_arguments
from kubewitness.provision.arguments.reporting import checked_arguments, leave_unknown
from kubewitness.provision.arguments.validation import NOT_GIVEN, given_arguments
from kubewitness.provision.trail.collect import collect_logs
from kubewitness.provision.trail.responders import admit_responders
from kubewitness.provision.trail.workspace import audit_workspace


class AksAuditLogging(pulumi.ComponentResource):
    """The audit logs of an existing AKS cluster, collected as SecureAksCluster does.

    The categories kube-audit, kube-audit-admin and guard go to a Log Analytics workspace, into a
    table for each kind of log. The cluster itself is not changed. Azure refuses a category that
    another setting of the cluster already sends to the same workspace.
    """

    workspace_id: pulumi.Output[str]
    """Resource id of the Log Analytics workspace that receives the logs."""

    diagnostic_setting_ids: pulumi.Output[list[str]]
    """Resource ids of the diagnostic settings that collect the logs."""

    tables: pulumi.Output[list[str]]
    """Names of the tables that the logs fill in the workspace."""

    collected: pulumi.Output[dict[str, list[dict[str, str]]]]
    """The collected logs: for each log category its destinations, each with `kind`, `id` and, in
    a workspace, `table`."""

    @overload
    def __init__(
        self,
        name: str,
        args: AksAuditLoggingArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Unpack[AksAuditLoggingArgs],
    ) -> None: ...

    def __init__(
        self,
        name: str,
        # Pulumi's analyzer reads this annotation and takes no Optional.
        args: AksAuditLoggingArgs = NOT_GIVEN,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Any,
    ) -> None:
        """Collect the logs.

        Args:
            name: of the component; the names of all that it creates begin with it.
            args: its arguments, as a dictionary instead of as keyword arguments.
            opts: as for every Pulumi component.
            arguments: its arguments, as keyword arguments.

        Raises:
            InvalidArguments: with everything that is wrong with the arguments.
        """
        title = f'AksAuditLogging "{name}"'
        given = given_arguments(title, args, arguments)
        checked = checked_arguments(AksAuditLoggingModel, title, given)
        super().__init__(
            "kubewitness:index:AksAuditLogging", name, {**given} if checked else {}, opts
        )
        if checked is None:
            leave_unknown(self)
            return

        workspace = audit_workspace(name, checked, self)
        logs = collect_logs(
            name,
            checked.cluster_id,
            checked,
            workspace,
            setting_name=checked.setting_name,
            parent=self,
        )

        self.workspace_id = workspace.workspace_id
        self.diagnostic_setting_ids = logs.setting_ids
        self.tables = logs.tables
        self.collected = logs.collected
        admit_responders(name, checked, workspace, self)
        self.register_outputs(
            {
                "workspaceId": self.workspace_id,
                "diagnosticSettingIds": self.diagnostic_setting_ids,
                "tables": self.tables,
                "collected": self.collected,
            }
        )


describe_arguments(AksAuditLogging, AksAuditLoggingModel)
