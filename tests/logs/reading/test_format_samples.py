"""Each format that the docs list is read field by field, or refused with the converting command."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from support.format_descriptions import FOLDER, format_descriptions
from support.log_reading import read

DESCRIPTIONS = format_descriptions()
READ = [
    pytest.param(one, sample, id=f"{one.name}/{sample.name}")
    for one in DESCRIPTIONS
    for sample in one.samples
    if not one.command and one.table == "AKSAudit"
]
REFUSED = [pytest.param(one, id=one.name) for one in DESCRIPTIONS if one.command]
EVENTS = {
    event["auditID"]: event
    for event in map(json.loads, (FOLDER / "kubernetes" / "sample.log").read_text().splitlines())
}
COLUMNS = {**TEXT_FIELDS, **TIME_FIELDS, **OBJECT_FIELDS}
LEAST_READ = 60


def expected(event: dict[str, Any], field: str) -> Any:
    """The value of a field as its column has it."""
    if field in TIME_FIELDS:
        return datetime.fromisoformat(event[field]).astimezone(UTC).replace(tzinfo=None)
    return event.get(field)


def test_every_folder_has_a_description_and_samples() -> None:
    """None is left out of the table in the docs."""
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert {one.name for one in DESCRIPTIONS} == folders
    for one in DESCRIPTIONS:
        assert one.samples, one.name
        assert one.address.startswith("https://"), one.name


def test_at_least_sixty_formats_are_read() -> None:
    """Combinations do not count: each is a format of its own."""
    titles = {one.title for one in DESCRIPTIONS if not one.command}
    assert len(titles) == sum(not one.command for one in DESCRIPTIONS) >= LEAST_READ
    assert len(EVENTS) == 2


@pytest.mark.parametrize(("description", "sample"), READ)
def test_a_sample_is_read_field_by_field(description: Any, sample: Path, tmp_path: Path) -> None:
    """Each field is in its column as in the event that was wrapped, and nothing is unreadable."""
    summary, rows = read(tmp_path, sample.read_bytes(), sample.name)
    assert (summary.faults, summary.quarantine, summary.balance.unaccounted_bytes) == ([], [], 0)
    assert {row["AuditId"] for row in rows} == EVENTS.keys()
    for row in rows:
        event = EVENTS[row["AuditId"]]
        assert (row["LogDamage"], row["IsPartial"]) == (None, False)
        assert row["TimeGenerated"] is not None
        for field, column in COLUMNS.items():
            if column not in description.omits:
                assert row[column] == expected(event, field), column


@pytest.mark.parametrize("description", REFUSED)
def test_a_file_that_is_not_read_is_refused_with_the_converting_command(
    description: Any, tmp_path: Path
) -> None:
    """One reason for the file, not one for each of its lines."""
    (sample,) = description.samples
    summary, rows = read(tmp_path, sample.read_bytes(), sample.name)
    (fault,) = summary.faults
    assert (rows, summary.quarantine) == ([], [])
    assert description.command in fault
    assert description.title in fault
