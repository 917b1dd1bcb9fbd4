"""Where the logs go, as the components register it."""

import re
from typing import Any

import pulumi
import pytest

from kubewitness import AksAuditLogging, AuditArchive, SecureAksCluster
from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.provision.arguments.validation import InvalidArguments
from support.argument_strategies import EVENT_HUBS, STORAGE, SUBNET, WORKSPACE
from support.components import CLUSTER, VALID, Deployment, cluster

ARCHIVE = {"storage_account_id": f"{STORAGE}/archive"}
HUB = {"event_hub_authorization_rule_id": f"{EVENT_HUBS}/n/authorizationRules/send"}


def sent(deployed: Deployment) -> list[dict[str, Any]]:
    """What each setting sends where."""
    requests = sorted(deployed.requests("DiagnosticSetting"), key=lambda one: str(one.name))
    settings = [pulumi.runtime.rpc.deserialize_properties(one.object) for one in requests]
    return [
        {
            **{key: value for key, value in setting.items() if key.endswith(("Id", "HubName"))},
            "categories": [log["category"] for log in setting["logs"] if log["enabled"]],
        }
        for setting in settings
    ]


def refusal(more: dict[str, Any]) -> str:
    """What is said of a cluster with these arguments."""
    with pytest.raises(InvalidArguments) as error:
        cluster(more)
    return str(error.value)


def test_the_frugal_profile_leaves_reads_out() -> None:
    """The two categories that are cheap."""
    (setting,) = sent(cluster({"audit_profile": "frugal", "workspace_id": WORKSPACE}))
    assert setting["categories"] == ["kube-audit-admin", "guard"]


def test_the_archive_profile_sends_reads_to_the_archive_alone() -> None:
    """`kube-audit` is kept, and not paid for by the gigabyte in the workspace."""
    archive = {**ARCHIVE, "categories": ["kube-audit"]}
    deployed = cluster(
        {"audit_profile": "archive", "workspace_id": WORKSPACE, "destinations": [archive]}
    )
    assert sent(deployed) == [
        {"workspaceId": WORKSPACE, "categories": ["kube-audit-admin", "guard"]},
        {"storageAccountId": f"{STORAGE}/archive", "categories": ["kube-audit"]},
    ]
    assert deployed.outputs["collected"]["kube-audit"] == [
        {"kind": "storage_account", "id": f"{STORAGE}/archive"}
    ]


def test_the_archive_profile_needs_an_archive() -> None:
    """Otherwise it would be `frugal` by another name."""
    assert "must hold a storage account for `kube-audit`" in refusal({"audit_profile": "archive"})
    hub = refusal({"audit_profile": "archive", "destinations": [HUB]})
    assert "must hold a storage account for `kube-audit`" in hub


def test_the_filtered_profile_keeps_the_reads_that_detections_need() -> None:
    """A transformation of the workspace, on the stream of AKSAudit and on no other."""
    deployed = cluster({"audit_profile": "filtered"})
    (setting,) = sent(deployed)
    assert setting["categories"] == list(AUDIT_CATEGORIES)
    templates = [one["properties"] for one in deployed.all("Deployment")]
    rule, workspace = templates[1]["template"]["resources"]
    (flow,) = rule["properties"]["dataFlows"]
    assert rule["kind"] == "WorkspaceTransforms"
    assert flow["streams"] == ["Microsoft-Table-AKSAudit"]
    for needed in ("exec", "portforward", "secrets", "system:anonymous", "403"):
        assert needed in flow["transformKql"]
    assert workspace["dependsOn"] == [
        workspace["properties"]["defaultDataCollectionRuleResourceId"]
    ]
    assert workspace["properties"]["retentionInDays"] == 90
    assert templates[1]["mode"] == "Incremental"


def test_the_filter_is_written_again_whenever_its_workspace_is() -> None:
    """Else an update of the workspace could drop the link to its transformation."""
    deployed = cluster({"audit_profile": "filtered", "tags": {"team": "soc"}})
    parameters = deployed.all("Deployment")[1]["properties"]["parameters"]
    assert parameters["tags"] == {"value": deployed.one("Workspace")["tags"]}
    assert parameters["tags"]["value"]["team"] == "soc"


def test_a_brought_workspace_is_not_filtered() -> None:
    """It has one transformation, and that is its owner's."""
    said = refusal({"audit_profile": "filtered", "workspace_id": WORKSPACE})
    assert "`filtered` needs its own workspace" in said


