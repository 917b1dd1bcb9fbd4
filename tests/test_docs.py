"""What the documentation tells to type is there, and its links lead somewhere."""

import ast
import json
import re
from pathlib import Path

import pytest

from kubewitness.cli import COMMANDS
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.trail.model import PROFILES
from support.paths import DOCS_PAGES, ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *DOCS_PAGES,
    *sorted((ROOT / "examples").glob("*/README.md")),
]
GUIDES = [
    *(ROOT / "docs" / "provision" / f"{name}.md" for name in ("adopt", "cluster", "deploy")),
    ROOT / "docs" / "investigate" / "detections-deploy.md",
]


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def name_of(page: Path) -> str:
    """A page as tests are named by it."""
    return str(page.relative_to(ROOT))


def anchor(heading: str) -> str:
    """The anchor that GitHub and the site give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    """To a file, and to a heading of it where one is named."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", text):
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve()
        assert target.exists(), link
        if heading:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)
            assert heading in {anchor(one) for one in headings}, link


OWN_FOLDERS = "benchmarks|components|detections|docs|examples|logs|requirements|tests"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name != "contributing"], ids=name_of
)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    """From the root of the repository, or within the package; a name in capitals stands for one."""
    for path in re.findall(rf"`((?:{OWN_FOLDERS})/[a-z0-9_./-]+)`", page.read_text("utf-8")):
        assert (ROOT / path).exists() or (ROOT / "components/kubewitness" / path).exists(), path


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_python_in_the_guides_is_python(page: Path) -> None:
    """It can be pasted."""
    for source in blocks(page, "python"):
        ast.parse(source)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_settings_in_the_guides_are_accepted(page: Path) -> None:
    """By the check that the command makes of them."""
    for document in blocks(page, "json"):
        Settings(json.loads(document), all_policies())


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_commands_and_arguments_in_the_guides_are_there(page: Path) -> None:
    """Our own command's subcommands, and what stands in code style as an argument."""
    text = page.read_text("utf-8")
    for name in re.findall(r"(?<!from )\bkubewitness ([a-z][a-z-]+)\b", text):
        assert name in COMMANDS
    fields = SecureAksClusterModel.model_fields.keys()
    for name in re.findall(r"`(audit_profile|cluster_overrides|destinations|adopt)`", text):
        assert name in fields


def test_every_profile_has_its_row() -> None:
    """With its price in coverage."""
    text = (ROOT / "docs" / "provision" / "cluster.md").read_text("utf-8")
    for profile in PROFILES:
        assert re.search(rf"^\| `{profile}`", text, re.MULTILINE)
