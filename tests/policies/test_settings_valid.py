"""What Azure refuses of a diagnostic setting, whichever provider writes it."""

from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome, Verdict

NATIVE = "azure-native:"
LATER = Unknown("it is known only after the deployment")
GROUP = "/subscriptions/s/resourceGroups/g/providers"
WORKSPACE = f"{GROUP}/Microsoft.OperationalInsights/workspaces/w"
NAMESPACE = f"{GROUP}/Microsoft.EventHub/namespaces/n"
ACCOUNT = f"{GROUP}/Microsoft.Storage/storageAccounts/archive"
GUARD = [{"category": "guard", "enabled": True}]
METRICS = [{"category": "AllMetrics", "enabled": True}]


def resource(name: str, token: str, properties: dict[str, Any], **links: str) -> Resource:
    """A resource whose properties came from others, by name."""
    sources = {key: (f"urn:{source}",) for key, source in links.items()}
    return Resource(f"urn:{name}", token, name, properties, property_dependencies=sources)


def native(name: str = "audit", /, *, source: str = "", **properties: Any) -> Resource:
    """A setting of the cluster in Azure Native; `source` is where its destination came from."""
    whole = {"resourceUri": LATER, "logs": GUARD, **properties}
    destination = next((key for key, value in whole.items() if key.endswith("Id")), "")
    links = {destination: source} if source else {}
    return resource(name, f"{NATIVE}monitor:DiagnosticSetting", whole, resourceUri="aks", **links)


def classic(name: str = "classic", /, **properties: Any) -> Resource:
    """A setting of the cluster in the classic provider."""
    token = "azure:monitoring/diagnosticSetting:DiagnosticSetting"  # noqa: S105 a type token
    return resource(name, token, {"targetResourceId": LATER, **properties}, targetResourceId="aks")


def verdict(*resources: Resource) -> Verdict:
    """The verdict of `aks-audit-settings-valid` on the cluster."""
    cluster = resource("aks", f"{NATIVE}containerservice:ManagedCluster", {"location": "eastus2"})
    graph = build_graph([cluster, *resources])
    policy = find_policy("aks-audit-settings-valid")
    (found,) = evaluate((policy,), graph, Settings({}, all_policies()))
    return found


def codes(*resources: Resource) -> list[str]:
    """The codes of the violations; none where it passes."""
    found = verdict(*resources)
    if found.outcome is Outcome.PASS:
        return []
    assert found.outcome is Outcome.FAIL, found.judgement
    return [reason.code for reason in found.judgement.reasons]


def rule(*rights: object) -> Resource:
    """An authorization rule with these rights."""
    return resource(
        "rule",
        f"{NATIVE}eventhub:NamespaceAuthorizationRule",
        {"namespaceName": "n", "rights": list(rights)},
    )


def to_rule(**properties: Any) -> Resource:
    """A setting that sends to that rule, whose id is not known yet."""
    return native(eventHubAuthorizationRuleId=LATER, source="rule", **properties)


def test_metrics_go_to_one_workspace_in_one_setting_only() -> None:
    """Azure answers 409, whichever providers the two settings are of."""
    one = native(logs=GUARD, metrics=METRICS, workspaceId=WORKSPACE)
    blocks = {"metrics": [{"category": "AllMetrics"}]}
    for written in (blocks, {"enabledMetrics": [{"category": "AllMetrics"}]}):
        other = classic(logAnalyticsWorkspaceId=WORKSPACE.upper(), **written)
        assert codes(one, other) == ["same-sink:AllMetrics"]
        assert codes(one, classic(logAnalyticsWorkspaceId=f"{WORKSPACE}2", **written)) == []
    off = native("off", logs=[], metrics=[{**METRICS[0], "enabled": False}], workspaceId=WORKSPACE)
    assert codes(one, off) == []


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize(
    ("category", "refused"),
    [
        *((name, False) for name in ("kube-audit", "KUBE-AUDIT-ADMIN", "Karpenter-Events")),
        *((name, True) for name in ("kube-apisever", "kube_audit", "allLogs", "AllMetrics")),
        *((name, True) for name in ("AuditEvent", "audit", " guard", "guard ")),
    ],
)
def test_a_category_that_clusters_do_not_have_is_refused(
    category: str, enabled: bool, refused: bool
) -> None:
    """Also where its entry is disabled."""
    logs = [{"category": category, "enabled": enabled}]
    found = codes(native(logs=logs, workspaceId=WORKSPACE))
    assert found == (["unknown-category"] if refused else [])


