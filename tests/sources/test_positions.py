"""The line of the user's program that each resource comes from."""

import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from kubewitness.errors import InputError
from kubewitness.source_position import SourcePosition
from kubewitness.sources.load import load, not_loaded
from kubewitness.sources.loaded import Loaded
from kubewitness.sources.positions import Frame, ProgramFiles
from support.engine import write_project
from support.states import state_resource, write_state

HELPER = """\
import pulumi_azure_native as azure


def make(name):
    return azure.containerservice.ManagedCluster(name, resource_group_name="shop")
"""

LIBRARY = """\
import pulumi
import pulumi_azure_native as azure


class Platform(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("acme:index:Platform", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        azure.containerservice.ManagedCluster(
            f"{name}-direct", resource_group_name="shop", opts=child)
        pulumi.Output.from_input(name).apply(lambda known: self.late(known, child))

    def late(self, known, opts):
        azure.containerservice.ManagedCluster(
            f"{known}-late", resource_group_name="shop", opts=opts)
"""

PROGRAM = """\
import pulumi
import pulumi_azure_native as azure

from acme import Platform
from kubewitness import SecureAksCluster
from shop import helper

helper.make("by-helper")

azure.containerservice.ManagedCluster(
    "direct",
    resource_group_name="shop",
)


class Own(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("shop:index:Own", name)
        opts = pulumi.ResourceOptions(parent=self)
        azure.containerservice.ManagedCluster("in-own", resource_group_name="shop", opts=opts)
        pulumi.CustomResource("other:index:Thing", "bare-in-own", {}, opts)


Own("own")
Platform("platform")
SecureAksCluster(
    "secure",
    {
        "resource_group_name": "shop",
        "cluster_admins": {"group_object_ids": ["00000000-0000-0000-0000-000000000000"]},
        "api_access": {"private": True},
    },
)
pulumi.CustomResource("azure-native:containerservice:ManagedCluster", "bare", {})
azure.containerservice.ManagedCluster.get("looked-up", "/subscriptions/s")
"""


def line(text: str) -> int:
    """Return the line of the program that begins like this."""
    lines = PROGRAM.splitlines()
    return next(n for n, one in enumerate(lines, 1) if one.strip().startswith(text))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A project in a folder of a repository, with a virtual environment in it."""
    repository = tmp_path_factory.mktemp("a repository")
    (repository / ".git").mkdir()
    project = write_project(repository / "infra" / "shop", PROGRAM)
    (project / "shop").mkdir()
    (project / "shop" / "helper.py").write_text(HELPER, "utf-8")
    library = project / ".venv" / "lib" / "python3.11" / "site-packages"
    library.mkdir(parents=True)
    (library / "acme.py").write_text(LIBRARY, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{library}:{':'.join(sys.path)}")
        return load(project)


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [
        ("direct", "__main__.py", line("azure.containerservice.ManagedCluster(")),
        ("by-helper", "shop/helper.py", 5),
        ("in-own", "__main__.py", line('azure.containerservice.ManagedCluster("in-own"')),
        ("bare-in-own", "__main__.py", line('Own("own")')),
        ("platform-direct", "__main__.py", line('Platform("platform")')),
        ("platform-late", "__main__.py", line('Platform("platform")')),
        ("secure-cluster", "__main__.py", line("SecureAksCluster(")),
        ("secure-audit-logs", "__main__.py", line("SecureAksCluster(")),
        ("looked-up", "__main__.py", line("azure.containerservice.ManagedCluster.get")),
    ],
)
def test_a_resource_has_the_users_line(loaded: Loaded, name: str, file: str, expected: int) -> None:
    """Of a component's child it is where the user makes the component, also within an `apply`."""
    (found,) = (one.position for one in loaded.resources if one.name == name)
    assert found is not None
    assert (found.file, found.line) == (f"infra/shop/{file}", expected)


def test_a_resource_without_a_line_points_to_the_project_file(loaded: Loaded) -> None:
    """The SDK sends none for a bare `CustomResource` outside of any class."""
    (bare,) = (one for one in loaded.resources if one.name == "bare")
    assert bare.position is None
    assert loaded.position_of(bare) == SourcePosition("infra/shop/Pulumi.yaml")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///usr/lib/python3.11/asyncio/events.py",
        "file:///p/env/lib/python3.12/asyncio/events.py",
        "file:///p/node_modules/@pulumi/pulumi/resource.js",
        "file:///p/venv/Lib/site-packages/acme.py",
        "project:///../../elsewhere/component.py",
        "project:///.venv/lib/python3.12/site-packages/kubewitness/component.py",
        "http://example.com/p/__main__.py",
        "file://[/p",
        "file:///p/\0",
        "",
    ],
)
def test_a_frame_outside_of_the_program_is_passed_over(uri: str) -> None:
    """Libraries below the project's folder are not the user's; nor is what no file is."""
    files = ProgramFiles(Path("/p/Pulumi.yaml"))
    own = Frame("file:///p/index.ts", 7, 3)
    assert files.innermost([Frame(uri, 4), own]) == SourcePosition("index.ts", 7, 3)
    assert files.innermost([Frame(uri, 4)]) is None


