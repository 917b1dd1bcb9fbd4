"""After the first deployment: a refresh and the next preview show no change, and tuning works.

Reports that these situations come from stand beside the tests. What a refresh does is tried by the
rules of azure-native (`support/second_run.py`); the tests marked `engine` try it in the engine.
"""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.provision.arguments.validation import InvalidArguments, check_arguments
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.placement import cluster_resource_name
from kubewitness.provision.trail.responders import LOG_ANALYTICS_READER
from support.argument_strategies import valid_cluster_arguments
from support.components import VALID, cluster, run_example
from support.second_run import (
    as_they_are,
    changes_after_refresh,
    changes_between,
    registered,
)

CLUSTER = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
UPGRADED = {CLUSTER: {"kubernetesVersion": "1.35.1", "currentKubernetesVersion": "1.35.1"}}
EXAMPLES = (
    "quickstart",
    "defaults",
    "waf-aligned",
    "psrule",
    "automatic",
    "existing-cluster",
    "archive",
    "detections",
)
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

ALIAS = "https://learn.microsoft.com/azure/aks/supported-kubernetes-versions#alias-minor-version"
ALLOWED: dict[str, str] = {
    # A cluster whose system pool is changed by the program is written with that pool alone, and
    # Azure lists all of them: Azure docs, "Managed Clusters - Create Or Update", REST API: pools
    # are added and deleted by operations of their own.
    "agentPoolProfiles": "https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update",
    # On the channel `patch` the program names a minor version, and Azure the patch that it made of
    # it: Azure docs, "Supported Kubernetes versions", alias minor version.
    "kubernetesVersion": ALIAS,
    "orchestratorVersion": ALIAS,
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


def reordered(answer: Any) -> Any:
    """Return an answer whose lists are in another order, also those within."""
    if isinstance(answer, dict):
        return {key: reordered(value) for key, value in answer.items()}
    return [reordered(one) for one in reversed(answer)] if isinstance(answer, list) else answer


def in_another_case(answer: Any) -> Any:
    """Return an answer in which Azure spells resource ids in another case."""
    if isinstance(answer, dict):
        return {key: in_another_case(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [in_another_case(one) for one in answer]
    is_id = isinstance(answer, str) and answer.startswith("/subscriptions/")
    return answer.upper().replace("/SUBSCRIPTIONS/", "/subscriptions/") if is_id else answer


@given(
    valid_cluster_arguments(),
    st.dictionaries(
        st.sampled_from(["kubernetesVersion", "powerState.code"]), st.sampled_from(["1.40.2"])
    ),
    st.sampled_from([as_they_are, reordered, in_another_case]),
)
def test_a_refresh_changes_nothing_or_what_is_on_the_list(
    arguments: dict[str, Any], drift: dict[str, Any], form: Callable[[Any], Any]
) -> None:
    """Random arguments; defaults, pools and disabled categories are listed, versions moved."""
    versions = {"orchestratorVersion": "1.40.2"} if "kubernetesVersion" in drift else {}
    made = changes_after_refresh(cluster(arguments), {CLUSTER: drift, POOL: versions}, form)
    changed = {name for names in made.values() for name in names}
    assert changed <= ALLOWED.keys(), made
    if {"kubernetesVersion", "orchestratorVersion"} & changed:
        model = check_arguments(SecureAksClusterModel, "the cluster", {**VALID, **arguments})
        assert model.pool_version is not None


UPGRADES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, list[str]]]] = {
    "version": (
        {"kubernetes_version": "1.33"},
        {"kubernetes_version": "1.34"},
        {
            "prod-cluster": ["agentPoolProfiles", "kubernetesVersion"],
            "prod-pool-work": ["orchestratorVersion"],
        },
    ),
    "pool": (
        {"user_pools": [{"name": "work"}]},
        {"user_pools": [{"name": "work", "overrides": {"orchestrator_version": "1.34"}}]},
        {"prod-pool-work": ["orchestratorVersion"]},
    ),
    "image": (
        {"user_pools": [{"name": "work", "os_sku": "Ubuntu2204"}]},
        {
            "system_pool": {"os_sku": "AzureLinux3"},
            "user_pools": [{"name": "work", "os_sku": "Ubuntu2404"}],
        },
        {"prod-cluster": ["agentPoolProfiles"], "prod-pool-work": ["osSKU"]},
    ),
}
"""Before and after an upgrade, and which inputs it changes. None of them replaces anything."""


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("upgrade", UPGRADES)
def test_an_upgrade_changes_its_own_properties_and_a_refresh_nothing_more(
    profile: str, upgrade: str
) -> None:
    """In place, on the channel `patch`, where the program upgrades to new minor versions."""
    own, before, after = {"audit_profile": profile, **PROFILES[profile]}, *UPGRADES[upgrade][:2]
    base: dict[str, Any] = {
        "upgrade_channel": "patch",
        "kubernetes_version": "1.33",
        "user_pools": [{"name": "work"}],
        **own,
    }
    upgraded = cluster({**base, **after})
    assert changes_between(cluster({**base, **before}), upgraded) == UPGRADES[upgrade][2]
    assert changes_after_refresh(upgraded).keys() <= {"prod-cluster"}


def test_a_pool_is_replaced_by_another_without_touching_the_cluster() -> None:
    """Blue/green, as the docs show it: add the one, deploy, remove the other, deploy."""
    blue, green = {"name": "blue"}, {"name": "green", "vm_size": "Standard_D8ds_v5"}
    steps = [cluster({"user_pools": pools}) for pools in ([blue], [blue, green], [green])]
    for old, new in pairwise(steps):
        assert changes_between(old, new) == {}
    pools = [{one["agentPoolName"] for one in step.all("AgentPool")} for step in steps]
    assert pools == [{"blue"}, {"blue", "green"}, {"green"}]