@pytest.mark.parametrize(
    ("logs", "code"),
    [
        ([{"categoryGroup": "ALLLOGS", "enabled": True}], None),
        ([{"categoryGroup": "allLog", "enabled": True}], "unknown-group"),
        ([{"enabled": True}], "no-category"),
        ([{"category": "", "categoryGroup": None, "enabled": True}], "no-category"),
        ([*GUARD, {"category": "Guard", "enabled": False}], "repeated"),
        ([*GUARD, {"categoryGroup": "audit", "enabled": False}], "mixed"),
    ],
)
def test_an_entry_names_a_category_or_a_group(logs: list[Any], code: str | None) -> None:
    """One of the two, which exists, and each category once."""
    assert codes(native(logs=logs, workspaceId=WORKSPACE)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("metrics", "code"),
    [
        ([{"category": "Transaction", "enabled": True}], "unknown-metric"),
        ([*METRICS, *METRICS], "repeated"),
        ([{**METRICS[0], "retentionPolicy": {"enabled": True, "days": 9}}], "retention-policy"),
        ([{"enabled": True}], "no-category"),
        ([{"categoryGroup": "allLogs", "enabled": True}], "no-category"),
        (METRICS, None),
    ],
)
def test_metrics_are_judged_as_logs_are(metrics: list[Any], code: str | None) -> None:
    """A cluster has one category of them, and `retentionPolicy` has no effect there either."""
    found = codes(native(metrics=metrics, workspaceId=WORKSPACE))
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("audit", False),
        ("a" * 260, False),
        ("a" * 261, True),
        ("logs/audit", True),
        ("audit?", True),
        ("audit.", True),
        ("audit ", True),
    ],
)
def test_a_name_is_one_that_azure_accepts(name: str, refused: bool) -> None:
    """Of 260 characters at most."""
    assert codes(native(name=name, workspaceId=WORKSPACE)) == (["name"] if refused else [])


@pytest.mark.parametrize(
    ("rights", "hub", "refused"),
    [
        (["Send"], None, True),
        (["Listen", "Send"], None, True),
        (["Manage", "Send", "Listen"], None, False),
        (["manage", "send", "listen"], None, False),
        (["Send"], "audit", False),
        (["Listen"], "audit", True),
        ([], "audit", True),
    ],
)
def test_a_rule_allows_what_azure_needs(rights: list[str], hub: str | None, refused: bool) -> None:
    """To make event hubs of its own it needs every right, to use a named one the right to send."""
    found = codes(rule(*rights), to_rule(eventHubName=hub))
    assert found == (["rule-rights"] if refused else [])


def test_a_classic_rule_allows_what_its_flags_say() -> None:
    """What is not said is not allowed."""
    type_ = "azure:eventhub/eventHubNamespaceAuthorizationRule:EventHubNamespaceAuthorizationRule"
    send = resource("rule", type_, {"send": True})
    assert codes(send, to_rule()) == ["rule-rights"]
    assert codes(send, to_rule(eventHubName="audit")) == []
    every = resource("rule", type_, {"send": True, "listen": True, "manage": True})
    assert codes(every, to_rule()) == []


