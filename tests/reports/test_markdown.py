"""The comment on a pull request: new, fixed, open, and nothing that a program forges."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import ExitCode
from kubewitness.policies.baseline import NO_BASELINE, added, compare, renewed
from kubewitness.policies.check import CheckResult, check
from kubewitness.reports.markdown import LONGEST_TABLE, MARKER, _cell, markdown
from kubewitness.sources.load import load
from kubewitness.sources.loaded import NotLoaded, SourceFault, Violation
from support.states import state_resource, write_state

TODAY = date(2026, 11, 30)
COMMENT_LIMIT = 65_536


def checked(folder: Path, inputs: dict[str, Any], **changes: Any) -> CheckResult:
    """Check a state of one cluster."""
    return check(
        replace(load(write_state(folder, state_resource("aks", inputs=inputs))), **changes)
    )


def sections(text: str) -> list[str]:
    """The headings of a comment."""
    return re.findall(r"^### (.*)$", text, re.MULTILINE)


def test_new_fixed_open_and_added_results_have_their_sections(tmp_path: Path) -> None:
    """Without a baseline everything is new."""
    entra = {"aadProfile": {"managed": True, "enableAzureRBAC": True}}
    bad = checked(tmp_path / "a", {**entra, "disableLocalAccounts": False})
    baseline = renewed(NO_BASELINE, [bad], date(2027, 1, 1))
    assert sections(markdown([bad])) == ["New"]
    same = compare(baseline, [bad], TODAY)
    text = markdown(same.results, hidden=same.hidden, added=added(NO_BASELINE, baseline))
    assert "## kubewitness: nothing new" in text
    assert sections(text) == ["Added to the baseline by this change"]
    assert f"Open in the baseline ({len(baseline.results)})" in text
    good = checked(tmp_path / "b", {**entra, "disableLocalAccounts": True})
    better = compare(baseline, [good], TODAY)
    text = markdown(better.results, hidden=better.hidden, fixed=better.fixed)
    assert sections(text) == ["Fixed: remove from the baseline"]


def test_the_same_results_are_the_same_comment(tmp_path: Path) -> None:
    """So that a second run on an unchanged branch changes nothing."""
    first, second = (markdown([checked(tmp_path / name, {})]) for name in ("a", "a"))
    assert first == second
    assert first.startswith(MARKER)


def test_what_could_not_be_checked_is_the_headline(tmp_path: Path) -> None:
    """Nothing new in the rest would read like a pass."""
    lost = NotLoaded("infra", "dev", ExitCode.USAGE, (SourceFault("does not start"),))
    text = markdown([checked(tmp_path, {})], [lost])
    assert "## kubewitness: not everything could be checked" in text
    assert sections(text)[0] == "Not checked"


@given(st.text())
def test_no_text_of_a_program_is_markdown_html_or_a_mention(text: str) -> None:
    """Every punctuation mark is written as its number, and the whole is code."""
    cell = _cell(text)
    inner = re.fullmatch(r"<code>(.*)</code>|", cell)
    assert inner is not None
    left = re.sub(r"&#\d+;", "", inner[1] or "")
    assert not re.search(r"[!-/:-@\[-`{-~\n]", left)


def test_a_comment_of_any_estate_is_below_the_limit_of_github(tmp_path: Path) -> None:
    """What is left out is counted."""
    violations = tuple(
        Violation("acme", f"p{i}", "mandatory", f"urn::{i}", "<" * 5000) for i in range(500)
    )
    text = markdown([checked(tmp_path, {}, violations=violations)])
    assert len(text) < COMMENT_LIMIT
    assert re.search(r"^and \d+ more$", text, re.MULTILINE)
    assert 5 * LONGEST_TABLE < COMMENT_LIMIT
