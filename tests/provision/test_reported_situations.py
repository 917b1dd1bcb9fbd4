"""Situations that users of AKS reported in public, each as a test of what the component does.

Each row has the address of the report, what it is about, arguments, and what must hold of the
deployment. Refreshes are judged by the rules of azure-native: see `support/second_run.py`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from kubewitness.provision.arguments.validation import InvalidArguments
from support.components import Deployment, cluster
from support.second_run import changes_after_refresh

CLUSTER = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
AZURE_NATIVE = "https://github.com/pulumi/pulumi-azure-native/issues/"
AKS = "https://github.com/Azure/AKS/issues/"
AVM = "https://github.com/Azure/terraform-azurerm-avm-"
AZURERM = "https://github.com/hashicorp/terraform-provider-azurerm/issues/"
SCALED = {"min_count": 1, "max_count": 5}
WORK = {"user_pools": [{"name": "work", **SCALED}]}
STORAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/archive"
ARCHIVE = {"storage_account_id": STORAGE}


class Situation(NamedTuple):
    """A report, and what must hold."""

    address: str
    about: str
    arguments: dict[str, Any]
    holds: Callable[[Deployment], bool]


def stays(drift: dict[str, dict[str, Any]]) -> Callable[[Deployment], bool]:
    """Return whether a preview after a refresh shows no change, after Azure changed something."""
    return lambda made: changes_after_refresh(made, drift) == {}


def settings(made: Deployment) -> list[dict[str, Any]]:
    """Return the diagnostic settings."""
    return made.all("DiagnosticSetting")


def categories(made: Deployment) -> list[str]:
    """Return the categories that are sent, once for each setting that sends them."""
    return [log["category"] for one in settings(made) for log in one["logs"] if log["enabled"]]


def system_pool(made: Deployment) -> dict[str, Any]:
    """Return the pool that the cluster is made with, which is the only one."""
    (pool,) = made.one("ManagedCluster")["agentPoolProfiles"]
    return dict(pool)


def transformation(made: Deployment) -> str:
    """Return the query that the workspace applies to what arrives."""
    (found,) = [
        flow["transformKql"]
        for one in made.all("Deployment")
        for resource in one["properties"]["template"]["resources"]
        for flow in resource["properties"].get("dataFlows", ())
    ]
    return str(found)


def without_destination_type(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without the type of the tables of a workspace."""
    return {**answer, "logAnalyticsDestinationType": None}


def ignored(made: Deployment, kind: str) -> list[str]:
    """Return the properties whose changes are ignored."""
    (request,) = made.requests(kind)
    return list(request.ignoreChanges)


