"""Trusted Access is found whichever provider, template or generic resource gives it."""

import json
from typing import Any

import pytest

from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.verdict import Outcome
from support.check_source import check_planned

POLICY = "aks-trusted-access"
ARM = "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings"
CLUSTER_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks"
)
BODY = {"roles": ["Microsoft.X/y/z"], "sourceResourceId": "/subscriptions/s/vault"}
DECLARED = {"type": ARM, "name": "aks/backup", "properties": BODY}
NESTED = {
    "type": "Microsoft.ContainerService/managedClusters",
    "name": "aks",
    "resources": [{"type": "trustedAccessRoleBindings", "name": "backup", "properties": BODY}],
}


def template(*resources: Any) -> dict[str, Any]:
    """A template with these resources."""
    return {"resources": list(resources)}


WRITERS: list[tuple[str, dict[str, Any]]] = [
    ("azure-native:containerservice:TrustedAccessRoleBinding", BODY),
    ("azure-native:containerservice/v20230302preview:TrustedAccessRoleBinding", BODY),
    (
        "azure-native_containerservice_v20250602preview:containerservice:TrustedAccessRoleBinding",
        BODY,
    ),
    ("azure-nextgen:containerservice/latest:TrustedAccessRoleBinding", BODY),
    (
        "azure:containerservice/clusterTrustedAccessRoleBinding:ClusterTrustedAccessRoleBinding",
        {"kubernetesClusterId": CLUSTER_ID, **BODY},
    ),
    (
        "kubernetes:containerservice.azure.com/v1api20240901:TrustedAccessRoleBinding",
        {"spec": {"roles": ["Microsoft.X/y/z"]}},
    ),
    (
        "azure-native:resources:Resource",
        {
            "resourceProviderNamespace": "Microsoft.ContainerService",
            "parentResourcePath": "managedClusters/aks",
            "resourceType": "trustedAccessRoleBindings",
            "resourceName": "backup",
            "properties": BODY,
        },
    ),
    (
        "azapi:resources:Resource",
        {"type": f"{ARM}@2025-09-01", "parentId": CLUSTER_ID, "body": {"properties": BODY}},
    ),
    ("azure-native:resources:Deployment", {"properties": {"template": template(DECLARED)}}),
    ("azure-native:resources:Deployment", {"properties": {"template": template(NESTED)}}),
    (
        "azure:core/resourceGroupTemplateDeployment:ResourceGroupTemplateDeployment",
        {"templateContent": json.dumps(template({**DECLARED, "type": ARM.upper()}))},
    ),
]


def outcomes(kind: str, properties: dict[str, Any], **settings: Any) -> set[Outcome]:
    """The outcomes of the policy on one resource."""
    resource = Resource(f"urn:pulumi:dev::shop::{kind}::backup", kind, "backup", properties)
    result = check_planned([resource], {POLICY: settings} if settings else {})
    return {one.outcome for one in result.verdicts if one.policy_id == POLICY}


@pytest.mark.parametrize(("kind", "properties"), WRITERS, ids=lambda value: str(value)[:50])
def test_a_binding_fails_whoever_writes_it(kind: str, properties: dict[str, Any]) -> None:
    """Also without a cluster in the stack: the cluster may be elsewhere."""
    assert Outcome.FAIL in outcomes(kind, properties)


@pytest.mark.parametrize(("kind", "properties"), WRITERS, ids=lambda value: str(value)[:50])
def test_an_allowed_role_does_not_fail(kind: str, properties: dict[str, Any]) -> None:
    """In any case, as Azure ignores it."""
    assert Outcome.FAIL not in outcomes(kind, properties, trustedRoles=["microsoft.x/Y/z"])


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["Microsoft.X/y/z"], Outcome.PASS),
        (["Microsoft.X/y/other"], Outcome.FAIL),
        (["Microsoft.X/y/z", "Microsoft.X/y/other"], Outcome.FAIL),
        ([Unknown(), "Microsoft.X/y/other"], Outcome.FAIL),
        ([Unknown(), "Microsoft.X/y/z"], Outcome.UNDECIDED),
        (Unknown(), Outcome.UNDECIDED),
        ([], Outcome.UNDECIDED),
        (None, Outcome.UNDECIDED),
        ([3], Outcome.UNDECIDED),
        ("Microsoft.X/y/z", Outcome.UNDECIDED),
    ],
    ids=str,
)
def test_only_known_and_trusted_roles_pass(roles: Any, expected: Outcome) -> None:
    """What cannot be known is never a pass."""
    kind = "azure-native:containerservice:TrustedAccessRoleBinding"
    assert outcomes(kind, {"roles": roles}, trustedRoles=["Microsoft.X/y/z"]) == {expected}


def test_a_binding_that_is_only_read_is_not_judged() -> None:
    """Another stack answers for it."""
    kind = "azure-native:containerservice:TrustedAccessRoleBinding"
    read = Resource("urn:x", kind, "backup", BODY, origin=Origin.READ)
    assert not [one for one in check_planned([read]).verdicts if one.policy_id == POLICY]
