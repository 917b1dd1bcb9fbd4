"""The evaluator of audit policies decides as kube-apiserver does.

Source: `ruleMatches` and what it calls, in `k8s.io/apiserver/pkg/audit/policy/checker.go` of 1.34.
"""

import pytest

from kubewitness.audit_policy.policy import AuditRule, level


@pytest.mark.parametrize(
    ("named", "resource", "subresource", "matches"),
    [
        ("pods", "pods", "", True),
        ("pods", "pods", "exec", False),
        ("pods/exec", "pods", "exec", True),
        ("pods/exec", "pods", "", False),
        ("pods/*", "pods", "exec", True),
        ("pods/*", "pods", "", True),
        ("pods/*", "podtemplates", "", False),
        ("*/status", "pods", "status", True),
        ("*/status", "pods", "", False),
        ("*/status", "pods", "exec", False),
        ("*", "pods", "", True),
        ("*", "pods", "exec", True),
    ],
)
def test_a_rule_names_resources_in_all_of_kubernetes_ways(
    named: str, resource: str, subresource: str, *, matches: bool
) -> None:
    """With and without subresources."""
    policy = (AuditRule("Request", resources={"": (named,)}),)
    reference = {"resource": resource, "subresource": subresource}
    event = {"verb": "get", "objectRef": reference, "user": {"username": "ana"}}
    assert level(event, policy) == ("Request" if matches else "None")


@pytest.mark.parametrize(
    ("named", "path", "matches"),
    [
        ("/healthz", "/healthz", True),
        ("/healthz", "/healthz/etcd", False),
        ("/healthz*", "/healthz/etcd", True),
        ("*", "/metrics", True),
        # Only a star at the end stands for anything.
        ("/*/etcd", "/healthz/etcd", False),
        ("/health?", "/healthz", False),
    ],
)
def test_a_rule_names_paths_in_kubernetes_way(named: str, path: str, *, matches: bool) -> None:
    """Without the parameters of the request."""
    policy = (AuditRule("Metadata", paths=(named,)),)
    event = {"verb": "get", "requestURI": f"{path}?verbose", "user": {"username": "ana"}}
    assert level(event, policy) == ("Metadata" if matches else "None")
