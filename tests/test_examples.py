"""Every example runs: offline, and through the real engine from `up` to `destroy`."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kubewitness.errors import ExitCode
from kubewitness.policies.crossguard.pack_folder import write_policy_pack
from kubewitness.provision.host import ComponentHost
from support.check_source import check_source
from support.components import run_example
from support.engine import Engine, Outcome, write_project
from support.in_process import preview_in_process
from support.paths import ROOT
from support.plugin import needs, plugin

EXAMPLES = ROOT / "examples"
STAYS = {"ResourceGroup", "StorageAccount", "BlobServiceProperties", "BlobContainer"} | {
    "BlobContainerImmutabilityPolicy",
    "ManagementPolicy",
}
"""What the example `archive` leaves in Azure, on purpose."""

CHECKED = {
    "quickstart": (ExitCode.OK, 0),
    "blocked": (ExitCode.VIOLATION, 0),
    "defaults": (ExitCode.OK, 0),
    "waf-aligned": (ExitCode.OK, 1),
    "psrule": (ExitCode.OK, 0),
    "automatic": (ExitCode.OK, 0),
    "existing-cluster": (ExitCode.OK, 0),
    "archive": (ExitCode.NOTHING, 0),
    "detections": (ExitCode.NOTHING, 0),
}
"""The examples in Python, the exit code of `kubewitness check`, and how many verdicts are open."""

DEPLOYED = [name for name in CHECKED if name != "blocked"]
OTHER_LANGUAGES = {"yaml", "typescript"}
TESTED_ELSEWHERE = {"investigation", "logs", "pipelines"}
"""By test_investigation.py, test_readme.py and test_pipelines.py."""


def test_every_example_is_tested() -> None:
    """A new folder stands in one of the lists of this file, and has its README."""
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == CHECKED.keys() | OTHER_LANGUAGES | TESTED_ELSEWHERE
    for name in folders:
        assert (EXAMPLES / name / "README.md").read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("name", CHECKED)
def test_the_check_of_an_example(name: str) -> None:
    """Without any configuration; what another team's workspace keeps cannot be known here."""
    expected, undecided = CHECKED[name]
    result = check_source(EXAMPLES / name)
    assert result.exit_code is expected
    assert sum(v.outcome.value == "undecided" for v in result.verdicts) == undecided


def test_the_defaults_are_what_the_example_says() -> None:
    """With every default written out, each resource gets the same inputs as without."""
    written = run_example("defaults")
    short = run_example("quickstart")
    names = Counter(request.type for request in short.made())
    assert Counter(request.type for request in written.made()) == names
    for kind in {name.rpartition(":")[2] for name in names} - {"SecureAksCluster"}:
        said, unsaid = (json.dumps(one.all(kind), default=_kind) for one in (written, short))
        assert said.replace("defaults", "audited") == unsaid


def _kind(value: object) -> str:
    return type(value).__name__


def deploy(engine: Engine, program: Path, packs: list[Path]) -> Outcome:
    """Deploy, see that nothing changes the second time, and destroy."""
    assert engine.init_stack(program).exit_code == 0
    deployed = engine.up(program, packs)
    assert deployed.exit_code == 0, deployed.stdout
    again = engine.preview(program, packs)
    assert set(again.changes) == {"same"}, again.stdout
    engine.refresh(program)
    refreshed = engine.preview(program, packs)
    assert set(refreshed.changes) == {"same"}, refreshed.stdout
    before = len(engine.calls)
    assert engine.destroy(program).exit_code == 0
    assert "resources" not in engine.export(program).document["deployment"]
    deleted = [call["type"] for call in engine.calls[before:] if call["op"] == "delete"]
    return Outcome(0, "\n".join(deleted), deployed.stdout)


@pytest.mark.engine
@pytest.mark.parametrize("name", DEPLOYED)
def test_an_example_deploys_stays_unchanged_and_is_destroyed(
    engine: Engine, tmp_path: Path, name: str
) -> None:
    """With the pack on. Only the archive leaves anything; a setting goes before its cluster."""
    source = (EXAMPLES / name / "__main__.py").read_text("utf-8")
    program = write_project(tmp_path / name, source, name=f"example-{name}")
    pack = write_policy_pack("kubewitness", tmp_path / "cache")
    deleted = deploy(engine, program, [pack]).stdout.splitlines()
    kinds = [token.rpartition(":")[2] for token in deleted]
    if name == "archive":
        assert not kinds
    elif name == "detections":
        assert {*kinds} == {"SavedSearch", "ScheduledAlertRule", "DiagnosticSetting"}
    else:
        assert "DiagnosticSetting" in kinds
    if "ManagedCluster" in kinds:
        assert kinds.index("DiagnosticSetting") < kinds.index("ManagedCluster")


