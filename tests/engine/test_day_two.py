"""Day two in the real engine: changes in place, a refresh undoes nothing, a Reader previews.

The stand-in provider refuses what Azure refuses: a category twice at one destination, and a cluster
with a pool that does not exist.
"""

from pathlib import Path
from typing import Any

import pytest

from support.engine import Engine, Event, write_project
from support.stand_in_provider.refusals import routes

pytestmark = pytest.mark.engine

ARCHIVE = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/group"
    "/providers/Microsoft.Storage/storageAccounts/archive"
)
TO_THE_ARCHIVE = {"storage_account_id": ARCHIVE, "categories": ["kube-audit"]}
TO_THE_HUB = {
    "event_hub_authorization_rule_id": ARCHIVE.replace(
        "Storage/storageAccounts/archive", "EventHub/namespaces/hubs/authorizationRules/send"
    )
}
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"audit_profile": "archive", "destinations": [TO_THE_ARCHIVE]},
    {"audit_profile": "frugal"},
    {"audit_profile": "filtered"},
    {"audit_profile": "full", "destinations": [{"storage_account_id": ARCHIVE}]},
    {"audit_profile": "archive", "destinations": [{"storage_account_id": ARCHIVE}]},
    {"audit_profile": "full", "destinations": [TO_THE_HUB, {"storage_account_id": ARCHIVE}]},
    {"audit_profile": "full", "destinations": [TO_THE_HUB]},
    {"audit_profile": "full"},
)


def source(arguments: dict[str, Any]) -> str:
    """A program with a cluster."""
    return f"""\
from pulumi_azure_native import resources

from kubewitness import SecureAksCluster

group = resources.ResourceGroup("shop", location="westeurope")
SecureAksCluster("shop", {{
    "resource_group_name": group.name,
    "cluster_admins": {{"waived_because": "roles are on the subscription"}},
    "api_access": {{"private": True}},
    **{arguments!r},
}})
"""


def deploy(engine: Engine, folder: Path, arguments: dict[str, Any]) -> list[Event]:
    """Deploy the cluster, and return what Azure was asked to do."""
    program = write_project(folder, source(arguments), name=folder.parent.name)
    before = len(engine.calls)
    deployed = engine.up(program)
    assert deployed.exit_code == 0, deployed.stdout
    assert deployed.changes.keys() <= {"same", "create", "update", "delete"}, deployed.stdout
    return engine.calls[before:]


