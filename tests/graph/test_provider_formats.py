"""Every shape in the wild: the same thing said by another provider gets the same verdict."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from kubewitness.azure.ip_ranges import too_wide
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import AksCluster, EksCluster, EventHubNamespace, StorageAccount, Table
from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.values import ABSENT, Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome

CATEGORIES = ("kube-audit", "kube-audit-admin", "guard")
LATER = Unknown("later")
AZURE = "azure:"
NATIVE = "azure-native:"


def resource(name: str, type_: str, given: Mapping[str, Any], /, **links: str) -> Resource:
    """A resource with a source for some of its properties."""
    return Resource(
        urn=f"urn:{name}",
        type=type_,
        name=name,
        properties=deepcopy(dict(given)),
        id=LATER,
        property_dependencies={key: (f"urn:{source}",) for key, source in links.items()},
    )


def outcomes(*resources: Resource, **settings: Any) -> dict[str, Outcome]:
    """The outcome of each rule on the cluster."""
    document = {rule.id: settings.get(rule.id.replace("-", "_"), {}) for rule in all_policies()}
    graph = build_graph(resources, calls=())
    verdicts = evaluate(all_policies(), graph, Settings(document, all_policies()))
    return {v.policy_id: v.outcome for v in verdicts if v.resource.name in ("aks", "eks")}


def failing(*resources: Resource, **settings: Any) -> set[str]:
    """The rules that the cluster fails or that cannot decide."""
    found = outcomes(*resources, **settings)
    return {rule for rule, o in found.items() if o in (Outcome.FAIL, Outcome.UNDECIDED)}


CLASSIC: dict[str, Resource] = {
    "group": resource("group", AZURE + "core/resourceGroup:ResourceGroup", {"name": "shop"}),
    "aks": resource(
        "aks",
        AZURE + "containerservice/kubernetesCluster:KubernetesCluster",
        {
            "name": "shop",
            "resourceGroupName": "shop",
            "location": "West Europe",
            "localAccountDisabled": True,
            "azureActiveDirectoryRoleBasedAccessControl": {"azureRbacEnabled": True},
            "privateClusterEnabled": True,
            "runCommandEnabled": False,
        },
    ),
    "workspace": resource(
        "workspace",
        AZURE + "operationalinsights/analyticsWorkspace:AnalyticsWorkspace",
        {"name": "logs", "resourceGroupName": "shop", "retentionInDays": 365, "dailyQuotaGb": -1},
    ),
    "audit": resource(
        "audit",
        AZURE + "monitoring/diagnosticSetting:DiagnosticSetting",
        {
            "targetResourceId": LATER,
            "logAnalyticsWorkspaceId": LATER,
            "logAnalyticsDestinationType": "Dedicated",
            "enabledLogs": [{"category": name} for name in CATEGORIES],
        },
        targetResourceId="aks",
        logAnalyticsWorkspaceId="workspace",
    ),
}


def classic(name: str = "", **changes: Any) -> list[Resource]:
    """The classic stack, some properties of one resource changed or, by None, taken away."""
    stack = []
    for key, one in CLASSIC.items():
        own = {**one.properties, **(changes if key == name else {})}
        kept = {key: value for key, value in own.items() if value is not None}
        stack.append(Resource(**{**vars(one), "properties": kept}))
    return stack


def test_a_classic_stack_in_order_passes_every_rule() -> None:
    """Terraform's names, and everything as it should be."""
    assert set(outcomes(*classic()).values()) == {Outcome.PASS}


ENTRA_RBAC = "aks-entra-rbac"
ENTRA = "azureActiveDirectoryRoleBasedAccessControl"
OLD_ENTRA = {"azureActiveDirectory": {"managed": True, "azureRbacEnabled": True}}


@pytest.mark.parametrize(
    ("name", "changes", "rules"),
    [
        ("aks", {"localAccountDisabled": False}, {"aks-local-accounts"}),
        ("aks", {"localAccountDisabled": None}, {"aks-local-accounts"}),
        ("aks", {ENTRA: None}, {"aks-entra-rbac"}),
        ("aks", {ENTRA: LATER}, {"aks-entra-rbac"}),
        ("aks", {ENTRA: {"azureRbacEnabled": False}}, {"aks-entra-rbac"}),
        ("aks", {ENTRA: {"azureRbacEnabled": True, "managed": False}}, {"aks-entra-rbac"}),
        ("aks", {ENTRA: {"azureRbacEnabled": True, "serverAppId": "x"}}, {"aks-entra-rbac"}),
        *(
            ("aks", {ENTRA: {"azureRbacEnabled": True, "managed": True, name: value}}, {ENTRA_RBAC})
            for name in ("serverAppId", "clientAppId", "serverAppSecret")
            for value in ("x", LATER)
        ),
        (
            "aks",
            {ENTRA: {"azureRbacEnabled": True, "managed": True, "serverAppId": ""}},
            set(),
        ),
        ("aks", {ENTRA: {"azureRbacEnabled": True, "managed": True}}, set()),
        ("aks", {ENTRA: None, "roleBasedAccessControl": OLD_ENTRA}, set()),
        ("aks", {"privateClusterEnabled": False}, {"aks-api-access"}),
        ("aks", {"runCommandEnabled": True}, {"aks-run-command"}),
        ("aks", {"runCommandEnabled": None}, {"aks-run-command"}),
        (
            "aks",
            {"privateClusterEnabled": None, "apiServerAuthorizedIpRanges": ["203.0.113.0/24"]},
            set(),
        ),
        (
            "aks",
            {
                "privateClusterEnabled": None,
                "apiServerAccessProfile": {"authorizedIpRanges": ["203.0.113.0/24"]},
            },
            set(),
        ),
        (
            "aks",
            {
                "privateClusterEnabled": None,
                "apiServerAccessProfile": {"authorizedIpRanges": ["0.0.0.0/0"]},
            },
            {"aks-api-access"},
        ),
        ("workspace", {"retentionInDays": 90}, {"aks-audit-retention"}),
        ("workspace", {"dailyQuotaGb": 1}, {"aks-audit-destination"}),
        ("workspace", {"dailyQuotaGb": 0}, {"aks-audit-destination"}),
        ("workspace", {"immediateDataPurgeOn30DaysEnabled": True}, {"aks-audit-destination"}),
        ("workspace", {"sku": "Free"}, {"aks-audit-destination"}),
        ("workspace", {"sku": "PerGB2018"}, set()),
        ("audit", {"enabledLogs": [{"category": "guard"}]}, {"aks-audit-logs"}),
        (
            "audit",
            {"enabledLogs": None, "logs": [{"category": name} for name in CATEGORIES]},
            set(),
        ),
        (
            "audit",
            {
                "enabledLogs": None,
                "logs": [{"category": c, "enabled": c != "guard"} for c in CATEGORIES],
            },
            {"aks-audit-logs"},
        ),
        ("audit", {"enabledLogs": [{"categoryGroup": "allLogs"}]}, {"aks-audit-cost"}),
        ("audit", {"logAnalyticsDestinationType": None}, {"aks-audit-cost"}),
    ],
)
def test_the_classic_provider_is_read_as_it_spells(
    name: str, changes: dict[str, Any], rules: set[str]
) -> None:
    """Each property is noticed by the rule that it concerns and by no other."""
    assert failing(*classic(name, **changes)) == rules