def with_plugin(name: str, tmp_path: Path) -> Path:
    """A copy of an example that takes the components from the plugin."""
    program = tmp_path / name
    shutil.copytree(EXAMPLES / name, program)
    manifest = (program / "Pulumi.yaml").read_text("utf-8")
    assert "../../components" in manifest
    where = plugin(tmp_path / "plugin")
    (program / "Pulumi.yaml").write_text(manifest.replace("../../components", str(where)), "utf-8")
    return program


@pytest.mark.engine
@needs("pulumi-language-yaml")
def test_a_program_in_yaml_uses_the_components(engine: Engine, tmp_path: Path) -> None:
    """Through its language host and the component plugin: a whole life without a change."""
    deleted = deploy(engine, with_plugin("yaml", tmp_path), []).stdout
    assert "ManagedCluster" in deleted


@pytest.mark.engine
@needs("pulumi-language-nodejs", "npm")
def test_a_program_in_typescript_uses_the_components(engine: Engine, tmp_path: Path) -> None:
    """With the SDK that Pulumi generates; the compiler accepts the program."""
    program = with_plugin("typescript", tmp_path)
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(schema_of_the_components()), "utf-8")
    assert engine.generate_sdk(schema, "nodejs", program / "sdks").exit_code == 0
    package = json.loads((program / "package.json").read_text("utf-8"))
    package["dependencies"]["@pulumi/kubewitness"] = "file:sdks/nodejs"
    (program / "package.json").write_text(json.dumps(package), "utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund"]
    done = subprocess.run(install, cwd=program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ManagedCluster" in deploy(engine, program, []).stdout


def schema_of_the_components() -> dict[str, Any]:
    """The schema that other languages' SDKs are made from."""
    schema: dict[str, Any] = json.loads(ComponentHost().schema or "{}")
    return schema


@pytest.mark.engine
def test_wrong_arguments_are_told_in_the_programs_own_spelling(
    engine: Engine, tmp_path: Path
) -> None:
    """All of them, without a traceback of ours."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("needs pulumi-language-yaml on PATH")
    program = with_plugin("yaml", tmp_path)
    manifest = (program / "Pulumi.yaml").read_text("utf-8")
    (program / "Pulumi.yaml").write_text(
        manifest.replace("203.0.113.0/24", "0.0.0.0/0")
        .replace("count: 3", "count: 0")
        .replace("name: kubewitness-yaml", "name: kubewitness-wrong"),
        "utf-8",
    )
    assert engine.init_stack(program).exit_code == 0
    refused = engine.preview(program)
    assert refused.exit_code != 0
    assert "apiAccess.authorizedIpRanges[0]: is the whole internet" in refused.stdout
    assert "systemPool.count: is less than 1" in refused.stdout
    assert not re.search(r"Traceback|\.py\b", refused.stdout)


@pytest.mark.engine
def test_a_user_pool_can_be_removed(engine: Engine, tmp_path: Path) -> None:
    """One resource is deleted; the cluster is not touched."""
    pools = '"user_pools": [{"name": "work", "count": 2}, {"name": "batch", "count": 1}],'
    source = (EXAMPLES / "quickstart" / "__main__.py").read_text("utf-8")
    anchor = '"api_access": {"private": True},'
    program = write_project(tmp_path / "p", source.replace(anchor, anchor + pools), name="pools")
    assert engine.init_stack(program).exit_code == 0
    assert engine.up(program).exit_code == 0
    without = pools.replace(', {"name": "batch", "count": 1}', "")
    write_project(tmp_path / "p", source.replace(anchor, anchor + without), name="pools")
    before = len(engine.calls)
    removed = engine.up(program)
    assert removed.exit_code == 0, removed.stdout
    changed = [(call["op"], call["type"]) for call in engine.calls[before:] if "type" in call]
    assert changed == [("delete", "azure-native:containerservice:AgentPool")]
    assert engine.destroy(program).exit_code == 0


def test_the_offline_preview_shows_what_an_example_makes() -> None:
    """The archive has an account and three containers, each with its policy."""

    def program() -> None:
        source = (EXAMPLES / "archive" / "__main__.py").read_text("utf-8")
        exec(compile(source, "archive", "exec"), {})  # noqa: S102 our own example

    kinds = Counter(one.type.rpartition(":")[2] for one in preview_in_process(program))
    assert kinds["BlobContainerImmutabilityPolicy"] == kinds["BlobContainer"] == 3
    assert kinds.keys() - {"AuditArchive"} == STAYS
