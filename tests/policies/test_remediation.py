"""What the pack remediates: only what is certain, secrets kept secret, unknowns untouched."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.check import CheckResult
from support.check_source import check_planned
from support.oracle import BASE, CATEGORIES, NATIVE, SECRET, UNKNOWN_STRING
from support.servicer import Servicer, Shown

GROUP = "11111111-1111-1111-1111-111111111111"
REMEDIATING = {"aks-audit-logs-remediation": {"enforcementLevel": "remediate"}}
ACCESS = {"aks-local-accounts": {"enforcementLevel": "remediate", "adminGroupObjectIds": [GROUP]}}


def remediated(
    configuration: Mapping[str, Mapping[str, Any]], kind: str, inputs: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What the pack makes of a resource."""
    return Servicer(configuration=configuration).remediated("it", Shown(NATIVE + kind, {**inputs}))


def setting(**changes: Any) -> dict[str, Any] | None:
    """What it makes of a diagnostic setting."""
    inputs = {**BASE["audit"].inputs, "logs": [{"category": "guard", "enabled": True}], **changes}
    return remediated(REMEDIATING, "monitor:DiagnosticSetting", inputs)


def test_missing_categories_are_added_and_nothing_else_is_changed() -> None:
    """What stands there stays, unknown ids included."""
    found = setting(name="mine")
    assert found is not None
    assert {entry["category"] for entry in found["logs"]} == set(CATEGORIES)
    assert found["logs"][0] == {"category": "guard", "enabled": True}
    assert found["resourceUri"] == UNKNOWN_STRING
    assert found["name"] == "mine"


def test_a_secret_list_stays_secret() -> None:
    """The list is longer and still wrapped, and so is what was secret within."""
    logs = {**SECRET, "value": [{"category": {**SECRET, "value": "guard"}, "enabled": True}]}
    found = setting(logs=logs)
    assert found is not None
    assert SECRET.items() <= found["logs"].items()
    entries = found["logs"]["value"]
    assert len(entries) == 3
    assert SECRET.items() <= entries[0]["category"].items()


@pytest.mark.parametrize(
    "changes",
    [
        {"logs": UNKNOWN_STRING},
        {"logs": [UNKNOWN_STRING]},
        {"logs": [{"category": "guard", "enabled": UNKNOWN_STRING}]},
        {"logs": [{"category": UNKNOWN_STRING, "enabled": True}]},
        {"logs": [{"categoryGroup": "audit", "enabled": True}]},
        {"logs": [{"category": "AuditEvent", "enabled": True}]},
        {"logs": [{"category": "guard", "enabled": False}]},
        {"logs": []},
        {"workspaceId": None},
        {"logs": [{"category": name, "enabled": True} for name in CATEGORIES]},
    ],
    ids=str,
)
def test_what_is_not_certain_is_left_alone(changes: dict[str, Any]) -> None:
    """Unknown, a group, perhaps not a cluster's, switched off on purpose, without destination."""
    assert setting(**changes) is None


def test_nothing_is_remediated_unless_somebody_asks() -> None:
    """The levels are the user's."""
    inputs = {**BASE["audit"].inputs, "logs": [{"category": "guard", "enabled": True}]}
    assert remediated({}, "monitor:DiagnosticSetting", inputs) is None


BARE = {"resourceGroupName": "shop", "disableLocalAccounts": False, "tags": {"a": UNKNOWN_STRING}}


def test_local_accounts_and_entra_are_switched_together_with_the_group() -> None:
    """One without the other would lock everybody out."""
    assert remediated(ACCESS, "containerservice:ManagedCluster", BARE) == {
        **BARE,
        "disableLocalAccounts": True,
        "aadProfile": {
            "managed": True,
            "enableAzureRBAC": True,
            "adminGroupObjectIDs": [GROUP],
        },
    }


def test_without_a_group_access_is_never_changed() -> None:
    """Nobody would get in."""
    level = {"aks-local-accounts": {"enforcementLevel": "remediate"}}
    assert remediated(level, "containerservice:ManagedCluster", BARE) is None


def test_what_is_unknown_and_who_is_admin_already_is_kept() -> None:
    """An unknown may be right; groups that are there stay."""
    profile = {"managed": UNKNOWN_STRING, "adminGroupObjectIDs": ["theirs"]}
    found = remediated(ACCESS, "containerservice:ManagedCluster", {**BARE, "aadProfile": profile})
    assert found is not None
    assert found["aadProfile"] == {**profile, "enableAzureRBAC": True}


