"""Each detection finds what it should and nothing else, and says what it must."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from kubewitness.detections.coverage.simulation import hunt_cases
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections, cases
from kubewitness.logs.kql.query import open_for_queries
from support.command import read
from support.paths import LIBRARY

RULES = [pytest.param(rule, id=rule.slug) for rule in all_detections()]

ALONE: Final = 1000
"""From how many drawn cases on each case is run alone, too."""

OF_SILENCE: Final = {"audit-gap"}
"""What is found where there is nothing, as between the days of two cases."""

Found = Mapping[str, Mapping[str, Sequence[Finding]]]
"""By rule and case."""


@pytest.fixture(scope="module")
def attacks() -> Found:
    """What each detection finds in its malicious cases, all in one log."""
    return hunt_cases(all_detections())


@pytest.fixture(scope="module")
def alarms() -> Found:
    """What each detection finds in its benign cases, likewise."""
    return hunt_cases(all_detections(), "benign", folder=LIBRARY)


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_fires_on_each_malicious_case(rule: Detection, attacks: Found) -> None:
    """And says when it was and who."""
    found = attacks[rule.slug]
    assert found.keys() == cases(rule, "malicious").keys()
    for finding in (one for each in found.values() for one in each):
        assert finding.values["Username"]


@pytest.mark.parametrize("rule", [one for one in RULES if one.id not in OF_SILENCE])
def test_a_detection_fires_on_no_benign_case(rule: Detection, alarms: Found) -> None:
    """They are close misses: one thing is otherwise than in an attack."""
    assert cases(rule, "benign", LIBRARY)
    assert not alarms[rule.slug]


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_says_what_it_must(rule: Detection, attacks: Found) -> None:
    """Its id is its own; entities name columns that it gives; it is mapped to ATT&CK."""
    assert len([other for other in all_detections() if other.id == rule.id]) == 1
    assert rule.kubewitness is not None
    assert rule.description
    assert rule.tactics
    assert rule.relevant_techniques
    assert rule.kubewitness.false_positives
    assert rule.kubewitness.response
    mapped = {f.column_name for m in rule.entity_mappings for f in m.field_mappings}
    for finding in (one for each in attacks[rule.slug].values() for one in each):
        assert mapped <= finding.values.keys()
    assert {m.entity_type for m in rule.entity_mappings} >= {"Account"}


@pytest.mark.parametrize("rule", RULES)
def test_each_case_alone_is_what_it_is_among_the_others(
    rule: Detection, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """What one case shows does not depend on another, and each file is read whole."""
    if pytestconfig.getoption("--cases") < ALONE and rule.slug not in OF_SILENCE:
        pytest.skip("only in `make fuzz`: a store for each of 1,300 cases takes minutes")
    for kind in ("malicious", "benign"):
        for name, path in cases(rule, kind, LIBRARY).items():
            store = tmp_path / kind / name
            store.parent.mkdir(exist_ok=True)
            summary = read(store, path)
            assert not summary.quarantine
            assert not summary.balance.salvaged
            with open_for_queries(store) as connection:
                found = list(LocalEngine(connection, [rule]).run(rule))
            assert bool(found) == (kind == "malicious"), name
