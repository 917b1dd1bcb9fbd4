"""Service tags: those behind which every tenant works restrict nothing, in component and policy."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.graph.resources import Resource
from kubewitness.policies.verdict import Outcome
from kubewitness.provision.arguments.validation import InvalidArguments, check_arguments
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from support.check_source import check_planned
from support.components import VALID

POLICY = "aks-api-access"
TAGS = ("AzureCloud", "Internet", "AppService", "LogicApps", "AzureConnectors", "DataFactory")
SHARED = st.builds(
    lambda tag, region, change: change(tag + region),
    st.sampled_from((*TAGS, "AzureFrontDoor", "PowerPlatformInfra", "PowerPlatformPlex")),
    st.sampled_from(("", ".westeurope", ".WestEurope", ".Backend")),
    st.sampled_from((str, str.lower, str.upper, "  {} ".format)),
)
NARROW = ["203.0.113.0/24"]


def outcome(ranges: list[str], kind: str = "azure-native:containerservice:ManagedCluster") -> Any:
    """The policy's outcome on a public cluster with these ranges."""
    spelt = "authorizedIpRanges" if kind.startswith("azure:") else "authorizedIPRanges"
    given = {"apiServerAccessProfile": {spelt: ranges}}
    result = check_planned([Resource(f"urn:pulumi:dev::shop::{kind}::aks", kind, "aks", given)])
    (found,) = (one.outcome for one in result.verdicts if one.policy_id == POLICY)
    return found


def refused(ranges: list[str]) -> str:
    """What the component says of these ranges."""
    arguments = {**VALID, "api_access": {"authorized_ip_ranges": ranges}}
    try:
        check_arguments(SecureAksClusterModel, "SecureAksCluster", arguments)
    except InvalidArguments as error:
        return str(error)
    return ""


@given(SHARED, st.booleans())
def test_a_tag_of_every_tenant_fails_in_the_policy_and_in_the_component(
    tag: str,
    beside: bool,
) -> None:
    """As a whole or in a region, in any case, alone or beside a narrow range."""
    ranges = [*NARROW * beside, tag]
    assert outcome(ranges) is Outcome.FAIL
    assert "every Azure tenant" in refused(ranges)


@pytest.mark.parametrize("tag", ["AzureCloud", "azurecloud.northeurope"])
def test_a_tag_of_every_tenant_fails_in_the_classic_provider(tag: str) -> None:
    """Which spells the property otherwise."""
    kind = "azure:containerservice/kubernetesCluster:KubernetesCluster"
    assert outcome([tag], kind) is Outcome.FAIL


@pytest.mark.parametrize("tag", ["ActionGroup", "AzureCloudy", "office", "AzureDevOps.westeurope"])
def test_another_tag_is_undecided(tag: str) -> None:
    """Whom it lets in cannot be told."""
    assert outcome([*NARROW, tag]) is Outcome.UNDECIDED


def test_a_narrow_range_passes() -> None:
    """The tags take nothing away from it."""
    assert outcome(NARROW) is Outcome.PASS
    assert refused(NARROW) == ""