def test_a_classic_cluster_says_what_a_native_one_says() -> None:
    """Normalised, both are the same."""
    own = {
        "name": "shop",
        "resourceGroupName": "shop",
        "location": "West Europe",
        "localAccountDisabled": True,
        ENTRA: {"azureRbacEnabled": False, "adminGroupObjectIds": ["g"]},
        "privateClusterEnabled": False,
        "runCommandEnabled": False,
        "apiServerAccessProfile": {
            "virtualNetworkIntegrationEnabled": True,
            "authorizedIpRanges": ["203.0.113.0/24"],
        },
    }
    native = {
        "resourceName": "shop",
        "resourceGroupName": "shop",
        "location": "westeurope",
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": False, "adminGroupObjectIDs": ["g"]},
        "apiServerAccessProfile": {
            "enablePrivateCluster": False,
            "enableVnetIntegration": True,
            "authorizedIPRanges": ["203.0.113.0/24"],
            "disableRunCommand": True,
        },
    }
    tokens = {
        AZURE + "containerservice/kubernetesCluster:KubernetesCluster": own,
        NATIVE + "containerservice:ManagedCluster": native,
    }
    made = [build_graph([resource("aks", t, p)]).clusters[0] for t, p in tokens.items()]
    one, other = ({k: v for k, v in vars(c).items() if k != "resource"} for c in made)
    assert one == other
    assert isinstance(made[0], AksCluster)
    assert made[0].admin_groups == ["g"]
    assert made[0].vnet_integrated is True


@pytest.mark.parametrize(
    ("properties", "attribute", "value"),
    [
        ({"apiServerAuthorizedIpRanges": ["r"]}, "authorized_ranges", ["r"]),
        (
            {"apiServerAccessProfile": {"vnetIntegrationEnabled": True}},
            "vnet_integrated",
            True,
        ),
        ({"runCommandEnabled": True}, "run_command_disabled", False),
        ({"runCommandEnabled": 0}, "run_command_disabled", False),
        ({"runCommandEnabled": LATER}, "run_command_disabled", LATER),
        ({}, "run_command_disabled", ABSENT),
        ({"name": "shop"}, "name", "shop"),
        ({ENTRA: "odd"}, "entra_managed", ABSENT),
        ({ENTRA: LATER}, "entra_managed", LATER),
        ({}, "entra_managed", ABSENT),
    ],
)
def test_older_spellings_of_the_classic_provider_are_read(
    properties: dict[str, Any], attribute: str, value: object
) -> None:
    """Of versions 4 and 5."""
    token = AZURE + "containerservice/kubernetesCluster:KubernetesCluster"
    (cluster,) = build_graph([resource("aks", token, properties)]).clusters
    assert getattr(cluster, attribute) == value


def test_an_eks_cluster_has_the_name_that_it_is_given() -> None:
    """Unlike an AKS cluster it has no other in its outputs."""
    token = "aws:eks/cluster:Cluster"  # noqa: S105 a type, no password
    named, nameless = (
        build_graph([resource("eks", token, properties)]).clusters[0]
        for properties in ({"name": "shop"}, {})
    )
    assert (named.name, nameless.name) == ("shop", ABSENT)


@pytest.mark.parametrize(
    ("ranges", "wide"),
    [
        (["20.0.0.0/8", "22.0.0.0/8", "24.0.0.0/8", "26.0.0.0/8"], []),
        (
            ["20.0.0.0/8", "22.0.0.0/8", "24.0.0.0/8", "26.0.0.0/8", "28.0.0.1"],
            ["20.0.0.0/8 and 4 more"],
        ),
        (["2001::/16", "2003::/16", "2005::/16", "2007::/16"], []),
        (
            ["2001::/16", "2003::/16", "2005::/16", "2007::/16", "2009::/48"],
            ["2001::/16 and 4 more"],
        ),
        (["0.0.0.0/1", "20.0.0.0/8"], ["0.0.0.0/1"]),
        (["::ffff:203.0.113.0/120", "203.0.113.0/24"], []),
        (["::ffff:20.0.0.0/103"], ["20.0.0.0/7"]),
        (["::ffff:0:0/90"], ["0.0.0.0/0"]),
        (["::/0"], ["0.0.0.0/0"]),
    ],
    ids=str,
)
def test_ranges_are_wide_alone_or_all_together(ranges: list[str], wide: list[str]) -> None:
    """In either version of IP, and where version 6 writes addresses of version 4."""
    assert too_wide(ranges) == wide


GROUP = "pulumi:dev::shop::shop:index:Team$azure-native:resources:ResourceGroup::group"
OTHER_GROUP = "pulumi:dev::shop::azure-native:resources:ResourceGroup::other-group"
REFERENCE = "pulumi:dev::shop::pulumi:pulumi:StackReference::platform"
GROUPS = [resource(name, NATIVE + "resources:ResourceGroup", {}) for name in (GROUP, OTHER_GROUP)]


