"""Tags of the stack select settings; they come from the command line, never from the repository."""

import json
from pathlib import Path

import pytest

from kubewitness.errors import ExitCode
from support.command import run
from support.engine import write_project

SETTINGS = {
    "aks-local-accounts": {
        "stacks": [
            {"when": {"tags": {"environment": "test"}}, "set": {"enforcementLevel": "disabled"}}
        ]
    }
}
TYPE = "azure-native:containerservice:ManagedCluster"
WEAK = {
    "urn": f"urn:pulumi:dev::shop::{TYPE}::aks",
    "type": TYPE,
    "custom": True,
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService"
    "/managedClusters/aks",
    "inputs": {},
    "outputs": {},
}


def judged(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> set[str]:
    """The policies that judge a state with a weak cluster."""
    state, settings = folder / "state.json", folder / "settings.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [WEAK]}}), "utf-8")
    settings.write_text(json.dumps(SETTINGS), "utf-8")
    given = ("--policy-pack-config", str(settings), "--format", "json", *options)
    _, out, _ = run(capsys, "check", state, *given)
    return {verdict["policy"] for verdict in json.loads(out)["sources"][0]["verdicts"]}


@pytest.mark.parametrize(
    ("options", "is_judged"),
    [
        ((), True),
        (("--tags", "environment=prod"), True),
        (("--tags", "team=environment=test"), True),
        (("--tags", "environment=test"), False),
        (("--tags", "team=shop", "--tags", "environment=test"), False),
    ],
)
def test_a_tag_selects_settings(
    options: tuple[str, ...],
    is_judged: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of a state, too, which does not contain the tags."""
    assert ("aks-local-accounts" in judged(tmp_path, capsys, *options)) is is_judged


@pytest.mark.parametrize("tag", ["environment", "=test", ""])
def test_a_tag_without_name_or_value_is_a_usage_error(
    tag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints an example."""
    code, _, err = run(capsys, "check", tmp_path, "--tags", tag)
    assert code == ExitCode.USAGE
    assert f"`{tag}` is not NAME=VALUE, such as environment=test" in err


def test_tags_in_the_answers_of_the_repository_are_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error names the option; the program is not run."""
    write_project(tmp_path, "raise SystemExit('run')")
    (tmp_path / "kubewitness.answers.yaml").write_text("version: 1\ntags:\n  environment: test\n")
    code, _, err = run(capsys, "check", tmp_path)
    assert code == ExitCode.USAGE
    assert "kubewitness.answers.yaml:2: tags: tags select settings" in err
    assert "--tags NAME=VALUE" in err
