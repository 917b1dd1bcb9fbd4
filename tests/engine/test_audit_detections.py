"""AuditDetections through the real engine: a whole life, changes in place, a refusal at preview."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from kubewitness.detections.parsers import PARSERS
from support.argument_strategies import WORKSPACE
from support.engine import Engine, write_project
from support.plugin import needs, plugin

pytestmark = pytest.mark.engine

PROGRAM = """\
import pulumi

from kubewitness import AuditDetections
from kubewitness.detections.library import all_detections

{before}
soc = AuditDetections("soc", {{
    "workspace_id": "{workspace}",
    "sentinel": "{sentinel}",
    "rules": {rules},
    {more}
}})
pulumi.export("ruleIds", soc.rule_ids)
"""
CHANGED_QUERY = """\
(exec,) = (one for one in all_detections() if one.slug == "pod-exec")
exec.__dict__["query"] += "| take 9"
"""
DISABLED = '"disabled_rules": ["pod-exec"],'
TABLES = '"tables": "AKSAudit",'

BROUGHT = '"rule_folders": ["rules"],'
RULE = """\
id: 0a3d6a52-0f0b-4a52-9d1b-6d7a2f1a4d0{number}
name: Something was {word}ed
severity: High
queryFrequency: 1h
queryPeriod: 1h
query: KubeAudit | where Verb == "{word}"
"""
YAML = """\
name: brought
runtime: yaml
packages:
  kubewitness: {plugin}
resources:
  soc:
    type: kubewitness:index:AuditDetections
    properties:
      workspaceId: {workspace}
      sentinel: existing
      ruleFolders: [rules]
      rules: [one]
"""


def write(
    folder: Path,
    sentinel: str,
    more: str = "",
    before: str = "",
    rules: Sequence[str] = ("pod-exec",),
) -> Path:
    """Write a program with some rules."""
    source = PROGRAM.format(
        workspace=WORKSPACE, sentinel=sentinel, more=more, before=before, rules=[*rules]
    )
    return write_project(folder, source, name=folder.name.replace("_", "-"))


@pytest.mark.parametrize("sentinel", ["onboard", "none"])
def test_detections_live_change_in_place_and_go(
    engine: Engine, tmp_path: Path, sentinel: str
) -> None:
    """Onboarding alone outlives them; rules are updated, and other tables replace one function."""
    program = write(tmp_path, sentinel)
    assert engine.init_stack(program).exit_code == 0
    up = engine.up(program)
    assert up.exit_code == 0, up.stdout
    assert set(engine.preview(program).changes) == {"same"}

    kind = "ScheduledQueryRule" if sentinel == "none" else "ScheduledAlertRule"
    for more, before, expected in (
        (DISABLED, CHANGED_QUERY, {("update", kind): 1}),
        (
            TABLES,
            "",
            {("update", kind): 1, ("delete", "SavedSearch"): 1, ("create", "SavedSearch"): 1},
        ),
    ):
        already = len(engine.calls)
        changed = engine.up(write(tmp_path, sentinel, more, before))
        assert changed.exit_code == 0, changed.stdout
        made = [call for call in engine.calls[already:] if call["op"] != "invoke"]
        assert Counter((c["op"], c["type"].rpartition(":")[2]) for c in made) == expected

    already = len(engine.calls)
    assert engine.destroy(program).exit_code == 0
    deleted = Counter(call["type"].rpartition(":")[2] for call in engine.calls[already:])
    assert deleted == {"SavedSearch": 1 + len(PARSERS), kind: 1, "DiagnosticSetting": 1}
    assert "resources" not in engine.export(program).document["deployment"]


def bring(program: Path, **words: str) -> None:
    """Put rules into the folder beside a program."""
    (program / "rules").mkdir(exist_ok=True)
    for number, (name, word) in enumerate(words.items()):
        text = RULE.format(number=number, word=word)
        (program / "rules" / f"{name}.yaml").write_text(text, "utf-8")


def test_rules_that_somebody_brings_change_in_place_and_go(engine: Engine, tmp_path: Path) -> None:
    """One that changes is updated, one whose file is gone is deleted."""
    rules = ["one", "two"]
    program = write(tmp_path, "existing", BROUGHT, rules=rules)
    bring(program, one="list", two="watch")
    assert engine.init_stack(program).exit_code == 0
    up = engine.up(program)
    assert up.exit_code == 0, up.stdout
    assert set(engine.preview(program).changes) == {"same"}

    already = len(engine.calls)
    bring(program, one="delet")
    (program / "rules" / "two.yaml").unlink()
    changed = engine.up(write(tmp_path, "existing", BROUGHT, rules=["one"]))
    assert changed.exit_code == 0, changed.stdout
    made = [(c["op"], c["type"].rpartition(":")[2]) for c in engine.calls[already:] if "type" in c]
    assert sorted(made) == [("delete", "ScheduledAlertRule"), ("update", "ScheduledAlertRule")]
    assert engine.destroy(program).exit_code == 0


@needs("pulumi-language-yaml")
def test_a_plugin_finds_the_folder_beside_the_program(engine: Engine, tmp_path: Path) -> None:
    """Also where the component runs in a process of its own; faults are in the program's words."""
    program = tmp_path / "program"
    program.mkdir()
    text = YAML.format(plugin=plugin(tmp_path / "plugin"), workspace=WORKSPACE)
    (program / "Pulumi.yaml").write_text(text, "utf-8")
    bring(program, one="list")
    assert engine.init_stack(program).exit_code == 0
    seen = engine.preview(program)
    assert seen.exit_code == 0, seen.stdout
    assert "soc-one" in seen.stdout

    (program / "rules" / "one.yaml").write_text("name: one\nseverity: bad\n", "utf-8")
    refused = engine.preview(program)
    assert refused.exit_code != 0
    for fault in ("query: is missing", "severity: must be"):
        assert f"ruleFolders[0]: rules/one.yaml: {fault}" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_a_table_on_the_basic_plan_is_refused_at_preview(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason and the fix, and without a traceback."""
    monkeypatch.setitem(engine.environment, "STAND_IN_TABLE_PLAN", "Basic")
    program = write(tmp_path, "existing")
    assert engine.init_stack(program).exit_code == 0
    refused = engine.preview(program)
    assert refused.exit_code != 0
    assert "`AKSAudit` is on the plan Basic" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