@pytest.mark.parametrize(
    ("cluster", "account", "outcome"),
    [
        ({"link": GROUP}, {"link": GROUP}, Outcome.PASS),
        ({"link": GROUP}, {"link": OTHER_GROUP}, Outcome.UNDECIDED),
        ({"link": REFERENCE}, {"link": REFERENCE}, Outcome.UNDECIDED),
        ({"group": "shop"}, {"group": "shop"}, Outcome.PASS),
        ({"group": "shop"}, {"group": "other"}, Outcome.UNDECIDED),
        ({"group": "shop"}, {"group": "shop", "location": "westus"}, Outcome.UNDECIDED),
        ({"location": "West US"}, {"location": "westus"}, Outcome.PASS),
        ({"location": "eastus"}, {"location": "westus"}, Outcome.FAIL),
        ({"location": "eastus"}, {"link": GROUP}, Outcome.UNDECIDED),
        ({}, {}, Outcome.UNDECIDED),
    ],
    ids=str,
)
def test_a_storage_account_must_be_in_the_clusters_region(
    cluster: dict[str, str], account: dict[str, str], outcome: Outcome
) -> None:
    """By its own region, or by a resource group that is certainly the same.

    What comes from one stack reference may be two groups.
    """
    made = []
    for name, own in (("aks", cluster), ("account", account)):
        given: dict[str, Any] = {"location": own["location"]} if "location" in own else {}
        if "group" in own or "link" in own:
            given["resourceGroupName"] = own.get("group", LATER)
        links = {"resourceGroupName": own["link"]} if "link" in own else {}
        kinds = {"aks": "containerservice:ManagedCluster", "account": "storage:StorageAccount"}
        made.append(resource(name, NATIVE + kinds[name], given, **links))
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {
            "resourceUri": LATER,
            "storageAccountId": LATER,
            "logs": [{"category": name, "enabled": True} for name in CATEGORIES],
        },
        resourceUri="aks",
        storageAccountId="account",
    )
    assert outcomes(*GROUPS, *made, audit)["aks-audit-destination"] is outcome


@pytest.mark.parametrize(
    ("regions", "outcome"),
    [
        (["West US", "", "westus"], Outcome.PASS),
        (["eastus"], Outcome.FAIL),
        ([""], Outcome.UNDECIDED),
        (["westus", "eastus"], Outcome.UNDECIDED),
    ],
    ids=str,
)
def test_the_region_of_a_destination_elsewhere_is_promised(
    regions: list[str], outcome: Outcome
) -> None:
    """By whoever answers for it, in any spelling; two regions are no promise."""
    cluster = resource("aks", NATIVE + "containerservice:ManagedCluster", {"location": "westus"})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {
            "resourceUri": LATER,
            "storageAccountId": ACCOUNT_ID,
            "logs": [{"category": name, "enabled": True} for name in CATEGORIES],
        },
        resourceUri="aks",
    )
    allowed = [{"id": ACCOUNT_ID, "owner": "soc", "region": region} for region in regions]
    found = outcomes(cluster, audit, aks_audit_destination={"allowedDestinations": allowed})
    assert found["aks-audit-destination"] is outcome


@pytest.mark.parametrize("profile", [{"adminGroupObjectIDs": ["g"]}, {}])
def test_nobody_gets_in_where_no_group_and_no_role_lets_anybody_in(
    profile: dict[str, Any],
) -> None:
    """With an admin group somebody does."""
    properties = {"disableLocalAccounts": True, "aadProfile": {"managed": True, **profile}}
    cluster = resource("aks", NATIVE + "containerservice:ManagedCluster", properties)
    rule = next(rule for rule in all_policies() if rule.id == "aks-entra-rbac")
    (verdict,) = evaluate((rule,), build_graph([cluster]), Settings({}, all_policies()))
    codes = [finding.code for finding in verdict.judgement.reasons]
    assert ("nobody-gets-in" in codes) is (not profile)


WORKSPACE = resource(
    "workspace",
    NATIVE + "operationalinsights:Workspace",
    {"workspaceName": "logs", "resourceGroupName": "shop", "retentionInDays": 90},
)
ACCOUNT = "/subscriptions/s/resourceGroups/shop/providers/Microsoft.EventHub/namespaces/n"
ACCOUNT_ID = "/subscriptions/s/resourceGroups/shop/providers/Microsoft.Storage/storageAccounts/a1"
WORKSPACES = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/"
TABLES = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane")
LONG = {"plan": "Analytics", "retentionInDays": 90, "totalRetentionInDays": 365}


def native_tables(**link: str) -> list[Resource]:
    """A resource for each table."""
    return [
        resource(
            f"table-{table}",
            NATIVE + "operationalinsights:Table",
            {"workspaceName": LATER if link else "LOGS", "tableName": table, **LONG},
            **link,
        )
        for table in TABLES
    ]


def classic_tables() -> list[Resource]:
    """The same in the classic provider, which names the workspace by its id."""
    return [
        resource(
            f"classic-{table}",
            AZURE + "loganalytics/workspaceTable:WorkspaceTable",
            {"workspaceId": LATER, "name": table, **LONG},
            workspaceId="workspace",
        )
        for table in TABLES
    ]


def template(name: str, **link: str) -> list[Resource]:
    """An ARM deployment of all tables; `{}` in the name is the table."""
    listed = [
        {
            "type": "Microsoft.OperationalInsights/workspaces/tables",
            "name": name.format(table),
            "properties": LONG,
        }
        for table in TABLES
    ]
    inner = {"template": {"resources": listed}}
    return [resource("tables", NATIVE + "resources:Deployment", {"properties": inner}, **link)]


PARAMETER = "[format('{{0}}/{}', parameters('workspace'))]"


def to_workspace(kind: Any = "dedicated") -> Resource:
    """A setting that sends everything to the workspace, with this destination type."""
    return resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {
            "resourceUri": LATER,
            "workspaceId": LATER,
            "logAnalyticsDestinationType": kind,
            "logs": [{"category": name, "enabled": True} for name in CATEGORIES],
        },
        resourceUri="aks",
        workspaceId="workspace",
    )


def in_workspace(*tables: Resource, workspace: Resource = WORKSPACE) -> set[str]:
    """What fails of a stack whose logs go to a workspace with these tables."""
    return failing(CLASSIC["aks"], workspace, to_workspace(), *tables)


