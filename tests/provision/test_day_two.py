"""After the first deployment: a refresh and the next preview show no change, and tuning works.

Reports that these situations come from stand beside the tests. What a refresh does is tried by the
rules of azure-native (`support/second_run.py`); the tests marked `engine` try it in the engine.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.argument_strategies import valid_cluster_arguments
from support.components import cluster, run_example
from support.second_run import changes_after_refresh, registered

CLUSTER = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
UPGRADED = {CLUSTER: {"kubernetesVersion": "1.35.1", "currentKubernetesVersion": "1.35.1"}}
EXAMPLES = ("quickstart", "defaults", "waf-aligned", "automatic", "existing-cluster")
PROFILES: dict[str, dict[str, Any]] = {
    "full": {},
    "filtered": {},
    "archive": {
        "destinations": [
            {
                "storage_account_id": "/subscriptions/s/resourceGroups/g/providers"
                "/Microsoft.Storage/storageAccounts/archive",
                "categories": ["kube-audit"],
            }
        ]
    },
    "frugal": {},
}

ALLOWED: dict[str, str] = {
    # A cluster whose system pool is changed by the program is written with that pool alone, and
    # Azure lists all of them: Azure docs, "Managed Clusters - Create Or Update", REST API: pools
    # are added and deleted by operations of their own.
    "agentPoolProfiles": "https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update",
}
"""Inputs that a preview after a refresh may change, each with the document that requires it."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_refresh_of_an_example_changes_nothing(name: str) -> None:
    """pulumi-azure-native#1808: pools, defaults and disabled categories come back."""
    assert changes_after_refresh(run_example(name, preview=False)) == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_a_refresh_of_a_profile_changes_nothing(profile: str) -> None:
    """`filtered`: the deployment that sets the filter is not undone."""
    deployed = cluster({"audit_profile": profile, **PROFILES[profile]})
    assert changes_after_refresh(deployed) == {}


@pytest.mark.parametrize("channel", ["stable", "rapid", "patch", "node-image"])
def test_upgrades_by_aks_stay(channel: str) -> None:
    """pulumi-azure-native#2059: the version of cluster and pools is what AKS made of it."""
    pools = {
        f"{path}orchestratorVersion": "1.35.1"
        for path in ("agentPoolProfiles[0].", "agentPoolProfiles[1].")
    }
    drift = {CLUSTER: {**UPGRADED[CLUSTER], **pools}, POOL: {"orchestratorVersion": "1.35.1"}}
    deployed = cluster({"upgrade_channel": channel, "user_pools": [{"name": "work"}]})
    assert changes_after_refresh(deployed, drift) == {}


def test_the_autoscaler_may_scale_every_pool() -> None:
    """pulumi-azure-native#1532: also a pool that Azure lists before the system pool."""
    scaled = {"min_count": 1, "max_count": 9}
    pools = [{"name": "burst", **scaled}, {"name": "work", **scaled}]
    drift = {
        CLUSTER: {f"agentPoolProfiles[{i}].count": 7 for i in range(3)},
        POOL: {"count": 7},
    }
    deployed = cluster({"system_pool": scaled, "user_pools": pools})
    assert changes_after_refresh(deployed, drift) == {}


def test_a_stopped_cluster_stays_stopped() -> None:
    """Azure/AKS `az aks stop` for the night; the next preview does not start it."""
    drift = {
        CLUSTER: {"powerState.code": "Stopped", "agentPoolProfiles[0].powerState.code": "Stopped"},
        POOL: {"powerState.code": "Stopped"},
    }
    assert changes_after_refresh(cluster(), drift) == {}
    assert changes_after_refresh(cluster({"user_pools": [{"name": "work"}]}), drift) == {}


@given(
    valid_cluster_arguments(),
    st.dictionaries(
        st.sampled_from(["kubernetesVersion", "powerState.code"]), st.sampled_from(["1.40.2"])
    ),
)
def test_a_refresh_changes_nothing_or_what_is_on_the_list(
    arguments: dict[str, Any], drift: dict[str, Any]
) -> None:
    """Random arguments; defaults, pools and disabled categories are listed, versions moved."""
    if arguments.get("upgrade_channel") == "patch" or "kubernetes_version" not in arguments:
        drift = {}
    changed = changes_after_refresh(cluster(arguments), {CLUSTER: drift})
    assert {name for names in changed.values() for name in names} <= ALLOWED.keys(), changed


def test_changes_of_the_system_pool_are_applied_where_the_program_changes_it() -> None:
    """Only then the list of pools may be a change; a refresh alone never removes a user pool."""
    pools = {"user_pools": [{"name": "work"}]}
    tuned = {"overrides": {"upgrade_settings": {"max_surge": "33%"}}}
    (request,) = cluster({**pools, "system_pool": tuned}).requests("ManagedCluster")
    assert "agentPoolProfiles" not in request.ignoreChanges
    (request,) = cluster(pools).requests("ManagedCluster")
    assert "agentPoolProfiles" in request.ignoreChanges
    applied = {"changes": "applied"}
    (request,) = cluster({**pools, "system_pool": applied}).requests("ManagedCluster")
    assert "agentPoolProfiles" not in request.ignoreChanges


def test_leaving_the_profile_filtered_removes_the_filter() -> None:
    """The workspace is written again, and without the rule."""
    filtered = {one.name: one for one in registered(cluster({"audit_profile": "filtered"}))}
    full = {one.name: one for one in registered(cluster())}
    assert filtered["prod-logs"].inputs["tags"] != full["prod-logs"].inputs.get("tags")
    assert "defaultDataCollectionRuleResourceId" not in full["prod-logs"].ignored