def test_a_program_that_main_puts_elsewhere_is_the_users_too(tmp_path: Path) -> None:
    """`main: ../src` in Pulumi.yaml."""
    (tmp_path / "src").mkdir()
    files = ProgramFiles(tmp_path / "infra" / "Pulumi.yaml", tmp_path / "src")
    found = files.innermost([Frame((tmp_path / "src" / "app.py").as_uri(), 3)])
    assert found == SourcePosition("../src/app.py", 3)


def frames(*places: str) -> list[dict[str, str]]:
    """Return a stack as a state holds it; the engine empties frames outside of the project."""
    return [{"sourcePosition": f"project:///{place}"} if place else {} for place in places]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"sourcePosition": "project:///__main__.py#12"}, "infra/__main__.py:12"),
        ({"sourcePosition": "project:///a%20b/index.ts#12,5"}, "infra/a b/index.ts:12"),
        (
            {
                "sourcePosition": "project:///.venv/lib/python3.12/site-packages/c.py#80",
                "stackTrace": frames(
                    ".venv/lib/python3.12/site-packages/c.py#80", "", "prod.py#9", "__main__.py#2"
                ),
            },
            "infra/prod.py:9",
        ),
        ({"stackTrace": [None, {"sourcePosition": 5}, "x"], "sourcePosition": []}, None),
        ({"sourcePosition": "project:///__main__.py"}, None),
        ({"stackTrace": 5}, None),
        ({}, None),
    ],
)
def test_a_state_says_the_line_in_the_programs_files(
    tmp_path: Path, said: dict[str, Any], expected: str | None
) -> None:
    """The project's folder is found by its name, in the state's folder or above."""
    (tmp_path / ".git").mkdir()
    write_project(tmp_path / "infra", "", "shop")
    state = write_state(tmp_path / "infra" / "states", state_resource("aks", **said))
    loaded = load(state)
    (aks,) = loaded.resources
    assert (str(aks.position) if aks.position else None) == expected
    assert loaded.project_file == SourcePosition("infra/Pulumi.yaml")


def test_a_child_in_a_state_has_the_line_of_its_component(tmp_path: Path) -> None:
    """A resource that is its own ancestor, which no engine writes, has none."""
    component = state_resource(
        "secure", "kubewitness:index:SecureAksCluster", sourcePosition="project:///__main__.py#8"
    )
    child = state_resource("secure-cluster", parent=component["urn"])
    odd = state_resource("odd")
    loaded = load(write_state(tmp_path, component, child, {**odd, "parent": odd["urn"]}))
    lines = {one.name: one.position and one.position.line for one in loaded.resources}
    assert lines == {"secure": 8, "secure-cluster": 8, "odd": None}


def test_a_state_without_its_project_points_to_itself(tmp_path: Path) -> None:
    """The project is somewhere else, and the files keep the names that the state has for them."""
    said = {"sourcePosition": "project:///__main__.py#12"}
    loaded = load(write_state(tmp_path, state_resource("aks", **said), state_resource("other")))
    assert [str(loaded.position_of(one)) for one in loaded.resources] == [
        "__main__.py:12",
        "state.json:1",
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            """
            from kubewitness import SecureAksCluster

            names = ["prod"]
            for name in names:
                SecureAksCluster(name, {"resource_group_name": "a", "nope": 1})
            """,
            "__main__.py:6",
        ),
        ("raise LookupError('gone')\n", "__main__.py:1"),
        ("import pulumi\n\nthis is wrong\n", "__main__.py:3"),
        ("import pulumi\npulumi.Output.from_input(1).apply(lambda _: 1 / 0)\n", "__main__.py:2"),
        (
            "import pulumi_azure_native as azure\nazure.authorization.get_client_config()\n",
            "__main__.py:2",
        ),
        ("raise SystemExit(3)\n", "__main__.py:1"),
    ],
    ids=["argument", "exception", "syntax", "apply", "answer", "exit"],
)
def test_an_error_of_a_program_points_to_its_line(
    tmp_path: Path, source: str, expected: str
) -> None:
    """An argument error of a component stands at the line that makes the component."""
    program = write_project(tmp_path / "p", dedent(source))
    with pytest.raises(InputError) as stopped:
        load(program)
    (fault,) = not_loaded(str(program), None, stopped.value).faults
    assert str(fault.position) == expected
    file, _, number = expected.partition(":")
    assert fault.message.startswith(f"{program / file}:{number}: ")
