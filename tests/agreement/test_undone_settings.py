"""Every core setting, undone alone, is found by `check` before and by a detection after."""

import json
from pathlib import Path

import pytest

from agreement.undone_settings_table import (
    BY_APPLICATION,
    DETECTIONS,
    UNDONE_SETTINGS,
    UndoneSetting,
    events,
    outcomes,
    protected,
)
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.policies.verdict import Outcome
from support.command import read

ROWS = [pytest.param(row, id=row.name) for row in UNDONE_SETTINGS]
LEFT_BEHIND = sorted({one for row in UNDONE_SETTINGS for one in row.found_by.items()})
NAMED = sorted({slug for row in UNDONE_SETTINGS for slug in (*row.found_by, BY_APPLICATION)})
APPLICATION = "8a1c5b62-4e0f-4d6b-9c7e-2f0b6d1a9e33"
UNSURE = {Outcome.PASS, Outcome.UNDECIDED}
"""Of a workspace that is brought, only its owner can say how long it keeps logs."""


@pytest.mark.parametrize("row", ROWS)
def test_a_setting_that_is_undone_fails_its_rule_and_no_other(row: UndoneSetting) -> None:
    """Which it passed before."""
    before = outcomes(row, protected(row))
    after = outcomes(row, row.undo(protected(row)), row.calls)
    assert before.pop(row.policy) is Outcome.PASS
    assert after.pop(row.policy) is Outcome.FAIL
    assert set(before.values()) <= UNSURE
    # Where nothing is collected any more, there is no trail whose keeping could be judged.
    assert after.items() <= before.items()


@pytest.mark.parametrize(("slug", "case"), LEFT_BEHIND)
def test_what_undoing_it_leaves_in_the_activity_log_is_found(
    slug: str, case: str, tmp_path: Path
) -> None:
    """By the detection that the table names, once."""
    assert not read(tmp_path / "store", events(slug, case)).quarantine
    with open_for_queries(tmp_path / "store") as connection:
        (found,) = LocalEngine(connection, [DETECTIONS[slug]]).run(DETECTIONS[slug])
    assert found.values["Username"]


@pytest.mark.parametrize("row", ROWS)
def test_what_undoing_it_by_the_pipelines_identity_leaves_is_found_as_the_table_says(
    row: UndoneSetting, tmp_path: Path
) -> None:
    """By no other of the detections that the table names anywhere."""
    assert not read(tmp_path / "store", *by_an_application(row, tmp_path)).quarantine
    with open_for_queries(tmp_path / "store") as connection:
        engine = LocalEngine(connection, [DETECTIONS[slug] for slug in NAMED])
        found = {slug for slug in NAMED if any(engine.run(DETECTIONS[slug]))}
    expected = {*row.found_of_an_application}
    # It finds what another detection finds, too.
    assert found - {BY_APPLICATION} == expected - {BY_APPLICATION}
    assert expected <= found


def by_an_application(row: UndoneSetting, folder: Path) -> list[Path]:
    """The rows that undoing it leaves, with an object id for a caller."""
    logs = []
    for slug, case in row.found_by.items():
        text = events(slug, case).read_text("utf-8")
        rows = [{**json.loads(line), "Caller": APPLICATION} for line in text.splitlines()]
        logs.append(folder / f"{slug}.ndjson")
        logs[-1].write_text("".join(f"{json.dumps(one)}\n" for one in rows), "utf-8")
    return logs


@pytest.mark.parametrize("row", ROWS)
def test_a_setting_that_is_undone_is_found_by_a_detection(row: UndoneSetting) -> None:
    """At least one, and where it cannot tell which setting it was, the table says so."""
    assert row.found_by
    if "aks-cluster-changed" in row.found_by:
        assert row.remark
