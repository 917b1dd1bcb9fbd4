"""Where our detections and the tests of others differ, and why: data for the page and its test."""

from typing import Final, NamedTuple


class Difference(NamedTuple):
    """One or more of their tests that our detection for the same thing answers otherwise.

    Attributes:
        rule: theirs.
        tests: their names.
        reason: why it is so.
        instead: for an attack, which other detections of ours find it. If none, it is not found.
    """

    rule: str
    tests: tuple[str, ...]
    reason: str
    instead: tuple[str, ...] = ()


_LEASES: Final = (
    "Their rule uses the address ranges of clouds. Ours treats the addresses from which "
    "kubelets renew the leases of their nodes, every ten seconds, as the cluster's own; a "
    "single event has none. With one such lease from the same address nothing is found, as a "
    "test shows. An address in the range of a cloud is not an excuse, because anyone can rent "
    "one."
)
_REFUSED: Final = (
    "Refused or not, someone has the credentials of a service account or of a node and uses "
    "them from a public address. A refused request is an early warning."
)
_SYSTEM_ACCOUNT: Final = (
    "Their rule lets every service account of a system namespace do this. No part of Kubernetes, "
    "AKS or EKS that we know of runs commands in pods, and a token from kube-system is what a "
    "thief looks for first. A tool of one's own that does so belongs on the allow-list, by name."
)

DIFFERENCES: Final = (
    Difference(
        "GCP.K8s.IOC.Activity",
        ("triggers",),
        "It is not an audit event: it has no user, verb, object or time. Their rule reads a "
        "value that their product added: the address is in one of their lists. We do not ship "
        "lists of addresses.",
    ),
    Difference(
        "Kubernetes.API.AnonymousAccess",
        ("GCP GKE Anonymous API Access",),
        "The event names a user only in `authoritySelector`, which Google documents as the "
        "requested authority, and not as the caller. The names of users that we read are "
        "`principalEmail` and `principalSubject`.",
    ),
    Difference(
        "Kubernetes.Pod.HostPath.Volume",
        ("AKS Pod With HostPath",),
        "It mounts `/mnt/data`. Their rule takes every path of a node; ours takes those by which "
        "one leaves the container, or reads what others keep: a folder for data is in many charts.",
    ),
    Difference(
        "Kubernetes.API.Multiple403.PublicIP",
        ("EKS 403 from Public IP",),
        "The same watch repeatedly, by a service account of kube-system from a public address. "
        "The address is suspicious, and we report the address.",
        ("system-identity-from-public-address",),
    ),
    Difference(
        "Kubernetes.Role.NodeProxyPermissions",
        ("EKS Role with nodes wildcard",),
        "The role may read every kind of object, `nodes/proxy` among them: a wildcard.",
        ("wildcard-role",),
    ),
    Difference(
        "Kubernetes.BulkSecretAccess",
        ("User Gets Secret - Access Denied",),
        "Nothing was read, so it is not bulk reading; another detection finds the attempt.",
        ("secrets-denied-in-burst",),
    ),
    Difference(
        "Amazon.EKS.Audit.SystemNamespaceFromPublicIP",
        ("system username - public ip - not ResponseComplete",),
        "They wait for the end of a request to count it once. A watch is logged when it begins, "
        "and the attacker decides when it ends; we count by the audit ID.",
    ),
    Difference(
        "Amazon.EKS.Audit.SystemNamespaceFromPublicIP",
        ("system username - public ip - 403",),
        _REFUSED,
    ),
    Difference("Kubernetes.System.Principal.PublicIP", ("403 Response (Excluded)",), _REFUSED),
    Difference(
        "Kubernetes.System.Principal.PublicIP",
        ("Pod with Mixed Public and Private IPs",),
        "A private address next to a public one is not an excuse: Kubernetes documents that a "
        "client can set every source address but the last (`X-Forwarded-For`).",
    ),
    Difference(
        "Amazon.EKS.Audit.SystemNamespaceFromPublicIP",
        ("legitimate EKS node from AWS IP - should not alert",),
        _LEASES,
    ),
    Difference(
        "Kubernetes.System.Principal.PublicIP",
        (
            "EKS Legitimate Node from AWS IP",
            "AKS CSI Disk Driver from Azure Node",
            "AKS CSI File Driver from Azure Node",
        ),
        _LEASES,
    ),
    Difference(
        "Kubernetes.API.AnonymousAccess",
        ("Localhost Access",),
        "An event without a path, which may or may not be harmless: we allow health and version "
        "from everywhere. 127.0.0.1 is not an excuse, because every client has this address "
        "that uses a proxy or a tunnel on the machine of the API server.",
    ),
    Difference(
        "Kubernetes.Kubectl.CP.Operation", ("EKS system namespace (excluded)",), _SYSTEM_ACCOUNT
    ),
    Difference(
        "Kubernetes.Pod.StealServiceAccountToken",
        ("System principal in system namespace (excluded)",),
        _SYSTEM_ACCOUNT,
    ),
    Difference(
        "Kubernetes.Secret.AccessDenied",
        ("System service account failed get (excluded)",),
        "A service account of kube-system that is refused twenty different secrets has not the "
        "permissions of its work, or is not at work. Parts of Kubernetes ask for what they may.",
    ),
    Difference(
        "Kubernetes.Secret.AccessDenied",
        ("List secrets operation (not get)",),
        "Their rule counts gets alone. The secrets of twenty namespaces asked for by list, and "
        "refused, are the same search.",
    ),
)
"""Each difference once; a test fails where one is missing or is none any more."""
