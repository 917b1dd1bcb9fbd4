"""A truncated event is found, or listed as not judged; never silent, and never a guess."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubewitness.detections.coverage.simulation import slot_of
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store
from support.truncations import Attack, draw_attacks

CHUNK = 500
"""How many attacks are hunted in one store."""


def test_a_detection_finds_a_truncated_attack_or_lists_it(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`--cases` / 4 attacks of the library; a text that cannot be read at all is reported."""
    draw = random.Random(18)  # noqa: S311 no secret
    rest = request.config.getoption("--cases") // 4
    found = listed = 0
    while rest > 0:
        attacks = draw_attacks(all_detections(), min(rest, CHUNK), draw)
        folder = tmp_path / str(rest)
        outcomes = hunt(folder, attacks)
        silent = [
            f"{a.detection.slug}/{a.name} {a.story}" for a in attacks if not outcomes[a.number]
        ]
        assert not silent, "\n".join(silent)
        found += sum("found" in outcome for outcome in outcomes.values())
        listed += sum("listed" in outcome for outcome in outcomes.values())
        rest -= len(attacks)
    assert found
    assert listed


def hunt(folder: Path, attacks: list[Attack]) -> dict[int, set[str]]:
    """What came of each attack: found, listed as not judged, unreadable."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    for attack in attacks:
        (logs / f"{attack.number}.log").write_text("\n".join(attack.lines) + "\n")
    with open_store(folder / "store") as connection:
        summary = ingest(connection, find_log_files([str(logs)]))
    assert summary.balance.unaccounted_bytes == 0
    outcomes: dict[int, set[str]] = {attack.number: set() for attack in attacks}
    for entry in summary.quarantine:
        outcomes[int(Path(entry.file).stem)].add("unreadable")
    with open_for_queries(folder / "store") as connection:
        engine = LocalEngine(connection, all_detections())
        for detection in all_detections():
            judged = engine.judge(detection, list(engine.run(detection)))
            mine = {each.number: each for each in attacks if each.detection is detection}
            for event in judged.not_judged:
                number = int(Path(event.file).stem)
                if number in mine:
                    outcomes[number].add("listed")
            for number in owners(judged.findings, list(mine.values())):
                outcomes[number].add("found")
    return outcomes


def owners(findings: tuple[Finding, ...], attacks: list[Attack]) -> Iterator[int]:
    """The attacks that findings are about: by their days or, without a time, by their ids."""
    for finding in findings:
        text = " ".join(map(str, finding.values.values()))
        for attack in attacks:
            in_days = finding.time and slot_of(finding.time) == attack.number
            if in_days or any(each in text for each in attack.ids):
                yield attack.number
