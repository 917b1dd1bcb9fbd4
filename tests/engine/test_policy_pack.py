"""`kubewitness policy-pack` in front of the real Pulumi engine."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from kubewitness.policies.aks.audit_logs import POLICY as AUDIT_LOGS
from support.engine import Engine, Outcome, write_project
from support.paths import EXAMPLES
from support.scenarios import PRELUDE

pytestmark = pytest.mark.engine

BLOCKED = PRELUDE + 'cluster("aks")'
PASSING = PRELUDE + 'setting("audit", cluster("aks").id)'


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with kubewitness, in a folder with a space, that may be destroyed."""
    folder = tmp_path / "some environment"
    venv.create(folder, symlinks=True)
    library = Path(
        sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    )
    own = sysconfig.get_path("purelib")
    (library / "rest.pth").write_text(f"import site; site.addsitedir({own!r})\n", "utf-8")
    shutil.copy(Path(sys.executable).parent / "kubewitness", folder / "bin" / "kubewitness")
    script = folder / "bin" / "kubewitness"
    text = f"#!/bin/sh\nexec '{folder}/bin/python' -m kubewitness \"$@\"\n"
    script.write_text(text, "utf-8")
    return folder


def policy_pack(command: Path | str, cache: Path, **environment: str) -> Path:
    """What the command prints, run as a user would in a shell."""
    answer = subprocess.run(
        [command, "policy-pack"],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(answer.stdout.strip())


def preview(engine: Engine, folder: Path, source: str, pack: Path) -> Outcome:
    """Preview a program of this source with the pack."""
    name = f"pack-{abs(hash((str(folder), source)))}"
    program = write_project(folder / "a program", source, name=name)
    assert engine.init_stack(program).exit_code == 0
    return engine.preview(program, [pack])


def test_pack_works_without_an_activated_environment(
    engine: Engine, environment: Path, tmp_path: Path
) -> None:
    """`.venv/bin/kubewitness policy-pack` is enough, whatever Python is on PATH."""
    pack = policy_pack(environment / "bin" / "kubewitness", tmp_path / "a cache")
    outcome = preview(engine, tmp_path, BLOCKED, pack)
    assert outcome.exit_code != 0
    assert [violation.policy for violation in outcome.mandatory] == [AUDIT_LOGS.id]


def test_pack_works_from_an_activated_environment(
    engine: Engine, environment: Path, tmp_path: Path
) -> None:
    """With the environment first on PATH the bare command does the same."""
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    pack = policy_pack("kubewitness", tmp_path / "a cache", PATH=path)
    assert preview(engine, tmp_path, PASSING, pack).exit_code == 0


@pytest.mark.parametrize("fate", ["moved", "deleted"])
def test_a_lost_environment_is_an_error_and_no_hang(
    engine: Engine, environment: Path, tmp_path: Path, fate: str
) -> None:
    """The engine stops and says what is gone; left to itself it would wait for ever."""
    pack = policy_pack(environment / "bin" / "kubewitness", tmp_path / "a cache")
    environment.rename(tmp_path / "elsewhere")
    if fate == "deleted":
        shutil.rmtree(tmp_path / "elsewhere")
    outcome = preview(engine, tmp_path, PASSING, pack)
    assert outcome.exit_code != 0
    assert "is gone; install kubewitness again" in outcome.stdout + outcome.stderr


def test_quickstart_deploys_and_is_destroyed_with_the_pack_on(
    engine: Engine, tmp_path: Path
) -> None:
    """The first example goes up, is unchanged at the second preview, and goes away."""
    pack = policy_pack(Path(sys.executable).parent / "kubewitness", tmp_path / "a cache")
    source = (EXAMPLES / "quickstart" / "__main__.py").read_text("utf-8")
    program = write_project(tmp_path / "quickstart", source, name="quickstart")
    assert engine.init_stack(program).exit_code == 0
    deployed = engine.up(program, [pack])
    assert deployed.exit_code == 0, deployed.stdout
    assert "stand-in-secret-token" not in engine.export(program).stdout  # of the credentials call
    again = engine.preview(program, [pack])
    assert set(again.changes) == {"same"}, again.stdout
    assert engine.destroy(program).exit_code == 0


def test_blocked_is_stopped_before_anything_is_created(engine: Engine, tmp_path: Path) -> None:
    """The second example fails at preview, by the rules that its README names."""
    pack = policy_pack(Path(sys.executable).parent / "kubewitness", tmp_path / "a cache")
    source = (EXAMPLES / "blocked" / "__main__.py").read_text("utf-8")
    program = write_project(tmp_path / "blocked", source, name="blocked")
    assert engine.init_stack(program).exit_code == 0
    before = len(engine.calls)
    stopped = engine.up(program, [pack])
    assert stopped.exit_code != 0
    assert {violation.policy for violation in stopped.mandatory} == {
        "aks-audit-logs",
        "aks-local-accounts",
        "aks-entra-rbac",
    }
    assert engine.calls[before:] == []


def test_a_cluster_with_local_accounts_is_never_created_even_without_a_preview(
    engine: Engine, tmp_path: Path
) -> None:
    """A rule on one resource blocks its creation, also with `--skip-preview`."""
    pack = policy_pack(Path(sys.executable).parent / "kubewitness", tmp_path / "a cache")
    source = PRELUDE + 'setting("audit", cluster("aks", disable_local_accounts=False).id)'
    program = write_project(tmp_path / "skipping", source, name="skipping")
    assert engine.init_stack(program).exit_code == 0
    before = len(engine.calls)
    stopped = engine.up(program, [pack], skip_preview=True)
    assert stopped.exit_code != 0
    created = {call["type"] for call in engine.calls[before:] if call["op"] == "create"}
    assert "azure-native:containerservice:ManagedCluster" not in created