@pytest.mark.parametrize(
    "tables",
    [
        native_tables(),
        native_tables(workspaceName="workspace"),
        classic_tables(),
        template("logs/{}"),
        template("LOGS/{}"),
        template(PARAMETER, properties="workspace"),
        template(PARAMETER, parameters="workspace"),
    ],
    ids=["by name", "by source", "classic", "ARM", "ARM, other case", "linked", "by parameter"],
)
def test_tables_are_found_however_they_are_made(tables: list[Resource]) -> None:
    """With all three the year is full; without any one of them it is not."""
    assert in_workspace(*tables) == set()
    if len(tables) == len(TABLES):
        assert in_workspace(*tables[1:]) == {"aks-audit-retention"}


@pytest.mark.parametrize(
    "tables",
    [
        [],
        template("other/{}"),
        template(PARAMETER),
        [*native_tables(), *classic_tables()],
        [
            Resource(
                **{
                    **vars(t),
                    "properties": {**t.properties, "plan": "Basic", "totalRetentionInDays": 30},
                }
            )
            for t in native_tables()
        ],
        [
            Resource(**{**vars(t), "properties": {**t.properties, "plan": LATER}})
            for t in native_tables()
        ],
        [
            Resource(**{**vars(t), "properties": {**t.properties, "totalRetentionInDays": -1}})
            for t in native_tables()
        ],
        [
            Resource(**{**vars(t), "properties": {**t.properties, "tableName": LATER}})
            for t in native_tables()
        ],
        [Resource(**{**vars(t), "origin": Origin.READ}) for t in native_tables()],
    ],
    ids=[
        "none",
        "of another workspace",
        "of nobody knows which",
        "set twice",
        "Basic keeps 30 days at hand",
        "plan unknown",
        "total as the workspace",
        "table unknown",
        "only read",
    ],
)
def test_tables_that_prove_nothing_are_no_retention(tables: list[Resource]) -> None:
    """Of another workspace, of an unknown one, contradictory, too short, not of this stack."""
    assert in_workspace(*tables) == {"aks-audit-retention"}


@pytest.mark.parametrize(
    ("workspace", "table", "interactive", "total"),
    [
        (365, {}, 365, 365),
        (None, {}, 30, 30),
        (90, {"totalRetentionInDays": 400}, 90, 400),
        (365, {"retentionInDays": 90}, 90, 90),
        (90, {"retentionInDays": -1, "totalRetentionInDays": -1}, 90, 90),
        (365, {"plan": "Basic"}, 30, 30),
        (365, {"plan": "basic", "totalRetentionInDays": 400}, 30, 400),
        (365, {"plan": "Auxiliary", "retentionInDays": 365}, 30, 30),
        (365, {"plan": "ANALYTICS"}, 365, 365),
        (365, {"plan": LATER, "totalRetentionInDays": 400}, None, 400),
        (365, {"totalRetentionInDays": LATER}, 365, None),
        (LATER, {}, None, None),
    ],
)
@pytest.mark.parametrize("kind", ["Dedicated", None, LATER])
def test_days_are_those_of_the_tables_that_are_filled(
    workspace: Any,
    table: dict[str, Any],
    interactive: int | None,
    total: int | None,
    kind: Any,
) -> None:
    """The dedicated tables', AzureDiagnostics', or the shorter of both; None where unknown."""
    properties = {"workspaceName": "logs", "retentionInDays": workspace}
    own = Resource(**{**vars(WORKSPACE), "properties": properties})
    names = [*TABLES, "AzureDiagnostics"]
    tables = [
        resource(
            f"table-{name}",
            NATIVE + "operationalinsights:Table",
            {"workspaceName": "logs", "tableName": name, **table},
        )
        for name in names
    ]
    stack = (CLASSIC["aks"], own, to_workspace(kind), *tables)
    for setting, days in (("interactiveDays", interactive), ("totalDays", total)):
        other = {"interactiveDays": 0, "totalDays": 0}
        for demanded in (days or 1, (days or 1) + 1):
            found = outcomes(*stack, aks_audit_retention={**other, setting: demanded})
            expected = Outcome.PASS if demanded == days else Outcome.FAIL
            assert found["aks-audit-retention"] is (Outcome.UNDECIDED if days is None else expected)


@pytest.mark.parametrize(
    ("identifier", "fits"),
    [
        (LATER, [None, False, None]),
        ("/subscriptions/S1/resourceGroups/Shop/providers/p/workspaces/Logs/", [True, False, True]),
    ],
)
def test_a_workspace_of_this_stack_is_on_the_list_by_what_is_known_of_its_id(
    identifier: Any, fits: list[bool | None]
) -> None:
    """Before the deployment that is its group, its kind and its name; afterwards everything."""
    properties = {"workspaceName": "Logs", "resourceGroupName": "Shop"}
    own = Resource(**{**vars(WORKSPACE), "properties": properties, "id": identifier})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {
            "resourceUri": LATER,
            "workspaceId": LATER,
            "logs": [{"category": name, "enabled": True} for name in CATEGORIES],
        },
        resourceUri="aks",
        workspaceId="workspace",
    )
    patterns = (
        "/subscriptions/s1/resourceGroups/shop/providers/*/workspaces/logs",
        "/subscriptions/*/resourceGroups/other/providers/*/workspaces/*",
        "/subscriptions/s1/resourceGroups/*",
    )
    words = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNDECIDED}
    for pattern, fit in zip(patterns, fits, strict=True):
        allowed = [{"id": pattern, "owner": "soc"}]
        found = outcomes(
            CLASSIC["aks"], own, audit, aks_audit_destination={"allowedDestinations": allowed}
        )
        assert found["aks-audit-destination"] is words[fit]
    certain = [
        {
            "id": "/subscriptions/*/resourceGroups/shop/providers/microsoft.operationalinsights"
            "/workspaces/logs",
            "owner": "soc",
        }
    ]
    if identifier is LATER:
        found = outcomes(
            CLASSIC["aks"], own, audit, aks_audit_destination={"allowedDestinations": certain}
        )
        assert found["aks-audit-destination"] is Outcome.PASS


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (f"{ACCOUNT}/", True),
        (ACCOUNT.upper(), True),
        (f"{ACCOUNT}/authorizationRules/send", True),
        (f"{ACCOUNT}2", False),
    ],
)
def test_a_deployed_destination_is_found_by_its_id(rule: str, found: bool) -> None:
    """An event hub's is an authorization rule of its namespace."""
    hubs = resource("hubs", NATIVE + "eventhub:Namespace", {"namespaceName": "n"})
    hubs = Resource(**{**vars(hubs), "id": f"{ACCOUNT}/" if rule.isupper() else ACCOUNT})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {"resourceUri": LATER, "eventHubAuthorizationRuleId": rule, "logs": []},
        resourceUri="aks",
    )
    assert (_receiver(CLASSIC["aks"], hubs, audit) is not None) is found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("W", "w/", True), ("w", "v", False)],
)
def test_one_sink_is_told_by_its_id(one: str, other: str, same: bool) -> None:
    """Azure ignores case, and a slash at the end means nothing; nor do the settings' names."""
    audits = [
        resource(
            f"audit-{number}",
            NATIVE + "monitor:DiagnosticSetting",
            {
                "resourceUri": LATER,
                "workspaceId": WORKSPACES + identifier,
                "logs": [
                    {"categoryGroup": "allLogs", "enabled": number == 0},
                    {"categoryGroup": "allLogs", "enabled": True},
                ],
            },
            resourceUri="aks",
        )
        for number, identifier in enumerate((one, other))
    ]
    audits = [Resource(**{**vars(audit), "name": "audit"}) for audit in audits]
    found = outcomes(CLASSIC["aks"], *audits)["aks-audit-settings-valid"]
    assert found is (Outcome.FAIL if same else Outcome.PASS)


