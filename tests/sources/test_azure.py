"""What is in Azure now is judged and covered as what a program asks for."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses

from kubewitness.catalog.log_categories import AUDIT_CATEGORIES, CONTAINER
from kubewitness.detections.coverage.assessment import Status
from kubewitness.detections.coverage.clusters import cover
from kubewitness.detections.library import find_detections
from kubewitness.errors import ExitCode, InputError
from kubewitness.policies.check import CheckResult
from kubewitness.policies.check import check as check_loaded
from kubewitness.policies.settings_file import SettingsFile
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.azure.scope import parse_scope
from kubewitness.sources.azure.subscription import load_subscription
from support import azure_resources as azure
from support.azure_resources import (
    ACCOUNT,
    CLUSTER,
    GROUP,
    SUBSCRIPTION,
    WORD,
    WORKSPACE,
    Azure,
    document,
)
from support.cloud_logs import SECRET, Credential
from support.command import run

LOGS = [{"category": category, "enabled": True} for category in AUDIT_CATEGORIES]
ENTRA = {"managed": True, "enableAzureRBAC": True}
SETTING = f"{CLUSTER}/providers/microsoft.insights/diagnosticSettings/audit"
ACTIVITY = f"/subscriptions/{SUBSCRIPTION}/providers/microsoft.insights/diagnosticSettings/activity"
ADMINISTRATIVE = [{"category": "Administrative", "enabled": True}]
TABLES = ("AKSAudit", "AKSAuditAdmin", "AKSControlPlane")
EXEC = find_detections(["pod-exec"])
RULE = f"{GROUP}/providers/Microsoft.Insights/dataCollectionRules/filter"


def cluster(identifier: str = CLUSTER, **properties: Any) -> dict[str, Any]:
    """A cluster in order."""
    access = {"enablePrivateCluster": True, "disableRunCommand": True}
    whole = {
        "location": "westeurope",
        "sku": {"name": "Base", "tier": "Standard"},
        "disableLocalAccounts": True,
        "enableRBAC": True,
        "aadProfile": ENTRA,
        "apiServerAccessProfile": access,
    }
    return document(identifier, **(whole | properties))


def setting(identifier: str = SETTING, **properties: Any) -> dict[str, Any]:
    """A diagnostic setting in order; Azure answers its type as it likes."""
    whole = {
        "workspaceId": WORKSPACE.replace("resourceGroups", "resourcegroups"),
        "logs": LOGS,
        "logAnalyticsDestinationType": "Dedicated",
    }
    return document(identifier, **(whole | properties))


def workspace(identifier: str = WORKSPACE, **properties: Any) -> dict[str, dict[str, Any]]:
    """A workspace in order, and its tables."""
    found = document(identifier, location="westeurope", retentionInDays=90, **properties)
    found["properties"]["sku"] = {"name": "PerGB2018"}
    kept = {"plan": "Analytics", "retentionInDays": 90, "totalRetentionInDays": 365}
    tables = {f"{identifier}/tables/{name}": kept for name in TABLES}
    return {identifier: found} | {key: document(key, **value) for key, value in tables.items()}


def in_order(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A subscription with nothing to complain of; a change replaces a document."""
    ids = {"cluster": CLUSTER, "setting": SETTING, "activity": ACTIVITY}
    found = {CLUSTER: cluster(), SETTING: setting(), **workspace()}
    found[ACTIVITY] = document(ACTIVITY, workspaceId=WORKSPACE, logs=ADMINISTRATIVE)
    return found | {ids[name]: value for name, value in changes.items()}


def check(here: Azure, word: str = WORD) -> CheckResult:
    """Judge what is there by our pack."""
    with azure.served(here) as manager:
        return check_loaded(load_subscription(word, manager))


def outcomes(result: CheckResult) -> dict[str, str]:
    """The outcome of each rule that says something of the only cluster."""
    return {
        one.policy_id: one.judgement.outcome.value
        for one in result.verdicts
        if one.judgement.outcome is not Outcome.NOT_APPLICABLE
    }