def test_the_basic_plan_is_for_kube_audit_alone_and_only_when_asked() -> None:
    """Azure fixes a Basic table's interactive retention, so none is said."""
    deployed = cluster({"workspace": {"kube_audit_plan": "Basic", "total_retention_days": 730}})
    tables = deployed.one("Deployment")["properties"]["template"]["resources"]
    assert [table["properties"] for table in tables] == [
        {"plan": "Basic", "totalRetentionInDays": 730},
        {"plan": "Analytics", "retentionInDays": 90, "totalRetentionInDays": 730},
        {"plan": "Analytics", "retentionInDays": 90, "totalRetentionInDays": 730},
    ]


def test_each_destination_has_a_setting_of_its_own() -> None:
    """Named after its kind, so that another destination that comes or goes changes none of them."""
    destinations = [{**HUB, "event_hub_name": "audit"}, ARCHIVE]
    deployed = cluster({"workspace_id": WORKSPACE, "destinations": destinations})
    names = {str(one.name) for one in deployed.requests("DiagnosticSetting")}
    assert names == {"prod-audit-logs", "prod-audit-logs-event-hub", "prod-audit-logs-storage"}
    assert sent(deployed) == [
        {"workspaceId": WORKSPACE, "categories": list(AUDIT_CATEGORIES)},
        {
            "eventHubAuthorizationRuleId": HUB["event_hub_authorization_rule_id"],
            "eventHubName": "audit",
            "categories": list(AUDIT_CATEGORIES),
        },
        {"storageAccountId": f"{STORAGE}/archive", "categories": list(AUDIT_CATEGORIES)},
    ]


def test_a_setting_takes_over_one_of_the_same_place_and_is_deleted_before_it_is_replaced() -> None:
    """Commits before version 0.1 numbered them; and Azure refuses a second of the same content."""
    deployed = cluster({"workspace_id": WORKSPACE, "destinations": [ARCHIVE, HUB]})
    requests = {str(one.name): one for one in deployed.requests("DiagnosticSetting")}
    for name, number in (("storage", 2), ("event-hub", 3)):
        aliases = [alias.spec.name for alias in requests[f"prod-audit-logs-{name}"].aliases]
        assert f"prod-audit-logs-{number}" in aliases
    assert all(one.deleteBeforeReplace for one in requests.values())


def test_nothing_is_written_where_everything_is_collected_elsewhere() -> None:
    """No setting, and no destination."""
    elsewhere = {"workspace_id": WORKSPACE, "collected_elsewhere": list(AUDIT_CATEGORIES)}
    assert cluster(elsewhere).all("DiagnosticSetting") == []


def test_destinations_share_a_setting_where_five_do_not_suffice() -> None:
    """Of the same categories and of different kinds."""
    archives = [{"storage_account_id": f"{STORAGE}/a{number}"} for number in range(4)]
    deployed = cluster({"workspace_id": WORKSPACE, "destinations": [*archives, HUB]})
    shared = [one for one in sent(deployed) if len(one) > 2]
    assert len(deployed.all("DiagnosticSetting")) == 5
    assert [{*one} for one in shared] == [
        {"storageAccountId", "eventHubAuthorizationRuleId", "categories"}
    ]


def test_what_is_collected_elsewhere_is_not_sent_again() -> None:
    """Azure refuses the same category to the same workspace twice."""
    logging = Deployment(
        lambda: AksAuditLogging(
            "old",
            {
                "cluster_id": CLUSTER,
                "workspace_id": WORKSPACE,
                "collected_elsewhere": ["kube-audit-admin", "guard"],
            },
        )
    )
    assert sent(logging) == [{"workspaceId": WORKSPACE, "categories": ["kube-audit"]}]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"destinations": [{"workspace_id": WORKSPACE.upper()}], "workspace_id": WORKSPACE},
            "destinations[0]: would get `kube-audit-admin` twice",
        ),
        (
            {"destinations": [ARCHIVE, {**ARCHIVE, "categories": ["guard"]}]},
            "destinations[1]: would get `guard` twice",
        ),
        (
            {
                "destinations": [
                    {"storage_account_id": f"{STORAGE}/a{number}"} for number in range(6)
                ]
            },
            "need more than 5 diagnostic settings",
        ),
        ({"destinations": [{}]}, "destinations[0]: has no destination"),
        ({"destinations": [{**ARCHIVE, **HUB}]}, "give exactly one of `workspace_id`"),
        (
            {"destinations": [{**ARCHIVE, "event_hub_name": "audit"}]},
            "destinations[0].event_hub_name: is for an event hub",
        ),
        (
            {"destinations": [{**ARCHIVE, "categories": ["kube-audits"]}]},
            "did you mean `kube-audit`",
        ),
        (
            {"collected_elsewhere": ["guard"]},
            "is for an existing workspace",
        ),
        (
            {"collected_elsewhere": ["kube-scheduler"], "workspace_id": WORKSPACE},
            "would not be sent to the workspace anyway",
        ),
    ],
)
def test_what_azure_would_refuse_is_refused_at_once(more: dict[str, Any], said: str) -> None:
    """Before anything is deployed, with where and how to fix it."""
    assert said in refusal(more)


