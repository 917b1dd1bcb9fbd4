"""The files and flags that make kube-apiserver log by a policy, on each way to run a cluster.

A platform's function returns files by their names; `policy.yaml` is the policy.

Sources: Kubernetes docs, "Auditing" and "kubeadm Configuration (v1beta4)"; kind docs, "Auditing";
minikube docs, "Audit Policy"; K3s and RKE2 docs, "CIS Hardening Guide"; Rancher docs, "Enabling the
API Audit Log in Downstream Clusters"; Talos docs, "APIServerConfig"; OpenShift docs, "Configuring
the audit log policy"; kOps docs, "Cluster spec".
"""

import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

POLICY: Final = "policy.yaml"

MOST_MEGABYTES: Final = 100
"""The size of a log file in MB, from which kube-apiserver begins another one."""

MOST_FILES: Final = 10
"""How many older log files are kept: at most 1.1 GB of disk, with the current one."""

MOST_DAYS: Final = 30
"""How long older log files are kept at most."""

_ROTATION: Final = {
    "audit-log-maxage": str(MOST_DAYS),
    "audit-log-maxbackup": str(MOST_FILES),
    "audit-log-maxsize": str(MOST_MEGABYTES),
}

Files = Mapping[str, str]


def _text(document: Any) -> str:
    return str(yaml.safe_dump(document, sort_keys=False, width=100))


def _flags(policy: str, log: str) -> dict[str, str]:
    return {"audit-policy-file": policy, "audit-log-path": log, **_ROTATION}


def _volumes(policy: str, log_folder: str) -> list[dict[str, Any]]:
    return [
        {"name": "audit-policy", "hostPath": policy, "mountPath": policy, "readOnly": True,
         "pathType": "File"},
        {"name": "audit-log", "hostPath": log_folder, "mountPath": log_folder,
         "pathType": "DirectoryOrCreate"},
    ]  # fmt: skip


def _kubeadm(policy: str) -> Files:
    path, folder = "/etc/kubernetes/audit/policy.yaml", "/var/log/kubernetes/audit"
    flags = _flags(path, f"{folder}/audit.log")
    configuration = {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": [{"name": name, "value": value} for name, value in flags.items()],
            "extraVolumes": _volumes(path, folder),
        },
    }
    steps = f"""\
        # On each control-plane node, before `kubeadm init`:
        #   install -D -m 0600 {POLICY} {path}
        #   kubeadm init --config kubeadm.yaml
        # On an existing cluster: add section apiServer to the ConfigMap kubeadm-config, and run
        #   kubeadm init phase control-plane apiserver --config kubeadm.yaml
        # on each control-plane node, one after the other.
        """
    return {POLICY: policy, "kubeadm.yaml": textwrap.dedent(steps) + _text(configuration)}