PARTNER_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Datadog/monitors/m"
OWN = [resource(f"own-{n}", NATIVE + "operationalinsights:Workspace", {}) for n in range(2)]


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ((WORKSPACES + "w", ""), (LATER, ""), Outcome.UNDECIDED),
        ((LATER, ""), (LATER, ""), Outcome.UNDECIDED),
        ((WORKSPACES + "w", ""), (LATER, "own-0"), Outcome.PASS),
        ((LATER, ""), (LATER, "own-0"), Outcome.PASS),
        ((LATER, "own-0"), (LATER, "own-1"), Outcome.PASS),
        ((LATER, "own-0"), (LATER, "own-0"), Outcome.FAIL),
    ],
    ids=str,
)
def test_a_hidden_sink_may_be_any_outside_of_the_stack(
    one: tuple[Any, str], other: tuple[Any, str], outcome: Outcome
) -> None:
    """What is computed from resources of the stack is as different as they are."""
    audits = [_to(f"audit-{n}", "workspaceId", *sink) for n, sink in enumerate((one, other))]
    found = outcomes(CLASSIC["aks"], *OWN, *audits)
    assert found["aks-audit-settings-valid"] is outcome


def test_hidden_sinks_of_two_kinds_are_two() -> None:
    """A workspace is no storage account."""
    audits = [_to(name, name, LATER, "") for name in ("workspaceId", "storageAccountId")]
    found = outcomes(CLASSIC["aks"], *audits)
    assert found["aks-audit-settings-valid"] is Outcome.PASS


@pytest.mark.parametrize(
    ("name", "identifier", "outcome"),
    [
        ("workspaceId", WORKSPACES + "w", Outcome.PASS),
        ("workspaceId", WORKSPACES.upper() + "w", Outcome.PASS),
        ("workspaceId", "11111111-1111-4111-8111-111111111111", Outcome.FAIL),
        ("workspaceId", "/subscriptions/s/resourceGroups/g", Outcome.FAIL),
        ("workspaceId", ACCOUNT_ID, Outcome.FAIL),
        ("storageAccountId", ACCOUNT_ID, Outcome.PASS),
        ("storageAccountId", WORKSPACES + "w", Outcome.FAIL),
        ("eventHubAuthorizationRuleId", ACCOUNT + "/authorizationRules/send", Outcome.PASS),
        ("eventHubAuthorizationRuleId", ACCOUNT_ID, Outcome.FAIL),
        ("workspaceId", WORKSPACES + "w/tables/AKSAudit", Outcome.FAIL),
        ("workspaceId", f"/x{WORKSPACES}w", Outcome.FAIL),
        ("storageAccountId", f"{ACCOUNT_ID}/blobServices/default", Outcome.FAIL),
        ("eventHubAuthorizationRuleId", ACCOUNT, Outcome.FAIL),
        (
            "eventHubAuthorizationRuleId",
            ACCOUNT + "/eventhubs/h/authorizationRules/r",
            Outcome.FAIL,
        ),
        ("marketplacePartnerId", "/subscriptions/s/providers/datadog", Outcome.FAIL),
        ("marketplacePartnerId", PARTNER_ID, Outcome.PASS),
    ],
)
def test_azure_takes_the_id_of_a_destination_of_the_kind(
    name: str, identifier: str, outcome: Outcome
) -> None:
    """A workspace has a GUID, too, and a group an id, which are none of its."""
    found = outcomes(CLASSIC["aks"], _to("audit", name, identifier, ""))
    assert found["aks-audit-settings-valid"] is outcome


def _to(name: str, destination: str, identifier: str | Unknown, source: str) -> Resource:
    """A setting of the cluster that sends everything to one place."""
    logs = [{"categoryGroup": "allLogs", "enabled": True}]
    properties = {"resourceUri": LATER, destination: identifier, "logs": logs}
    links = {destination: source} if source else {}
    return resource(
        name, NATIVE + "monitor:DiagnosticSetting", properties, resourceUri="aks", **links
    )


def test_a_tables_own_days_count_before_its_workspaces() -> None:
    """The workspace may keep everything else for a shorter time."""
    short = Resource(**{**vars(WORKSPACE), "properties": {"workspaceName": "logs"}})
    assert in_workspace(*native_tables(), workspace=short) == set()
    own = {"retentionInDays": 30}
    tables = [
        Resource(**{**vars(table), "properties": {**table.properties, **own}})
        for table in native_tables()
    ]
    assert in_workspace(*tables) == {"aks-audit-retention"}