def test_a_subscription_in_order_passes_every_rule_that_blocks() -> None:
    """With what a program would need, too."""
    result = check(Azure(in_order()))
    assert not [v for v in result.verdicts if v.blocks]
    assert outcomes(result)["aks-audit-logs"] == "pass"
    assert outcomes(result)["aks-audit-retention"] == "pass"
    assert (result.loaded.unreadable, result.notes, result.exit_code) == ((), (), ExitCode.OK)


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("aks-local-accounts", {"cluster": cluster(disableLocalAccounts=False)}),
        ("aks-local-accounts", {"cluster": cluster(disableLocalAccounts=None)}),
        ("aks-entra-rbac", {"cluster": cluster(aadProfile=None)}),
        ("aks-entra-rbac", {"cluster": cluster(aadProfile=ENTRA | {"enableAzureRBAC": False})}),
        ("aks-audit-logs", {"setting": setting(logs=LOGS[:2])}),
        ("aks-audit-logs", {"setting": setting(logs=[{**LOGS[0], "enabled": False}, *LOGS[1:]])}),
        ("aks-audit-cost", {"setting": setting(logAnalyticsDestinationType="AzureDiagnostics")}),
    ],
)
def test_what_is_wrong_in_azure_fails_by_its_rule(
    rule: str, changed: dict[str, dict[str, Any]]
) -> None:
    """Each alone."""
    assert outcomes(check(Azure(in_order(**changed))))[rule] == "fail"


def test_a_cluster_without_a_diagnostic_setting_fails() -> None:
    """The main job, of what is there already."""
    there = in_order()
    del there[SETTING]
    result = check(Azure(there))
    assert outcomes(result)["aks-audit-logs"] == "fail"
    assert result.exit_code is ExitCode.VIOLATION


def test_another_identity_provider_is_found() -> None:
    """It is a child of the cluster, in an API of its own."""
    key = f"{CLUSTER}/jwtAuthenticators/partner"
    result = check(Azure(in_order() | {key: document(key, issuer={"url": "https://example.test"})}))
    assert {v.resource.name for v in result.verdicts if v.blocks} == {"partner"}


def test_trusted_access_is_found() -> None:
    """The bindings are children of the cluster, in a list of their own."""
    key = f"{CLUSTER}/trustedAccessRoleBindings/backup"
    binding = document(key, roles=["Microsoft.X/y/z"], sourceResourceId="/subscriptions/s")
    result = check(Azure(in_order() | {key: binding}))
    assert {v.resource.name for v in result.verdicts if v.blocks} == {"backup"}
    result = check(Azure(in_order(), {"trustedAccessRoleBindings": 403}))
    assert "Trusted Access" in result.loaded.unreadable[0]


def test_into_which_tables_is_undecided_where_azure_is_silent() -> None:
    """For some services it answers null whatever was set; so a null proves nothing."""
    here = Azure(in_order(setting=setting(logAnalyticsDestinationType=None)))
    assert outcomes(check(here))["aks-audit-cost"] == "undecided"
    assert coverage(here) is Status.UNDECIDED


def test_short_retention_of_a_table_is_found() -> None:
    """The tables are read one by one, as a workspace has hundreds."""
    there = in_order()
    for name in TABLES:
        key = f"{WORKSPACE}/tables/{name}"
        there[key] = document(key, plan="Analytics", retentionInDays=30, totalRetentionInDays=30)
    assert outcomes(check(Azure(there)))["aks-audit-retention"] == "fail"


def archived(state: str | None = "Locked") -> dict[str, dict[str, Any]]:
    """A subscription whose logs go to a storage account, with these policies on its containers."""
    there = in_order(setting=setting(workspaceId=None, storageAccountId=ACCOUNT))
    there[ACCOUNT] = document(ACCOUNT, location="westeurope", sku={"name": "Standard_ZRS"})
    for category in AUDIT_CATEGORIES:
        container = f"{ACCOUNT}/blobServices/default/containers/{CONTAINER.format(category)}"
        key = f"{container}/immutabilityPolicies/default"
        if state:
            there[key] = document(key, immutabilityPeriodSinceCreationInDays=400, state=state)
    return there


