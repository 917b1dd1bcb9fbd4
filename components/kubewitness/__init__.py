"""Kubernetes audit logging as code: provision it, enforce it, prove it, investigate with it.

This module holds the Pulumi components and their arguments, by lazy names: Pulumi is loaded when
one of them is first used, so that reading logs starts quickly and works without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kubewitness.policies.crossguard.pack import serve
    from kubewitness.provision.aks_audit_logging.arguments import AksAuditLoggingArgs
    from kubewitness.provision.aks_audit_logging.component import AksAuditLogging
    from kubewitness.provision.audit_archive.arguments import AuditArchiveArgs
    from kubewitness.provision.audit_archive.component import AuditArchive
    from kubewitness.provision.audit_detections.arguments import AuditDetectionsArgs
    from kubewitness.provision.audit_detections.component import AuditDetections
    from kubewitness.provision.secure_aks_cluster.arguments import SecureAksClusterArgs
    from kubewitness.provision.secure_aks_cluster.component import SecureAksCluster

__all__ = [
    "AksAuditLogging",
    "AksAuditLoggingArgs",
    "AuditArchive",
    "AuditArchiveArgs",
    "AuditDetections",
    "AuditDetectionsArgs",
    "SecureAksCluster",
    "SecureAksClusterArgs",
    "serve",
]

_MODULES: Final = {
    "AksAuditLogging": "kubewitness.provision.aks_audit_logging.component",
    "AksAuditLoggingArgs": "kubewitness.provision.aks_audit_logging.arguments",
    "AuditArchive": "kubewitness.provision.audit_archive.component",
    "AuditArchiveArgs": "kubewitness.provision.audit_archive.arguments",
    "AuditDetections": "kubewitness.provision.audit_detections.component",
    "AuditDetectionsArgs": "kubewitness.provision.audit_detections.arguments",
    "SecureAksCluster": "kubewitness.provision.secure_aks_cluster.component",
    "SecureAksClusterArgs": "kubewitness.provision.secure_aks_cluster.arguments",
    "serve": "kubewitness.policies.crossguard.pack",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