@pytest.mark.parametrize(
    ("kind", "filled", "outcome"),
    [
        ("Dedicated", TABLES, Outcome.PASS),
        ("Dedicated", ("AzureDiagnostics",), Outcome.FAIL),
        (None, TABLES, Outcome.FAIL),
        (None, ("AzureDiagnostics",), Outcome.PASS),
        (LATER, TABLES, Outcome.FAIL),
        (LATER, ("AzureDiagnostics",), Outcome.FAIL),
        (LATER, (*TABLES, "AzureDiagnostics"), Outcome.PASS),
    ],
)
def test_only_the_tables_that_the_logs_fill_are_asked(
    kind: Any, filled: tuple[str, ...], outcome: Outcome
) -> None:
    """Which they are is the destination type's to say; where it is unknown, all of them."""
    names = {"workspaceName": "logs"}
    token = NATIVE + "operationalinsights:Table"
    tables = [resource(name, token, {**names, "tableName": name, **LONG}) for name in filled]
    short = Resource(**{**vars(WORKSPACE), "properties": names})
    found = outcomes(CLASSIC["aks"], short, to_workspace(kind), *tables)
    assert found["aks-audit-retention"] is outcome


def test_a_table_that_two_resources_set_is_unknown_and_the_verdict_says_why() -> None:
    """Whichever is deployed last decides."""
    twice = Unknown("two resources set it")
    stack = [CLASSIC["aks"], WORKSPACE, to_workspace(), *native_tables(), *classic_tables()]
    assert _receiver(*stack).tables == dict.fromkeys(
        map(str.lower, TABLES), Table(twice, twice, twice)
    )
    rule = find_policy("aks-audit-retention")
    (verdict,) = evaluate((rule,), build_graph(stack), Settings({}, all_policies()))
    messages = [finding.message for finding in verdict.judgement.reasons]
    assert all(message.endswith(" cannot be known: two resources set it") for message in messages)


def test_a_name_that_two_workspaces_have_proves_nothing() -> None:
    """They may stand in two resource groups."""
    twin = Resource(**{**vars(WORKSPACE), "urn": "urn:twin", "name": "twin"})
    assert in_workspace(twin, *native_tables()) == {"aks-audit-retention"}


def test_a_template_is_its_parents_and_may_be_azapis() -> None:
    """A component puts it below the workspace; azapi calls it the body."""
    (made,) = template(PARAMETER)
    below = Resource(**{**vars(made), "parent": "urn:workspace"})
    assert in_workspace(below) == set()
    inner = made.properties["properties"]["template"]
    azapi = resource("tables", "azapi:resources:Resource", {"body": inner}, body="workspace")
    assert in_workspace(azapi) == set()


def test_a_classic_table_names_its_workspace_by_a_literal_id() -> None:
    """With a slash at its end, too."""
    ids = "/subscriptions/s/resourceGroups/shop/providers/p/workspaces/logs/"
    tables = [
        Resource(
            **{
                **vars(table),
                "properties": {**table.properties, "workspaceId": ids},
                "property_dependencies": {},
            }
        )
        for table in classic_tables()
    ]
    assert in_workspace(*tables) == set()


def test_a_table_of_minus_one_days_has_those_of_its_workspace() -> None:
    """Azure's way to say the default."""
    defaults = {"retentionInDays": -1, "totalRetentionInDays": 365}
    tables = [
        Resource(**{**vars(table), "properties": {**table.properties, **defaults}})
        for table in native_tables()
    ]
    assert in_workspace(*tables) == set()
    short = Resource(**{**vars(WORKSPACE), "properties": {"workspaceName": "logs"}})
    assert in_workspace(*tables, workspace=short) == {"aks-audit-retention"}


def test_a_template_counts_for_the_workspace_that_it_names_and_for_no_other() -> None:
    """It may take its parameters from one workspace and set the tables of another."""
    other = resource("other", NATIVE + "operationalinsights:Workspace", {"workspaceName": "theirs"})
    theirs = template("theirs/{}", properties="workspace")
    assert in_workspace(other, *theirs) == {"aks-audit-retention"}
    (made,) = template(PARAMETER)
    both = {"properties": ("urn:workspace", "urn:other")}
    hidden = Resource(**{**vars(made), "property_dependencies": both})
    assert in_workspace(other, hidden) == {"aks-audit-retention"}
    (made,) = template("logs/{}")
    named = Resource(**{**vars(made), "property_dependencies": both})
    assert in_workspace(other, named) == set()
    nameless = Resource(**{**vars(WORKSPACE), "properties": {"retentionInDays": 90}})
    own = template("logs/{}", properties="workspace")
    assert in_workspace(*own, workspace=nameless) == {"aks-audit-retention"}


def account(type_: str, **properties: Any) -> StorageAccount:
    """The storage account of a graph with this one, and with policies for it of both providers."""
    own = resource("account", type_, {"resourceGroupName": "shop", **properties})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {"resourceUri": LATER, "storageAccountId": LATER, "logs": []},
        resourceUri="aks",
        storageAccountId="account",
    )
    receiver: StorageAccount = _receiver(CLASSIC["aks"], own, audit)
    return receiver


def _receiver(*resources: Resource) -> Any:
    graph = build_graph(resources)
    (link,) = graph.links["urn:aks"]
    (destination,) = link.setting.destinations
    return destination.receiver


@pytest.mark.parametrize(
    ("type_", "properties", "premium"),
    [
        (NATIVE + "storage:StorageAccount", {"sku": {"name": "Premium_LRS"}}, True),
        (NATIVE + "storage:StorageAccount", {"sku": {"name": "Standard_ZRS"}}, False),
        (NATIVE + "storage:StorageAccount", {}, ABSENT),
        (AZURE + "storage/account:Account", {"accountTier": "Premium"}, True),
        (AZURE + "storage/account:Account", {"accountTier": "Standard"}, False),
    ],
)
def test_premium_storage_is_known_by_either_spelling(
    type_: str, properties: dict[str, Any], premium: object
) -> None:
    """Azure refuses it as a destination."""
    assert account(type_, **properties).premium is premium


def _policies(*policies: Resource) -> StorageAccount:
    own = resource("account", NATIVE + "storage:StorageAccount", {"accountName": "a1"})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {"resourceUri": LATER, "storageAccountId": ACCOUNT_ID},
        resourceUri="aks",
        storageAccountId="account",
    )
    receiver: StorageAccount = _receiver(CLASSIC["aks"], own, audit, *policies)
    return receiver


