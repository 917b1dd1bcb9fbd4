"""What other projects' checks say of the default cluster is known, explained and still so."""

import copy
from typing import Any, NamedTuple

import pytest

from agreement.default_cluster_table import PAGE, default_cluster, page
from agreement.feature_table import FEATURES, unknown_arguments
from agreement.peer_cluster_checks import (
    CHECKS,
    MAINTENANCE_WINDOWS,
    NOTHING,
    ONLY_CRITICAL_ADDONS,
    PLATFORM_LOGS,
    DefaultCluster,
    Outcome,
    PeerCheck,
)

BY_ID = {check.id: check for check in CHECKS}


def with_property(cluster: DefaultCluster, path: str, value: object) -> DefaultCluster:
    """The cluster with another value at a path; in each element where the path has a list."""
    changed = copy.deepcopy(dict(cluster.properties))
    *steps, last = path.split(".")
    holders: list[Any] = [changed]
    for step in steps:
        name = step.removesuffix("[]")
        if name == step:
            for holder in holders:
                holder[name] = holder.get(name) or {}
        inner = [holder[name] for holder in holders]
        holders = inner if name == step else [each for listed in inner for each in listed]
    for holder in holders:
        holder[last] = value
    return DefaultCluster(changed)


def setting(*categories: str, metrics: tuple[str, ...] = ()) -> dict[str, Any]:
    """A diagnostic setting with these categories on."""
    return {
        kind: [{"category": category, "enabled": True} for category in listed]
        for kind, listed in (("logs", categories), ("metrics", metrics))
    }


class Change(NamedTuple):
    """A property that decides checks.

    Attributes:
        path: where it stands.
        right: a value that satisfies them.
        wrong: a value that does not.
        checks: the ids of all checks that it decides.
    """

    path: str
    right: Any
    wrong: Any
    checks: set[str]


POOLS = "agentPoolProfiles[]"
SECRETS = "addonProfiles.azureKeyvaultSecretsProvider"
ROTATION = f"{SECRETS}.config.enableSecretRotation"
CHANNEL = "autoUpgradeProfile.upgradeChannel"
RANGES = "apiServerAccessProfile.authorizedIPRanges"
PRIVATE = "apiServerAccessProfile.enablePrivateCluster"

