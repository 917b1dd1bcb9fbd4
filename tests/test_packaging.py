"""What is published: the wheel has all that runs, the source distribution all that tests read."""

import email
import re
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from kubewitness.detections.library import all_detections
from support.build import build
from support.paths import LIBRARY, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGE = ROOT / "components" / "kubewitness"
SOURCES = ("benchmarks", "components", "docs", "examples", "requirements", "tests")
"""The folders of the repository."""

BESIDE = ("*.md", "*.py", "*.toml", "*.yaml", "LICENSE", "Makefile", ".gitignore")
"""The files beside them."""

MADE = {"__pycache__", "node_modules"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel."""
    return zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="session")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """The metadata of the wheel."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def files_below(folder: Path) -> set[str]:
    """Return the files that are not made by running something, relative to the repository."""
    found = (path.relative_to(ROOT) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix()
        for path in found
        if not any(part.startswith(".") or part in MADE for part in path.parts)
    }


def test_the_wheel_has_every_module_and_every_file_that_one_reads(wheel: zipfile.ZipFile) -> None:
    """And the two examples of the demo; benign cases and samples of formats serve tests alone."""
    wanted = {name.removeprefix("components/") for name in files_below(PACKAGE)}
    for_tests = re.compile(r"/library/[^/]+/benign/|/formats/[^/]+/(?:sample|format\.yaml)")
    wanted -= {name for name in wanted if for_tests.search(name)}
    for example in ("quickstart", "blocked"):
        wanted |= {f"kubewitness/{name}" for name in files_below(ROOT / "examples" / example)}
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == wanted
    assert {
        "kubewitness/py.typed",
        "kubewitness/detections/parsers/KubeAudit.kql",
        "kubewitness/policies/packs/kubewitness.yaml",
    } <= wanted
    assert any(name.startswith("kubewitness/detections/queries/") for name in wanted)


def test_the_wheel_has_the_rule_and_the_attacks_of_each_detection(wheel: zipfile.ZipFile) -> None:
    """`kubewitness coverage` runs the one on the others."""
    names = wheel.namelist()
    for detection in all_detections():
        folder = f"kubewitness/detections/library/{detection.slug}/"
        assert f"{folder}rule.yaml" in names
        assert any(name.startswith(f"{folder}malicious/") for name in names)
        assert (LIBRARY / detection.slug / "benign").is_dir()


def test_the_wheel_has_the_licence(wheel: zipfile.ZipFile, metadata: Message) -> None:
    """Whole, and by its identifier."""
    (name,) = (name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))
    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_metadata_say_who_and_where(metadata: Message) -> None:
    """An index shows nothing else of a project."""
    assert metadata["Author"]
    urls = dict(text.split(", ") for text in metadata.get_all("Project-URL", []))
    assert {"Source", "Documentation", "Changelog", "Issues"} <= urls.keys()
    assert all(url.startswith("https://") for url in urls.values())


def test_the_classifiers_name_each_python_from_the_oldest_on(metadata: Message) -> None:
    """Without a gap."""
    oldest = int(metadata["Requires-Python"].removeprefix(">=3."))
    named = sorted(
        int(found[1])
        for text in metadata.get_all("Classifier", [])
        if (found := re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", text))
    )
    assert named == list(range(oldest, named[-1] + 1))
    assert sys.version_info[1] in named


def test_every_extra_installs_something(metadata: Message) -> None:
    """Its requirements carry its name."""
    extras = set(metadata.get_all("Provides-Extra", []))
    assert extras == PROJECT["optional-dependencies"].keys()
    requirements = metadata.get_all("Requires-Dist", [])
    for extra in extras:
        assert any(f"extra == '{extra}'" in text for text in requirements), extra


def test_every_lower_bound_is_what_make_test_oldest_installs() -> None:
    """A bound that nobody tries is wrong sooner or later."""
    locked = (ROOT / "requirements" / "oldest.txt").read_text("utf-8")
    pins = {
        name.lower(): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", locked, re.MULTILINE)
    }
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in (one for group in groups for one in group):
        found = re.match(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", requirement)
        assert found, requirement
        pin = pins[found[1].lower().replace(".", "-")]
        assert re.sub(r"(\.0)+$", "", pin) == re.sub(r"(\.0)+$", "", found[2]), requirement


def test_links_of_the_description_lead_somewhere_from_an_index(metadata: Message) -> None:
    """Each relative link of README.md leads into the repository instead."""
    text = metadata.get_payload()
    assert isinstance(text, str)
    relative = r"\]\((?!https?:|#)([^)]*)\)"
    assert re.findall(relative, text) == []
    in_readme = re.findall(relative, (ROOT / "README.md").read_text("utf-8"))
    assert in_readme
    source = PROJECT["urls"]["Source"]
    assert all(f"]({source}/blob/HEAD/{path}" in text for path in in_readme)
    pictures = [path for path in in_readme if path.endswith(".svg")]
    assert pictures
    assert all(f"/{path}?raw=true)" in text for path in pictures)


def test_the_source_distribution_has_all_that_tests_read(tmp_path: Path) -> None:
    """The folders of the repository, and the files beside them."""
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {name for folder in SOURCES for name in files_below(ROOT / folder)}
    wanted |= {path.name for pattern in BESIDE for path in ROOT.glob(pattern)}
    assert not wanted - names
