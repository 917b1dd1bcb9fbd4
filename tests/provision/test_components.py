"""The components make the resources that they promise, under Pulumi's mocks."""

from typing import Any

import pulumi
import pytest
import yaml
from hypothesis import given, settings

from kubewitness import AksAuditLogging, SecureAksCluster
from kubewitness.catalog.aks_roles import CLUSTER_USER, RBAC_CLUSTER_ADMIN
from kubewitness.provision.secure_aks_cluster.access import (
    NETWORK_CONTRIBUTOR,
    PRIVATE_DNS_ZONE_CONTRIBUTOR,
)
from kubewitness.provision.secure_aks_cluster.inputs import default_dns_prefix
from kubewitness.provision.secure_aks_cluster.kubeconfig import secretless_kubeconfig
from support.argument_strategies import DNS_ZONE, SUBNET, WORKSPACE, valid_cluster_arguments
from support.components import (
    CERTIFICATE,
    CLUSTER,
    GROUP,
    PRIVATE_KEY,
    SUBSCRIPTION,
    USER,
    VALID,
    Deployment,
    azure_kubeconfig,
    cluster,
    encoded,
    run_example,
)


def workspace_id(name: str) -> str:
    """The id that a workspace of this name gets."""
    path = "azure-native/operationalinsights/Workspace"
    return f"{SUBSCRIPTION}/resourceGroups/group/providers/{path}/{name}"


def test_keyword_arguments_make_what_a_dictionary_makes() -> None:
    """The same registrations with the same inputs, those of the component among them."""
    more: Any = {**VALID, "network_policy": "calico", "tags": {"team": "shop"}}
    given = [
        Deployment(lambda: SecureAksCluster("prod", more)),
        Deployment(lambda: SecureAksCluster("prod", args=more)),
        Deployment(lambda: SecureAksCluster("prod", **more, opts=pulumi.ResourceOptions())),
    ]
    made = [sorted((r.type, r.name, str(r.object)) for r in each.made()) for each in given]
    assert made[0] == made[1] == made[2]
    assert given[2].one("SecureAksCluster")["network_policy"] == "calico"


def test_the_cluster_by_default() -> None:
    """Three decisions give a cluster in which everything that protects it is on."""
    assert cluster().one("ManagedCluster") == {
        "resourceGroupName": "group",
        "dnsPrefix": "prod",
        "sku": {"name": "Base", "tier": "Standard"},
        "supportPlan": "KubernetesOfficial",
        "aadProfile": {
            "managed": True,
            "enableAzureRBAC": True,
            "adminGroupObjectIDs": [GROUP],
        },
        "disableLocalAccounts": True,
        "enableRBAC": True,
        "identity": {"type": "SystemAssigned"},
        "apiServerAccessProfile": {"enablePrivateCluster": True, "disableRunCommand": True},
        "addonProfiles": {"azurepolicy": {"enabled": True}},
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkDataplane": "cilium",
            "networkPolicy": "cilium",
            "outboundType": "loadBalancer",
            "loadBalancerSku": "standard",
        },
        "agentPoolProfiles": [
            {
                "name": "system",
                "mode": "System",
                "type": "VirtualMachineScaleSets",
                "vmSize": "Standard_D4ds_v5",
                "osType": "Linux",
                "osSKU": "AzureLinux",
                "availabilityZones": ["1", "2", "3"],
                "count": 3,
                "enableAutoScaling": False,
                "enableEncryptionAtHost": False,
                "maxPods": 250,
            }
        ],
        "autoUpgradeProfile": {"upgradeChannel": "stable", "nodeOSUpgradeChannel": "NodeImage"},
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {
            "workloadIdentity": {"enabled": True},
            "imageCleaner": {"enabled": True, "intervalHours": 168},
            "defender": {
                "logAnalyticsWorkspaceResourceId": workspace_id("prod-logs"),
                "securityMonitoring": {"enabled": True},
            },
        },
        "nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"},
    }


