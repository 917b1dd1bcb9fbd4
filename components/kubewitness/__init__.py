"""Kubernetes audit logging as code: provision it, enforce it, prove it, investigate with it.

This module holds the public API by lazy names. A name is imported when it is first used, so that
reading logs starts quickly and works without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kubewitness.errors import InputError
    from kubewitness.logs.inputs.find import find_log_files
    from kubewitness.logs.reading.ingest import ingest
    from kubewitness.logs.store.database import open_store
    from kubewitness.policies.check import CheckResult, check
    from kubewitness.policies.crossguard.pack import serve
    from kubewitness.policies.settings_file import read_settings
    from kubewitness.provision.aks_audit_logging.component import AksAuditLogging
    from kubewitness.provision.aks_audit_logging.generated import AksAuditLoggingArgs
    from kubewitness.provision.arguments.validation import InvalidArguments, Problem
    from kubewitness.provision.audit_archive.component import AuditArchive
    from kubewitness.provision.audit_archive.generated import AuditArchiveArgs
    from kubewitness.provision.audit_detections.component import AuditDetections
    from kubewitness.provision.audit_detections.generated import (
        Allowed,
        AuditDetectionsArgs,
    )
    from kubewitness.provision.kubernetes_provider import kubernetes_provider
    from kubewitness.provision.secure_aks_cluster.component import SecureAksCluster
    from kubewitness.provision.secure_aks_cluster.generated import (
        Adopt,
        ApiAccess,
        ClusterAdmins,
        ClusterPrincipal,
        ContainerInsights,
        MaintenanceWindow,
        RoleAssignment,
        SecureAksClusterArgs,
        SystemPool,
        UserPool,
    )
    from kubewitness.provision.trail.generated import (
        AdoptLogging,
        Destination,
        NewWorkspace,
    )
    from kubewitness.sources.load import load
    from kubewitness.sources.loaded import Loaded

    __version__: str

__all__ = [
    "Adopt",
    "AdoptLogging",
    "AksAuditLogging",
    "AksAuditLoggingArgs",
    "Allowed",
    "ApiAccess",
    "AuditArchive",
    "AuditArchiveArgs",
    "AuditDetections",
    "AuditDetectionsArgs",
    "CheckResult",
    "ClusterAdmins",
    "ClusterPrincipal",
    "ContainerInsights",
    "Destination",
    "InputError",
    "InvalidArguments",
    "Loaded",
    "MaintenanceWindow",
    "NewWorkspace",
    "Problem",
    "RoleAssignment",
    "SecureAksCluster",
    "SecureAksClusterArgs",
    "SystemPool",
    "UserPool",
    "__version__",
    "check",
    "find_log_files",
    "ingest",
    "kubernetes_provider",
    "load",
    "open_store",
    "read_settings",
    "serve",
]

_MODULES: Final = {
    "Adopt": "kubewitness.provision.secure_aks_cluster.generated",
    "AdoptLogging": "kubewitness.provision.trail.generated",
    "AksAuditLogging": "kubewitness.provision.aks_audit_logging.component",
    "AksAuditLoggingArgs": "kubewitness.provision.aks_audit_logging.generated",
    "Allowed": "kubewitness.provision.audit_detections.generated",
    "ApiAccess": "kubewitness.provision.secure_aks_cluster.generated",
    "AuditArchive": "kubewitness.provision.audit_archive.component",
    "AuditArchiveArgs": "kubewitness.provision.audit_archive.generated",
    "AuditDetections": "kubewitness.provision.audit_detections.component",
    "AuditDetectionsArgs": "kubewitness.provision.audit_detections.generated",
    "CheckResult": "kubewitness.policies.check",
    "ClusterAdmins": "kubewitness.provision.secure_aks_cluster.generated",
    "ClusterPrincipal": "kubewitness.provision.secure_aks_cluster.generated",
    "ContainerInsights": "kubewitness.provision.secure_aks_cluster.generated",
    "Destination": "kubewitness.provision.trail.generated",
    "InputError": "kubewitness.errors",
    "InvalidArguments": "kubewitness.provision.arguments.validation",
    "Loaded": "kubewitness.sources.loaded",
    "MaintenanceWindow": "kubewitness.provision.secure_aks_cluster.generated",
    "NewWorkspace": "kubewitness.provision.trail.generated",
    "Problem": "kubewitness.provision.arguments.validation",
    "RoleAssignment": "kubewitness.provision.secure_aks_cluster.generated",
    "SecureAksCluster": "kubewitness.provision.secure_aks_cluster.component",
    "SecureAksClusterArgs": "kubewitness.provision.secure_aks_cluster.generated",
    "SystemPool": "kubewitness.provision.secure_aks_cluster.generated",
    "UserPool": "kubewitness.provision.secure_aks_cluster.generated",
    "check": "kubewitness.policies.check",
    "find_log_files": "kubewitness.logs.inputs.find",
    "ingest": "kubewitness.logs.reading.ingest",
    "kubernetes_provider": "kubewitness.provision.kubernetes_provider",
    "load": "kubewitness.sources.load",
    "open_store": "kubewitness.logs.store.database",
    "read_settings": "kubewitness.policies.settings_file",
    "serve": "kubewitness.policies.crossguard.pack",
}

if not TYPE_CHECKING:  # a type checker would take any name

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            # Importing this module takes longer than all else here.
            return import_module("importlib.metadata").version("kubewitness")
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
