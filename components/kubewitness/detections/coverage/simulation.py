"""Which attacks a detection would find if only some of their events were logged.

The malicious cases of every detection pass through the settings of a cluster, and the detections
run on the remaining events. No second list of what each detection reads has to be maintained.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from uuid import NAMESPACE_URL, uuid5

from kubewitness.detections.detection import Detection
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import FOLDER, cases
from kubewitness.errors import NothingToCheckError
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries, run_kql
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store

Event = Mapping[str, Any]
"""An event of `audit.k8s.io/v1`, or a row of another table, as it is in a case."""

CaseKind = Literal["malicious", "benign"]
"""Which of the cases that come with a detection."""

Passes = Callable[[Event], Event | None]
"""Return the remaining part of an event; None if nothing remains."""

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


def attacks_found(detections: Sequence[Detection], passes: Passes) -> dict[str, frozenset[str]]:
    """Return the names of the malicious cases that each detection still finds.

    Args:
        detections: of ours, each with its cases.
    """
    found = hunt_cases(detections, passes=passes)
    return {detection.slug: frozenset(found[detection.slug]) for detection in detections}


def hunt_cases(
    detections: Sequence[Detection],
    kind: CaseKind = "malicious",
    *,
    folder: Path = FOLDER,
    passes: Passes = lambda event: event,
) -> dict[str, dict[str, list[Finding]]]:
    """Run each detection on its cases, among those of all the others.

    Args:
        detections: of ours, each with its cases.
        folder: the library; only the repository's has benign cases.

    Returns:
        By detection and case, what was found in it; a case without findings has no entry.
    """
    slots = _slots(detections, kind, folder)
    found: dict[str, dict[str, list[Finding]]] = {detection.slug: {} for detection in detections}
    with TemporaryDirectory(prefix="kubewitness-") as home:
        log = Path(home) / "cases.ndjson"
        write_log(log, detections, kind, folder=folder, passes=passes)
        for finding in _hunt(log, detections):
            owner, name = slots[slot_of(finding.time)] if finding.time else (None, "")
            if owner is finding.detection:
                found[owner.slug].setdefault(name, []).append(finding)
    return found


def write_log(
    path: Path,
    detections: Sequence[Detection],
    kind: CaseKind = "malicious",
    *,
    folder: Path = FOLDER,
    passes: Passes = lambda event: event,
) -> None:
    """Write the cases of all detections into one log, each in days of its own.

    Args:
        detections: of ours, each with its cases.
        folder: the library; only the repository's has benign cases.
    """
    with path.open("w", encoding="utf-8") as file:
        for index, (detection, name) in enumerate(_slots(detections, kind, folder)):
            for event in case_events(cases(detection, kind, folder)[name]):
                left = passes(event)
                if left is not None:
                    moved = moved_to_slot(left, f"{detection.slug}/{name}", index)
                    file.write(json.dumps(moved, separators=(",", ":")) + "\n")


def _slots(
    detections: Sequence[Detection], kind: CaseKind, folder: Path
) -> list[tuple[Detection, str]]:
    return [
        (detection, name) for detection in detections for name in cases(detection, kind, folder)
    ]


def kept(transformation: str, detections: Sequence[Detection]) -> frozenset[int]:
    """Return which events of the malicious cases a transformation of AKSAudit keeps.

    Args:
        transformation: KQL over `source`, as a data collection rule has it.
        detections: of ours.

    Returns:
        The identities of the events, which are the same objects for every reader of the cases.

    Raises:
        InputError: DuckDB cannot run it.
    """
    events = [
        event
        for detection in detections
        for path in cases(detection, "malicious").values()
        for event in case_events(path)
        if "auditID" in event
    ]
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        numbered = ({**event, "auditID": str(number)} for number, event in enumerate(events))
        store = stored(Path(folder) / "cases.ndjson", numbered)
        with open_for_queries(store) as connection:
            text = f"let source = AKSAudit;\n{transformation}\n| project AuditId"
            return frozenset(id(events[int(row[0])]) for row in run_kql(connection, text).rows())


def stored(log: Path, records: Iterable[Event]) -> Path:
    """Write records into a log and read it; return the store."""
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return _store(log)


@cache
def case_events(path: Path) -> tuple[Event, ...]:
    """Return the events of a case."""
    return tuple(json.loads(line) for line in path.read_text("utf-8").splitlines())


def moved_to_slot(event: Event, case: str, index: int) -> Event:
    """Return an event in its case's days, with an id that no other case has.

    Args:
        case: its name.
        index: its number, which decides the days.
    """
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


def _hunt(log: Path, detections: Sequence[Detection]) -> Iterator[Finding]:
    try:
        with open_for_queries(_store(log)) as connection:
            engine = LocalEngine(connection, detections)
            for detection in detections:
                yield from engine.run(detection)
    except NothingToCheckError:
        return


def _store(log: Path) -> Path:
    store = log.with_suffix(".store")
    with open_store(store) as connection:
        ingest(connection, find_log_files([str(log)]))
    return store


def slot_of(time: datetime) -> int:
    """Return the number of the case in whose days a time is."""
    return (time.replace(tzinfo=UTC) - _FIRST_DAY) // _SLOT