def demanded(here: Azure, rule: str, **settings: Any) -> str:
    """The outcome of a rule with settings of its own."""
    with azure.served(here) as manager:
        found = load_subscription(WORD, manager)
        return outcomes(check_loaded(found, settings=SettingsFile({rule: settings})))[rule]


@pytest.mark.parametrize(
    ("state", "outcome"), [("Locked", "pass"), ("Unlocked", "fail"), (None, "fail")]
)
def test_the_lock_of_an_archive_is_read(state: str | None, outcome: str) -> None:
    """Only Azure knows that a policy is locked; here Azure is asked."""
    here = Azure(archived(state))
    assert demanded(here, "aks-audit-protected", grade="write-once") == outcome


def test_policies_that_are_not_shown_decide_nothing() -> None:
    """A lifecycle policy could delete tomorrow, an immutability policy could be there."""
    kept = ("aks-audit-retention", {"interactiveDays": 0})
    locked = ("aks-audit-protected", {"grade": "write-once"})
    for (rule, settings), part in ((kept, "managementPolicies"), (locked, "immutabilityPolicies")):
        shown, refused = Azure(archived()), Azure(archived(), {part: 403})
        assert demanded(shown, rule, **settings) == "pass"
        assert demanded(refused, rule, **settings) == "undecided"


def test_nothing_in_azure_is_remediated_before_it_is_judged() -> None:
    """A program would be, by the engine; here there is none, and what is wrong stays so."""
    with azure.served(Azure(in_order(setting=setting(logs=LOGS[:1])))) as manager:
        found = load_subscription(WORD, manager)
        result = check_loaded(found, settings=SettingsFile({"all": "remediate"}))
    assert outcomes(result)["aks-audit-logs"] == "fail"


def coverage(here: Azure) -> Status:
    """What becomes of the detection of exec."""
    (one,) = cover(check(here).graph, EXEC)
    return one.detections[0].status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, Status.ALERTABLE),
        ({"plan": "Basic"}, Status.HUNT_ONLY),
        ({"categories": LOGS[1:]}, Status.DEGRADED),
        ({"kql": 'source | where Verb != "get"'}, Status.DEGRADED),
        ({"kql": "source | where false"}, Status.BLIND),
    ],
)
def test_coverage_follows_the_settings_in_azure(changed: Mapping[str, Any], status: Status) -> None:
    """Plan, categories and transformation of the workspace."""
    there = in_order(setting=setting(logs=changed.get("categories", LOGS)))
    for name in TABLES:
        key = f"{WORKSPACE}/tables/{name}"
        there[key] = document(key, plan=changed.get("plan", "Analytics"), retentionInDays=90)
    if "kql" in changed:
        there[WORKSPACE]["properties"]["defaultDataCollectionRuleResourceId"] = RULE
        there[RULE] = transformation(changed["kql"], WORKSPACE)
    assert coverage(Azure(there)) is status


def transformation(kql: str, of: str) -> dict[str, Any]:
    """A data collection rule of a workspace, for both tables with audit events."""
    flows = [
        {"streams": [f"Microsoft-Table-{table}"], "destinations": ["w"], "transformKql": kql}
        for table in TABLES[:2]
    ]
    destinations = {"logAnalytics": [{"workspaceResourceId": of, "name": "w"}]}
    return document(RULE, kind="WorkspaceTransforms", dataFlows=flows, destinations=destinations)


