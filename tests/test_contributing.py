"""The pages on how to add something are true: their examples, applied to a copy, work."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.paths import ROOT

PAGES = sorted((ROOT / "docs" / "contributing").glob("add-*.md"))
IGNORED = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", "node_modules")
BLOCK = re.compile(
    r"^### (?:New file `(?P<new>[^`]+)`|In `(?P<old>[^`]+)`, after `(?P<anchor>[^\n]+)`)\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Edit:
    """A block of a page: a new file, or text below a line of a file that exists.

    Attributes:
        file: the path in the repository.
        anchor: the line above the text; empty for a new file.
        text: whole lines.
    """

    file: str
    anchor: str
    text: str

    def apply(self, root: Path) -> None:
        """Make the edit; fails if the line is not there exactly once."""
        path = root / self.file
        if not self.anchor:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, "utf-8")
            return
        lines = path.read_text("utf-8").splitlines(keepends=True)
        (index,) = (i for i, line in enumerate(lines) if line == f"{self.anchor}\n")
        lines.insert(index + 1, self.text)
        path.write_text("".join(lines), "utf-8")


def edits(page: Path) -> Iterator[Edit]:
    """Yield the edits of a page in their order."""
    for found in BLOCK.finditer(page.read_text("utf-8")):
        yield Edit(found["new"] or found["old"], found["anchor"] or "", found["text"])


def listed(page: Path) -> set[str]:
    """Return the files that the table of a page lists."""
    return set(re.findall(r"^\| `([^`]+)` \|", page.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_lists_exactly_the_files_that_its_example_touches(page: Path) -> None:
    """Nothing has to be touched that the table does not name."""
    touched = {edit.file for edit in edits(page)}
    assert touched
    assert listed(page) == touched


def test_there_is_a_page_for_each_thing_that_contributors_add() -> None:
    """CONTRIBUTING links them."""
    named = re.findall(
        r"docs/contributing/(add-[a-z-]+)\.md", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    assert sorted(named) == [page.stem for page in PAGES]
    assert {"add-an-argument", "add-a-policy", "add-a-detection"} <= set(named)
    assert {"add-a-log-format", "add-a-source"} <= set(named)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository with the examples of all pages, and its pages generated."""
    root = tmp_path_factory.mktemp("extended") / "copy"
    shutil.copytree(ROOT, root, ignore=IGNORED)
    for page in PAGES:
        for edit in edits(page):
            edit.apply(root)
    run(root, "docs/generate_arguments.py")
    run(root, "docs/generate.py")
    return root