def test_a_setting_beside_the_secret_keeps_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """Secrets come back wrapped, and never reach what is printed."""
    secret = {**SECRET, "value": "hunter2"}
    inputs = {**BARE, "servicePrincipalProfile": {"clientId": "x", "secret": secret}}
    found = remediated(ACCESS, "containerservice:ManagedCluster", inputs)
    assert found is not None
    assert found["servicePrincipalProfile"]["secret"] == secret
    printed = capsys.readouterr()
    assert "hunter2" not in printed.out + printed.err
    assert "rotate-certs" in printed.err


OFFLINE = Resource(
    urn="urn:audit",
    type=NATIVE + "monitor:DiagnosticSetting",
    name="audit",
    properties={"workspaceId": "/w", "logs": [{"category": "guard", "enabled": True}]},
)
CLASSIC = Resource(
    urn="urn:aks",
    type="azure:containerservice/kubernetesCluster:KubernetesCluster",
    name="aks",
    properties={"azureActiveDirectoryRoleBasedAccessControl": {"tenantId": "t"}},
)


def offline(document: Mapping[str, Any], resource: Resource) -> CheckResult:
    """The offline check of one resource."""
    return check_planned([resource], document)


@pytest.mark.parametrize(
    ("document", "remediates"),
    [
        ({"aks-audit-logs-remediation": "remediate"}, True),
        ({"all": "remediate"}, True),
        ({"all": "remediate", "aks-audit-logs-remediation": "disabled"}, False),
        ({"aks-audit-logs": "remediate"}, False),
        ({"aks-audit-logs-remediation": "mandatory"}, False),
        ({}, False),
    ],
)
def test_the_offline_check_mends_where_the_engine_would(
    document: dict[str, str], remediates: bool
) -> None:
    """Before it judges, and the report says what was remediated."""
    result = offline(document, OFFLINE)
    (made,) = result.resources
    assert len(made.properties["logs"]) == (3 if remediates else 1)
    assert len(OFFLINE.properties["logs"]) == 1
    assert [note.partition(": adds")[0] for note in result.notes] == (
        ["aks-audit-logs: remediated `audit`: `logs`"] if remediates else []
    )


def test_what_is_only_read_is_never_remediated() -> None:
    """It is not this stack's to change."""
    read = replace(OFFLINE, origin=Origin.READ)
    assert offline({"all": "remediate"}, read).resources == (read,)


def test_access_of_a_classic_cluster_is_remediated_in_its_own_words() -> None:
    """Entra ID is managed by being there; the rest of its block stays."""
    settings = {"enforcementLevel": "remediate", "adminGroupObjectIds": [GROUP]}
    (made,) = offline({"aks-entra-rbac": settings}, CLASSIC).resources
    assert made.properties == {
        "localAccountDisabled": True,
        "azureActiveDirectoryRoleBasedAccessControl": {
            "tenantId": "t",
            "azureRbacEnabled": True,
            "adminGroupObjectIds": [GROUP],
        },
    }
    (same,) = offline(
        {"aks-entra-rbac": {**settings, "adminGroupObjectIds": []}}, CLASSIC
    ).resources
    assert same == CLASSIC


@pytest.mark.parametrize(("name", "more"), [("logs", {"enabled": True}), ("enabledLogs", {})])
def test_the_classic_list_is_remediated_where_it_stands(name: str, more: dict[str, bool]) -> None:
    """Version 6 calls it `enabledLogs`, and takes no `enabled` there."""
    resource = Resource(
        urn="urn:audit",
        type="azure:monitoring/diagnosticSetting:DiagnosticSetting",
        name="audit",
        properties={"logAnalyticsWorkspaceId": "/w", name: [{"category": "kube-audit"}]},
    )
    (made,) = offline({"all": "remediate"}, resource).resources
    assert made.properties[name] == [
        {"category": "kube-audit"},
        {"category": "kube-audit-admin", **more},
        {"category": "guard", **more},
    ]


def test_only_diagnostic_settings_get_categories() -> None:
    """Whatever else has a list of logs and a workspace."""
    other = replace(OFFLINE, type="shop:index:Logging")
    assert offline({"all": "remediate"}, other).resources == (other,)
    assert remediated(REMEDIATING, "web:WebApp", dict(OFFLINE.properties)) is None


def test_only_access_of_clusters_is_remediated() -> None:
    """A setting has no local accounts."""
    settings = {"enforcementLevel": "remediate", "adminGroupObjectIds": [GROUP]}
    assert offline({"aks-entra-rbac": settings}, OFFLINE).resources == (OFFLINE,)