def test_the_audit_logs_by_default() -> None:
    """The three categories, each by name and enabled, go to tables of their own kind."""
    setting = cluster().one("DiagnosticSetting")
    assert setting["logs"] == [
        {"category": "kube-audit", "enabled": True},
        {"category": "kube-audit-admin", "enabled": True},
        {"category": "guard", "enabled": True},
    ]
    assert setting["logAnalyticsDestinationType"] == "Dedicated"
    assert setting["workspaceId"].endswith("/prod-logs")
    assert setting["resourceUri"].endswith("/prod-cluster")


def test_the_workspace_by_default() -> None:
    """90 days interactive; the audit tables a year in all, before the first log arrives."""
    deployed = cluster()
    workspace = deployed.one("Workspace")
    assert workspace["retentionInDays"] == 90
    assert workspace["sku"] == {"name": "PerGB2018"}
    deployment = deployed.one("Deployment")
    assert deployment["properties"]["mode"] == "Incremental"
    assert {
        table["name"]: table["properties"]
        for table in deployment["properties"]["template"]["resources"]
    } == {
        f"[format('{{0}}/{table}', parameters('workspace'))]": {
            "plan": "Analytics",
            "retentionInDays": 90,
            "totalRetentionInDays": 365,
        }
        for table in ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane")
    }
    workspace_name = deployment["properties"]["parameters"]["workspace"]["value"]
    assert workspace_name == "prod-logs"
    (tables,), (setting,) = deployed.requests("Deployment"), deployed.requests("DiagnosticSetting")
    assert any(urn.endswith("::prod-table-retention") for urn in setting.dependencies)
    assert tables.parent.endswith("::prod-logs")


def test_a_workspace_that_is_brought_is_not_touched() -> None:
    """No workspace and no tables: whoever owns them sets their retention."""
    deployed = cluster({"workspace_id": WORKSPACE})
    assert deployed.one("DiagnosticSetting")["workspaceId"] == WORKSPACE
    assert not {"Workspace", "Deployment"} & deployed.kinds()


def test_the_outputs_say_what_is_collected_where() -> None:
    """Category, destinations and tables; the settings; the issuer."""
    outputs = cluster(
        {"other_log_categories": ["kube-apiserver"], "workspace_id": WORKSPACE}
    ).outputs
    assert outputs["collected"] == {
        category: [{"kind": "workspace", "id": WORKSPACE, "table": table}]
        for category, table in (
            ("kube-audit", "AKSAudit"),
            ("kube-audit-admin", "AKSAuditAdmin"),
            ("guard", "AKSControlPlane"),
            ("kube-apiserver", "AKSControlPlane"),
        )
    }
    assert outputs["workspace_id"] == WORKSPACE
    assert outputs["oidc_issuer_url"] == "https://issuer"
    assert outputs["cluster_id"].endswith("/prod-cluster")
    assert outputs["cluster_name"] == "prod-cluster"
    (setting,) = outputs["diagnostic_setting_ids"]
    assert setting.endswith("/prod-audit-logs")


def test_the_kubeconfig_holds_no_secret() -> None:
    """Of what Azure returns, the server and its certificate go on, and nothing else."""
    deployed = cluster()
    text = deployed.outputs["kubeconfig"]
    assert "secret" not in text
    assert encoded(PRIVATE_KEY) not in text
    config = yaml.safe_load(text)
    assert config["clusters"][0]["cluster"] == {
        "server": "https://prod-1.hcp.westeurope.azmk8s.io:443",
        "certificate-authority-data": encoded(CERTIFICATE),
    }
    (user,) = config["users"]
    assert list(user["user"]) == ["exec"]
    assert user["user"]["exec"]["command"] == "kubelogin"
    assert user["user"]["exec"]["args"] == [
        "get-token",
        "--login",
        "azurecli",
        "--server-id",
        "6dae42f8-4368-4678-94ff-3960e28e3630",
    ]
    assert config["contexts"][0]["context"] == {"cluster": "prod", "user": user["name"]}
    assert config["current-context"] == config["contexts"][0]["name"]


def test_the_kubeconfig_comes_from_the_users_credentials() -> None:
    """The admin's are refused by Azure when local accounts are off."""
    (call,) = cluster().azure.calls
    assert call.token.endswith(":listManagedClusterUserCredentials")
    assert call.args == {
        "resourceGroupName": "group",
        "resourceName": "prod-cluster",
        "format": "exec",
    }