@pytest.mark.parametrize("hub", [LATER, None])
def test_rights_that_are_hidden_are_a_doubt(hub: object) -> None:
    """Never a pass."""
    found = verdict(rule("Send", LATER), to_rule(eventHubName=hub))
    assert [reason.code for reason in found.judgement.reasons] == ["unknown-rights"]
    assert found.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("property_", "token", "code"),
    [
        ("eventHubAuthorizationRuleId", "eventhub:EventHubAuthorizationRule", "no-id"),
        ("eventHubAuthorizationRuleId", "storage:StorageAccount", "no-id"),
        ("workspaceId", "operationalinsights:Table", "no-id"),
        ("workspaceId", "storage:StorageAccount", "no-id"),
        ("workspaceId", "operationalinsights:Workspace", None),
        ("storageAccountId", "operationalinsights:Workspace", "no-id"),
        ("storageAccountId", "storage:StorageAccount", None),
    ],
)
def test_an_id_that_is_not_known_yet_is_told_by_its_resource(
    property_: str, token: str, code: str | None
) -> None:
    """The first preview shows no id, but the type of the resource that it is of."""
    found = codes(resource("rule", NATIVE + token, {}), native(source="rule", **{property_: LATER}))
    assert found == ([code] if code else [])


def test_what_a_program_makes_of_a_namespace_may_be_the_id_of_its_rule() -> None:
    """As in `Output.concat(namespace.id, "/authorizationRules/send")`; nobody knows before."""
    found = verdict(
        resource("rule", f"{NATIVE}eventhub:Namespace", {"namespaceName": "n"}), to_rule()
    )
    assert found.outcome is Outcome.UNDECIDED
    assert [reason.code for reason in found.judgement.reasons] == ["unknown-rule"]


def test_two_rules_of_one_namespace_are_two_destinations() -> None:
    """Azure tells event hubs by the rule."""
    namespace = resource("n", f"{NATIVE}eventhub:Namespace", {"namespaceName": "n"})
    rights = {"namespaceName": "n", "rights": ["Manage", "Send", "Listen"]}
    token = f"{NATIVE}eventhub:NamespaceAuthorizationRule"
    rules = [resource(name, token, rights, namespaceName="n") for name in ("one", "two")]
    settings = [
        native(f"to-{source}", eventHubAuthorizationRuleId=LATER, source=source)
        for source in ("one", "two")
    ]
    assert codes(namespace, *rules, *settings) == []
    again = native("again", eventHubAuthorizationRuleId=LATER, source="two")
    assert codes(namespace, *rules, settings[1], again) == ["same-sink:guard"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"sku": {"name": "Premium_LRS"}}, "premium-storage"),
        ({"dnsEndpointType": "AzureDnsZone"}, "dns-zone"),
        ({"networkRuleSet": {"defaultAction": "Deny", "bypass": "None"}}, "firewall"),
        ({"networkRuleSet": {"defaultAction": "Deny", "bypass": "Logging, Metrics"}}, "firewall"),
        ({"networkRuleSet": {"defaultAction": "Deny", "bypass": "Logging, AzureServices"}}, None),
        ({"networkRuleSet": {"defaultAction": "Deny"}}, None),
        ({"networkRuleSet": {"defaultAction": "Allow", "bypass": "None"}}, None),
        ({"accountName": "Archive"}, "account-name"),
        ({"accountName": "archive1"}, None),
    ],
)
def test_a_storage_account_is_one_that_settings_can_write_to(
    properties: dict[str, Any], code: str | None
) -> None:
    """Premium accounts, DNS zones and closed firewalls are not."""
    account = resource("account", f"{NATIVE}storage:StorageAccount", properties)
    found = codes(account, native(storageAccountId=LATER, source="account"))
    assert found == ([code] if code else [])


