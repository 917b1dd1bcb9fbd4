"""A user's unit test of a program with the components: under mocks, without an engine."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
import yaml

from kubewitness import AksAuditLogging, AuditArchive, AuditDetections, SecureAksCluster
from kubewitness.provision.host import COMPONENTS
from kubewitness.testing import AzureMocks
from support.argument_strategies import WORKSPACE
from support.components import VALID, run_under_mocks
from support.paths import ROOT

TABLES = ["AKSAudit", "AKSAuditAdmin", "AKSControlPlane"]
LOGGING: Any = {
    "resource_group_name": "group",
    "cluster_id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService"
    "/managedClusters/c",
}


class Forbidden(grpc.RpcError):  # type: ignore[misc]
    """How the engine hands on that Azure refuses a call."""

    def code(self) -> grpc.StatusCode:
        """Return the code of gRPC, which says nothing here."""
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        """Return what Azure said."""
        return "403 AuthorizationFailed"


class EmptyMocks(pulumi.runtime.Mocks):
    """Pulumi's own example of mocks: an id of any form, and no answers."""

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        """Return the inputs."""
        return f"{args.name}_id", args.inputs

    def call(
        self, _args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Return nothing."""
        return {}, []


MINIMAL: Any = VALID
EVERYTHING: Any = {
    **VALID,
    "cluster_admins": {
        "group_object_ids": ["11111111-2222-3333-4444-555555555555"],
        "principals": [{"object_id": "22222222-3333-4444-5555-666666666666", "type": "User"}],
    },
    "user_pools": [{"name": "work"}],
    "container_insights": {"streams": ["Microsoft-ContainerLogV2"]},
    "responders": ["11111111-2222-3333-4444-555555555555"],
    "audit_profile": "filtered",
    "tenant_id": "33333333-4444-5555-6666-777777777777",
}


COMPLETE: dict[type[Any], Any] = {
    SecureAksCluster: EVERYTHING,
    AksAuditLogging: LOGGING,
    AuditArchive: {"resource_group_name": "group", "delete_after_days": 800},
    AuditDetections: {"workspace_id": WORKSPACE, "rules": ["pod-exec"], "sentinel": "existing"},
}


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda one: str(one.__name__))
@pytest.mark.parametrize("mocks", [EmptyMocks, AzureMocks])
@pytest.mark.parametrize("preview", [False, True])
def test_a_program_runs_under_mocks(
    mocks: type[pulumi.runtime.Mocks], preview: bool, component: type[Any]
) -> None:
    """Also where they answer nothing; with our mocks, every output of every component is there."""

    def program() -> dict[str, pulumi.Output[Any]]:
        made = component("prod", COMPLETE[component])
        return {name: getattr(made, name) for name in component.__annotations__}

    outputs = run_under_mocks(mocks(), program, preview=preview)
    if mocks is AzureMocks:
        assert outputs.keys() == component.__annotations__.keys()
        assert all(value is not None for value in outputs.values())
    if "tables" in component.__annotations__:
        assert outputs["tables"] == TABLES
    if "kubeconfig" in component.__annotations__:
        assert outputs["kubeconfig"] is not None


def test_our_mocks_answer_as_azure_does() -> None:
    """Ids, identities and a kubeconfig have Azure's form."""
    outputs = run_under_mocks(AzureMocks(), lambda: _outputs(SecureAksCluster("other", EVERYTHING)))
    assert outputs["cluster_id"].endswith(
        "/resourceGroups/group/providers/Microsoft.ContainerService/managedClusters/other-cluster"
    )
    assert outputs["kubelet_identity"].keys() == {"clientId", "objectId", "resourceId"}
    assert outputs["node_resource_group"] == "MC_group_other-cluster_westeurope"
    assert outputs["principal_id"]
    user = yaml.safe_load(outputs["kubeconfig"])["users"][0]["user"]
    assert user["exec"]["command"] == "kubelogin"
    assert user["exec"]["args"][-2:] == ["--tenant-id", EVERYTHING["tenant_id"]]


def _outputs(cluster: SecureAksCluster) -> dict[str, pulumi.Output[Any]]:
    return {name: getattr(cluster, name) for name in SecureAksCluster.__annotations__}


def test_a_program_that_does_not_use_the_kubeconfig_does_not_fetch_it() -> None:
    """A mock that refuses every call is no obstacle, and neither is a Reader's 403."""

    class Refusing(EmptyMocks):
        def call(self, _args: pulumi.runtime.MockCallArgs) -> Any:
            raise Forbidden

    outputs = run_under_mocks(
        Refusing(), lambda: {"id": SecureAksCluster("prod", MINIMAL).cluster_id}
    )
    assert outputs["id"] == "prod-cluster_id"


def test_a_readers_preview_knows_no_kubeconfig_and_does_not_fail() -> None:
    """A 403 in a preview leaves the kubeconfig unknown; in an update it is an error."""

    class Reader(EmptyMocks):
        def call(self, _args: pulumi.runtime.MockCallArgs) -> Any:
            raise Forbidden

    def program() -> dict[str, pulumi.Output[Any]]:
        return {"kubeconfig": SecureAksCluster("prod", MINIMAL).kubeconfig}

    assert run_under_mocks(Reader(), program, preview=True) == {}
    with pytest.raises(Exception, match="403 AuthorizationFailed"):
        run_under_mocks(Reader(), program)


def test_the_unit_test_in_the_docs_runs(tmp_path: Path) -> None:
    """As a user runs it: a program, a test, and pytest."""
    text = (ROOT / "docs" / "provision" / "unit-tests.md").read_text("utf-8")
    example = text.partition("```python\n")[2].partition("```")[0]
    program = (
        f"from kubewitness import SecureAksCluster\n\ncluster = SecureAksCluster('x', {VALID!r})\n"
    )
    (tmp_path / "infrastructure.py").write_text(program, "utf-8")
    (tmp_path / "test_infrastructure.py").write_text(example, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout
