"""`kubewitness timeline`: its options, errors and exit codes, and what a table shows."""

from pathlib import Path

import pytest

from kubewitness.errors import ExitCode
from log_generator.intrusion import MALLORY, POD, lines
from support.command import read, run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one intrusion."""
    folder = tmp_path_factory.mktemp("timeline")
    (folder / "audit.log").write_bytes(b"".join(lines()))
    read(folder / "logs.store", folder / "audit.log")
    return folder / "logs.store"


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (("--object", "a", "--service-account", "b"), ("`a`: write an object", "b: write it")),
        (("--pod", "web"), ("--pod web: write it as NAMESPACE/NAME",)),
        (("--finding", "x", "--no-findings"), ("remove --no-findings",)),
        (("--finding", "", "--no-findings"), ("remove --no-findings",)),
        (("--since", "yesterday"), ("`yesterday`",)),
    ],
)  # fmt: skip
def test_bad_options_are_explained_at_once(
    words: tuple[str, ...],
    reasons: tuple[str, ...],
    store: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An answer that was not restricted would be taken for one that was."""
    code, out, err = run(capsys, "timeline", store, *words)
    assert (code, out) == (ExitCode.USAGE, "")
    assert all(reason in err for reason in reasons), err


def test_a_selection_without_events_is_no_quiet_answer(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt user has an exit code of its own."""
    code, _, err = run(capsys, "timeline", store, "--user", "malory@shop.example", "--no-findings")
    assert code == ExitCode.NOTHING
    assert "no event is selected" in err


def test_options_select_what_satisfies_all_of_them(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here one request and what it rests on, in a table with what the log cannot show."""
    words = ("--user", MALLORY.upper(), "--pod", f"shop/{POD}", "--until", "2026-03-02T10:01:30Z")
    code, out, _ = run(capsys, "timeline", store, *words, "--no-findings")
    assert code == ExitCode.OK
    assert f"{MALLORY}  exec  pods/shop/{POD}  allowed\n    command: cat /var/run/" in out
    assert "not visible in this log: operations in Azure" in out
    assert "denied 0, findings 0" in out


def test_a_limit_states_how_much_is_left_out(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary counts everything."""
    _, out, _ = run(capsys, "timeline", store, "--limit", "3", "--no-findings")
    assert "and 35 more; `--limit` shows more, json all" in out
    assert "entries 38" in out