def run(root: Path, *arguments: object, code: int = 0) -> str:
    """Run Python in the copy; return what it printed, if it ended with this code."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "components")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def check(root: Path, source: Path) -> dict[str, str]:
    """Return the outcome of each policy on a source that has violations."""
    options = ("--format", "json", "--python", sys.executable)
    printed = run(root, "-m", "kubewitness", "check", source, *options, code=1)
    (found,) = json.loads(printed)["sources"]
    return {verdict["policy"]: verdict["outcome"] for verdict in found["verdicts"]}


def test_the_examples_pass_the_tests_that_everything_of_their_kind_passes(extended: Path) -> None:
    """Examples and oracle of a policy, events of a detection: no test names them."""
    names = "region or oidc or node-deleted or trial"
    files = ("policies/test_examples.py", "policies/test_oracle.py", "detections/test_library.py")
    paths = [f"tests/{file}" for file in files]
    printed = run(
        extended, "-m", "pytest", "-v", "-p", "no:cacheprovider",
        "--cases", 20, "-k", names, *paths,
    )  # fmt: skip
    unharmed = "test_no_degradation_passes_in_silence_and_nothing_good_is_stopped"
    for test in (
        "test_an_example_gets_the_verdict_that_it_shows[aks-region: In another region]",
        "test_an_example_gets_the_verdict_that_it_shows[aks-oidc-issuer: Enabled]",
        f"{unharmed}[aks-region: in_region]",
        f"{unharmed}[aks-oidc-issuer: issuer]",
        "test_a_detection_fires_on_each_malicious_case[node-deleted]",
        "test_a_detection_fires_on_no_benign_case[node-deleted]",
        "test_every_policy_is_on_trial",
    ):
        assert f"{test} PASSED" in printed


def test_a_new_policy_is_checked_and_documented(extended: Path) -> None:
    """The registry finds it, for the command line and for the pages."""
    for name in ("aks-region", "aks-oidc-issuer"):
        page = (extended / "docs" / "policies" / f"{name}.md").read_text("utf-8")
        assert run(extended, "-m", "kubewitness", "check", "--explain", name) == page
    found = check(extended, extended / "examples" / "blocked")
    assert found["aks-oidc-issuer"] == "fail"


def test_a_new_detection_hunts_and_is_documented(extended: Path) -> None:
    """The library finds its folder."""
    assert "node-deleted" in (extended / "docs" / "reference" / "detections.md").read_text("utf-8")
    case = "components/kubewitness/detections/library/node-deleted/malicious/by-a-person.ndjson"
    printed = run(extended, "-m", "kubewitness", "hunt", case, "--format", "json", code=1)
    assert "node-deleted" in {one["detection"] for one in json.loads(printed)["findings"]}


def test_a_log_in_a_new_format_is_read_and_documented(extended: Path, tmp_path: Path) -> None:
    """The event leaves its wrapper and stands in the table."""
    case = "components/kubewitness/detections/library/node-deleted/malicious/by-a-person.ndjson"
    event = (extended / case).read_text("utf-8").strip()
    log = tmp_path / "collected.ndjson"
    log.write_text(json.dumps({"labels": {"cluster": "shop"}, "entry": event}) + "\n", "utf-8")
    query = "AKSAuditAdmin | project Verb, LogShape"
    store = tmp_path / "logs.store"
    run(extended, "-m", "kubewitness", "ingest", log, "--store", store)
    rows = run(extended, "-m", "kubewitness", "query", query, store, "--format", "json")
    assert json.loads(rows) == [{"Verb": "delete", "LogShape": "collector"}]
    page = (extended / "docs" / "reference" / "log-formats.md").read_text("utf-8")
    assert "| `collector` |" in page
    assert "(https://collector.example/docs/format)" in page
    samples = "tests/logs/reading/test_format_samples.py"
    printed = run(
        extended, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", "collector", samples
    )
    assert "[collector/sample.json] PASSED" in printed


def test_a_new_log_format_touches_only_its_own_folder() -> None:
    """No list names the formats."""
    (page,) = (page for page in PAGES if page.stem == "add-a-log-format")
    assert len({Path(edit.file).parent for edit in edits(page)}) == 1


def test_a_new_source_is_checked_and_documented(extended: Path, tmp_path: Path) -> None:
    """The file is recognised by its content, and the policies judge what it holds."""
    kind = "azure-native:containerservice:ManagedCluster"
    state = {
        "urn": f"urn:pulumi:dev::shop::{kind}::aks",
        "type": kind,
        "inputs": {"resourceGroupName": "shop", "disableLocalAccounts": False},
    }
    preview = tmp_path / "preview.json"
    preview.write_text(json.dumps({"steps": [{"op": "create", "newState": state}]}), "utf-8")
    found = check(extended, preview)
    assert found["aks-local-accounts"] == "fail"
    page = (extended / "docs" / "reference" / "sources.md").read_text("utf-8")
    assert "| `PREVIEW.json` | Resources from the output of `pulumi preview --json`" in page


def test_a_new_argument_arrives_and_is_documented(extended: Path) -> None:
    """The model alone says that there is one; azure-native gets it."""
    name = "disk_encryption_set_id"
    test = "tests/provision/test_disk_encryption.py"
    assert "1 passed" in run(extended, "-m", "pytest", "-q", "-p", "no:cacheprovider", test)
    reference = (extended / "docs" / "reference" / "arguments.md").read_text("utf-8")
    assert f"`{name}`" in reference
    schema = json.loads((extended / "components" / "schema.json").read_text("utf-8"))
    inputs = schema["resources"]["kubewitness:index:SecureAksCluster"]["inputProperties"]
    assert inputs["diskEncryptionSetId"]["type"] == "string"