def test_the_transformation_of_one_workspace_is_not_anothers() -> None:
    """Two clusters, two workspaces, of which one drops everything."""
    other, second = f"{WORKSPACE}2", f"{CLUSTER}2"
    here = f"{second}/providers/microsoft.insights/diagnosticSettings/audit"
    there = in_order() | workspace(other, defaultDataCollectionRuleResourceId=RULE)
    there |= {second: cluster(second), here: setting(here, workspaceId=other)}
    there[RULE] = transformation("source | where false", other)
    found = {one.cluster: one for one in cover(check(Azure(there)).graph, EXEC)}
    assert found["shop"].detections[0].status is Status.ALERTABLE
    assert found["shop2"].detections[0].status is Status.BLIND


def test_the_activity_log_counts_where_the_subscription_sends_it() -> None:
    """Its diagnostic setting is the subscription's."""
    rules = find_detections(["aks-admin-credentials-listed"])
    (one,) = cover(check(Azure(in_order())).graph, rules)
    assert one.detections[0].status is Status.ALERTABLE
    (one,) = cover(check(Azure(in_order(activity=document(ACTIVITY)))).graph, rules)
    assert one.detections[0].status is Status.BLIND


def test_all_pages_of_a_list_are_read() -> None:
    """Two at a time, and Azure names the port in its links."""
    ids = [f"{CLUSTER}{number}" for number in range(5)]
    result = check(Azure({key: cluster(key) for key in ids}))
    assert [c.resource.id for c in result.graph.clusters] == ids


@pytest.mark.parametrize(
    ("word", "clusters"),
    [
        (WORD, {"shop", "other"}),
        (f"{WORD}/shop", {"shop"}),
        (f"{WORD}/SHOP/shop", {"shop"}),
        (f"{WORD}/elsewhere/other", {"other"}),
        (f"{WORD}/elsewhere/shop", set()),
    ],
)
def test_a_source_may_be_a_subscription_a_group_or_a_cluster(word: str, clusters: set[str]) -> None:
    """Whatever the case."""
    other = CLUSTER.replace("Groups/shop", "Groups/elsewhere").replace("ters/shop", "ters/other")
    result = check(Azure({CLUSTER: cluster(), other: cluster(other)}), word)
    assert {one.resource.name for one in result.graph.clusters} == clusters
    assert (result.exit_code is ExitCode.NOTHING) == (not clusters)


@pytest.mark.parametrize("word", ["azure://", "azure://shop", f"{WORD}/a/b/c", f"{WORD}?x=1"])
def test_another_word_says_what_to_write(word: str) -> None:
    """A subscription's name is no id."""
    with pytest.raises(InputError, match="az account list"):
        parse_scope(word)


def test_settings_that_are_not_shown_are_undecided_and_unreadable() -> None:
    """They may be complete, or not there at all."""
    result = check(Azure(in_order(), {f"{CLUSTER}/providers/": 403}))
    assert outcomes(result)["aks-audit-logs"] == "undecided"
    assert result.exit_code is ExitCode.UNREADABLE
    assert (
        "its diagnostic settings are not shown; needs the role `Reader`"
        in result.loaded.unreadable[0]
    )


def test_a_workspace_that_is_not_shown_is_noted_and_its_retention_undecided() -> None:
    """It belongs to somebody else, as a central one does."""
    result = check(Azure(in_order(), {"/workspaces/": 403}))
    assert outcomes(result)["aks-audit-logs"] == "pass"
    assert outcomes(result)["aks-audit-retention"] == "undecided"
    assert "workspaces/logs is not shown" in " ".join(result.notes)
    assert result.exit_code is ExitCode.OK


def test_tables_that_are_not_shown_leave_plan_and_retention_undecided() -> None:
    """Although the workspace is shown."""
    here = Azure(in_order(), {"/tables/": 403})
    assert outcomes(check(here))["aks-audit-retention"] == "undecided"
    assert coverage(here) is Status.UNDECIDED


def test_a_transformation_that_is_not_shown_may_drop_anything() -> None:
    """Its workspace says that there is one."""
    there = in_order()
    there[WORKSPACE]["properties"]["defaultDataCollectionRuleResourceId"] = RULE
    there[RULE] = transformation("source", WORKSPACE)
    assert coverage(Azure(there)) is Status.ALERTABLE
    assert coverage(Azure(there, {"dataCollectionRules": 403})) is Status.UNDECIDED