def test_one_destination_under_two_outputs_is_refused_when_they_are_known() -> None:
    """Azure would refuse it after the first of two settings; the message comes with the path."""

    def program() -> None:
        known_late = pulumi.Output.from_input(WORKSPACE.upper())
        destinations = [{"workspace_id": known_late}]
        arguments: Any = {**VALID, "workspace_id": WORKSPACE, "destinations": destinations}
        SecureAksCluster("prod", arguments)

    with pytest.raises(InvalidArguments, match="twice, and Azure refuses it") as error:
        Deployment(program)
    assert {problem.path for problem in error.value.problems} == {"destinations[0]"}


def archive(more: dict[str, Any] | None = None) -> Deployment:
    """An archive with these arguments."""
    arguments: Any = {"resource_group_name": "group", **(more or {})}
    return Deployment(lambda: AuditArchive("trail", arguments))


def test_the_archive_is_closed_and_keeps_versions() -> None:
    """No shared keys, nothing public, Azure's own services through the firewall."""
    deployed = archive()
    account = deployed.one("StorageAccount")
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert account["minimumTlsVersion"] == "TLS1_2"
    assert account["networkRuleSet"] == {"defaultAction": "Deny", "bypass": "AzureServices"}
    assert account["sku"] == {"name": "Standard_ZRS"}
    assert deployed.one("BlobServiceProperties")["isVersioningEnabled"] is True


def test_each_category_has_its_container_where_logs_are_written_once() -> None:
    """By the names that diagnostic settings use; a year; appending stays possible."""
    deployed = archive()
    names = [f"insights-logs-{category}" for category in AUDIT_CATEGORIES]
    assert [one["containerName"] for one in deployed.all("BlobContainer")] == names
    for policy in deployed.all("BlobContainerImmutabilityPolicy"):
        assert policy["immutabilityPeriodSinceCreationInDays"] == 365
        assert policy["allowProtectedAppendWrites"] is True
    assert deployed.outputs["container_names"] == names


def test_the_archive_outlives_its_stack() -> None:
    """Each resource of it is kept when the stack is destroyed."""
    deployed = archive({"delete_after_days": 400})
    kept = {one.type.rpartition(":")[2]: one.retainOnDelete for one in deployed.made()}
    assert kept.pop("AuditArchive") is False
    assert set(kept.values()) == {True}
    assert "ManagementPolicy" in kept


def test_logs_are_never_deleted_while_they_are_immutable() -> None:
    """Lifecycle deletion before that would fail every day."""
    with pytest.raises(InvalidArguments, match="is not more than `immutable_days`"):
        archive({"immutable_days": 400, "delete_after_days": 400})


def test_automatic_leaves_out_what_the_service_forces() -> None:
    """No pools, no network, no channels: they are preconfigured; the trail is not."""
    deployed = cluster({"mode": "automatic"})
    inputs = deployed.one("ManagedCluster")
    assert inputs["sku"] == {"name": "Automatic", "tier": "Standard"}
    assert inputs["disableLocalAccounts"] is True
    assert not inputs.keys() & {"agentPoolProfiles", "networkProfile", "autoUpgradeProfile"}
    assert "imageCleaner" not in inputs["securityProfile"]
    assert sent(deployed)[0]["categories"] == list(AUDIT_CATEGORIES)


def test_automatic_refuses_what_it_leaves_no_choice_about() -> None:
    """All of it at once."""
    said = refusal(
        {
            "mode": "automatic",
            "network_policy": "azure",
            "system_pool": {"count": 3},
            "user_pools": [{"name": "work"}],
            "upgrade_channel": "patch",
        }
    )
    assert "has 4 invalid arguments" in said
    assert "network_policy: is always `cilium` on AKS Automatic" in said