SITUATIONS = (
    Situation(f"{AZURE_NATIVE}1808", "user pools come back into the cluster", WORK, stays({})),
    Situation(
        f"{AZURE_NATIVE}1532",
        "pools that are resources of their own let the cluster be made again",
        {"user_pools": [{"name": "work"}, {"name": "batch"}]},
        stays({}),
    ),
    Situation(
        f"{AZURE_NATIVE}2059",
        "AKS upgraded the cluster by itself",
        {},
        stays(
            {CLUSTER: {"kubernetesVersion": "9", "agentPoolProfiles[0].orchestratorVersion": "9"}}
        ),
    ),
    Situation(
        f"{AZURE_NATIVE}1298",
        "after `az aks` a refresh finds the user pool where the system pool was",
        {"system_pool": SCALED, "user_pools": [{"name": "agentpool", **SCALED}]},
        stays({CLUSTER: {"agentPoolProfiles[0].count": 2}, POOL: {"count": 2}}),
    ),
    Situation(
        f"{AZURERM}4560",
        "Azure sorts pools by name",
        {"user_pools": [{"name": "a", **SCALED}, {"name": "z"}]},
        stays({CLUSTER: {"agentPoolProfiles[0].count": 3}, POOL: {"count": 3}}),
    ),
    Situation(
        f"{AZURE_NATIVE}2094",
        "the pools have the version of the control plane, where the program upgrades it",
        {**WORK, "upgrade_channel": "patch", "kubernetes_version": "1.34"},
        lambda made: (
            {
                made.one("ManagedCluster")["kubernetesVersion"],
                system_pool(made)["orchestratorVersion"],
                made.one("AgentPool")["orchestratorVersion"],
            }
            == {"1.34"}
        ),
    ),
    Situation(
        "https://github.com/Azure/terraform-azurerm-aks/issues/335",
        "an automatic patch shows as a change back to the minor version, and as no other",
        {"upgrade_channel": "patch", "kubernetes_version": "1.34"},
        lambda made: (
            changes_after_refresh(made, {CLUSTER: {"kubernetesVersion": "1.34.2"}})
            == {"prod-cluster": ["kubernetesVersion"]}
        ),
    ),
    Situation(
        f"{AZURE_NATIVE}2719",
        "a cluster never names a pool that is a resource of its own",
        WORK,
        lambda made: system_pool(made)["name"] == "system",
    ),
    Situation(
        f"{AZURE_NATIVE}579",
        "a pool is added to a cluster that exists",
        WORK,
        lambda made: made.one("AgentPool")["agentPoolName"] == "work",
    ),
    Situation(
        f"{AZURE_NATIVE}4264",
        "each user pool is a resource of its own",
        {"user_pools": [{"name": "a"}, {"name": "b"}]},
        lambda made: len(made.all("AgentPool")) == 2,
    ),
    Situation(
        f"{AZURE_NATIVE}2600",
        "the names of tiers are those that Azure answers with",
        {},
        lambda made: made.one("ManagedCluster")["sku"] == {"name": "Base", "tier": "Standard"},
    ),
    Situation(f"{AKS}1511", "pools of a template are not added later", WORK, stays({})),
    Situation(
        f"{AKS}2495",
        "a cluster without pools is refused",
        {},
        lambda made: system_pool(made)["mode"] == "System",
    ),
    Situation(
        f"{AKS}1627",
        "a count is required beside autoscaling",
        {"system_pool": SCALED},
        lambda made: system_pool(made)["count"] == 1,
    ),
    Situation(
        "https://github.com/Azure/terraform-azurerm-aks/issues/91",
        "the count is reset although the pool scales",
        {"system_pool": SCALED},
        lambda made: "agentPoolProfiles[0].count" in ignored(made, "ManagedCluster"),
    ),
    Situation(
        f"{AVM}res-containerservice-managedcluster/issues/300",
        "categories are never mixed with a group",
        {"other_log_categories": ["kube-apiserver"]},
        lambda made: all(
            "categoryGroup" not in log for one in settings(made) for log in one["logs"]
        ),
    ),
    Situation(
        f"{AVM}ptn-aks-production/issues/231",
        "all categories cost too much",
        {"audit_profile": "frugal"},
        lambda made: categories(made) == ["kube-audit-admin", "guard"],
    ),
    Situation(
        f"{AZURERM}22406",
        "the destination type drifts where it does not apply: only a workspace has one",
        {"destinations": [ARCHIVE]},
        lambda made: all(
            ("logAnalyticsDestinationType" in one) is ("workspaceId" in one)
            for one in settings(made)
        ),
    ),
    Situation(
        f"{AZURERM}5673",
        "Azure lists disabled categories and retention policies",
        {},
        stays({}),
    ),
    Situation(
        "https://github.com/Azure/azure-rest-api-specs/issues/22400",
        "Azure answers null instead of the destination type",
        {"destinations": [ARCHIVE]},
        lambda made: changes_after_refresh(made, form=without_destination_type) == {},
    ),
    Situation(
        f"{AZURERM}6676",
        "the destination type is applied again each time: it is set to one that AKS has",
        {},
        lambda made: settings(made)[0]["logAnalyticsDestinationType"] == "Dedicated",
    ),
    Situation(
        f"{AZURERM}19706",
        "settings outlive their resource: each depends on the cluster, and is deleted first",
        {"destinations": [ARCHIVE]},
        lambda made: all(
            any(urn.endswith(":ManagedCluster::prod-cluster") for urn in request.dependencies)
            for request in made.requests("DiagnosticSetting")
        ),
    ),
    Situation(
        "https://github.com/Azure/PSRule.Rules.Azure/issues/2449",
        "both audit categories contain each write: a filter keeps the reads of one alone",
        {"audit_profile": "filtered"},
        lambda made: (
            '| where Verb in ("get", "list", "watch")' in transformation(made)
            and "defaultDataCollectionRuleResourceId" in ignored(made, "Workspace")
        ),
    ),
    Situation(
        "https://github.com/Azure/azure-policy/issues/921",
        "a built-in policy misses newer categories",
        {"other_log_categories": ["karpenter-events", "fleet-member-agent"]},
        lambda made: {"karpenter-events", "fleet-member-agent"} <= {*categories(made)},
    ),
    Situation(
        f"{AKS}5576",
        "kube-audit-admin has no `kubectl exec`, which kube-audit has",
        {},
        lambda made: "kube-audit" in categories(made),
    ),
    Situation(
        f"{AKS}2684",
        "no audit policy of AKS can be changed: a profile collects less",
        {"audit_profile": "frugal"},
        lambda made: "kube-audit" not in categories(made),
    ),
    Situation(
        f"{AVM}res-containerservice-managedcluster/pull/196",
        "a user pool takes properties that the cluster's pools refuse",
        {"user_pools": [{"name": "a", "overrides": {"security_profile": {"enable_vtpm": True}}}]},
        lambda made: made.one("AgentPool")["securityProfile"] == {"enableVTPM": True},
    ),
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.about)
def test_a_reported_situation(situation: Situation) -> None:
    """What the report asks for, or what it warns of."""
    assert situation.holds(cluster(situation.arguments)), situation.address


SHARED_DESTINATION = "https://github.com/Azure/bicep-registry-modules/issues/3407"


def test_a_category_twice_to_one_destination_is_refused() -> None:
    """Azure refuses the second setting of a deployment (`SHARED_DESTINATION`)."""
    with pytest.raises(InvalidArguments, match="would get"):
        cluster({"destinations": [ARCHIVE, ARCHIVE]})


def test_there_are_enough_situations() -> None:
    """Each report counts once."""
    addresses = {SHARED_DESTINATION, *(one.address for one in SITUATIONS)}
    assert len(addresses) >= 25