def test_settings_of_the_subscription_that_are_not_shown_are_undecided() -> None:
    """Where the activity log goes nobody knows then."""
    rules = find_detections(["aks-admin-credentials-listed"])
    here = Azure(in_order(), {f"{SUBSCRIPTION}/providers/microsoft.insights": 403})
    (one,) = cover(check(here).graph, rules)
    assert one.detections[0].status is Status.UNDECIDED


def test_a_workspace_that_is_gone_is_no_destination() -> None:
    """Its setting outlives it, and what it sends is lost."""
    there = in_order()
    del there[WORKSPACE]
    result = check(Azure(there))
    assert outcomes(result)["aks-audit-logs"] == "fail"
    assert "workspaces/logs is not there: what is sent to it is lost" in " ".join(result.notes)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "InvalidAuthenticationTokenTenant"), (404, "SubscriptionNotFound")]
)
def test_a_workspace_of_another_tenant_is_noted_and_undecided(status: int, code: str) -> None:
    """Azure says that it is not for this identity, and not that it is not there."""
    result = check(Azure(in_order(), {"/workspaces/": status}, code=code))
    assert outcomes(result)["aks-audit-logs"] == "pass"
    assert outcomes(result)["aks-audit-retention"] == "undecided"
    assert "is not shown" in " ".join(result.notes)


def test_a_subscription_that_nobody_knows_is_an_error_and_not_nothing() -> None:
    """It was written wrong, or belongs to another tenant."""
    with pytest.raises(InputError, match="not a subscription that this identity can read"):
        check(Azure({}, {"managedClusters": 404}, code="SubscriptionNotFound"))


def test_clusters_that_are_not_shown_are_an_error_and_not_nothing() -> None:
    """Of no cluster nothing could be said."""
    with pytest.raises(InputError, match="not permitted, to read the clusters; needs the role"):
        check(Azure(in_order(), {"managedClusters": 403}))


def test_a_subscription_without_the_preview_of_authenticators_has_none() -> None:
    """The API is a preview, and answers 400 where it is not offered."""
    result = check(Azure(in_order(), {"jwtAuthenticators": 400}))
    assert (outcomes(result)["aks-entra-rbac"], result.loaded.unreadable) == ("pass", ())
    assert result.notes == (
        f"{CLUSTER}: its JWT authenticators are not offered in this subscription",
    )
    result = check(Azure(in_order(), {"jwtAuthenticators": 403}))
    assert "JWT authenticators" in result.loaded.unreadable[0]


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_cloud_that_fails_is_an_error_without_its_words(status: int) -> None:
    """They may quote a token."""
    with pytest.raises(InputError) as error:
        check(Azure(in_order(), {"diagnosticSettings": status}))
    assert SECRET not in str(error.value)
    assert ("az login" in str(error.value)) == (status == 401)


@pytest.mark.parametrize("link", ["https://example.test/more", "https://[", "/more", 5, ["more"]])
def test_a_next_page_elsewhere_is_not_asked_for(link: Any) -> None:
    """The token would go there."""
    with pytest.raises(InputError, match="not its own"):
        check(Azure({}, always=json.dumps({"value": [], "nextLink": link})))


def test_whatever_a_next_page_is_called_our_own_host_is_asked() -> None:
    r"""To `urllib.parse` a host goes on behind `\`, to the client it ends there."""
    link = f"https://example.test\\@management.azure.com/subscriptions/{SUBSCRIPTION}?api-version=1"
    with pytest.raises(InputError, match="not listed to its end"):
        check(Azure({}, always=json.dumps({"value": [], "nextLink": link})))


def test_a_list_that_breaks_off_is_an_error() -> None:
    """Of the clusters on a page that is not there nothing could be said."""
    ids = [f"{CLUSTER}{number}" for number in range(3)]
    with pytest.raises(InputError, match="not listed to its end"):
        check(Azure({key: cluster(key) for key in ids}, breaks=True))


