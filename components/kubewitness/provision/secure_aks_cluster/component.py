"""The component that provisions an AKS cluster with its audit logs."""

from functools import cached_property
from typing import Any, Optional, Unpack, overload

import pulumi
from pulumi_azure_native import containerservice

from kubewitness.provision.arguments.documentation import describe_arguments
from kubewitness.provision.arguments.reporting import checked_arguments, leave_unknown
from kubewitness.provision.arguments.validation import NOT_GIVEN, given_arguments
from kubewitness.provision.secure_aks_cluster.access import (
    ClusterIdentity,
    admit_admins,
    assign_roles,
    cluster_identity,
)
from kubewitness.provision.secure_aks_cluster.addons import collect_insights, schedule_maintenance
from kubewitness.provision.secure_aks_cluster.drift import (
    ignored_cluster_changes,
    ignored_pool_changes,
)
from kubewitness.provision.secure_aks_cluster.generated import SecureAksClusterArgs
from kubewitness.provision.secure_aks_cluster.ignored_changes import warn_of_ignored_changes
from kubewitness.provision.secure_aks_cluster.inputs import (
    cluster_inputs,
    system_pool_inputs,
    user_pool_inputs,
)
from kubewitness.provision.secure_aks_cluster.kubeconfig import cluster_kubeconfig
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.overrides import with_overrides
from kubewitness.provision.secure_aks_cluster.placement import (
    check_placement,
    cluster_resource_name,
)
from kubewitness.provision.trail.adoption import adopted
from kubewitness.provision.trail.collect import collect_logs
from kubewitness.provision.trail.responders import admit_responders
from kubewitness.provision.trail.workspace import AuditWorkspace, audit_workspace


def when_used(method: str) -> Any:
    """Return an attribute whose value a method makes when it is first used.

    Its annotation stays, from which Pulumi's analyzer makes the schema.
    """
    return cached_property(lambda component: getattr(component, method)())