@pytest.mark.parametrize(
    "returned",
    [
        "not base64",
        encoded("clusters: []"),
        encoded("just text"),
        azure_kubeconfig(server="http://prod"),
        azure_kubeconfig(server="https://user:secret@prod"),
        azure_kubeconfig(server="https://prod?token=secret"),
        azure_kubeconfig(**{"certificate-authority-data": encoded(PRIVATE_KEY)}),
        azure_kubeconfig(**{"certificate-authority-data": encoded(CERTIFICATE + PRIVATE_KEY)}),
        azure_kubeconfig(**{"certificate-authority-data": "secret"}),
    ],
)
def test_a_kubeconfig_that_could_carry_a_secret_is_refused(returned: str) -> None:
    """A server with a password or a key in place of a certificate goes no further."""
    with pytest.raises(ValueError, match="Azure returned a kubeconfig") as caught:
        secretless_kubeconfig(returned)
    assert "secret" not in str(caught.value)


def test_nothing_is_called_before_there_is_a_cluster() -> None:
    """In the first preview the ids are unknown, and so are the outputs that need them."""
    deployed = cluster(
        {"cluster_admins": {"principals": [{"object_id": USER, "type": "User"}]}}, preview=True
    )
    assert deployed.azure.calls == []
    assert not {"kubeconfig", "cluster_id", "collected"} & deployed.outputs.keys()
    assert [log["category"] for log in deployed.one("DiagnosticSetting")["logs"]] == [
        "kube-audit",
        "kube-audit-admin",
        "guard",
    ]


def test_the_logs_are_collected_before_the_kubeconfig_is_fetched() -> None:
    """Whoever may deploy but not fetch credentials leaves no cluster without audit logs."""
    order = cluster().azure.order
    setting = order.index("azure-native:monitor:DiagnosticSetting")
    (call,) = (i for i, what in enumerate(order) if what.endswith("UserCredentials"))
    assert setting < call


def test_everything_stands_below_the_component() -> None:
    """No child is left at the top, where the component's options would not reach it."""
    deployed = cluster({"user_pools": [{"name": "batch"}]})
    top = [
        request.name
        for request in deployed.recorder.requests
        if request.type.startswith("azure-native:") and "SecureAksCluster" not in request.parent
    ]
    assert top == []
    assert all(
        request.name.startswith("prod")
        for request in deployed.recorder.requests
        if request.type.startswith("azure-native:")
    )


def test_groups_may_fetch_a_kubeconfig() -> None:
    """A group is an admin through the cluster's profile and gets the Cluster User role."""
    role = cluster().one("RoleAssignment")
    assert role["principalId"] == GROUP
    assert role["principalType"] == "Group"
    assert role["scope"].endswith("/prod-cluster")
    assert role["roleDefinitionId"] == (
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{CLUSTER_USER}"
    )
    assert "roleAssignmentName" not in role


def test_principals_get_in_through_azure_rbac() -> None:
    """A principal gets two roles on the cluster, each a role assignment that Azure logs."""
    deployed = cluster({"cluster_admins": {"principals": [{"object_id": USER, "type": "User"}]}})
    assert deployed.one("ManagedCluster")["aadProfile"]["adminGroupObjectIDs"] == []
    assert {
        role["roleDefinitionId"].rsplit("/", 1)[1] for role in deployed.all("RoleAssignment")
    } == {
        CLUSTER_USER,
        RBAC_CLUSTER_ADMIN,
    }
    assert {role["principalType"] for role in deployed.all("RoleAssignment")} == {"User"}


def test_reordered_admins_change_nothing() -> None:
    """Role assignments are named after the object id, not after its place in the list."""
    names = [
        {
            one.name
            for one in cluster({"cluster_admins": {"group_object_ids": ids}}).requests(
                "RoleAssignment"
            )
        }
        for ids in ([GROUP, USER], [USER, GROUP])
    ]
    assert names[0] == names[1]


def test_waived_admins_assign_nothing() -> None:
    """Where roles are assigned elsewhere, none is assigned here."""
    deployed = cluster({"cluster_admins": {"waived_because": "roles are on the subscription"}})
    assert "RoleAssignment" not in deployed.kinds()


