"""Results as Markdown for a comment on a pull request: what is new, what is fixed, what is open.

GitHub's limit of a comment is 65,536 characters. Names and messages come from programs: no letter
of them is Markdown or HTML, and none mentions a person.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from kubewitness.policies.baseline import BaselineEntry
from kubewitness.policies.check import CheckResult
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.printable import printable, shortened
from kubewitness.reports.table import summary_line
from kubewitness.source_position import SourcePosition
from kubewitness.sources.loaded import NotLoaded

MARKER: Final = "<!-- kubewitness: results -->"
"""The first line, by which the comment of an earlier run is found."""

LONGEST_TABLE: Final = 12_000
"""Characters of each of the five tables; rows beyond them are counted."""

LONGEST_CELL: Final = 300
"""Characters of each cell that are shown."""

_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def markdown(
    results: Sequence[CheckResult],
    not_loaded: Sequence[NotLoaded] = (),
    *,
    hidden: Sequence[BaselineEntry] = (),
    fixed: Sequence[BaselineEntry] = (),
    added: Sequence[BaselineEntry] = (),
) -> str:
    """Return the comment.

    Args:
        results: of the sources that were checked, without what a baseline hides.
        not_loaded: the sources that could not be checked.
        hidden: entries of the baseline that hide a result: what is open.
        fixed: entries of the baseline whose result is gone.
        added: entries that this change adds to the baseline.
    """
    new = [row for result in results for row in _rows(result)]
    blocking = sum(is_blocking for is_blocking, _ in new)
    sections = [
        MARKER,
        f"## kubewitness: {_headline(blocking, len(new), len(not_loaded))}",
        *_not_checked(not_loaded),
        *_table(
            "New", ("effect", "policy", "where", "resource", "reason"), [row for _, row in new]
        ),
        *_entries("Added to the baseline by this change", added),
        *_entries("Fixed: remove from the baseline", fixed),
        *_folded(f"Open in the baseline ({len(hidden)})", _entries("", hidden)),
        _code(summary_line(results)),
    ]
    return "\n\n".join(sections) + "\n"


def _headline(blocking: int, new: int, failed: int) -> str:
    if failed:
        return "not everything could be checked"
    return f"{new} new, {blocking} of them block" if new else "nothing new"


def _rows(result: CheckResult) -> Iterator[tuple[bool, tuple[str, ...]]]:
    loaded = result.loaded
    for verdict in result.verdicts:
        if verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED):
            where = _place(loaded.position_of(verdict.resource), str(loaded))
            yield verdict.blocks, _verdict_row(verdict, where)
    for one in loaded.violations:
        where = _place(loaded.position_of_urn(one.urn), str(loaded))
        name = one.urn.rpartition("::")[2]
        row = (_mark(blocks=one.blocks), f"{one.pack}/{one.policy}", where, name, one.message)
        yield one.blocks, row


def _verdict_row(verdict: Verdict, where: str) -> tuple[str, ...]:
    reasons = "; ".join(reason.message for reason in verdict.judgement.reasons)
    mark = _mark(blocks=verdict.blocks)
    word = "" if verdict.outcome is Outcome.FAIL else "undecided: "
    return mark, verdict.policy_id, where, verdict.resource.name, word + reasons


def _mark(*, blocks: bool) -> str:
    return "blocks" if blocks else "warning"


def _place(position: SourcePosition | None, otherwise: str) -> str:
    return f"{position.file}:{position.line}" if position else otherwise


def _not_checked(not_loaded: Sequence[NotLoaded]) -> list[str]:
    rows = [(one.source, one.stack, fault.message) for one in not_loaded for fault in one.faults]
    return _table("Not checked", ("source", "stack", "why"), rows)


def _entries(title: str, entries: Sequence[BaselineEntry]) -> list[str]:
    rows = [(one.policy, one.source, one.result, f"{one.expires}") for one in entries]
    return _table(title, ("policy", "source", "result", "hidden until"), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Iterable[str]]) -> list[str]:
    if not rows:
        return []
    heading = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    ends = accumulate(len(line) + 1 for line in lines)
    shown = sum(end <= LONGEST_TABLE for end in ends)
    return [
        *([f"### {title}"] if title else []),
        "\n".join([*heading, *lines[:shown]]),
        *([f"and {len(rows) - shown} more"] if shown < len(rows) else []),
    ]


def _folded(title: str, sections: Sequence[str]) -> list[str]:
    if not sections:
        return []
    return [f"<details><summary>{title}</summary>", *sections, "</details>"]


def _cell(text: str) -> str:
    return _code(shortened(text, LONGEST_CELL)) if text else ""


def _code(text: str) -> str:
    """Return text as code, in which GitHub looks for no names of people, and no Markdown in it."""
    plain = printable(" ".join(text.split()))
    entities = _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", plain)
    return f"<code>{entities}</code>"
