"""Each detection finds what it should and nothing else, and says what it must."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from command import read
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.registry import all_rules, cases
from kubewitness.detections.rule import Rule
from kubewitness.logs.query import open_for_queries

RULES = [pytest.param(rule, id=rule.slug) for rule in all_rules()]
MALICIOUS = [
    pytest.param(rule, path, id=f"{rule.slug}-{name}")
    for rule in all_rules()
    for name, path in cases(rule, "malicious").items()
]


def findings(rule: Rule, logs: Sequence[Path], folder: Path) -> list[Finding]:
    """What a rule finds in these files, none of which may have an unreadable byte."""
    summary = read(folder / "store", *logs)
    assert not summary.quarantine
    assert not summary.balance.salvaged
    with open_for_queries(folder / "store") as connection:
        return list(LocalEngine(connection, [rule]).run(rule))


@pytest.mark.parametrize(("rule", "events"), MALICIOUS)
def test_a_detection_fires_on_each_malicious_case(rule: Rule, events: Path, tmp_path: Path) -> None:
    """Once for what happened, though a session is logged twice."""
    found = findings(rule, [events], tmp_path)
    assert found
    for finding in found:
        assert finding.time
        assert finding.values["Username"]


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_fires_on_no_benign_case(rule: Rule, tmp_path: Path) -> None:
    """One by one, for together they might look like a burst."""
    for name, path in cases(rule, "benign").items():
        (tmp_path / name).mkdir()
        found = findings(rule, [path], tmp_path / name)
        assert not found, f"{name}: {found[0].values}"


@pytest.mark.parametrize("rule", RULES)
def test_a_detection_says_what_it_must(rule: Rule, tmp_path: Path) -> None:
    """Its id is its own; entities name columns that it gives; it is mapped to ATT&CK."""
    assert len([other for other in all_rules() if other.id == rule.id]) == 1
    assert rule.kubewitness is not None
    assert rule.description
    assert rule.tactics
    assert rule.relevant_techniques
    assert rule.kubewitness.false_positives
    assert rule.kubewitness.response
    assert cases(rule, "benign")
    found = findings(rule, [next(iter(cases(rule, "malicious").values()))], tmp_path)
    mapped = {f.column_name for m in rule.entity_mappings for f in m.field_mappings}
    assert mapped <= found[0].values.keys()
    assert {m.entity_type for m in rule.entity_mappings} >= {"Account"}
