"""Presets are correct policies, and each platform gets files that it can read."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.lint import lint
from kubewitness.audit_policy.platforms import PLATFORMS, POLICY
from kubewitness.audit_policy.policy import as_logged, level
from kubewitness.audit_policy.presets import PRESETS, policy_text
from kubewitness.cli.commands import audit_policy
from kubewitness.detections.coverage.simulation import attacks_found
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import ExitCode
from log_generator.audit_log import events
from support.command import run

EVENTS = list(events(3000, days=1, seed=4))


@pytest.fixture(params=PRESETS)
def preset(request: pytest.FixtureRequest) -> str:
    """The name of a preset."""
    return str(request.param)


def test_a_preset_reads_back_as_its_rules(preset: str, tmp_path: Path) -> None:
    """Each event of a day is logged at the same level, so nothing was lost in the file."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(PRESETS[preset]), "utf-8")
    read = read_policy(path)
    assert [read.level(event) for event in EVENTS] == [
        level(event, PRESETS[preset]) for event in EVENTS
    ]


def test_a_preset_has_no_mistake(preset: str, tmp_path: Path) -> None:
    """But what AKS decided, which users cannot change."""
    path = tmp_path / "policy.yaml"
    path.write_text(policy_text(PRESETS[preset]), "utf-8")
    found = {each.code for each in lint(read_policy(path))}
    allowed = {
        "aks": {
            *("unreachable-rule", "way-in-not-logged", "unknown-resource"),
            "credentials-logged",
        },
    }
    assert found <= allowed.get(preset, set())


def test_low_volume_logs_less_than_recommended_and_that_less_than_cis() -> None:
    """On a generated day."""
    logged = {
        name: sum(level(event, PRESETS[name]) != "None" for event in EVENTS)
        for name in ("low-volume", "recommended", "cis")
    }
    assert 0 < logged["low-volume"] < logged["recommended"] < logged["cis"] == len(EVENTS)


def test_of_ten_detections_nine_and_a_half_find_all_their_attacks_under_recommended() -> None:
    """Of those that read the audit log."""
    rules = [
        each
        for each in all_detections()
        if not (each.kubewitness and {"activity", "guard"} & {*each.kubewitness.needs})
    ]
    found = attacks_found(rules, lambda event: as_logged(event, PRESETS["recommended"]))
    whole = [each for each in rules if found[each.slug] == frozenset(cases(each, "malicious"))]
    assert len(whole) >= 0.95 * len(rules)


def policies(document: Any) -> Iterator[str]:
    """The audit policies within a document, as texts."""
    if isinstance(document, dict):
        if document.get("kind") == "Policy":
            yield yaml.safe_dump(document)
        for value in document.values():
            yield from policies(value)
    elif isinstance(document, list):
        for value in document:
            yield from policies(value)
    elif isinstance(document, str) and "kind: Policy" in document:
        yield document


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_gets_the_policy_in_files_that_parse(platform: str, tmp_path: Path) -> None:
    """YAML is YAML, scripts are scripts, and a policy within them is the one that was asked for."""
    text = policy_text(PRESETS["recommended"])
    files = PLATFORMS[platform](text)
    assert (POLICY in files) == (platform != "openshift")
    found = []
    for name, content in files.items():
        if name.endswith(".sh"):
            (tmp_path / name).write_text(content)
            shell = shutil.which("sh") or "sh"
            subprocess.run([shell, "-n", tmp_path / name], check=True)
        else:
            found += list(policies(yaml.safe_load(content)))
    assert all(yaml.safe_load(each) == yaml.safe_load(text) for each in found)
    named = "".join(content for name, content in files.items() if name != POLICY)
    inline = platform in {"rancher", "talos", "kops"}
    assert len(found) == (0 if platform == "openshift" else 1 + inline)
    assert inline or platform == "openshift" or "audit-policy-file" in named


def test_the_help_lists_what_there_is() -> None:
    """It has lists of its own, so that it starts without these modules."""
    assert tuple(PRESETS) == audit_policy.PRESETS
    assert tuple(PLATFORMS) == audit_policy.PLATFORMS


def test_files_are_written_and_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second run is refused."""
    words = ("audit-policy", "render", "--for", "kubeadm", "--folder", tmp_path / "out")
    assert run(capsys, *words)[0] == ExitCode.OK
    assert run(capsys, "audit-policy", "lint", tmp_path / "out" / POLICY)[0] == ExitCode.OK
    code, _, err = run(capsys, *words)
    assert (code, err.count("exists")) == (ExitCode.USAGE, 2)


def test_a_policy_with_errors_is_not_rendered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `apiVersion` kube-apiserver would not start."""
    (tmp_path / "policy.yaml").write_text("rules:\n- level: Metadata\n")
    code, _, err = run(capsys, "audit-policy", "render", tmp_path / "policy.yaml", "--for", "kind")
    assert (code, "`apiVersion` is missing" in err) == (ExitCode.USAGE, True)
