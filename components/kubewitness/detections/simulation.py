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
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.registry import cases
from kubewitness.detections.rule import Rule
from kubewitness.errors import NothingToCheckError
from kubewitness.logs.ingest import ingest
from kubewitness.logs.inputs import find_log_files
from kubewitness.logs.query import open_for_queries, run_kql
from kubewitness.logs.store import open_store

Event = Mapping[str, Any]
"""An event of `audit.k8s.io/v1`, or a row of another table, as it stands in a case."""

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
    slots = _slots(rules)
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        log = Path(folder) / "cases.ndjson"
        write_log(log, rules, passes)
        found = _hunt(log, rules)
    return {
        rule.slug: frozenset(
            name
            for index, (owner, name) in enumerate(slots)
            if owner is rule and index in found[rule.slug]
        )
        for rule in rules
    }


def write_log(path: Path, rules: Sequence[Rule], passes: Passes = lambda event: event) -> None:
    """Write the malicious cases of all rules into one log, each in days of its own.

    Args:
        path: of the log.
        rules: of ours, each with its cases.
        passes: what is left of each event.
    """
    with path.open("w", encoding="utf-8") as file:
        for index, (rule, name) in enumerate(_slots(rules)):
            file.writelines(f"{line}\n" for line in _lines(rule, name, index, passes))


def _slots(rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    return [(rule, name) for rule in rules for name in cases(rule, "malicious")]


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


def _lines(rule: Rule, name: str, index: int, passes: Passes) -> Iterator[str]:
    for event in _events(cases(rule, "malicious")[name]):
        left = passes(event)
        if left is not None:
            yield json.dumps(_moved(left, f"{rule.slug}/{name}", index), separators=(",", ":"))


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


def _hunt(log: Path, rules: Sequence[Rule]) -> dict[str, frozenset[int]]:
    """Return the slots in which each rule found something."""
    store = _store(log)
    try:
        with open_for_queries(store) as connection:
            engine = LocalEngine(connection, rules)
            return {
                rule.slug: frozenset(_slot(f.time) for f in engine.run(rule) if f.time)
                for rule in rules
            }
    except NothingToCheckError:
        return {rule.slug: frozenset() for rule in rules}


def _store(log: Path) -> Path:
    store = log.with_suffix(".store")
    with open_store(store) as connection:
        ingest(connection, find_log_files([str(log)]))
    return store


def _slot(time: datetime) -> int:
    return (time.replace(tzinfo=UTC) - _FIRST_DAY) // _SLOT
