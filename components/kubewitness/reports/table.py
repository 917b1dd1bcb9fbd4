"""Verdicts for people: what is wrong, where, and how to fix it, then one line that counts."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from kubewitness.graph.resources import Resource
from kubewitness.policies.check import CheckResult
from kubewitness.policies.messages import explain
from kubewitness.policies.registry import find_policy
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.printable import printable
from kubewitness.reports.collected import collected
from kubewitness.reports.console import cell, print_text
from kubewitness.reports.json_report import summarise
from kubewitness.source_position import SourcePosition
from kubewitness.sources.loaded import Loaded

_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.UNDECIDED: "bold yellow",
    Outcome.EXEMPT: "bold",
    Outcome.COLLECTED_ELSEWHERE: "bold",
}

_LEVEL_STYLES = {"warning": "bold yellow", "error": "bold red"}


def print_results(console: Console, results: Sequence[CheckResult], *, tree: bool) -> None:
    """Print what failed or is undecided, what the program logged, then the summary line.

    With `tree`, print each source's resources and what is collected where, too.
    """
    for result in results:
        if len(results) > 1:
            print_text(console, f"{result.loaded}: exit code {result.exit_code.value}\n", "bold")
        if tree:
            _print_tree(console, result)
        for same in _alike(result.verdicts):
            _print_verdicts(console, result.loaded, same)
        _print_violations(console, result.loaded)
        _print_unanswered(console, result)
        for one in result.loaded.warnings:
            message = one.message.replace("\n", "\n  ")  # each line is part of the message
            print_text(console, f"{one.level}: {message}\n", _LEVEL_STYLES[one.level])
        for note in result.notes:
            print_text(console, f"note: {printable(note)}\n")
    print_text(console, summary_line(results))


def summary_line(results: Sequence[CheckResult]) -> str:
    """Return the counts as text."""
    counts = summarise(results)
    clusters = sum(len(result.graph.clusters) for result in results)
    return (
        f"{clusters} cluster{'' if clusters == 1 else 's'}: checked {counts.checked}, "
        f"failed {counts.failed}, undecided {counts.undecided}, exempt {counts.exempt}, "
        f"collected elsewhere {counts.collected_elsewhere}, not assessed {counts.not_assessed}, "
        f"unreadable {counts.unreadable}"
        + (f", hidden by the baseline {counts.in_baseline}" if counts.in_baseline else "")
    )


def _alike(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Group what is worth printing: the same words on one resource by several policies together.

    A resource that cannot be read is undecided for every policy; ten repetitions would not help.
    """
    groups: dict[object, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.outcome in _STYLES:
            is_undecided = verdict.outcome is Outcome.UNDECIDED
            words = verdict.judgement if is_undecided else verdict.policy_id
            key = (verdict.resource.urn, verdict.resource.name, words, verdict.blocks)
            groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def _print_verdicts(console: Console, loaded: Loaded, verdicts: list[Verdict]) -> None:
    first = verdicts[0]
    policy = find_policy(first.policy_id)
    stops = first.blocks or first.outcome not in (Outcome.FAIL, Outcome.UNDECIDED)
    word = first.outcome.value.upper() + ("" if stops else " (does not block)")
    names = ", ".join(verdict.policy_id for verdict in verdicts)
    title = f": {policy.title}" if len(verdicts) == 1 else ""
    print_text(console, f"{word} {names}{title}", _STYLES[first.outcome])
    print_text(console, f"{_at(loaded.position_of(first.resource))}{explain(policy, first)}\n")


def _print_violations(console: Console, loaded: Loaded) -> None:
    for one in loaded.violations:
        print_text(console, f"{one.level.upper()} {one.pack}/{one.policy}", "bold red")
        print_text(console, f"{_at(loaded.position_of_urn(one.urn))}{one.urn}\n{one.message}\n")


def _at(position: SourcePosition | None) -> str:
    """Return the beginning of a line that editors and terminals turn into a link."""
    return f"{position}: " if position else ""


def _print_unanswered(console: Console, result: CheckResult) -> None:
    undecided = any(verdict.outcome is Outcome.UNDECIDED for verdict in result.verdicts)
    if undecided and result.loaded.unanswered:
        listed = ", ".join(result.loaded.unanswered)
        print_text(console, f"Missing answers that may decide it: {listed}\n")


def _print_tree(console: Console, result: CheckResult) -> None:
    root = Tree(cell(str(result.loaded)))
    branches = {"": root}
    for resource in sorted(result.resources, key=_depth_and_urn):
        parent = branches.get(resource.parent, root)
        branches[resource.urn] = parent.add(cell(_label(resource)))
    console.print(root)
    rows = collected(result.graph)
    if rows:
        table = Table("cluster", "category", "setting", "destination", "table", box=None)
        for row in rows:
            shown = (row.cluster, row.category, row.setting, row.destination, row.table)
            table.add_row(*map(cell, shown))
        print_text(console, "\nCollected:")
        console.print(table)
    console.print()


def _depth_and_urn(resource: Resource) -> tuple[int, str]:
    """Return a key that sorts parents first, then by name: the order of registration varies."""
    kinds = resource.urn.split("::")[2:3]  # of itself and its parents; an Azure id has none
    return "".join(kinds).count("$"), resource.urn


def _label(resource: Resource) -> str:
    return f"{resource.name}  {resource.type}"
