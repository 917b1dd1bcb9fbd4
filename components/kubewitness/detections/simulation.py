"""Which attacks a detection would find if only some of their events were logged.

The malicious cases of every rule are put through what a cluster's settings let pass, and the rules
are run on what is left: nobody has to keep a second list of what each rule reads.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.registry import cases
from kubewitness.detections.rule import Rule
from kubewitness.errors import NothingToCheckError
from kubewitness.logs.ingest import ingest
from kubewitness.logs.inputs import find_log_files
from kubewitness.logs.query import open_for_queries, run_kql
from kubewitness.logs.store import open_store

Event = Mapping[str, Any]
"""An event of `audit.k8s.io/v1`, or a row of another table, as it stands in a case."""

Kind = Literal["malicious", "benign"]
"""Which of the cases that come with a rule."""

Passes = Callable[[Event], Event | None]
"""What is left of an event; None for nothing."""

_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SLOT: Final = timedelta(days=4)
"""Each case has days of its own, so that no two of them make a burst together."""

_TIMES: Final = (
    "requestReceivedTimestamp",
    "stageTimestamp",
    "TimeGenerated",
    "EventSubmissionTimestamp",
)
_BODIES: Final = ("requestObject", "responseObject")
_IDS: Final = ("auditID", "CorrelationId", "OperationId", "EventDataId")


def attacks_found(rules: Sequence[Rule], passes: Passes) -> dict[str, frozenset[str]]:
    """Return the names of the malicious cases that each rule still finds.

    Args:
        rules: of ours, each with its cases.
        passes: what is left of each event.
    """
    found = hunt_cases(rules, passes=passes)
    return {rule.slug: frozenset(found[rule.slug]) for rule in rules}


def hunt_cases(
    rules: Sequence[Rule], kind: Kind = "malicious", *, passes: Passes = lambda event: event
) -> dict[str, dict[str, list[Finding]]]:
    """Run each rule on its cases, among those of all the others.

    Args:
        rules: of ours, each with its cases.
        kind: which cases.
        passes: what is left of each event.

    Returns:
        By rule and case, what the rule found in it; no entry for a case in which it found nothing.
    """
    slots = _slots(rules, kind)
    found: dict[str, dict[str, list[Finding]]] = {rule.slug: {} for rule in rules}
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        log = Path(folder) / "cases.ndjson"
        write_log(log, rules, kind, passes=passes)
        for finding in _hunt(log, rules):
            owner, name = slots[_slot(finding.time)] if finding.time else (None, "")
            if owner is finding.rule:
                found[owner.slug].setdefault(name, []).append(finding)
    return found


def write_log(
    path: Path,
    rules: Sequence[Rule],
    kind: Kind = "malicious",
    *,
    passes: Passes = lambda event: event,
) -> None:
    """Write the cases of all rules into one log, each in days of its own.

    Args:
        path: of the log.
        rules: of ours, each with its cases.
        kind: which cases.
        passes: what is left of each event.
    """
    with path.open("w", encoding="utf-8") as file:
        for index, (rule, name) in enumerate(_slots(rules, kind)):
            for event in _events(cases(rule, kind)[name]):
                left = passes(event)
                if left is not None:
                    moved = _moved(left, f"{rule.slug}/{name}", index)
                    file.write(json.dumps(moved, separators=(",", ":")) + "\n")


def _slots(rules: Sequence[Rule], kind: Kind) -> list[tuple[Rule, str]]:
    return [(rule, name) for rule in rules for name in cases(rule, kind)]


def kept(transformation: str, rules: Sequence[Rule]) -> frozenset[int]:
    """Return which events of the malicious cases a transformation of AKSAudit keeps.

    Args:
        transformation: KQL over `source`, as a data collection rule has it.
        rules: of ours.

    Returns:
        The identities of the events, which are the same objects for whoever reads the cases.

    Raises:
        InputError: DuckDB cannot run it.
    """
    events = [
        event
        for rule in rules
        for path in cases(rule, "malicious").values()
        for event in _events(path)
        if "auditID" in event
    ]
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        log = Path(folder) / "cases.ndjson"
        numbered = ({**event, "auditID": str(number)} for number, event in enumerate(events))
        log.write_text("".join(f"{json.dumps(event)}\n" for event in numbered), "utf-8")
        store = _store(log)
        with open_for_queries(store) as connection:
            text = f"let source = AKSAudit;\n{transformation}| project AuditId"
            return frozenset(id(events[int(row[0])]) for row in run_kql(connection, text).rows())


@cache
def _events(path: Path) -> tuple[Event, ...]:
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


def _moved(event: Event, case: str, index: int) -> Event:
    """Return an event in its case's days, with an id that no other case has."""
    times = {name: event[name] for name in _TIMES if event.get(name)}
    first = min(datetime.fromisoformat(text) for text in times.values())
    start = _FIRST_DAY + index * _SLOT + timedelta(days=1)
    shift = timedelta(days=(start.date() - first.date()).days)
    moved = {
        name: (datetime.fromisoformat(text) + shift).isoformat().replace("+00:00", "Z")
        for name, text in times.items()
    }
    ids = {
        name: str(uuid5(NAMESPACE_URL, f"{case}{event[name]}")) for name in _IDS if name in event
    }
    # The server writes into an object when it was changed: on the day of the request.
    days = str(first.date()), str(start.date())
    bodies = {
        name: json.loads(json.dumps(event[name]).replace(*days))
        for name in _BODIES
        if name in event
    }
    return {**event, **moved, **ids, **bodies}


def _hunt(log: Path, rules: Sequence[Rule]) -> Iterator[Finding]:
    try:
        with open_for_queries(_store(log)) as connection:
            engine = LocalEngine(connection, rules)
            for rule in rules:
                yield from engine.run(rule)
    except NothingToCheckError:
        return


def _store(log: Path) -> Path:
    store = log.with_suffix(".store")
    with open_store(store) as connection:
        ingest(connection, find_log_files([str(log)]))
    return store


def _slot(time: datetime) -> int:
    return (time.replace(tzinfo=UTC) - _FIRST_DAY) // _SLOT
