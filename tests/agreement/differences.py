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
    "Their rule knows the address ranges of clouds. Ours takes for the cluster's own the addresses "
    "from which kubelets renew the leases of their nodes, every ten seconds; a single event has "
    "none. With one such lease from the same address nothing is found, as a test shows. An address "
    "in the range of a cloud is no excuse: anybody can rent one."
)
_REFUSED: Final = (
    "Refused or not, somebody has the credentials of a service account or of a node and speaks "
    "from a public address. What was refused is the better time to hear of it."
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
        "It is no audit event: it has no user, verb, object or time. Their rule reads what their "
        "product added, that a list of theirs holds the address. We ship no lists of addresses.",
    ),
    Difference(
        "Kubernetes.API.AnonymousAccess",
        ("GCP GKE Anonymous API Access",),
        "The event names nobody but in `authoritySelector`, which Google documents as what the "
        "caller asked for, not as who the caller is. The names of users that "
        "we read are `principalEmail` and `principalSubject`.",
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
        "The same watch again and again, by a service account of kube-system from a public "
        "address. What is wrong with it is the address, and that is what we say.",
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
        "Nothing was read, so it is no reading in bulk; that somebody tries is another detection.",
        ("secrets-denied-in-burst",),
    ),
    Difference(
        "Amazon.EKS.Audit.SystemNamespaceFromPublicIP",
        ("system username - public ip - not ResponseComplete",),
        "They wait for the end of a request so as to count it once. A watch is logged when it "
        "begins, and ends when the thief wants; we count by the audit id.",
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
        "A private address beside a public one is no excuse: Kubernetes documents that a client "
        "can set every source address but the last (`X-Forwarded-For`).",
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
        "An event without a path, which cannot be told to be harmless: health and version we pass "
        "from everywhere. 127.0.0.1 is no excuse, for it is the address of everybody who comes "
        "through a proxy or a tunnel on the machine of the API server.",
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