@pytest.mark.parametrize("no_id", [".example.test/x", "@example.test/x", "x", "", 5, None])
def test_what_is_no_id_is_not_asked_for(no_id: Any) -> None:
    """Behind the host's name it would make another host of it, to which the token would go."""
    found = check(Azure(in_order(setting=setting(workspaceId=no_id))))
    assert outcomes(found)["aks-audit-settings-valid"] == "fail"
    there = in_order()
    there[WORKSPACE] |= {"id": no_id}
    there[WORKSPACE]["properties"]["defaultDataCollectionRuleResourceId"] = no_id
    assert check(Azure(there)).exit_code is ExitCode.OK
    with pytest.raises(InputError, match="not a resource ID"):
        check(Azure(in_order(cluster=cluster() | {"id": no_id})))


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "no", '{"value": [1]}', '{"value": {}}', '{"value":' + "[" * 100_000]
)
def test_an_answer_of_another_form_is_an_error(answer: str) -> None:
    """A list that is not there is no empty list."""
    with pytest.raises(InputError, match="az resource show"):
        check(Azure({}, always=answer))


@pytest.mark.parametrize("properties", [["x"], "x", 5, None])
def test_properties_of_another_form_are_none(properties: Any) -> None:
    """Nothing is known of such a cluster, so nothing is a pass."""
    result = check(Azure(in_order(cluster=cluster() | {"properties": properties})))
    assert outcomes(result)["aks-local-accounts"] == "fail"


def test_nothing_is_written_and_each_thing_is_read_once() -> None:
    """Forty clusters send to one workspace."""
    second = f"{CLUSTER}2"
    here = f"{second}/providers/microsoft.insights/diagnosticSettings/audit"
    seen = Azure(in_order() | {second: cluster(second), here: setting(here)})
    check(seen)
    assert {one.partition(" ")[0] for one in seen.asked} == {"GET"}
    assert sum(one.lower().endswith("/workspaces/logs") for one in seen.asked) == 1


def test_the_commands_read_azure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a user calls them; the credentials are whatever there are."""
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Credential)
    there = in_order(cluster=cluster(disableLocalAccounts=False))
    with azure.served(Azure(there)):
        code, out, _ = run(capsys, "check", WORD, "--tree")
        assert code == ExitCode.VIOLATION
        assert "FAIL aks-local-accounts" in out
        _, out, _ = run(capsys, "check", f"{WORD}/shop", "--format", "json")
        assert json.loads(out)["sources"][0]["source"] == f"{WORD}/shop"
        code, _, _ = run(capsys, "coverage", WORD, "--rule", "pod-exec", "--require", "T1609")
        assert code == ExitCode.OK


def test_commands_say_what_could_not_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, and by the exit code."""
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Credential)
    with azure.served(Azure(in_order(), {f"{CLUSTER}/providers/": 403})):
        code, out, err = run(capsys, "check", WORD)
        assert (code, "unreadable 1" in out) == (ExitCode.UNREADABLE, True)
        assert "unreadable: /subscriptions/" in err
        code, _, err = run(capsys, "coverage", WORD, "--rule", "pod-exec")
        assert (code, "unreadable: " in err) == (ExitCode.UNREADABLE, True)


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("", "management.azure.com"),
        ("https://login.microsoftonline.us/", "management.usgovcloudapi.net"),
        ("login.chinacloudapi.cn", "management.chinacloudapi.cn"),
    ],
)
def test_a_national_cloud_is_that_of_the_credentials(
    authority: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token of one cloud is refused by another, which should not even see it."""
    monkeypatch.setattr("azure.identity.DefaultAzureCredential", Credential)
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", authority)
    with responses.RequestsMock() as mock:
        mock.get(re.compile("https://.*"), json={"value": []})
        load_subscription(WORD)
        assert urlsplit(str(mock.calls[0].request.url)).hostname == host
