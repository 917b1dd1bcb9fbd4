"""The scenario table through the real Pulumi engine, on a stand-in provider."""

import itertools
from pathlib import Path

import pytest

from kubewitness.policies.crossguard.pack_folder import write_policy_pack as write_our_pack
from support.engine import Engine, Outcome, write_policy_pack, write_project
from support.scenarios import PRELUDE, SCENARIOS, Scenario

pytestmark = pytest.mark.engine

TABLE = [scenario for scenario in SCENARIOS if not scenario.offline_only]
_numbers = itertools.count()


def blocking(outcome: Outcome) -> dict[tuple[str, str], str]:
    """What our pack reports, in the form of the table."""
    return {
        (violation.policy, violation.name): (
            "undecided" if "UNDECIDED: " in violation.message else "fail"
        )
        for violation in outcome.mandatory
        if violation.pack == "kubewitness"
    }


@pytest.mark.parametrize("scenario", TABLE, ids=lambda scenario: scenario.name)
def test_engine_gives_the_verdicts_of_the_table(
    scenario: Scenario, engine: Engine, tmp_path: Path
) -> None:
    """A preview gives exactly the table's verdicts, and `up` creates nothing that is stopped."""
    program = write_project(
        tmp_path / "a program", PRELUDE + scenario.program, name=f"scenario-{next(_numbers)}"
    )
    packs = [write_our_pack("kubewitness", tmp_path / "a cache")] + [
        write_policy_pack(tmp_path / f"pack-{index}", source)
        for index, source in enumerate(scenario.packs)
    ]
    settings = [scenario.settings, *({} for _ in scenario.packs)]
    assert engine.init_stack(program).exit_code == 0
    previewed = engine.preview(program, packs, settings)
    assert blocking(previewed) == dict(scenario.expected), previewed.stdout
    advisory = {v.policy for v in previewed.violations if v.level != "mandatory"}
    assert advisory <= {"aks-audit-cost"}
    for (_, name), outcome in scenario.printed.items():
        assert f"{outcome.upper()}: `{name}`" in previewed.stdout + previewed.stderr
    stopped = {v.policy for v in previewed.violations if v.pack != "kubewitness"}
    assert stopped == scenario.stopped_by
    before = len(engine.calls)
    deployed = engine.up(program, packs, settings)
    if scenario.expected or scenario.stopped_by:
        assert previewed.exit_code != 0
        assert deployed.exit_code != 0
        assert engine.calls[before:] == []
    else:
        assert previewed.exit_code == 0, previewed.stdout
        assert deployed.exit_code == 0, deployed.stdout
        assert deployed.changes["create"] > 0
