"""A baseline: the results of an estate before the check was introduced, each hidden until a day.

A result is one reason of a violation or of an undecided verdict, or one violation of another pack.
Its fingerprint ignores line numbers. It contains the message: a second range that is too wide, and
a second undecided reason with the same code, are new results.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from kubewitness.documents.explain import validate
from kubewitness.documents.reader import read_yaml
from kubewitness.policies.check import CheckResult
from kubewitness.policies.exemptions import POLICY_ERROR
from kubewitness.policies.verdict import Judgement, Outcome, Reason, Verdict
from kubewitness.printable import printable
from kubewitness.sources.loaded import Loaded, Violation

_HEADING: Final = """\
# Results that `kubewitness check --baseline` hides until they expire.
# `kubewitness check --write-baseline` adds new results and removes fixed ones.
"""


class BaselineEntry(BaseModel):
    """A result that the baseline hides.

    Attributes:
        source: project and stack of the result, or the source where it has no stack.
        policy: the policy that reported it.
        result: the result as text, for readers of the file.
        fingerprint: what identifies the result.
        expires: the last day on which it is hidden, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    policy: str
    result: str = ""
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    expires: date


class Baseline(BaseModel):
    """A baseline file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    results: tuple[BaselineEntry, ...] = ()


NO_BASELINE: Final = Baseline(version=1)


@dataclass(frozen=True)
class Compared:
    """The results of a check, compared with a baseline.

    Attributes:
        results: of each source, without what the baseline hides.
        hidden: entries that hide a result.
        fixed: entries of these sources whose result is gone.
    """

    results: tuple[CheckResult, ...]
    hidden: tuple[BaselineEntry, ...] = ()
    fixed: tuple[BaselineEntry, ...] = ()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        InputError: with every fault in the file.
    """
    return validate(read_yaml(path), Baseline)


def baseline_text(baseline: Baseline) -> str:
    """Return the file of a baseline: YAML in a stable order."""
    entries = sorted(baseline.results, key=lambda one: (one.source, one.policy, one.fingerprint))
    document = {"version": 1, "results": [entry.model_dump(mode="json") for entry in entries]}
    return _HEADING + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def renewed(baseline: Baseline, results: Sequence[CheckResult], expires: date) -> Baseline:
    """Return a baseline of all results, without those that are fixed.

    Entries keep the day on which they expire. Entries of sources that were not checked stay.

    Args:
        baseline: the baseline until now.
        results: of the sources that were checked, without any baseline.
        expires: the last day of each new entry.
    """
    known = {entry.fingerprint: entry for entry in baseline.results}
    found = {one.fingerprint: one for result in results for one in _entries(result, expires)}
    checked = {_source(result.loaded) for result in results}
    others = [entry for entry in baseline.results if entry.source not in checked]
    entries = [known.get(fingerprint, entry) for fingerprint, entry in found.items()]
    return Baseline(version=1, results=tuple(dict.fromkeys([*others, *entries])))


def compare(baseline: Baseline, results: Sequence[CheckResult], today: date) -> Compared:
    """Hide the results that a baseline contains.

    An entry that has expired hides nothing, and its result has a note.
    """
    valid = {one.fingerprint for one in baseline.results if one.expires >= today}
    found = {one.fingerprint for result in results for one in _entries(result, today)}
    checked = {_source(result.loaded) for result in results}
    hidden = [one for one in baseline.results if one.fingerprint in valid & found]
    gone = [one for one in baseline.results if one.fingerprint not in found]
    expired = [one for one in baseline.results if one.fingerprint in found - valid]
    return Compared(
        tuple(_without(result, valid, expired) for result in results),
        tuple(hidden),
        tuple(one for one in gone if one.source in checked),
    )


def added(before: Baseline, after: Baseline) -> tuple[BaselineEntry, ...]:
    """Return the entries that one baseline has and an earlier one does not, or with a later end."""
    known = {entry.fingerprint: entry.expires for entry in before.results}
    return tuple(
        entry for entry in after.results if known.get(entry.fingerprint, date.min) < entry.expires
    )


def _without(result: CheckResult, valid: set[str], expired: Sequence[BaselineEntry]) -> CheckResult:
    loaded, source = result.loaded, _source(result.loaded)
    verdicts = [_left(source, verdict, valid) for verdict in result.verdicts]
    violations = [
        one for one in loaded.violations if _of_violation(source, one).fingerprint not in valid
    ]
    removed = len(loaded.violations) - len(violations)
    notes = [
        f"expired on {one.expires} in the baseline: {one.policy}: {one.result}"
        for one in expired
        if one.source == source
    ]
    return replace(
        result,
        loaded=replace(loaded, violations=tuple(violations)) if removed else loaded,
        verdicts=tuple(verdict for verdict, _ in verdicts),
        in_baseline=removed + sum(count for _, count in verdicts),
        notes=(*result.notes, *notes),
    )


def _left(source: str, verdict: Verdict, valid: set[str]) -> tuple[Verdict, int]:
    """Return a verdict with the reasons that are not hidden, and how many are."""
    left = [
        reason
        for reason in verdict.judgement.reasons
        if not _can_be_hidden(verdict, reason)
        or _of_reason(source, verdict, reason).fingerprint not in valid
    ]
    count = len(verdict.judgement.reasons) - len(left)
    if not count:
        return verdict, 0
    if left:
        judgement = Judgement(verdict.outcome, tuple(left))
        return replace(verdict, judgement=judgement), count
    judgement = Judgement(Outcome.IN_BASELINE, verdict.judgement.reasons)
    return replace(verdict, judgement=judgement, blocks=False), count


def _entries(result: CheckResult, expires: date) -> Iterator[BaselineEntry]:
    source = _source(result.loaded)
    for verdict in result.verdicts:
        for reason in verdict.judgement.reasons:
            if _can_be_hidden(verdict, reason):
                yield _of_reason(source, verdict, reason, expires)
    for violation in result.loaded.violations:
        yield _of_violation(source, violation, expires)


def _can_be_hidden(verdict: Verdict, reason: Reason) -> bool:
    """Return whether a reason is a result; a fault of the policy itself is never hidden."""
    return verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED) and reason.code != POLICY_ERROR


def _of_reason(
    source: str, verdict: Verdict, reason: Reason, expires: date = date.max
) -> BaselineEntry:
    resource = verdict.resource
    outcome = verdict.outcome.value
    identity = (resource.urn, resource.type, resource.name, reason.code, reason.message)
    return BaselineEntry(
        source=source,
        policy=verdict.policy_id,
        result=printable(f"{outcome}: {resource.name}: {reason.message}"),
        fingerprint=_fingerprint(source, verdict.policy_id, outcome, *identity),
        expires=expires,
    )


def _of_violation(source: str, violation: Violation, expires: date = date.max) -> BaselineEntry:
    policy = printable(f"{violation.pack}/{violation.policy}")
    return BaselineEntry(
        source=source,
        policy=policy,
        result=printable(f"{violation.level}: {violation.urn}: {violation.message}"),
        fingerprint=_fingerprint(source, policy, violation.level, violation.urn, violation.message),
        expires=expires,
    )


def _fingerprint(*parts: str) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _source(loaded: Loaded) -> str:
    stack = loaded.stack
    return printable(f"{stack.project}/{stack.name}" if stack.name else loaded.source)