@pytest.mark.parametrize(
    ("access", "profile"),
    [
        ({"private": True}, {"enablePrivateCluster": True}),
        (
            {"private": True, "private_dns_zone_id": DNS_ZONE},
            {"enablePrivateCluster": True, "privateDNSZone": DNS_ZONE},
        ),
        (
            {"authorized_ip_ranges": ["203.0.113.0/24", "0.0.0.0/32"]},
            {"authorizedIPRanges": ["203.0.113.0/24", "0.0.0.0/32"]},
        ),
        ({"public_because": "our partners call it"}, {"enablePrivateCluster": False}),
    ],
)
def test_each_way_to_the_api(access: dict[str, Any], profile: dict[str, Any]) -> None:
    """Private, authorised ranges, or public in words."""
    found = cluster({"api_access": access}).one("ManagedCluster")["apiServerAccessProfile"]
    assert found == {**profile, "disableRunCommand": True}


def test_a_network_that_is_brought_can_be_used_from_the_start() -> None:
    """The identity exists and has its roles before the cluster, which depends on them."""
    deployed = cluster(
        {
            "system_pool": {"vnet_subnet_id": SUBNET},
            "user_pools": [{"name": "batch"}],
            "api_access": {"private": True, "private_dns_zone_id": DNS_ZONE},
        }
    )
    identity = deployed.one("ManagedCluster")["identity"]
    assert identity["type"] == "UserAssigned"
    assert [one.rsplit("/", 1)[1] for one in identity["userAssignedIdentities"]] == [
        "prod-identity"
    ]
    grants = {
        role["roleDefinitionId"].rsplit("/", 1)[1]: role["scope"]
        for role in deployed.all("RoleAssignment")
        if role["principalId"] == USER
    }
    assert grants == {
        NETWORK_CONTRIBUTOR: SUBNET.removesuffix("/subnets/nodes"),
        PRIVATE_DNS_ZONE_CONTRIBUTOR: DNS_ZONE,
    }
    (request,) = deployed.requests("ManagedCluster")
    assert {urn.rsplit("::", 1)[1] for urn in request.dependencies} >= {
        "prod-uses-network",
        "prod-uses-dns-zone",
    }
    assert deployed.one("AgentPool")["vnetSubnetID"] == SUBNET


def test_user_pools_are_resources_of_their_own() -> None:
    """The cluster keeps its one inline pool; the others can come and go without it."""
    deployed = cluster(
        {
            "network_policy": "calico",
            "user_pools": [
                {
                    "name": "batch",
                    "count": 0,
                    "node_labels": {"team": "data"},
                    "node_taints": ["dedicated=batch:NoSchedule"],
                },
                {"name": "win", "os_type": "Windows"},
            ],
        }
    )
    (system,) = deployed.one("ManagedCluster")["agentPoolProfiles"]
    assert system["nodeTaints"] == ["CriticalAddonsOnly=true:NoSchedule"]
    batch, windows = deployed.all("AgentPool")
    assert batch == {
        "resourceGroupName": "group",
        "resourceName": "prod-cluster",
        "agentPoolName": "batch",
        "mode": "User",
        "type": "VirtualMachineScaleSets",
        "vmSize": "Standard_D4ds_v5",
        "osType": "Linux",
        "osSKU": "AzureLinux",
        "availabilityZones": ["1", "2", "3"],
        "count": 0,
        "enableAutoScaling": False,
        "enableEncryptionAtHost": False,
        "maxPods": 250,
        "nodeLabels": {"team": "data"},
        "nodeTaints": ["dedicated=batch:NoSchedule"],
    }
    assert windows["osType"] == "Windows"
    assert "osSKU" not in windows


