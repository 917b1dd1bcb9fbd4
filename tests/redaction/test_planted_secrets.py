"""No planted secret appears in what is shown of a log, in a message, or in an error."""

import json
from pathlib import Path

import pytest

from support.command import read, run
from support.planted_secrets import PlantedLog, found_in

OUTPUTS = (
    ("timeline", "--no-findings"),
    ("timeline", "--no-findings", "--format", "json"),
    ("access",),
    ("access", "--format", "json"),
    ("access", "--format", "yaml"),
    ("hunt", "--severity", "informational"),
    ("hunt", "--severity", "informational", "--format", "json"),
)


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> tuple[Path, PlantedLog]:
    """A store of a log with secrets in every place; `--cases` sets the number of events."""
    folder = tmp_path_factory.mktemp("planted")
    log = PlantedLog(seed=4)
    lines = log.lines(pytestconfig.getoption("cases"))
    (folder / "audit.log").write_text("\n".join(lines), "utf-8")
    read(folder / "logs.store", folder / "audit.log")
    return folder / "logs.store", log


@pytest.mark.parametrize("words", OUTPUTS, ids=" ".join)
def test_no_output_has_a_planted_secret(
    capsys: pytest.CaptureFixture[str], planted: tuple[Path, PlantedLog], words: tuple[str, ...]
) -> None:
    """Neither the result nor what is said besides."""
    store, log = planted
    limit = () if "json" in words or "access" in words else ("--limit", "100000")
    _, out, err = run(capsys, *words, *limit, store)
    assert len(log.secrets) >= 200
    assert len(out) > 500
    assert list(found_in(out + err, log.secrets)) == []


def test_commands_are_shown_on_request(
    capsys: pytest.CaptureFixture[str], planted: tuple[Path, PlantedLog]
) -> None:
    """The test above would pass if nothing were shown at all."""
    store, log = planted
    words = ("timeline", store, "--no-findings", "--show-commands", "--format", "json")
    _, out, _ = run(capsys, *words)
    shown = {place.partition(",")[0] for place, _ in found_in(out, log.secrets)}
    assert shown == {"command"}
    assert any("mysql" in entry.get("command", "") for entry in json.loads(out)["entries"])


def test_a_query_returns_what_is_stored(
    capsys: pytest.CaptureFixture[str], planted: tuple[Path, PlantedLog]
) -> None:
    """Secrets, too: its help says so."""
    store, log = planted
    _, out, _ = run(capsys, "query", "AKSAudit", store, "--format", "json")
    assert len(list(found_in(out, log.secrets))) > 100