def test_a_cluster_that_the_program_made_is_taken_over() -> None:
    """By aliases, so that the engine neither replaces it nor makes another."""
    deployed = cluster(
        {
            "adopt": {
                "cluster": "aks",
                "workspace": "logs",
                "diagnostic_setting": "urn:pulumi:s::p::azure-native:monitor:DiagnosticSetting::a",
                "user_pools": {"work": "pool"},
            },
            "user_pools": [{"name": "work"}],
        }
    )
    aliases = {
        kind: [alias.urn or alias.spec.name for alias in deployed.requests(kind)[0].aliases]
        for kind in ("ManagedCluster", "Workspace", "DiagnosticSetting", "AgentPool")
    }
    assert "aks" in aliases["ManagedCluster"]
    assert "logs" in aliases["Workspace"]
    assert "pool" in aliases["AgentPool"]
    assert (
        "urn:pulumi:s::p::azure-native:monitor:DiagnosticSetting::a"
        in (aliases["DiagnosticSetting"])
    )


def test_what_is_adopted_must_be_what_is_made() -> None:
    """A pool that is not there, and a workspace that is brought as well."""
    said = refusal({"adopt": {"user_pools": {"work": "pool"}}})
    assert "adopt.user_pools.work: is the name of no pool in `user_pools`" in said
    said = refusal({"adopt": {"workspace": "logs"}, "workspace_id": WORKSPACE})
    assert "`workspace_id` brings one" in said


def test_container_insights_use_the_managed_identity_and_the_chosen_streams() -> None:
    """A rule of its own, associated by the name that the add-on looks for."""
    deployed = cluster({"container_insights": {"streams": ["Microsoft-KubeEvents"]}})
    addon = deployed.one("ManagedCluster")["addonProfiles"]["omsagent"]
    assert addon["config"]["useAADAuth"] == "true"
    rule = deployed.one("DataCollectionRule")
    assert rule["dataFlows"] == [
        {"streams": ["Microsoft-KubeEvents"], "destinations": ["workspace"]}
    ]
    association = deployed.one("DataCollectionRuleAssociation")
    assert association["associationName"] == "ContainerInsightsExtension"


def test_maintenance_has_its_hours_by_default() -> None:
    """Both schedules, Sundays at midnight UTC, long enough for an upgrade."""
    windows = {one["configName"]: one for one in cluster().all("MaintenanceConfiguration")}
    assert windows.keys() == {"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
    for one in windows.values():
        assert one["maintenanceWindow"] == {
            "durationHours": 8,
            "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
            "startTime": "00:00",
            "utcOffset": "+00:00",
        }


def test_roles_are_given_by_name_on_the_cluster_or_a_namespace() -> None:
    """The id of the built-in role, at the scope of the namespace."""
    reader = {"role": "Azure Kubernetes Service RBAC Reader", "type": "Group"}
    deployed = cluster(
        {
            "cluster_admins": {"waived_because": "roles are on the subscription"},
            "role_assignments": [
                {**reader, "object_id": VALID["cluster_admins"]["group_object_ids"][0]},
                {
                    **reader,
                    "object_id": VALID["cluster_admins"]["group_object_ids"][0],
                    "namespace": "shop",
                },
            ],
        }
    )
    whole, part = deployed.all("RoleAssignment")
    assert whole["roleDefinitionId"].endswith("7f6c6a51-bcf8-42ba-9220-52d62157d7db")
    assert part["scope"] == f"{whole['scope']}/namespaces/shop"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"role_assignments": [{"role": "Owner"}]},
            "role_assignments[0].role: is not the name",
        ),
        ({"maintenance_window": {"duration_hours": 3}}, "is less than 4"),
        ({"maintenance_window": {"start_time": "25:00"}}, "is not of the right form"),
        ({"image_cleaner_hours": 12}, "is less than 24"),
        ({"outbound_type": "userDefinedRouting"}, "needs a network of your own"),
        ({"container_insights": {"streams": ["KubeEvents"]}}, "is not a stream"),
        ({"container_insights": {}}, "container_insights: is empty"),
        (
            {"container_insights": {"streams": ["Microsoft-KubeEvents"] * 2}},
            "container_insights.streams[1]: is given twice",
        ),
        (
            {"audit_profile": "frugal", "workspace": {"kube_audit_plan": "Basic"}},
            "so `workspace.kube_audit_plan` has no effect",
        ),
        (
            {"api_access": {"private": True, "vnet_integration_subnet_id": "/x"}},
            "vnet_integration_subnet_id",
        ),
        (
            {
                "api_access": {"private": True, "vnet_integration": True},
                "system_pool": {"vnet_subnet_id": f"{VALID['resource_group_name']}"},
            },
            "is required together with `system_pool.vnet_subnet_id`",
        ),
        ({"other_log_categories": ["guard"]}, "is set by `audit_profile`"),
    ],
)
def test_more_that_is_wrong_is_refused(more: dict[str, Any], said: str) -> None:
    """Each with where and how to fix it."""
    assert said in refusal(more)