def test_the_firewall_of_a_classic_account_is_read_alike() -> None:
    """There the exceptions are a list."""
    rules = {"defaultAction": "Deny", "bypasses": ["Metrics"]}
    type_ = "azure:storage/account:Account"
    setting = native(storageAccountId=LATER, source="account")
    assert codes(resource("account", type_, {"networkRules": rules}), setting) == ["firewall"]
    hidden = {"networkRules": {**rules, "bypasses": [LATER]}}
    assert verdict(resource("account", type_, hidden), setting).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"workspaceName": "abc"}, "workspace-name"),
        ({"workspaceName": "logs-"}, "workspace-name"),
        ({"workspaceName": "logs"}, None),
        ({"retentionInDays": 20}, "interactive-days"),
        ({"retentionInDays": 731, "sku": {"name": "PerGB2018"}}, "interactive-days"),
        ({"retentionInDays": 7, "sku": {"name": "Free"}}, None),
        ({"retentionInDays": 730}, None),
    ],
)
def test_a_workspace_is_one_that_azure_makes(properties: dict[str, Any], code: str | None) -> None:
    """By its name, and by its retention where the plan leaves the choice."""
    workspace = resource("logs", f"{NATIVE}operationalinsights:Workspace", properties)
    found = codes(workspace, native(workspaceId=LATER, source="logs"))
    assert found == ([code] if code else [])


def test_a_sixth_setting_that_may_be_the_clusters_is_a_doubt() -> None:
    """Five are its own for certain."""
    own = [native(f"audit-{n}", workspaceId=f"{WORKSPACE}{n}") for n in range(5)]
    other = native("other", workspaceId=f"{WORKSPACE}5")
    hidden = Resource(**{**vars(other), "property_dependencies": {}})
    found = verdict(*own, hidden)
    assert found.outcome is Outcome.UNDECIDED
    assert "unknown-number" in [reason.code for reason in found.judgement.reasons]


def test_a_group_of_unknown_members_may_send_what_another_setting_sends() -> None:
    """Azure does not document what `audit` holds for clusters."""
    group = native(
        "group", logs=[{"categoryGroup": "audit", "enabled": True}], workspaceId=WORKSPACE
    )
    found = verdict(native(workspaceId=WORKSPACE), group)
    assert found.outcome is Outcome.UNDECIDED
    assert [reason.code for reason in found.judgement.reasons] == ["unknown-sink"]


CENTRAL = f"{GROUP}/Microsoft.OperationalInsights/workspaces/central"


@pytest.mark.parametrize(
    ("properties", "known", "may_be_one"),
    [
        ({"workspaceName": "central", "resourceGroupName": "g"}, CENTRAL, True),
        ({"workspaceName": "Central", "resourceGroupName": "G"}, f"{CENTRAL}/", True),
        ({"workspaceName": "central", "resourceGroupName": LATER}, CENTRAL, True),
        ({"workspaceName": LATER, "resourceGroupName": "g"}, CENTRAL, True),
        ({"resourceGroupName": "g"}, CENTRAL.replace("central", "logs1a2b3c4d"), True),
        ({"workspaceName": "central", "resourceGroupName": "other"}, CENTRAL, False),
        ({"workspaceName": "central2", "resourceGroupName": "g"}, CENTRAL, False),
        ({"resourceGroupName": "g"}, CENTRAL, False),
    ],
)
def test_a_known_id_may_be_that_of_a_workspace_of_this_stack(
    properties: dict[str, Any], known: str, may_be_one: bool
) -> None:
    """Whose ID is not known yet: its name and its resource group tell, as far as they are known."""
    own = resource("logs", f"{NATIVE}operationalinsights:Workspace", properties)
    found = verdict(
        own,
        native("by-resource", workspaceId=LATER, source="logs"),
        native("by-id", workspaceId=known),
    )
    codes_found = [reason.code for reason in found.judgement.reasons]
    assert codes_found == (["unknown-sink"] if may_be_one else [])
    assert found.outcome is (Outcome.UNDECIDED if may_be_one else Outcome.PASS)


@pytest.mark.parametrize("property_", ["logs", "metrics"])
def test_a_list_that_is_hidden_is_a_doubt(property_: str) -> None:
    """Never a pass."""
    hidden: dict[str, Any] = {"workspaceId": WORKSPACE, property_: LATER}
    found = verdict(native(**hidden))
    assert found.outcome is Outcome.UNDECIDED
    assert f"unknown-{property_}" in [reason.code for reason in found.judgement.reasons]
