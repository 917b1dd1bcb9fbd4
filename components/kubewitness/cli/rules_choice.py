"""Which rules `kubewitness hunt` runs: ours, or those that somebody brings."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kubewitness.detections.doubts import UNCHECKED, doubts
from kubewitness.detections.registry import (
    all_rules,
    bring_rules,
    find_rules,
    no_such_rule,
    own_names,
)
from kubewitness.detections.rule import SEVERITIES, Rule, Severity
from kubewitness.errors import InputError

BY_DEFAULT: Final[Severity] = "Low"
"""The least that is looked for among our rules; of those that somebody brings all are."""


@dataclass(frozen=True)
class Choice:
    """What is wanted.

    Attributes:
        rules: to run.
        rejected: why rules of Sigma cannot be run, by their names.
        notes: what is wrong with rules of Sigma that are run.
        is_brought: whether somebody brought them.
    """

    rules: Sequence[Rule]
    rejected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_brought: bool = False


def choose_rules(names: Sequence[str], paths: Sequence[Path], severity: Severity | None) -> Choice:
    """Choose the rules of a hunt.

    Args:
        names: of rules, whatever their severity; none for all.
        paths: of rules to choose among instead of ours.
        severity: the least; None: low of ours, and of others any.

    Raises:
        InputError: there is no such rule, or no rule at all; or a file is faulty.
    """
    if not paths:
        named = find_rules(names)
        return Choice(named if names else _so_severe(named, severity or BY_DEFAULT))
    choice = _brought(paths)
    if names:
        return _named(choice, names)
    if severity is None:
        return choice
    rules = _so_severe(choice.rules, severity)
    if not rules and choice.rules:
        worst = min((rule.severity for rule in choice.rules), key=SEVERITIES.index)
        raise InputError(f"--severity {severity.lower()}: the worst of these rules is {worst}")
    return Choice(rules, choice.rejected, choice.notes, is_brought=True)


def _brought(paths: Sequence[Path]) -> Choice:
    brought = bring_rules(paths)
    rejected = [(each.reason,) for each in brought.rejected]
    slugs = [rule.slug for rule in brought.rules] + [each.slug for each in brought.rejected]
    own = list(own_names(slugs))
    rules = [
        rule.model_copy(update={"slug": slug})
        for rule, slug in zip(brought.rules, own, strict=False)
    ]
    of_rejected = dict(zip(own[len(rules) :], rejected, strict=True))
    return Choice(rules, of_rejected, brought.notes, is_brought=True)


def _named(choice: Choice, names: Sequence[str]) -> Choice:
    rules = {rule.slug: rule for rule in choice.rules}
    known = {*rules, *choice.rejected}
    if unknown := [name for name in names if name not in known]:
        raise InputError(*(_unknown(name, sorted(known)) for name in unknown))
    wanted = dict.fromkeys(names)
    return Choice(
        [rules[name] for name in wanted if name in rules],
        {name: why for name, why in choice.rejected.items() if name in wanted},
        choice.notes,
        is_brought=True,
    )


def _unknown(name: str, known: Sequence[str]) -> str:
    if any(rule.slug == name for rule in all_rules()):
        return f"`{name}` is one of kubewitness' own rules: hunt with it by another call"
    return no_such_rule(name, known, f"these rules are {', '.join(known[:10])}")


def _so_severe(rules: Sequence[Rule], least: Severity) -> list[Rule]:
    wanted = SEVERITIES[: SEVERITIES.index(least) + 1]
    return [rule for rule in rules if rule.severity in wanted]


def warnings_of(choice: Choice, refused: Container[str]) -> Iterator[str]:
    """Yield what rules that somebody brought seek in vain, each once.

    Args:
        choice: of rules.
        refused: the names of those that are not run, which is told elsewhere.
    """
    yield from choice.notes
    for rule in choice.rules if choice.is_brought else ():
        found = doubts(rule) if rule.slug not in refused else ()
        if UNCHECKED in found:
            yield UNCHECKED
            return
        yield from (f"{rule.slug}: {doubt}" for doubt in found)