CHANGES = (
    Change("name", "shop", "-shop", {"Azure.AKS.Name"}),
    Change("dnsPrefix", "shop", "shop-", {"Azure.AKS.DNSPrefix"}),
    Change("identity.type", "SystemAssigned", "None", {"Azure.AKS.ManagedIdentity"}),
    # Premium has the same SLA; both checks know the tiers of before.
    Change("sku.tier", "Standard", "Premium", {"Azure.AKS.UptimeSLA", "CKV_AZURE_170"}),
    Change(
        "disableLocalAccounts",
        right=True,
        wrong=False,
        checks={"Azure.AKS.LocalAccounts", "CKV_AZURE_141"},
    ),
    Change("enableRBAC", True, False, {"Azure.AKS.UseRBAC", "CKV_AZURE_5", "AZU-0042"}),
    Change("aadProfile.managed", True, False, {"Azure.AKS.ManagedAAD"}),
    Change("aadProfile.enableAzureRBAC", True, False, {"Azure.AKS.AzureRBAC"}),
    Change(RANGES, ["203.0.113.0/24"], [], {"Azure.AKS.AuthorizedIPs", "CKV_AZURE_6", "AZU-0041"}),
    Change(PRIVATE, True, False, {"CKV_AZURE_115", "AZU-0065"}),
    Change(
        CHANNEL,
        right="stable",
        wrong="none",
        checks={"Azure.AKS.AutoUpgrade", "Azure.AKS.Version", "CKV_AZURE_171"},
    ),
    Change(
        "autoUpgradeProfile.nodeOSUpgradeChannel",
        right="NodeImage",
        wrong="Unmanaged",
        checks={"Azure.AKS.NodeAutoUpgrade"},
    ),
    Change(
        "maintenanceConfigurations",
        right=[{"name": name} for name in sorted(MAINTENANCE_WINDOWS)],
        wrong=[{"name": max(MAINTENANCE_WINDOWS)}],
        checks={"Azure.AKS.MaintenanceWindow"},
    ),
    Change("networkProfile.networkPlugin", "azure", "none", {"CKV2_AZURE_29"}),
    Change(
        "networkProfile.networkPolicy",
        right="azure",
        wrong=None,
        checks={"Azure.AKS.NetworkPolicy", "CKV_AZURE_7", "AZU-0043"},
    ),
    Change("networkProfile.networkPolicy", "azure", "cilium", {"Azure.AKS.NetworkPolicy"}),
    Change("networkProfile.loadBalancerSku", "standard", None, {"Azure.AKS.StandardLB"}),
    Change(
        "addonProfiles.azurepolicy.enabled",
        right=True,
        wrong=False,
        checks={"Azure.AKS.AzurePolicyAddOn", "CKV_AZURE_116", "AZU-0066"},
    ),
    Change(
        "addonProfiles.omsagent.enabled",
        right=True,
        wrong=False,
        checks={"Azure.AKS.ContainerInsights", "CKV_AZURE_4", "AZU-0040"},
    ),
    Change(
        "addonProfiles.httpApplicationRouting.enabled",
        right=False,
        wrong=True,
        checks={"Azure.AKS.HttpAppRouting", "CKV_AZURE_246"},
    ),
    Change("addonProfiles.kubeDashboard.enabled", False, None, {"CKV_AZURE_8"}),
    Change(f"{SECRETS}.enabled", True, False, {"Azure.AKS.SecretStore"}),
    Change(ROTATION, "true", "false", {"Azure.AKS.SecretStoreRotation"}),
    Change(ROTATION, True, False, {"CKV_AZURE_172"}),
    Change(
        "securityProfile.defender.securityMonitoring.enabled",
        right=True,
        wrong=False,
        checks={"Azure.AKS.DefenderProfile"},
    ),
    Change("diskEncryptionSetID", "/subscriptions/s", None, {"CKV_AZURE_117", "AZU-0067"}),
    Change(
        f"{POOLS}.type",
        right="VirtualMachineScaleSets",
        wrong="AvailabilitySet",
        checks={"Azure.AKS.PoolScaleSet", "CKV_AZURE_169"},
    ),
    Change(f"{POOLS}.count", 3, 2, {"Azure.AKS.MinNodeCount"}),
    Change(
        "agentPoolProfiles",
        right=[{"mode": "User", "count": 3}, {"mode": "User", "count": 1, "minCount": 3}],
        wrong=[{"mode": "User", "count": 3}, {"mode": "User", "count": 3, "minCount": 1}],
        checks={"Azure.AKS.MinUserPoolNodes"},
    ),
    Change(f"{POOLS}.maxPods", 50, 30, {"Azure.AKS.NodeMinPods", "CKV_AZURE_168"}),
    Change(f"{POOLS}.enableAutoScaling", True, False, {"Azure.AKS.AutoScaling"}),
    Change(f"{POOLS}.availabilityZones", ["1", "2"], None, {"Azure.AKS.AvailabilityZone"}),
    Change(f"{POOLS}.orchestratorVersion", None, "1.30", {"Azure.AKS.PoolVersion"}),
    Change(
        f"{POOLS}.osDiskType",
        right="Ephemeral",
        wrong="Managed",
        checks={"Azure.AKS.EphemeralOSDisk", "CKV_AZURE_226"},
    ),
    Change(f"{POOLS}.enableNodePublicIP", False, True, {"CKV_AZURE_143"}),
    Change(f"{POOLS}.enableEncryptionAtHost", True, False, {"CKV_AZURE_227"}),
    Change(f"{POOLS}.nodeTaints", [ONLY_CRITICAL_ADDONS], [], {"CKV_AZURE_232"}),
    Change(
        "diagnosticSettings",
        right=[setting("kube-audit-admin", "guard")],
        wrong=[setting("kube-audit-admin")],
        checks={"Azure.AKS.AuditLogs"},
    ),
    Change(
        "diagnosticSettings",
        right=[setting("kube-audit-admin", "guard")],
        wrong=[setting("kube-audit", "guard")],
        checks={"Azure.AKS.AuditAdmin"},
    ),
    Change(
        "diagnosticSettings",
        right=[setting(*PLATFORM_LOGS, metrics=("AllMetrics",))],
        wrong=[setting(*PLATFORM_LOGS)],
        checks={"Azure.AKS.PlatformLogs"},
    ),
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.path)
def test_a_property_decides_the_checks_that_read_it_and_no_others(change: Change) -> None:
    """Whatever the default: the right value satisfies them, the wrong one does not."""
    right, wrong = (
        with_property(default_cluster(), change.path, value)
        for value in (change.right, change.wrong)
    )
    assert [name for name in sorted(change.checks) if not BY_ID[name].satisfied(right)] == []
    assert {
        check.id for check in CHECKS if check.satisfied(right) != check.satisfied(wrong)
    } == change.checks