def test_the_autoscalers_changes_are_no_drift() -> None:
    """Where it autoscales, a pool's count is ignored; elsewhere it is not."""
    autoscaled: dict[str, Any] = {"min_count": 1, "max_count": 5}
    deployed = cluster(
        {
            "system_pool": autoscaled,
            "user_pools": [{"name": "a", **autoscaled}, {"name": "b"}],
        }
    )
    by_aks = ["orchestratorVersion", "powerState"]
    assert [list(pool.ignoreChanges) for pool in deployed.requests("AgentPool")] == [
        ["count", *by_aks],
        by_aks,
    ]
    (pool,) = deployed.one("ManagedCluster")["agentPoolProfiles"]
    assert (pool["count"], pool["minCount"], pool["maxCount"]) == (1, 1, 5)
    (request,) = cluster({"system_pool": autoscaled}).requests("ManagedCluster")
    assert "agentPoolProfiles[0].count" in request.ignoreChanges
    (fixed,) = cluster().requests("ManagedCluster")
    assert "agentPoolProfiles[0].count" not in fixed.ignoreChanges


@pytest.mark.parametrize(
    ("channel", "ignored"), [("stable", True), ("rapid", True), ("patch", False)]
)
def test_upgrades_by_aks_are_no_drift(channel: str, ignored: bool) -> None:
    """Where the channel moves the minor version, the version is ignored; on patch it is not."""
    arguments = {"upgrade_channel": channel, "kubernetes_version": "1.34"}
    (request,) = cluster(arguments).requests("ManagedCluster")
    assert ("kubernetesVersion" in request.ignoreChanges) is ignored


def test_premium_comes_with_long_term_support() -> None:
    """The tier is for that support, so that the plan is switched on with it."""
    inputs = cluster({"sku_tier": "Premium"}).one("ManagedCluster")
    assert inputs["sku"]["tier"] == "Premium"
    assert inputs["supportPlan"] == "AKSLongTermSupport"
    assert inputs["autoUpgradeProfile"]["upgradeChannel"] == "patch"


@pytest.mark.parametrize("policy", ["azure", "calico"])
def test_other_network_policies_have_their_data_plane(policy: str) -> None:
    """Only Cilium needs Cilium's data plane."""
    profile = cluster({"network_policy": policy}).one("ManagedCluster")["networkProfile"]
    assert profile["networkDataplane"] == "azure"
    assert profile["networkPolicy"] == policy


def test_outputs_of_other_resources_are_accepted() -> None:
    """Object ids, subnets, tags and names may come from what the program creates."""

    def program() -> SecureAksCluster:
        later = pulumi.Output.from_input
        return SecureAksCluster(
            "prod",
            {
                "resource_group_name": later("group"),
                "cluster_admins": {"group_object_ids": [later(GROUP)]},
                "api_access": {"authorized_ip_ranges": later([later("203.0.113.0/24")])},
                "system_pool": {"vnet_subnet_id": later(SUBNET)},
                "workspace_id": later(WORKSPACE),
                "tags": {"team": later("data")},
            },
        )

    deployed = Deployment(program)
    inputs = deployed.one("ManagedCluster")
    assert inputs["resourceGroupName"] == "group"
    assert inputs["aadProfile"]["adminGroupObjectIDs"] == [GROUP]
    assert inputs["apiServerAccessProfile"]["authorizedIPRanges"] == ["203.0.113.0/24"]
    assert inputs["tags"] == {"team": "data"}
    assert deployed.one("DiagnosticSetting")["workspaceId"] == WORKSPACE


def test_tags_reach_all_that_can_have_them() -> None:
    """Cluster, pools, identity and workspace."""
    deployed = cluster(
        {
            "tags": {"team": "data"},
            "system_pool": {"vnet_subnet_id": SUBNET},
            "user_pools": [{"name": "a"}],
        }
    )
    for kind in ("ManagedCluster", "AgentPool", "UserAssignedIdentity", "Workspace"):
        assert deployed.one(kind)["tags"] == {"team": "data"}
    assert deployed.one("ManagedCluster")["agentPoolProfiles"][0]["tags"] == {"team": "data"}


def test_the_arguments_stand_in_the_state() -> None:
    """The component's inputs are its arguments, so that a reader sees what was decided."""
    assert cluster({"api_access": {"public_because": "our partners"}}).one("SecureAksCluster") == {
        **VALID,
        "api_access": {"public_because": "our partners"},
    }


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("prod", "prod"), ("my_cluster.eu", "my-cluster-eu"), ("-x-", "x"), ("_", "aks")],
)
def test_the_dns_prefix_is_made_from_the_name(name: str, prefix: str) -> None:
    """Letters, digits and inner hyphens, at most 54."""
    assert default_dns_prefix(name) == prefix
    assert len(default_dns_prefix("a" * 100)) == 54