class SecureAksCluster(pulumi.ComponentResource):
    """An AKS cluster that lets in only identities of Entra ID and whose audit logs are collected.

    It has Entra ID with Azure RBAC, no local accounts, no run command, network policy, an OIDC
    issuer, workload identity, the Azure Policy add-on, the Defender sensor, an image cleaner and
    upgrades on Sundays, on the Standard tier. The categories kube-audit, kube-audit-admin and guard
    go to a Log Analytics workspace. Wrong arguments are reported all at once.
    """

    cluster_id: pulumi.Output[str]
    """Resource id of the cluster."""

    cluster_name: pulumi.Output[str]
    """Name of the cluster."""

    oidc_issuer_url: pulumi.Output[str]
    """URL of the issuer that workload identities are federated with."""

    node_resource_group: pulumi.Output[str]
    """Name of the resource group that AKS makes for the nodes."""

    principal_id: pulumi.Output[str]
    """Object id in Entra ID of the identity that the cluster manages Azure resources with: give it
    the roles that the cluster needs, such as on a subnet or a public address."""

    kubelet_identity: pulumi.Output[dict[str, str]]
    """The identity of the nodes, which pulls images: `clientId`, `objectId` and `resourceId`. Give
    it the role AcrPull on your registry."""

    data_collection_rule_id: pulumi.Output[str]
    """Resource id of the data collection rule of Container insights; empty without it."""

    kubeconfig: pulumi.Output[str] = when_used("_fetch_kubeconfig")
    """A kubeconfig without any secret: kubelogin signs in as the identity of the Azure CLI. It is
    fetched when a program uses it, which needs the role Azure Kubernetes Service Cluster User."""

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
        args: SecureAksClusterArgs,
        opts: Optional[pulumi.ResourceOptions] = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        name: str,
        *,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Unpack[SecureAksClusterArgs],
    ) -> None: ...

    def __init__(
        self,
        name: str,
        # Pulumi's analyzer reads this annotation and takes no Optional.
        args: SecureAksClusterArgs = NOT_GIVEN,
        opts: Optional[pulumi.ResourceOptions] = None,
        **arguments: Any,
    ) -> None:
        """Create the cluster.

        Args:
            name: of the component; the names of all that it creates begin with it.
            args: its arguments, as a dictionary instead of as keyword arguments.
            opts: as for every Pulumi component.
            arguments: its arguments, as keyword arguments.

        Raises:
            InvalidArguments: with everything that is wrong with the arguments.
        """
        title = f'SecureAksCluster "{name}"'
        given = given_arguments(title, args, arguments)
        checked = checked_arguments(SecureAksClusterModel, title, given)
        super().__init__(
            "kubewitness:index:SecureAksCluster", name, {**given} if checked else {}, opts
        )
        if checked is None:
            leave_unknown(self)
            return

        workspace = audit_workspace(name, checked, self)
        identity = cluster_identity(name, checked, self)
        cluster = self._cluster(name, checked, workspace, identity)
        self._user_pools(name, checked, cluster)
        admit_admins(name, checked.cluster_admins, cluster)
        assign_roles(name, checked.role_assignments, cluster)
        schedule_maintenance(name, checked, cluster)
        rule_id = collect_insights(name, checked, cluster, workspace.workspace_id)
        logs = collect_logs(name, cluster.id, checked, workspace, parent=self)
        admit_responders(name, checked, workspace, self)

        self._managed_cluster, self._tenant_id = cluster, checked.tenant_id
        self.cluster_id = cluster.id
        self.cluster_name = cluster.name
        self.oidc_issuer_url = cluster.oidc_issuer_profile.apply(_issuer_url)
        self.node_resource_group = cluster.node_resource_group.apply(_text)
        self.principal_id = identity.principal_id or cluster.identity.apply(_principal_id)
        self.kubelet_identity = cluster.identity_profile.apply(_kubelet_identity)
        self.data_collection_rule_id = rule_id
        self.workspace_id = workspace.workspace_id
        self.diagnostic_setting_ids = logs.setting_ids
        self.tables = logs.tables
        self.collected = logs.collected
        check_placement(title, name, checked, cluster.location)
        self._register_outputs()

    def _cluster(
        self,
        name: str,
        checked: SecureAksClusterModel,
        workspace: AuditWorkspace,
        identity: ClusterIdentity,
    ) -> containerservice.ManagedCluster:
        inputs = {
            **cluster_inputs(name, checked, workspace.workspace_id),
            "identity": identity.inputs,
        }
        cluster = containerservice.ManagedCluster(
            cluster_resource_name(name),
            **with_overrides(inputs, checked.cluster_overrides),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=identity.grants,
                ignore_changes=ignored_cluster_changes(checked),
                aliases=adopted(checked.adopt.cluster),
            ),
        )
        warn_of_ignored_changes(name, checked, system_pool_inputs(checked), cluster)
        return cluster

    def _user_pools(
        self, name: str, checked: SecureAksClusterModel, cluster: containerservice.ManagedCluster
    ) -> None:
        for pool in checked.user_pools:
            containerservice.AgentPool(
                f"{name}-pool-{pool.name}",
                resource_name_=cluster.name,
                **user_pool_inputs(pool, checked),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    ignore_changes=ignored_pool_changes(checked, pool),
                    aliases=adopted(checked.adopt.user_pools.get(pool.name)),
                ),
            )

    def _register_outputs(self) -> None:
        """Give the outputs to the engine, but not the kubeconfig, which would be fetched."""
        self.register_outputs(
            {
                "clusterId": self.cluster_id,
                "clusterName": self.cluster_name,
                "oidcIssuerUrl": self.oidc_issuer_url,
                "nodeResourceGroup": self.node_resource_group,
                "principalId": self.principal_id,
                "kubeletIdentity": self.kubelet_identity,
                "dataCollectionRuleId": self.data_collection_rule_id,
                "workspaceId": self.workspace_id,
                "diagnosticSettingIds": self.diagnostic_setting_ids,
                "tables": self.tables,
                "collected": self.collected,
            }
        )

    def _fetch_kubeconfig(self) -> pulumi.Output[str]:
        return cluster_kubeconfig(
            self._managed_cluster, self.diagnostic_setting_ids, self._tenant_id
        )


def _issuer_url(profile: Any) -> str:
    return getattr(profile, "issuer_url", None) or ""


def _text(value: Any) -> str:
    return value or ""


def _principal_id(identity: Any) -> str:
    return getattr(identity, "principal_id", None) or ""


def _kubelet_identity(profile: Any) -> dict[str, str]:
    found = (profile or {}).get("kubeletidentity")
    names = {"clientId": "client_id", "objectId": "object_id", "resourceId": "resource_id"}
    return {wire: getattr(found, own, None) or "" for wire, own in names.items()}


describe_arguments(SecureAksCluster, SecureAksClusterModel)
