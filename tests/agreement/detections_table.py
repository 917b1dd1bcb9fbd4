"""The page that shows what our detections make of the events of others."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from agreement.detections import SAME, Agreement, agreement
from agreement.differences import DIFFERENCES
from agreement.stratus_techniques import rows as stratus_rows
from support.paths import ROOT

PAGE: Final = ROOT / "docs" / "prove" / "detection-agreement.md"

INSTEAD: Final = {(d.rule, test): d.instead for d in DIFFERENCES for test in d.tests}
"""Other detections that find an attack, by their rule and test."""

_INTRODUCTION: Final = """\
# Agreement with events of others

Our detections are tested with events that we wrote. This page puts them to events that others
wrote: the unit tests of the rules on Kubernetes in [Panther's
analyses](https://github.com/panther-labs/panther-analysis) (Apache 2.0) and the pages of [Stratus
Red Team](https://stratus-red-team.cloud/attack-techniques/kubernetes/) (Apache 2.0). The events are
not part of this project. `make docs` generates the page if they are available. Tests fail if the
page is stale, if a difference has no reason, and if a reason explains nothing.

Every detection reads every event. A benign event counts as flagged if a detection for the same
subject as their rule fires. Many events are abridged. Fields that kube-apiserver always writes are
added if they are missing: stage, audit ID, time, and code 200 without a status. If their rule fires
only on a number of events, our detection receives as many, each for another object: with another
name, or, if the object has no name or the event is Google's, in another namespace.
"""

_FOUND_OTHERWISE: Final = """\

## Attacks that another detection finds
"""

_NOT_FOUND: Final = """\

## Attacks that are not found
"""

_FLAGGED: Final = """\

## Benign events that we flag
"""

_STRATUS: Final = """\

## Techniques of Stratus Red Team
"""


@cache
def agreements() -> tuple[Agreement, ...]:
    """What came of each of their tests."""
    with TemporaryDirectory() as folder:
        return tuple(agreement(Path(folder)))


def is_found(one: Agreement) -> bool:
    """Whether a detection for the same thing fires, or one that the table accepts instead."""
    return bool(one.same or one.found & {*INSTEAD.get((one.rule, one.test), ())})


def differs(one: Agreement) -> bool:
    """Whether a detection for the same thing says otherwise than their rule."""
    return bool(one.same) is not one.is_attack


def page() -> str:
    """The page, complete."""
    return "\n".join(
        (
            _INTRODUCTION,
            *_figures(),
            _FOUND_OTHERWISE,
            *_differences(attacks=True, instead=True),
            _NOT_FOUND,
            *_differences(attacks=True, instead=False),
            _FLAGGED,
            *_differences(attacks=False, instead=False),
            _STRATUS,
            *_table(("technique", "found by", "events"), list(stratus_rows())),
            "",
        )
    )


def _figures() -> Iterator[str]:
    counted = [(_code(rule), *_counts([rule]), _codes(ours)) for rule, ours in SAME.items()]
    header = ("their rule", "attacks", "found", "benign", "flagged", "our detections")
    yield from _table(header, [*counted, ("all", *_counts([*SAME]), "")])


def _counts(rules: Sequence[str]) -> tuple[str, str, str, str]:
    """Attacks, how many are found, benign ones, how many are flagged."""
    mine = [one for one in agreements() if one.rule in rules]
    attacks = [one for one in mine if one.is_attack]
    benign = [one for one in mine if not one.is_attack]
    found, flagged = sum(map(is_found, attacks)), sum(bool(one.same) for one in benign)
    return str(len(attacks)), str(found), str(len(benign)), str(flagged)


def _differences(*, attacks: bool, instead: bool) -> Iterator[str]:
    kinds = {(one.rule, one.test): one.is_attack for one in agreements()}
    rows = [
        (_code(d.rule), "; ".join(d.tests), d.reason, *([_codes(d.instead)] if instead else []))
        for d in DIFFERENCES
        if kinds[d.rule, d.tests[0]] is attacks and bool(d.instead) is instead
    ]
    header = ("their rule", "test", "reason", *(["found by"] if instead else []))
    yield from _table(header, rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(row)} |"


def _codes(names: Sequence[str]) -> str:
    return ", ".join(map(_code, names))


def _code(name: str) -> str:
    return f"`{name}`"
