"""Verdicts as annotations of GitHub Actions, which appear in the lines of a pull request.

Source: GitHub docs, "Workflow commands for GitHub Actions".
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from kubewitness.policies.check import CheckResult
from kubewitness.policies.messages import explain
from kubewitness.policies.registry import find_policy
from kubewitness.policies.verdict import Outcome
from kubewitness.printable import printable_lines
from kubewitness.reports.table import summary_line
from kubewitness.source_position import SourcePosition
from kubewitness.sources.loaded import NotLoaded

_IN_MESSAGES: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES: Final = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def annotations(results: Sequence[CheckResult], not_loaded: Sequence[NotLoaded] = ()) -> str:
    """Return a line for each annotation, then the line that counts.

    Args:
        results: of the sources that were checked.
        not_loaded: those that could not be.
    """
    lines = [
        annotation("error", fault.position, one.source, fault.message)
        for one in not_loaded
        for fault in one.faults
    ]
    for result in results:
        lines += [*_verdicts(result), *_others(result)]
    return "\n".join([*lines, summary_line(results), ""])


@contextmanager
def commands_ignored(*, is_github: bool) -> Iterator[None]:
    """Keep a program that prints `::error …` from adding annotations of its own while it runs.

    Args:
        is_github: whether annotations are written at all.
    """
    token = uuid4().hex
    if is_github:
        print(f"::stop-commands::{token}", file=sys.stderr, flush=True)  # noqa: T201 its log is ours
    try:
        yield
    finally:
        if is_github:
            print(f"::{token}::", file=sys.stderr, flush=True)  # noqa: T201 same reason


def _verdicts(result: CheckResult) -> Iterator[str]:
    for verdict in result.verdicts:
        if verdict.outcome not in (Outcome.FAIL, Outcome.UNDECIDED):
            continue
        policy = find_policy(verdict.policy_id)
        yield annotation(
            "error" if verdict.blocks else "warning",
            result.loaded.position_of(verdict.resource),
            f"{verdict.outcome.value.upper()} {policy.id}: {policy.title}",
            explain(policy, verdict),
        )


def _others(result: CheckResult) -> Iterator[str]:
    """Yield what other packs reported, what the program logged and what could not be read."""
    loaded = result.loaded
    for one in loaded.violations:
        level = "error" if one.blocks else "warning"
        title = f"{one.pack}/{one.policy}"
        yield annotation(level, loaded.position_of_urn(one.urn), title, one.message)
    for logged in loaded.warnings:
        position = loaded.position_of_urn(logged.urn)
        yield annotation(logged.level, position, loaded.source, logged.message)
    for unread in loaded.unreadable:
        yield annotation("error", loaded.project_file, loaded.source, f"unreadable: {unread}")


def annotation(level: str, position: SourcePosition | None, title: str, message: str) -> str:
    """Return an annotation of a line.

    Args:
        level: `error`, `warning` or `notice`.
        position: of the line; None for an annotation of the whole run.
    """
    properties = {"title": title}
    if position:
        properties = {"file": position.file, "line": str(position.line), **properties}
    written = ",".join(
        f"{key}={_escaped(value, _IN_PROPERTIES)}" for key, value in properties.items()
    )
    return f"::{level} {written}::{_escaped(message, _IN_MESSAGES)}"


def _escaped(text: str, characters: dict[str, str]) -> str:
    return "".join(characters.get(letter, letter) for letter in printable_lines(text))
