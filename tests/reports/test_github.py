"""Annotations of GitHub Actions: one line each, whatever is in the names and messages."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from kubewitness.errors import ExitCode
from kubewitness.policies.check import check
from kubewitness.reports.github import annotations
from kubewitness.source_position import SourcePosition
from kubewitness.sources.load import load
from kubewitness.sources.loaded import LogMessage, NotLoaded, SourceFault, Violation
from support.states import state_resource, write_state

COMMAND = re.compile(r"::(error|warning) (?:file=([^,:]+),line=(\d+),)?title=([^,:]+)::(.*)")


def lines(tmp_path: Path, name: str = "aks", **changes: Any) -> list[str]:
    """Return the annotations of a state with one cluster, and the last line."""
    said = {"sourcePosition": "project:///a,b:c%25/__main__.py#12"}
    loaded = load(write_state(tmp_path, state_resource(name, **said)))
    return annotations([check(replace(loaded, **changes))]).splitlines()


def test_each_verdict_is_one_line_with_file_line_title_and_message(tmp_path: Path) -> None:
    """A violation that blocks is an error, and the last line counts."""
    *found, last = lines(tmp_path)
    parsed = [COMMAND.fullmatch(line) for line in found]
    assert all(parsed)
    (logs,) = (one for one in parsed if one and one[4].startswith("FAIL aks-audit-logs%3A "))
    assert logs.group(1, 2, 3) == ("error", "a%2Cb%3Ac%25/__main__.py", "12")
    assert "`aks` (azure-native:containerservice:ManagedCluster)%0A  - " in logs[5]
    assert last.startswith("1 cluster: checked ")


def test_no_name_starts_a_command_or_a_property_of_its_own(tmp_path: Path) -> None:
    """Line breaks, `::`, commas and percent signs are data."""
    evil = "a\n::error file=x::forged\r\n,line=9::%0A\u202e\x1b[2J"
    *found, _ = lines(
        tmp_path,
        name=evil,
        violations=(Violation("acme", evil, "advisory", "", evil),),
        warnings=(LogMessage("warning", evil),),
        unreadable=(evil,),
    )
    assert all(COMMAND.fullmatch(line) for line in found)
    assert all(line.isprintable() for line in found)
    assert not any(line.startswith("::error file=x") for line in found)
    levels = [line[2:].partition(" ")[0] for line in found if "acme/" in line]
    assert levels == ["warning"]


def test_a_source_that_was_not_checked_is_an_error_at_its_line() -> None:
    """An argument error of a component stands beside the line that makes it."""
    fault = SourceFault("wrong", SourcePosition("p/__main__.py", 3))
    failed = NotLoaded("p", "", ExitCode.USAGE, (fault, SourceFault("nowhere")))
    first, second, _ = annotations([], [failed]).splitlines()
    assert first == "::error file=p/__main__.py,line=3,title=p::wrong"
    assert second == "::error title=p::nowhere"
