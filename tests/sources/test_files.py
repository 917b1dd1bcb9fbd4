"""Templates and manifests in files, and remote components, in a program otherwise in order."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubewitness.catalog.property_values import ASSET, SIGNATURE
from kubewitness.errors import ExitCode
from kubewitness.graph.resources import Resource
from kubewitness.policies.check import CheckResult
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.program.files import with_files
from support.check_source import check_source
from support.engine import write_project
from support.scenarios import PRELUDE

IN_ORDER = 'setting("audit", cluster("aks").id)\n'
CLUSTER = {"type": "Microsoft.ContainerService/managedClusters", "name": "dark"}
SITE = {"type": "Microsoft.Web/sites", "name": "site"}
ASO = {"apiVersion": "containerservice.azure.com/v1api20240901", "kind": "ManagedCluster"}
CHART = "kubernetes:helm.sh/v4:Chart"


def checked(folder: Path, source: str, **files: Any) -> CheckResult:
    """What a check finds in a program, with files beside it."""
    program = write_project(folder / "program", PRELUDE + IN_ORDER + source)
    for name, content in files.items():
        (program / f"{name}.json").write_text(json.dumps(content), "utf-8")
    return check_source(program)


def remote(type_: str, properties: str = "{}") -> str:
    """A remote component."""
    return f'pulumi.ComponentResource("{type_}", "remote", {properties}, None, remote=True)\n'


@pytest.mark.parametrize(
    ("type_", "code", "notes"),
    [
        (CHART, ExitCode.OK, 1),
        ("awsx:ec2:Vpc", ExitCode.OK, 0),
        ("acme:index:Platform", ExitCode.UNDECIDED, 0),
    ],
)
def test_a_remote_component_is_a_note_nothing_or_one_line(
    tmp_path: Path, type_: str, code: ExitCode, notes: int
) -> None:
    """Charts do not block, nor do packages without clusters; the unknown is one verdict."""
    result = checked(tmp_path, remote(type_))
    assert result.exit_code is code
    assert sum("not assessed" in note for note in result.notes) == notes
    assert result.count(Outcome.UNDECIDED) == (code is ExitCode.UNDECIDED)


@pytest.mark.parametrize(("resource", "code"), [(CLUSTER, ExitCode.UNDECIDED), (SITE, ExitCode.OK)])
def test_a_template_in_a_file_is_read(
    tmp_path: Path, resource: dict[str, str], code: ExitCode
) -> None:
    """As the engine hands its content to the provider."""
    source = """\
azure.resources.Deployment("template", resource_group_name="shop", properties={
    "mode": "Incremental", "template": pulumi.FileAsset("template.json")})
"""
    assert checked(tmp_path, source, template={"resources": [resource]}).exit_code is code


def test_manifests_in_files_are_read(tmp_path: Path) -> None:
    """By their paths and globs, relative to the program."""
    source = remote("kubernetes:yaml/v2:ConfigGroup", '{"files": ["*.json"]}')
    assert checked(tmp_path, source, cluster=ASO).exit_code is ExitCode.UNDECIDED


def test_a_file_that_cannot_be_read_stays_unread(tmp_path: Path) -> None:
    """Whether it does not exist, is a folder, too large or not text."""
    (tmp_path / "large").write_bytes(b" " * (4 * 1024 * 1024 + 1))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in ("absent", ".", "large", "binary", "\0"):
        asset = {SIGNATURE: ASSET, "path": path}
        resource = Resource("urn:x", "azure-native:resources:Deployment", "x", {"template": asset})
        assert with_files(resource, tmp_path).properties == {"template": asset}
