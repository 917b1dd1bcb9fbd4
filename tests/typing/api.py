"""What users write, for type checkers: mypy reads this file in `make check`, nothing runs it.

Programs that must not pass are in `test_typing.py`.
"""

from pathlib import Path
from typing import assert_type

import pulumi

import kubewitness
from kubewitness import (
    Adopt,
    AdoptLogging,
    AksAuditLogging,
    AksAuditLoggingArgs,
    Allowed,
    ApiAccess,
    AuditArchive,
    AuditArchiveArgs,
    AuditDetections,
    AuditDetectionsArgs,
    CheckResult,
    ClusterAdmins,
    ClusterPrincipal,
    ContainerInsights,
    Destination,
    InputError,
    InvalidArguments,
    Loaded,
    MaintenanceWindow,
    NewWorkspace,
    Problem,
    RoleAssignment,
    SecureAksCluster,
    SecureAksClusterArgs,
    SystemPool,
    UserPool,
    check,
    find_log_files,
    ingest,
    kubernetes_provider,
    load,
    open_store,
    read_settings,
    serve,
)

GROUP = "11111111-2222-3333-4444-555555555555"


def provider_of(cluster: SecureAksCluster) -> pulumi.ProviderResource:
    """The provider of Pulumi's package for Kubernetes."""
    return kubernetes_provider("kubernetes", cluster)


def clusters(later: pulumi.Output[str], provider: pulumi.ProviderResource) -> None:
    """A dictionary, `args` and keyword arguments; values now or later; objects by their type."""
    plain = SecureAksCluster(
        "prod",
        {
            "resource_group_name": "shop",
            "cluster_admins": {"group_object_ids": [GROUP, later]},
            "api_access": {"private": True},
            "network_policy": "calico",
            "user_pools": [{"name": "win", "os_type": "Windows"}],
        },
    )
    assert_type(plain.cluster_id, pulumi.Output[str])
    assert_type(plain.diagnostic_setting_ids, pulumi.Output[list[str]])
    typed = SecureAksClusterArgs(
        resource_group_name=later,
        cluster_admins=ClusterAdmins(principals=[ClusterPrincipal(object_id=later, type="User")]),
        api_access=ApiAccess(authorized_ip_ranges=["203.0.113.0/24", later]),
        workspace=NewWorkspace(interactive_retention_days=180, kube_audit_plan="Basic"),
        destinations=[Destination(storage_account_id=later, categories=["kube-audit"])],
        system_pool=SystemPool(count=3, os_sku="Ubuntu"),
        user_pools=[UserPool(name="batch", node_labels={"team": later})],
        maintenance_window=MaintenanceWindow(day="Saturday"),
        container_insights=ContainerInsights(streams=["Microsoft-ContainerLogV2"]),
        role_assignments=[RoleAssignment(role="x", object_id=GROUP, type="Group")],
        adopt=Adopt(cluster="aks", user_pools={"batch": "pool"}),
        tags={"team": later},
    )
    SecureAksCluster("prod", args=typed, opts=pulumi.ResourceOptions(provider=provider))
    SecureAksCluster("prod", typed, pulumi.ResourceOptions(provider=provider))
    SecureAksCluster(
        "prod",
        resource_group_name=later,
        cluster_admins={"waived_because": "roles are assigned on the subscription"},
        api_access={"private": True},
        network_policy="cilium",
        sku_tier="Premium",
        opts=pulumi.ResourceOptions(provider=provider),
    )
    SecureAksCluster("prod", **typed)


def other_components(later: pulumi.Output[str]) -> None:
    """Each in both ways."""
    logging = AksAuditLoggingArgs(cluster_id=later, adopt=AdoptLogging(workspace="logs"))
    AksAuditLogging("old", logging)
    AksAuditLogging("old", cluster_id=later, audit_profile="archive")
    AuditArchive("archive", AuditArchiveArgs(resource_group_name="audit"))
    archive = AuditArchive("archive", resource_group_name="audit", redundancy="Standard_GZRS")
    assert_type(archive.storage_account_id, pulumi.Output[str])
    allowed = Allowed(reason="deploys", expires="2027-01-31", usernames=["deployer@shop.example"])
    detections = AuditDetectionsArgs(
        workspace_id=later, sentinel="existing", allow_list=[allowed], severities=["High"]
    )
    AuditDetections("soc", detections)
    soc = AuditDetections("soc", workspace_id=later, sentinel="none", frequency="5m")
    assert_type(soc.rule_ids, pulumi.Output[dict[str, str]])


def mistakes() -> tuple[Problem, ...]:
    """What is wrong with arguments, one by one."""
    try:
        AuditArchive("archive", resource_group_name=" ")
    except InvalidArguments as error:
        assert_type([problem.path for problem in error.problems], list[str])
        return error.problems
    return ()


def checks(folder: Path) -> CheckResult:
    """What a program or a state is judged by."""
    loaded = load(folder, stack="prod")
    assert_type(loaded, Loaded)
    return check(loaded, settings=read_settings(None))


def logs(folder: str) -> int:
    """What reads logs into a store."""
    try:
        with open_store(Path("kubewitness.store")) as connection:
            return ingest(connection, find_log_files([folder])).files_known
    except InputError as error:
        assert_type(error.faults, tuple[str, ...])
        return 0


def packs() -> None:
    """What a policy pack of one's own calls."""
    serve()
    assert_type(kubewitness.__version__, str)