def test_a_cluster_that_somebody_else_made() -> None:
    """AksAuditLogging adds a setting, and leaves the cluster alone."""
    deployed = Deployment(
        lambda: AksAuditLogging(
            "old", {"cluster_id": CLUSTER, "workspace_id": WORKSPACE, "setting_name": "audit"}
        )
    )
    assert deployed.kinds() == {"DiagnosticSetting"}
    assert deployed.one("DiagnosticSetting") == {
        "resourceUri": CLUSTER,
        "name": "audit",
        "workspaceId": WORKSPACE,
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [
            {"category": category, "enabled": True}
            for category in ("kube-audit", "kube-audit-admin", "guard")
        ],
    }
    assert deployed.outputs["collected"]["guard"] == [
        {"kind": "workspace", "id": WORKSPACE, "table": "AKSControlPlane"}
    ]


def test_a_workspace_for_a_cluster_that_somebody_else_made() -> None:
    """It is created with the same retention as SecureAksCluster's."""
    deployed = Deployment(
        lambda: AksAuditLogging(
            "old",
            {
                "cluster_id": CLUSTER,
                "resource_group_name": "group",
                "location": "westeurope",
                "workspace": {"name": "audit", "total_retention_days": 2556},
            },
        )
    )
    workspace = deployed.one("Workspace")
    assert workspace["workspaceName"] == "audit"
    assert workspace["location"] == "westeurope"
    tables = deployed.one("Deployment")["properties"]["template"]["resources"]
    assert {table["properties"]["totalRetentionInDays"] for table in tables} == {2556}


def test_the_quickstart_previews_without_configuration() -> None:
    """A reader can run it before he has read anything."""
    deployed = run_example("quickstart")
    assert deployed.one("ManagedCluster")["disableLocalAccounts"] is True
    assert len(deployed.one("DiagnosticSetting")["logs"]) == 3


def test_the_blocked_example_is_wrong_in_three_ways() -> None:
    """Local accounts on, Entra ID not in charge, and no guard."""
    deployed = run_example("blocked")
    inputs = deployed.one("ManagedCluster")
    assert inputs["disableLocalAccounts"] is False
    assert "aadProfile" not in inputs
    assert "guard" not in [log["category"] for log in deployed.one("DiagnosticSetting")["logs"]]


@settings(max_examples=25)
@given(valid_cluster_arguments())
def test_every_valid_cluster_is_protected_and_watched(drawn: dict[str, Any]) -> None:
    """No combination of arguments switches off what the component is for."""
    arguments: Any = drawn
    deployed = Deployment(lambda: SecureAksCluster("prod", arguments))
    inputs = deployed.one("ManagedCluster")
    assert inputs["disableLocalAccounts"] is True
    assert inputs["enableRBAC"] is True
    assert inputs["aadProfile"]["managed"] is True
    assert inputs["aadProfile"]["enableAzureRBAC"] is True
    assert inputs["oidcIssuerProfile"] == {"enabled": True}
    if drawn.get("mode") != "automatic":
        assert inputs["networkProfile"]["networkPolicy"] in {"cilium", "azure", "calico"}
    logs = [log for setting in deployed.all("DiagnosticSetting") for log in setting["logs"]]
    reads = drawn.get("audit_profile") not in {"archive", "frugal"}
    wanted = {"kube-audit-admin", "guard", *(["kube-audit"] if reads else [])}
    assert wanted <= {log["category"] for log in logs}
    assert all(log["enabled"] for log in logs)
    for workspace in deployed.all("Workspace"):
        assert workspace["retentionInDays"] >= 90
    for deployment in deployed.requests("Deployment"):
        if deployment.name.endswith("-table-retention"):
            properties = pulumi.runtime.rpc.deserialize_properties(deployment.object)["properties"]
            for table in properties["template"]["resources"]:
                assert table["properties"]["totalRetentionInDays"] >= 365