def _kind(policy: str) -> Files:
    path, folder = "/etc/kubernetes/audit/policy.yaml", "/var/log/kubernetes"
    patch = {
        "kind": "ClusterConfiguration",
        "apiServer": {
            "extraArgs": _flags(path, f"{folder}/kube-apiserver-audit.log"),
            "extraVolumes": _volumes(path, folder),
        },
    }
    node = {
        "role": "control-plane",
        "kubeadmConfigPatches": [_text(patch)],
        "extraMounts": [{"hostPath": f"./{POLICY}", "containerPath": path, "readOnly": True}],
    }
    cluster = {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4", "nodes": [node]}
    steps = f"""\
        # kind create cluster --config kind.yaml
        # The log: docker exec kind-control-plane cat {folder}/kube-apiserver-audit.log
        """
    return {POLICY: policy, "kind.yaml": textwrap.dedent(steps) + _text(cluster)}


def _minikube(policy: str) -> Files:
    path = "/etc/ssl/certs/audit-policy.yaml"
    script = f"""\
        #!/bin/sh
        # kube-apiserver writes the log to its standard output: minikube mounts no folder for it.
        #   kubectl logs kube-apiserver-minikube -n kube-system > audit.log
        set -eu
        mkdir -p ~/.minikube/files/etc/ssl/certs
        cp {POLICY} ~/.minikube/files{path}
        minikube start \\
          --extra-config=apiserver.audit-policy-file={path} \\
          --extra-config=apiserver.audit-log-path=-
        """
    return {POLICY: policy, "minikube.sh": textwrap.dedent(script)}


def _k3s(policy: str) -> Files:
    folder = "/var/lib/rancher/k3s/server"
    flags = _flags(f"{folder}/audit.yaml", f"{folder}/logs/audit.log")
    configuration = {"kube-apiserver-arg": [f"{name}={value}" for name, value in flags.items()]}
    steps = f"""\
        # On each server node:
        #   install -D -m 0600 {POLICY} {folder}/audit.yaml
        #   install -d -m 0700 {folder}/logs
        #   add these lines to /etc/rancher/k3s/config.yaml, then: systemctl restart k3s
        """
    return {POLICY: policy, "config.yaml": textwrap.dedent(steps) + _text(configuration)}


def _rke2(policy: str) -> Files:
    path = "/etc/rancher/rke2/audit-policy.yaml"
    configuration = {
        "audit-policy-file": path,
        "kube-apiserver-arg": [
            "audit-log-path=/var/lib/rancher/rke2/server/logs/audit.log",
            *(f"{name}={value}" for name, value in _ROTATION.items()),
        ],
    }
    steps = f"""\
        # On each server node:
        #   install -D -m 0600 {POLICY} {path}
        #   add these lines to /etc/rancher/rke2/config.yaml, then: systemctl restart rke2-server
        """
    return {POLICY: policy, "config.yaml": textwrap.dedent(steps) + _text(configuration)}


def _rancher(policy: str) -> Files:
    cluster = {"spec": {"rkeConfig": {"machineGlobalConfig": {"audit-policy-file": policy}}}}
    steps = """\
        # Add these lines to the resource of an RKE2 cluster that Rancher provisioned:
        #   kubectl edit clusters.provisioning.cattle.io NAME -n fleet-default
        # The log of each server node: /var/lib/rancher/rke2/server/logs/audit.log
        """
    return {POLICY: policy, "cluster.yaml": textwrap.dedent(steps) + _text(cluster)}


def _talos(policy: str) -> Files:
    patch = {"cluster": {"apiServer": {"auditPolicy": yaml.safe_load(policy)}}}
    steps = """\
        # talosctl patch machineconfig --nodes CONTROL-PLANE-NODES --patch @talos.yaml
        # The log: talosctl read /var/log/audit/kube/kube-apiserver.log --nodes NODE
        """
    return {POLICY: policy, "talos.yaml": textwrap.dedent(steps) + _text(patch)}


def _kops(policy: str) -> Files:
    path = "/srv/kubernetes/kube-apiserver/audit-policy.yaml"
    asset = {"name": "audit-policy", "path": path, "roles": ["ControlPlane"], "content": policy}
    spec = {
        "fileAssets": [asset],
        "kubeAPIServer": {
            "auditPolicyFile": path,
            "auditLogPath": "/var/log/kube-apiserver-audit.log",
            "auditLogMaxAge": MOST_DAYS,
            "auditLogMaxBackups": MOST_FILES,
            "auditLogMaxSize": MOST_MEGABYTES,
        },
    }
    steps = """\
        # kops edit cluster: add these lines, then: kops update cluster --yes && kops rolling-update
        # cluster --instance-group-roles=control-plane --yes
        """
    return {POLICY: policy, "kops.yaml": textwrap.dedent(steps) + _text({"spec": spec})}


def _openshift(_policy: str) -> Files:
    script = """\
        #!/bin/sh
        # OpenShift does not read a policy file: it has the profiles Default (metadata only),
        # WriteRequestBodies, AllRequestBodies and None. Detections need the bodies of writes.
        # Secrets, routes and OAuth clients are always logged without bodies.
        # The log: oc adm node-logs --role=master --path=kube-apiserver/audit.log
        set -eu
        oc patch apiserver cluster --type=merge \\
          --patch '{"spec": {"audit": {"profile": "WriteRequestBodies"}}}'
        """
    return {"openshift.sh": textwrap.dedent(script)}


PLATFORMS: Final[Mapping[str, Callable[[str], Files]]] = {
    "kubeadm": _kubeadm,
    "kind": _kind,
    "minikube": _minikube,
    "k3s": _k3s,
    "rke2": _rke2,
    "rancher": _rancher,
    "talos": _talos,
    "openshift": _openshift,
    "kops": _kops,
}
"""By name: returns the files for a policy, which is the text of a policy file."""