def test_profiles_change_in_place_and_no_category_is_uncollected(
    engine: Engine, tmp_path: Path
) -> None:
    """Each category that is collected before and after a change is collected all the time."""
    folder = tmp_path / "program"
    program = write_project(folder, source({}), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    live: dict[str, set[tuple[str, str]]] = {}
    for arguments in CHANGES:
        calls = deploy(engine, folder, arguments)
        settings = [call for call in calls if call["type"].endswith(":DiagnosticSetting")]
        seen = [collected(live)]
        for call in settings:
            live[call["id"]] = routes(call["inputs"]) if "inputs" in call else set()
            seen.append(collected(live))
        always = seen[0] & seen[-1]
        assert all(always <= moment for moment in seen), arguments
        engine.refresh(program)
        assert set(engine.preview(program).changes) == {"same"}, arguments
    assert engine.destroy(program).exit_code == 0


def collected(live: dict[str, set[tuple[str, str]]]) -> set[str]:
    """The categories that some setting sends somewhere."""
    return {category for sent in live.values() for category, _ in sent}


SHARED = """\
from kubewitness.provision.trail import collect, routes

def shared(settings):
    routes_of_all = tuple(route for setting in settings for route in setting.routes)
    return {"": routes.Setting(routes_of_all, settings[0].categories)}

collect.named_settings = shared
"""
"""Lets a program make the setting that earlier commits made of a workspace and a destination."""


def test_a_setting_that_earlier_commits_shared_is_split_in_one_deployment(
    engine: Engine, tmp_path: Path
) -> None:
    """Azure refuses to take at one setting what another still sends."""
    arguments = {"destinations": [{"storage_account_id": ARCHIVE}]}
    folder = tmp_path / "program"
    program = write_project(folder, SHARED + source(arguments), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    calls = deploy(engine, folder, arguments)
    assert [call["op"] for call in calls] == ["update", "create"]


LOGGING = """\
from kubewitness import AksAuditLogging

GROUP = "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/group/providers"
AksAuditLogging("logs", {{
    "cluster_id": f"{{GROUP}}/Microsoft.ContainerService/managedClusters/theirs",
    "workspace_id": f"{{GROUP}}/Microsoft.OperationalInsights/workspaces/central",
    "setting_name": "{name}",
}})
"""


def test_a_setting_can_be_renamed(engine: Engine, tmp_path: Path) -> None:
    """It is deleted before the other is made, which Azure would refuse beside it."""
    folder = tmp_path / "program"
    program = write_project(folder, LOGGING.format(name="audit"), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    write_project(folder, LOGGING.format(name="security"), name=tmp_path.name)
    before = len(engine.calls)
    assert engine.up(program).exit_code == 0
    assert [call["op"] for call in engine.calls[before:]] == ["delete", "create"]


def test_a_refresh_and_an_update_leave_the_filter_on(engine: Engine, tmp_path: Path) -> None:
    """An update of the workspace says the rule again; leaving the profile takes it away."""
    folder = tmp_path / "program"
    program = write_project(folder, source({"audit_profile": "filtered"}), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    deploy(engine, folder, {"audit_profile": "filtered"})
    engine.refresh(program)
    assert set(engine.preview(program).changes) == {"same"}
    changed = deploy(engine, folder, {"audit_profile": "filtered", "tags": {"team": "shop"}})
    (workspace,) = [call for call in changed if call["type"].endswith(":Workspace")]
    assert "defaultDataCollectionRuleResourceId" in workspace["inputs"]
    left = deploy(engine, folder, {"tags": {"team": "shop"}})
    (workspace,) = [call for call in left if call["type"].endswith(":Workspace")]
    assert "defaultDataCollectionRuleResourceId" not in workspace["inputs"]


def test_the_control_plane_is_upgraded_before_the_pools(engine: Engine, tmp_path: Path) -> None:
    """On `patch` the pools follow the version that the program names, after the cluster."""
    old: dict[str, Any] = {
        "upgrade_channel": "patch",
        "kubernetes_version": "1.33",
        "user_pools": [{"name": "work", "overrides": {"upgrade_settings": {"max_surge": "33%"}}}],
    }
    folder = tmp_path / "program"
    program = write_project(folder, source(old), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    deploy(engine, folder, old)
    upgraded = deploy(engine, folder, {**old, "kubernetes_version": "1.34"})
    cluster, pool = (call for call in upgraded if call["type"].endswith(("Cluster", "AgentPool")))
    assert cluster["inputs"]["kubernetesVersion"] == "1.34"
    assert cluster["inputs"]["agentPoolProfiles"][0]["orchestratorVersion"] == "1.34"
    assert pool["inputs"]["orchestratorVersion"] == "1.34"
    assert pool["inputs"]["upgradeSettings"] == {"maxSurge": "33%"}
    image: dict[str, Any] = {
        **old,
        "kubernetes_version": "1.34",
        "system_pool": {"os_sku": "AzureLinux3"},
        "user_pools": [{**old["user_pools"][0], "os_sku": "Ubuntu2404"}],
    }
    moved = deploy(engine, folder, image)
    assert [call["op"] for call in moved] == ["update", "update"]
    assert moved[0]["inputs"]["agentPoolProfiles"][0]["osSKU"] == "AzureLinux3"
    assert moved[1]["inputs"]["osSKU"] == "Ubuntu2404"


def test_a_change_of_the_system_pool_that_is_ignored_is_reported(
    engine: Engine, tmp_path: Path
) -> None:
    """Nothing is written, and a warning names the property."""
    pools: dict[str, Any] = {"user_pools": [{"name": "work"}]}
    folder = tmp_path / "program"
    program = write_project(folder, source(pools), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    deploy(engine, folder, pools)
    changed = {**pools, "system_pool": {"vm_size": "Standard_D8ds_v5"}}
    before = len(engine.calls)
    deployed = engine.up(write_project(folder, source(changed), name=tmp_path.name))
    assert engine.calls[before:] == []
    assert "`system_pool.vm_size` asks for another `vmSize`" in deployed.stdout
    assert "give `system_pool.changes: applied`" in deployed.stdout


def test_a_user_pool_can_be_removed_after_a_refresh(engine: Engine, tmp_path: Path) -> None:
    """Azure lists the pool beside the system pool; the next update does not bring it back."""
    pools: dict[str, Any] = {"user_pools": [{"name": "burst"}, {"name": "work"}]}
    folder = tmp_path / "program"
    program = write_project(folder, source(pools), name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    deploy(engine, folder, pools)
    engine.refresh(program)
    assert set(engine.preview(program).changes) == {"same"}
    deploy(engine, folder, {"user_pools": [{"name": "work"}]})
    engine.refresh(program)
    deploy(engine, folder, {"user_pools": [{"name": "work"}], "tags": {"team": "shop"}})


def test_a_reader_previews_a_program_that_uses_the_kubeconfig(
    engine: Engine, tmp_path: Path
) -> None:
    """A pull request's preview by a Reader, of a cluster that is there: nothing fails."""
    text = source({}).replace("\nSecureAksCluster(", "\nshop = SecureAksCluster(")
    text += 'import pulumi\n\npulumi.export("kubeconfig", shop.kubeconfig)\n'
    program = write_project(tmp_path / "program", text, name=tmp_path.name)
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    engine.environment["STAND_IN_READER"] = "1"
    try:
        previewed = engine.preview(program)
    finally:
        del engine.environment["STAND_IN_READER"]
    assert previewed.exit_code == 0, previewed.stdout
    assert set(previewed.changes) == {"same"}
