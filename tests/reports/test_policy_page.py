"""What is generated from the registry: pages, SARIF, packs, tests. A policy is one file."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kubewitness.policies.policy import AnyPolicy
from kubewitness.policies.registry import all_policies
from kubewitness.reports.policy_page import policy_page
from support.engine import write_project
from support.paths import ROOT
from support.scenarios import PRELUDE

BIN = Path(sys.executable).parent


def generator() -> ModuleType:
    """`docs/generate.py`."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_generated_page_is_stale() -> None:
    """`make docs` writes exactly what stands in `docs`, and nothing else stands beside it."""
    pages = generator().pages()
    assert {path: path.read_text("utf-8") for path in pages} == pages
    assert set((ROOT / "docs" / "policies").iterdir()) <= set(pages)


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_a_page_says_everything_of_its_policy(policy: AnyPolicy) -> None:
    """Why, how to fix it both ways, examples, references, links."""
    page = policy_page(policy)
    assert all(words in page for words in (policy.title, policy.why, *policy.links))
    assert all(example.program in page for example in policy.examples)
    assert all(item.title in page for item in policy.references)
    assert policy.fix_pulumi.splitlines()[0] in page
    assert policy.fix_cli.partition("; ")[0] in page.replace("\n\n```sh\n", "\n")


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """The command as a user types it."""
    command = [str(BIN / "kubewitness"), *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_explain_prints_the_page_in_a_pipe_as_it_stands_in_docs() -> None:
    """No program is run for it."""
    done = run("check", "--explain", "aks-audit-logs")
    assert done.returncode == 0
    assert done.stdout == (ROOT / "docs" / "policies" / "aks-audit-logs.md").read_text("utf-8")


def test_explain_of_a_policy_that_does_not_exist_names_the_closest() -> None:
    """Exit code 2."""
    done = run("check", "--explain", "aks-audit-log")
    assert done.returncode == 2
    assert "no policy is called `aks-audit-log`; did you mean `aks-audit-logs`" in done.stderr


def test_sarif_carries_the_policies_and_what_they_found(tmp_path: Path) -> None:
    """One run, every policy, and for each violation the policy it is of."""
    program = write_project(tmp_path, PRELUDE + 'cluster("aks", disable_local_accounts=False)')
    done = run("check", program, "--format", "sarif")
    document = json.loads(done.stdout)
    (tool_run,) = document["runs"]
    policies = tool_run["tool"]["driver"]["rules"]
    assert document["version"] == "2.1.0"
    assert [policy["id"] for policy in policies] == [policy.id for policy in all_policies()]
    errors = [found for found in tool_run["results"] if found["level"] == "error"]
    assert {found["ruleId"] for found in errors} == {"aks-audit-logs", "aks-local-accounts"}
    for found in tool_run["results"]:
        assert policies[found["ruleIndex"]]["id"] == found["ruleId"]
        assert found["level"] == "none" or found["kind"] == "fail"
        fingerprint = found["partialFingerprints"]["resource/v1"]
        assert fingerprint.startswith(f"{found['ruleId']}/urn:pulumi:")


NEW_POLICY = '''\
"""`aks-tagged`: each cluster says whose it is."""

from kubewitness.graph.model import AksCluster
from kubewitness.graph.values import ABSENT, read
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.policy import Policy, Scope, Severity, failing, passing
from kubewitness.policies.verdict import PASS, Reason, fail


class TagSettings(PolicySettings):
    """The settings of `aks-tagged`.

    Attributes:
        tag: the tag that is demanded.
    """

    tag: str = "owner"


def judge(cluster, _graph, settings):
    tagged = read(cluster.resource.properties, "tags", settings.tag)
    return fail(Reason("no-tag", f"no tag `{settings.tag}`")) if tagged is ABSENT else PASS


POLICY = Policy(
    id="aks-tagged",
    title="Each AKS cluster says whose it is",
    why="Nobody answers for what nobody owns.",
    fix_pulumi='set `tags={"owner": ...}`',
    fix_cli="az aks update --tags owner=...",
    severity=Severity.LOW,
    scope=Scope.RESOURCE,
    subject=AksCluster,
    settings=TagSettings,
    judge=judge,
    examples=(
        passing("Tagged", 'cluster("aks", tags={"owner": "shop"})'),
        failing("Not tagged", 'cluster("aks")'),
    ),
    links=("https://example.org/tags",),
)
'''

WITH_THE_NEW_POLICY = """\
import sys
from kubewitness.policies import aks
aks.__path__.append({folder!r})
from kubewitness.cli import main
from kubewitness.policies.crossguard.pack import policies
from kubewitness.policies.packs import find_pack
if sys.argv[1:] == ["policies"]:
    print([policy.name for policy in policies(find_pack("kubewitness"))])
else:
    main(sys.argv[1:])
"""


def test_adding_a_policy_touches_its_own_file_only(tmp_path: Path) -> None:
    """One new file, and it is judged, configured, explained, reported, and a CrossGuard policy."""
    (tmp_path / "aks").mkdir()
    (tmp_path / "aks" / "tagged.py").write_text(NEW_POLICY, "utf-8")
    program = write_project(tmp_path / "program", PRELUDE + 'setting("audit", cluster("aks").id)')
    settings = tmp_path / "settings.json"
    settings.write_text('{"aks-tagged": {"tag": "team"}}', "utf-8")
    script = WITH_THE_NEW_POLICY.format(folder=str(tmp_path / "aks"))

    def extended(*arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", script, *(str(argument) for argument in arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    failed = extended("check", program, "--policy-pack-config", settings)
    assert failed.returncode == 1, failed.stderr
    assert "FAIL aks-tagged: Each AKS cluster says whose it is" in failed.stdout
    assert "no tag `team`" in failed.stdout
    page = extended("check", "--explain", "aks-tagged").stdout
    assert "- `tag`: the tag that is demanded." in page
    sarif = json.loads(extended("check", program, "--format", "sarif").stdout)
    assert "aks-tagged" in {r["id"] for r in sarif["runs"][0]["tool"]["driver"]["rules"]}
    assert "'aks-tagged'" in extended("policies").stdout