def test_vnet_integration_gives_the_api_server_a_subnet() -> None:
    """And an identity that may join it before the cluster is made."""
    subnet = (
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets"
    )
    deployed = cluster(
        {
            "api_access": {
                "private": True,
                "vnet_integration": True,
                "vnet_integration_subnet_id": f"{subnet}/api",
            },
            "system_pool": {"vnet_subnet_id": f"{subnet}/nodes"},
        }
    )
    profile = deployed.one("ManagedCluster")["apiServerAccessProfile"]
    assert profile == {
        "enablePrivateCluster": True,
        "enableVnetIntegration": True,
        "subnetId": f"{subnet}/api",
        "disableRunCommand": True,
    }
    assert deployed.one("ManagedCluster")["identity"]["type"] == "UserAssigned"


def test_what_azure_native_names_is_a_name_that_azure_takes() -> None:
    """It only appends eight characters to the name in the program."""
    account = archive().requests("StorageAccount")[0].name
    assert re.fullmatch("[a-z0-9]{1,16}", account)
    arguments: Any = VALID
    odd = Deployment(lambda: SecureAksCluster("shop_eu." + "x" * 60, arguments))
    assert re.fullmatch("[A-Za-z0-9-]{1,55}", odd.requests("Workspace")[0].name)
    assert len(odd.requests("Deployment")[0].name) <= 56


GROUP = VALID["cluster_admins"]["group_object_ids"][0]
USER_ROLE = "Azure Kubernetes Service Cluster User Role"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"cluster_admins": {"group_object_ids": [GROUP, GROUP.upper()]}},
            "cluster_admins.group_object_ids[1]: is given twice",
        ),
        (
            {
                "cluster_admins": {
                    "group_object_ids": [GROUP],
                    "principals": [{"object_id": GROUP, "type": "Group"}],
                }
            },
            "cluster_admins.principals[0]: is given twice",
        ),
        (
            {"role_assignments": [{"role": USER_ROLE, "object_id": GROUP, "type": "Group"}]},
            "role_assignments[0]: is given already",
        ),
        (
            {"sku_tier": "Premium", "upgrade_channel": "rapid"},
            "upgrade_channel: `rapid` moves to new minor versions",
        ),
        (
            {
                "outbound_type": "managedNATGateway",
                "system_pool": {"vnet_subnet_id": SUBNET},
            },
            "does not work in a network of your own",
        ),
        (
            {
                "api_access": {
                    "private": True,
                    "vnet_integration": True,
                    "vnet_integration_subnet_id": SUBNET,
                }
            },
            "is in a network of yours, and the nodes are not",
        ),
        (
            {"mode": "automatic", "outbound_type": "userDefinedRouting"},
            "which AKS Automatic does not take",
        ),
        (
            {"api_access": {"authorized_ip_ranges": ["0.0.0.0/1", "128.0.0.0/2"]}},
            "too wide to be a restriction",
        ),
        (
            {"api_access": {"authorized_ip_ranges": ["203.0.113.0/255.255.255.0"]}},
            "is not in CIDR notation",
        ),
        (
            {
                "workspace_id": WORKSPACE,
                "collected_elsewhere": ["guard"],
                "destinations": [{"workspace_id": WORKSPACE, "categories": ["guard"]}],
            },
            "would get `guard` twice",
        ),
        (
            {"cluster_overrides": {"addon_profiles": {"azurePolicy": {"enabled": False}}}},
            "has an argument of its own; use `azure_policy`",
        ),
        (
            {"cluster_overrides": {"node_resource_group": ["a"]}},
            "cluster_overrides.node_resource_group: is not a string",
        ),
        (
            {"cluster_overrides": {"network_profile": {}, "networkProfile": {}}},
            "is given in both spellings",
        ),
        ({"adopt": {"user_pools": {"a": "b"}}, "user_pools": 5}, "user_pools: is not a list"),
    ],
)
def test_combinations_that_azure_refuses_are_refused_before(
    more: dict[str, Any], said: str
) -> None:
    """What would fail after minutes, or leave half of it done, or mean something else."""
    assert said in refusal(more)


def test_an_object_of_nothing_is_not_given() -> None:
    """As in `{"vm_size": config.get("vmSize")}`."""
    inputs = cluster({"system_pool": {"vm_size": None}, "workspace": {"name": None}})
    assert inputs.one("ManagedCluster")["agentPoolProfiles"][0]["vmSize"] == "Standard_D4ds_v5"