def _native_rule(days: Any, **more: Any) -> dict[str, Any]:
    delete = {"daysAfterCreationGreaterThan": days}
    return {**more, "definition": {"actions": {"baseBlob": {"delete": delete}}}}


def _classic_rule(days: Any, **more: Any) -> dict[str, Any]:
    blob = {"deleteAfterDaysSinceModificationGreaterThan": days, "tierToCoolAfterDays": 1}
    return {**more, "actions": {"baseBlob": blob}}


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ([_native_rule(30)], 30.0),
        ([_native_rule(400), _native_rule(30)], 30.0),
        ([_native_rule(30, enabled=False)], ABSENT),
        ([_native_rule(LATER), _native_rule(30)], LATER),
        ([_native_rule("30")], 0.0),
        ([{"definition": {"actions": {"baseBlob": {"tierToCool": {}}}}}], ABSENT),
        ([{"definition": {"actions": {"baseBlob": {"delete": LATER}}}}], LATER),
        (LATER, LATER),
        (None, ABSENT),
    ],
)
def test_the_shortest_lifecycle_rule_counts(rules: Any, days: object) -> None:
    """One that is switched off deletes nothing; one that is hidden may delete all."""
    token = NATIVE + "storage:ManagementPolicy"
    policy = {"accountName": "a1", "policy": {"rules": rules}}
    assert _policies(resource("life", token, policy)).deletes_after_days == days


@pytest.mark.parametrize(
    ("rules", "days"),
    [([_classic_rule(30)], 30.0), ([_classic_rule(30, enabled=False)], ABSENT), ([], ABSENT)],
)
def test_lifecycle_rules_of_the_classic_provider_count_too(rules: Any, days: object) -> None:
    """Flattened, and with other names."""
    policy = resource(
        "life",
        AZURE + "storage/managementPolicy:ManagementPolicy",
        {"storageAccountId": LATER, "rules": rules},
        storageAccountId="account",
    )
    assert _policies(policy).deletes_after_days == days


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        ({"locked": True, "immutabilityPeriodInDays": 365}, Outcome.PASS),
        ({"locked": True, "immutabilityPeriodInDays": 364}, Outcome.FAIL),
        ({"locked": True, "immutabilityPeriodInDays": LATER}, Outcome.PASS),
        ({"locked": True}, Outcome.FAIL),
        ({"locked": LATER, "immutabilityPeriodInDays": 364}, Outcome.FAIL),
        ({"locked": False, "immutabilityPeriodInDays": LATER}, Outcome.FAIL),
        (None, Outcome.PASS),
    ],
    ids=str,
)
def test_a_promise_of_write_once_holds_where_no_policy_of_the_stack_says_less(
    policy: dict[str, Any] | None, outcome: Outcome
) -> None:
    """A policy that is hidden, or another stack's, may be what its owner promises."""
    locks = [
        resource(
            f"insights-logs-{name}",
            AZURE + "storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy",
            {"storageContainerResourceManagerId": LATER, **(policy or {})},
            storageContainerResourceManagerId="account",
        )
        for name in CATEGORIES
        if policy is not None
    ]
    own = resource("account", AZURE + "storage/account:Account", {"name": "a1"})
    audit = _to("audit", "storageAccountId", LATER, "account")
    promise = {"id": "/subscriptions/*", "owner": "soc", "protection": "write-once"}
    settings = {"grade": "write-once", "allowedDestinations": [promise]}
    found = outcomes(CLASSIC["aks"], own, audit, *locks, aks_audit_protected=settings)
    assert found["aks-audit-protected"] is outcome


def test_the_state_of_an_immutability_policy_is_azures_answer() -> None:
    """Before the deployment it is unknown; the classic provider locks it by itself."""
    token = NATIVE + "storage:BlobContainerImmutabilityPolicy"
    inputs = {"accountName": "a1", "containerName": "insights-logs-guard"}
    before = resource("lock", token, inputs)
    after = Resource(**{**vars(before), "outputs": {"state": "Locked"}})
    assert isinstance(_policies(before).immutability["insights-logs-guard"], Unknown)
    assert _policies(after).immutability == {"insights-logs-guard": "Locked"}
    other = resource("other", token, {**inputs, "containerName": "insights-logs-x"})
    assert set(_policies(before, other).immutability) == {"insights-logs-guard", "insights-logs-x"}
    nameless = resource("lock", token, {**inputs, "containerName": LATER})
    assert set(_policies(nameless).immutability) == {"*"}
    own = AZURE + "storage/containerImmutabilityPolicy:ContainerImmutabilityPolicy"
    elsewhere = {"storageContainerResourceManagerId": "a1", "locked": True}
    assert _policies(resource("lock", own, elsewhere)).immutability == {"lock": "Locked"}
    states = ((True, "Locked"), (False, "Unlocked"), (None, "Unlocked"), (LATER, LATER))
    for locked, state in states:
        container = f"{ACCOUNT_ID}/blobServices/default/containers/insights-logs-guard"
        policy = {"storageContainerResourceManagerId": container, "locked": locked}
        assert _policies(resource("lock", own, policy)).immutability == {
            "insights-logs-guard": state
        }


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        (NATIVE + "eventhub:Namespace", "namespaceName"),
        (AZURE + "eventhub/eventHubNamespace:EventHubNamespace", "name"),
    ],
)
def test_an_event_hub_is_where_its_namespace_is(type_: str, name: str) -> None:
    """The destination is an authorization rule; the region is the namespace's."""
    namespace = resource("hubs", type_, {name: "hubs"}, resourceGroupName="group")
    group = resource("group", NATIVE + "resources:ResourceGroup", {"location": "West US"})
    rule = resource(
        "rule", f"{type_}AuthorizationRule", {"namespaceName": LATER}, namespaceName="hubs"
    )
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {"resourceUri": LATER, "eventHubAuthorizationRuleId": LATER, "logs": []},
        resourceUri="aks",
        eventHubAuthorizationRuleId="rule",
    )
    receiver = _receiver(CLASSIC["aks"], namespace, rule, audit, group)
    assert isinstance(receiver, EventHubNamespace)
    assert (receiver.name, receiver.location) == ("hubs", "westus")
    named = resource("rule", rule.type, {"namespaceName": "HUBS"})
    assert _receiver(CLASSIC["aks"], namespace, named, audit, group) == receiver
    stranger = resource("rule", rule.type, {"namespaceName": "others"})
    assert _receiver(CLASSIC["aks"], namespace, stranger, audit, group) is None
    hidden = resource("rule", rule.type, {"namespaceName": LATER})
    assert _receiver(CLASSIC["aks"], namespace, hidden, audit, group) is None


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        (LATER, True),
        (ACCOUNT_ID, True),
        (ACCOUNT_ID.upper(), True),
        (ACCOUNT_ID.replace("a1", "a2"), False),
    ],
)
def test_a_literal_destination_is_this_stacks_only_by_its_name(
    identifier: Any, found: bool
) -> None:
    """A dependency alone does not make another account ours."""
    own = resource("account", NATIVE + "storage:StorageAccount", {"accountName": "a1"})
    audit = resource(
        "audit",
        NATIVE + "monitor:DiagnosticSetting",
        {"resourceUri": LATER, "storageAccountId": identifier, "logs": []},
        resourceUri="aks",
        storageAccountId="account",
    )
    assert (_receiver(CLASSIC["aks"], own, audit) is not None) is found


