"""The component that collects the audit logs of a cluster that somebody else made."""

from typing import Optional

import pulumi

from kubewitness.provision.aks_audit_logging.arguments import AksAuditLoggingArgs
from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.validation import check_arguments
from kubewitness.provision.trail.collect import collect_logs
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

    collected: pulumi.Output[dict[str, list[dict[str, str]]]]
    """What is collected where: for each log category its destinations, each with `kind`, `id` and,
    in a workspace, `table`."""

    def __init__(
        self,
        name: str,
        args: AksAuditLoggingArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None:
        """Collect the logs.

        Args:
            name: of the component; the names of all that it creates begin with it.
            args: its arguments.
            opts: as for every Pulumi component.

        Raises:
            InvalidArguments: with everything that is wrong with the arguments.
        """
        checked = check_arguments(AksAuditLoggingModel, f'AksAuditLogging "{name}"', args)
        super().__init__("kubewitness:index:AksAuditLogging", name, {**args}, opts)

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
        self.collected = logs.collected
        self.register_outputs(
            {
                "workspaceId": self.workspace_id,
                "diagnosticSettingIds": self.diagnostic_setting_ids,
                "collected": self.collected,
            }
        )
