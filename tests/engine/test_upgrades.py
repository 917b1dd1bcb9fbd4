"""What an earlier version deployed is kept by this one.

`recorded` holds states of `recorded/program.py`, exported from the real engine with the stand-in
provider: `first-release-candidate` by the code of commit 5a12846, `first-release` by that of commit
026d48e, the last before the package layout changed, and `azure-native-3.1.0` by the oldest
azure-native that is supported. Nothing in them is anybody's cluster.
"""

import json
from pathlib import Path

import pytest

from support.engine import Engine, write_project
from support.paths import DATA

RECORDED = DATA / "recorded"
PROGRAM = (RECORDED / "program.py").read_text("utf-8")


@pytest.mark.engine
@pytest.mark.parametrize("state", sorted(RECORDED.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_is_replaced_or_deleted(engine: Engine, tmp_path: Path, state: Path) -> None:
    """Today's code and today's azure-native, on a state that older ones left."""
    program = write_project(tmp_path / "program", PROGRAM, name="upgrade")
    engine.init_stack(program)
    imported = engine.import_state(program, state)
    assert imported.exit_code == 0, imported.stderr
    previewed = engine.preview(program)
    assert previewed.exit_code == 0, previewed.stdout
    assert previewed.changes.keys() <= {"same", "update", "create"}, previewed.stdout
    updated = engine.up(program)
    assert updated.exit_code == 0, updated.stdout
    assert set(engine.preview(program).changes) == {"same"}


@pytest.mark.engine
def test_a_state_of_the_first_release_previews_without_changes(
    engine: Engine, tmp_path: Path
) -> None:
    """The new layout changes no resource: same azure-native, same program, nothing to update."""
    program = write_project(tmp_path / "program", PROGRAM, name="upgrade")
    engine.init_stack(program)
    assert engine.import_state(program, RECORDED / "first-release.json").exit_code == 0
    previewed = engine.preview(program)
    assert previewed.exit_code == 0, previewed.stdout
    assert set(previewed.changes) == {"same"}, previewed.stdout


SCALED = PROGRAM.replace(
    '{"name": "work", "count": 2}', '{"name": "work", "min_count": 1, "max_count": 9}'
)


@pytest.mark.engine
def test_what_azure_and_the_autoscaler_move_is_no_drift(engine: Engine, tmp_path: Path) -> None:
    """Counts of pools that scale, and the version that the channel `stable` upgrades to."""
    program = write_project(tmp_path / "program", SCALED, name="drift")
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    state = engine.export(program).document
    for one in state["deployment"]["resources"]:
        for known in (one.get("inputs", {}), one.get("outputs", {})):
            if one["type"].endswith(":ManagedCluster"):
                known["agentPoolProfiles"][0]["count"] = 5
                known["kubernetesVersion"] = "1.35.1"
            if one["type"].endswith(":AgentPool"):
                known["count"] = 7
    moved = tmp_path / "moved.json"
    moved.write_text(json.dumps(state), "utf-8")
    assert engine.import_state(program, moved).exit_code == 0
    assert set(engine.preview(program).changes) == {"same"}
    assert engine.destroy(program).exit_code == 0


ADOPTED = """\
from pulumi_azure_native import containerservice, monitor, operationalinsights, resources

group = resources.ResourceGroup("shop", location="westeurope")
workspace = operationalinsights.Workspace(
    "logs", resource_group_name=group.name, sku={"name": "PerGB2018"}, retention_in_days=90
)
aks = containerservice.ManagedCluster(
    "aks",
    resource_group_name=group.name,
    dns_prefix="shop",
    identity={"type": "SystemAssigned"},
    agent_pool_profiles=[
        {"name": "system", "mode": "System", "count": 3, "vm_size": "Standard_D4ds_v5"}
    ],
)
pool = containerservice.AgentPool(
    "pool",
    resource_group_name=group.name,
    resource_name_=aks.name,
    agent_pool_name="work",
    mode="User",
    count=2,
    vm_size="Standard_D4ds_v5",
)
monitor.DiagnosticSetting(
    "audit",
    resource_uri=aks.id,
    workspace_id=workspace.id,
    logs=[{"category": "kube-audit-admin", "enabled": True}],
)
"""
ADOPTING = """\
from pulumi_azure_native import resources

from kubewitness import SecureAksCluster

group = resources.ResourceGroup("shop", location="westeurope")
SecureAksCluster(
    "shop",
    {
        "resource_group_name": group.name,
        "cluster_admins": {"group_object_ids": ["11111111-1111-1111-1111-111111111111"]},
        "api_access": {"authorized_ip_ranges": ["203.0.113.0/24"]},
        "user_pools": [{"name": "work", "count": 2}],
        "adopt": {
            "cluster": "aks",
            "workspace": "logs",
            "diagnostic_setting": "audit",
            "user_pools": {"work": "pool"},
        },
    },
)
"""


@pytest.mark.engine
def test_a_cluster_under_plain_resources_is_adopted(engine: Engine, tmp_path: Path) -> None:
    """Cluster, pool, workspace and setting become the component's: changed, never replaced."""
    program = write_project(tmp_path / "program", ADOPTED, name="adopt")
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    before = {one["type"]: one.get("id") for one in resources(engine, program)}
    write_project(tmp_path / "program", ADOPTING, name="adopt")
    adopted = engine.up(program)
    assert adopted.exit_code == 0, adopted.stdout
    assert adopted.changes.keys() <= {"same", "update", "create"}, adopted.stdout
    after = {one["type"]: one for one in resources(engine, program)}
    for kind in ("containerservice:ManagedCluster", "operationalinsights:Workspace"):
        assert after[f"azure-native:{kind}"]["id"] == before[f"azure-native:{kind}"]
        assert "kubewitness:index:SecureAksCluster" in after[f"azure-native:{kind}"]["urn"]
    assert engine.destroy(program).exit_code == 0


@pytest.mark.engine
def test_a_cluster_that_no_stack_knows_is_imported(engine: Engine, tmp_path: Path) -> None:
    """The import file is the preview's own; the ids are Azure's; nothing is replaced."""
    theirs = write_project(tmp_path / "theirs", ADOPTED, name="theirs")
    assert engine.init_stack(theirs).exit_code == 0
    assert engine.up(theirs).exit_code == 0
    ids = {one["type"]: one["id"] for one in resources(engine, theirs) if "id" in one}

    source = ADOPTING[: ADOPTING.index('        "adopt"')] + "    },\n)\n"
    program = write_project(tmp_path / "program", source, name="imports")
    assert engine.init_stack(program).exit_code == 0
    file = tmp_path / "import.json"
    assert engine.import_file(program, file).exit_code == 0
    document = json.loads(file.read_text("utf-8"))
    kept = [one for one in document["resources"] if one.get("component") or one["type"] in IMPORTED]
    for one in kept:
        if not one.get("component"):
            one["id"] = ids[one["type"]]
    file.write_text(json.dumps({**document, "resources": kept}), "utf-8")
    imported = engine.import_resources(program, file)
    assert imported.exit_code == 0, imported.stdout + imported.stderr
    steps = engine.preview(program, as_json=True).document["steps"]
    assert {step["op"] for step in steps} <= {"same", "update", "create"}
    created = {step["urn"].split("::")[-2] for step in steps if step["op"] == "create"}
    assert not {kind.rpartition("$")[-1] for kind in created} & IMPORTED


IMPORTED = {
    "azure-native:resources:ResourceGroup",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:containerservice:AgentPool",
    "azure-native:operationalinsights:Workspace",
    "azure-native:monitor:DiagnosticSetting",
}


def resources(engine: Engine, program: Path) -> list[dict[str, str]]:
    """What the state of a program holds."""
    exported: list[dict[str, str]] = engine.export(program).document["deployment"]["resources"]
    return exported


def test_the_recorded_states_hold_nothing_of_this_machine() -> None:
    """No path, and no secret in clear."""
    for state in RECORDED.glob("*.json"):
        text = state.read_text("utf-8")
        assert "stackTrace" not in text
        assert '"/' not in text.replace('"/subscriptions/', "")
        assert json.loads(text)["deployment"]["resources"]