@pytest.mark.parametrize(
    ("type_", "properties", "is_hidden"),
    [
        (
            "azapi:resources:Resource",
            {"type": "Microsoft.ContainerService/managedClusters@x"},
            True,
        ),
        ("azapi:resources:Resource", {"type": "Microsoft.Web/sites@x", "body": {}}, False),
        (NATIVE + "resources:Resource", {"resourceType": "managedClusters"}, True),
        (NATIVE + "resources:Deployment", {"properties": {"template": LATER}}, True),
        (NATIVE + "resources:Deployment", {"properties": {"template": {}}}, False),
        (
            NATIVE + "resources:Deployment",
            {
                "properties": {
                    "template": {
                        "resources": [{"type": "Microsoft.ContainerService/managedClusters"}]
                    }
                }
            },
            True,
        ),
        (
            AZURE + "core/resourceGroupTemplateDeployment:ResourceGroupTemplateDeployment",
            {"templateContent": "Microsoft.ContainerService/managedClusters"},
            True,
        ),
        ("azurerm:index/kubernetesCluster:KubernetesCluster", {}, True),
        ("kubernetes:containerservice.azure.com/v1api20240901:ManagedCluster", {}, True),
        ("kubernetes:apps/v1:Deployment", {}, False),
    ],
)
def test_a_cluster_made_in_a_way_that_is_not_read_is_undecided(
    type_: str, properties: dict[str, Any], is_hidden: bool
) -> None:
    """Undecided for the rules on AKS, and none of the rules on EKS' business."""
    graph = build_graph([resource("aks", type_, properties)])
    assert [opaque.of for opaque in graph.opaque] == ([AksCluster] if is_hidden else [])
    found = outcomes(resource("aks", type_, properties))
    assert set(found.values()) == ({Outcome.UNDECIDED} if is_hidden else set())
    assert "eks-audit-logs" not in found


def test_an_eks_cluster_of_a_bridged_provider_is_undecided_for_eks_alone() -> None:
    """And the component of the EKS package is judged by its inputs."""
    bridged = resource("eks", "aws:index/eksCluster:EksCluster", {})
    assert outcomes(bridged) == {"eks-audit-logs": Outcome.UNDECIDED}
    rule = next(rule for rule in all_policies() if rule.id == "eks-audit-logs")
    (verdict,) = evaluate((rule,), build_graph([bridged]), Settings({}, all_policies()))
    assert "`eks.Cluster` of the AWS provider" in verdict.judgement.reasons[0].decide
    assert build_graph([bridged]).opaque[0].of is EksCluster
    remote = Resource(**{**vars(bridged), "type": "eks:index:Cluster", "origin": Origin.REMOTE})
    assert outcomes(remote) == {"eks-audit-logs": Outcome.FAIL}


@pytest.mark.parametrize(
    ("type_", "properties", "outcome"),
    [
        ("aws:eks/cluster:Cluster", {"enabledClusterLogTypes": ["audit"]}, Outcome.PASS),
        ("aws-native:eks:Cluster", {"logging": LATER}, Outcome.UNDECIDED),
        (
            "aws-native:eks:Cluster",
            {"logging": {"clusterLogging": {"enabledTypes": [{"type": "audit"}]}}},
            Outcome.PASS,
        ),
        (
            "aws-native:eks:Cluster",
            {"logging": {"clusterLogging": {"enabledTypes": [{"type": LATER}]}}},
            Outcome.UNDECIDED,
        ),
        ("aws-native:eks:Cluster", {"enabledClusterLogTypes": ["audit"]}, Outcome.FAIL),
        ("aws:eks/cluster:Cluster", {"logging": {}}, Outcome.FAIL),
    ],
)
def test_eks_is_read_as_each_provider_spells(
    type_: str, properties: dict[str, Any], outcome: Outcome
) -> None:
    """Mode `audit`, as AWS EKS.8 demands."""
    found = outcomes(resource("eks", type_, properties), eks_audit_logs={"logTypes": "audit"})
    assert found == {"eks-audit-logs": outcome}


@pytest.mark.parametrize(
    ("sku", "rbac", "outcome"),
    [
        ({"name": "Automatic"}, None, Outcome.PASS),
        ({"name": "automatic"}, None, Outcome.PASS),
        ({"name": "Automatic"}, {"managed": True, "enableAzureRBAC": False}, Outcome.FAIL),
        ({"name": "Base"}, None, Outcome.FAIL),
        ({"name": LATER}, None, Outcome.UNDECIDED),
        (LATER, None, Outcome.UNDECIDED),
        (None, None, Outcome.FAIL),
    ],
)
def test_what_automatic_forces_is_known_where_the_program_is_silent(
    sku: Any, rbac: Any, outcome: Outcome
) -> None:
    """What it says itself still counts."""
    properties = {"sku": sku, "aadProfile": rbac, "disableLocalAccounts": True}
    found = outcomes(resource("aks", NATIVE + "containerservice:ManagedCluster", properties))
    assert found["aks-entra-rbac"] is outcome
    assert found["aks-api-access"] in (Outcome.FAIL, Outcome.UNDECIDED)  # it may still be public
