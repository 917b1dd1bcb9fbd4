"""The scenario table through the offline check."""

import json
from pathlib import Path

import pytest

from kubewitness.errors import InputError
from kubewitness.policies.check import CheckResult
from kubewitness.policies.verdict import Outcome
from support.check_source import check_source
from support.engine import write_policy_pack, write_project
from support.scenarios import ACCOUNTS, ENTRA, LOGS, PRELUDE, SCENARIOS, Scenario


def check(folder: Path, scenario: Scenario) -> CheckResult:
    """Check a scenario's program as the command does."""
    program = write_project(folder / "program", PRELUDE + scenario.program)
    (program / "Pulumi.dev.yaml").write_text(json.dumps(dict(scenario.stack)), "utf-8")
    packs = [
        write_policy_pack(folder / f"pack-{index}", source)
        for index, source in enumerate(scenario.packs)
    ]
    settings = folder / "settings.json"
    settings.write_text(json.dumps(dict(scenario.settings)), "utf-8")
    return check_source(program, policy_packs=packs, policy_pack_config=settings)


def found(result: CheckResult, *, blocks: bool) -> dict[tuple[str, str], str]:
    """What a result says beside passes, in the form of the table.

    What follows from the doubts about one setting for the policies beside is left out where nothing
    is blocked: the table would say everything six times.
    """
    silent = (Outcome.PASS, Outcome.NOT_APPLICABLE)
    return {
        (verdict.policy_id, verdict.resource.name): verdict.outcome.value
        for verdict in result.verdicts
        if verdict.outcome not in silent
        and verdict.blocks is blocks
        and (blocks or verdict.policy_id in (LOGS, ACCOUNTS, ENTRA))
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_offline_check_gives_the_verdicts_of_the_table(scenario: Scenario, tmp_path: Path) -> None:
    """Each program gets exactly the verdicts that the table says, and their exit code."""
    if scenario.stops:
        with pytest.raises(InputError) as stopped:
            check(tmp_path, scenario)
        assert all(words in str(stopped.value) for words in scenario.stops)
        return
    result = check(tmp_path, scenario)
    assert found(result, blocks=True) == dict(scenario.expected)
    assert found(result, blocks=False) == dict(scenario.printed)
    assert {violation.policy for violation in result.loaded.violations} == scenario.stopped_by
    failed = "fail" in scenario.expected.values() or scenario.stopped_by
    undecided = "undecided" in scenario.expected.values()
    assert result.exit_code == (1 if failed else 4 if undecided else 0)