def test_every_check_is_decided_by_some_property() -> None:
    """No check is satisfied or not whatever the cluster, but those that never look at it."""
    decided = {name for change in CHANGES for name in change.checks}
    assert decided == {check.id for check in CHECKS if check.demands is not NOTHING}


def test_a_private_cluster_needs_no_ranges_but_for_checkov() -> None:
    """Azure takes one or the other; Checkov's form for ARM wants ranges of every cluster."""
    private = with_property(with_property(default_cluster(), RANGES, None), PRIVATE, True)
    assert BY_ID["Azure.AKS.AuthorizedIPs"].outcome(private) is Outcome.NOT_APPLICABLE
    assert BY_ID["AZU-0041"].satisfied(private)
    assert not BY_ID["CKV_AZURE_6"].satisfied(private)


@pytest.mark.parametrize(
    ("version", "recent"), [("1.30.9", False), ("1.33.7", True), ("2.0", True)]
)
def test_a_version_does_in_place_of_a_channel(version: str, recent: bool) -> None:
    """Numbers are compared, not texts."""
    pinned = with_property(default_cluster(), CHANNEL, "patch")
    pinned = with_property(pinned, "kubernetesVersion", version)
    assert BY_ID["Azure.AKS.Version"].satisfied(pinned) is recent


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_only_what_is_not_satisfied_has_a_reason(check: PeerCheck) -> None:
    """A check that is no longer satisfied needs a reason; a reason that is past must go."""
    outcome = check.outcome(default_cluster())
    assert bool(check.reason) is (outcome is Outcome.NOT_SATISFIED)
    assert bool(check.not_applicable) is (outcome is Outcome.NOT_APPLICABLE)


def test_a_check_stands_on_the_page_once() -> None:
    """By an id of its own."""
    text = page()
    assert all(text.count(f"| [{check.id}](") == 1 for check in CHECKS)


def test_the_page_is_up_to_date() -> None:
    """Write it anew with `python tests/default_cluster_table.py`."""
    assert PAGE.read_text("utf-8") == page()


def test_the_feature_table_names_arguments_that_there_are() -> None:
    """A row that points nowhere helps nobody, and no cell of ours is empty."""
    assert not unknown_arguments()
    for feature in FEATURES:
        assert feature.ours(default_cluster())


def test_the_feature_table_tells_what_is_off() -> None:
    """It is computed: a default that were weakened would be seen in it."""
    ours = {feature.name: feature.ours for feature in FEATURES}
    weak = with_property(default_cluster(), "disableLocalAccounts", value=False)
    assert ours["Local accounts disabled"](default_cluster()) == "**on**"
    assert ours["Local accounts disabled"](weak) == "off"
    assert ours["Host encryption"](default_cluster()) == "off"
