"""AuditDetections through the real engine: a whole life, changes in place, a refusal at preview."""

from collections import Counter
from pathlib import Path

import pytest

from argument_strategies import WORKSPACE
from engine import Engine, write_project
from kubewitness.detections.parsers import PARSERS

pytestmark = pytest.mark.engine

PROGRAM = """\
import pulumi

from kubewitness import AuditDetections
from kubewitness.detections.registry import all_rules

{before}
soc = AuditDetections("soc", {{
    "workspace_id": "{workspace}",
    "sentinel": "{sentinel}",
    "rules": ["pod-exec"],
    {more}
}})
pulumi.export("ruleIds", soc.rule_ids)
"""
CHANGED_QUERY = """\
all_rules()[[rule.slug for rule in all_rules()].index("pod-exec")].__dict__["query"] += "| take 9"
"""
DISABLED = '"disabled_rules": ["pod-exec"],'
TABLES = '"tables": "AKSAudit",'


def write(folder: Path, sentinel: str, more: str = "", before: str = "") -> Path:
    """Write a program with one rule."""
    source = PROGRAM.format(workspace=WORKSPACE, sentinel=sentinel, more=more, before=before)
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