def test_the_cluster_of_psrules_arm_example() -> None:
    """What the template asks for, of the cluster that the example makes."""
    made = run_example("psrule", preview=False).one("ManagedCluster")
    (pool,) = made["agentPoolProfiles"]
    assert made["identity"]["type"] == "UserAssigned"
    assert (pool["minCount"], pool["maxCount"], pool["maxPods"]) == (3, 10, 50)
    assert (pool["osDiskType"], pool["osDiskSizeGB"]) == ("Ephemeral", 32)
    assert pool["enableAutoScaling"] is True
    network = made["networkProfile"]
    assert (network["networkPlugin"], network["networkPolicy"]) == ("azure", "azure")
    assert network["serviceCidr"] == "192.168.0.0/16"
    assert made["autoUpgradeProfile"]["upgradeChannel"] == "stable"
    assert made["addonProfiles"]["azurepolicy"]["enabled"] is True
    assert made["addonProfiles"]["omsagent"]["enabled"] is True
    assert made["addonProfiles"]["kubeDashboard"] == {"enabled": False}


NAMES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"location": "westus"}, "no availability zones"),
    ({"location": "UK West", "user_pools": [{"name": "work"}]}, "user_pools[0].availability_zones"),
    ({"resource_group_name": "g" * 60, "location": "westeurope"}, "node_resource_group"),
    (
        {"cluster_overrides": {"network_profile": {"pod_cidr": "172.30.0.0/16"}}},
        "overlaps 172.30.0.0/16",
    ),
    ({"cluster_overrides": {"networkProfile": {"podCidrs": ["172.16.0.0/12"]}}}, "AKS reserves"),
    ({"user_pools": [{"name": "a", "overrides": {"vm_size": "x"}}]}, "has an argument of its own"),
    ({"system_pool": {"overrides": {"max_podz": 5}}}, "did you mean `max_pods`"),
    ({"system_pool": {"overrides": {"enable_encryption_at_host": True}}}, "`host_encryption`"),
)


@pytest.mark.parametrize(("arguments", "said"), NAMES)
def test_what_azure_refuses_is_reported_before(arguments: dict[str, Any], said: str) -> None:
    """Names, zones, address ranges, and properties of pools."""
    with pytest.raises(InvalidArguments) as caught:
        cluster(arguments)
    assert said in str(caught.value)
    assert re.search(r"\n  at tests/\S+:\d+$", str(caught.value))


FITTING: tuple[dict[str, Any], ...] = (
    {"location": "westus", "system_pool": {"availability_zones": []}},
    {"location": "westus", "mode": "automatic"},
    {"location": "westeurope"},
    {
        "resource_group_name": "g" * 60,
        "location": "westeurope",
        "cluster_overrides": {"node_resource_group": "nodes"},
    },
    {"cluster_overrides": {"network_profile": {"pod_cidr": "172.29.0.0/16"}}},
    {"api_access": {"private": True, "private_dns_zone_id": "system"}},
    {"api_access": {"private": True, "private_dns_zone_id": "none"}},
    {
        "system_pool": {"os_sku": "Ubuntu2204"},
        "user_pools": [{"name": "a", "os_sku": "AzureLinux3"}],
    },
    {"user_pools": [{"name": "spot", "overrides": {"scale_set_priority": "Spot"}}]},
)


@pytest.mark.parametrize("arguments", FITTING)
def test_what_azure_takes_is_not_refused(arguments: dict[str, Any]) -> None:
    """The fix of each error is accepted."""
    assert cluster(arguments).one("ManagedCluster")


@pytest.mark.parametrize("name", ["p" * 80, "my.cluster", "_x"])
def test_a_generated_name_is_one_that_azure_takes(name: str) -> None:
    """A long or odd name of the component gives a name of at most 63 characters."""
    made = f"{cluster_resource_name(name)}12345678"
    assert re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,61}[A-Za-z0-9]", made)
    assert cluster_resource_name("shop") == "shop-cluster"


def test_responders_read_the_workspace_or_its_tables() -> None:
    """Log Analytics Reader for each group."""
    group = "33333333-4444-5555-6666-777777777777"
    whole = cluster({"responders": [group], "cluster_admins": {"waived_because": "set elsewhere"}})
    (one,) = whole.all("RoleAssignment")
    assert one["roleDefinitionId"].endswith(LOG_ANALYTICS_READER)
    assert (one["principalId"], one["principalType"]) == (group, "Group")
    tables = cluster(
        {
            "responders": [group],
            "responders_read": "tables",
            "cluster_admins": {"waived_because": "set elsewhere"},
        }
    )
    scopes = {each["scope"].rpartition("/tables/")[2] for each in tables.all("RoleAssignment")}
    assert scopes == {"AKSAudit", "AKSAuditAdmin", "AKSControlPlane"}


def test_metrics_go_to_a_destination_that_asks_for_them() -> None:
    """`AllMetrics` is a category of metrics, not of logs."""
    archive = {**PROFILES["archive"]["destinations"][0], "categories": ["guard", "AllMetrics"]}
    settings = cluster({"destinations": [archive]}).all("DiagnosticSetting")
    (found,) = [one for one in settings if "storageAccountId" in one]
    assert found["metrics"] == [{"category": "AllMetrics", "enabled": True}]
    assert [one["category"] for one in found["logs"]] == ["guard"]


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
