"""Events of Kubernetes, as `kubectl get events -o json` writes them: rows of KubeEvents.

Source: Kubernetes docs, "Event" of `v1` and of `events.k8s.io/v1`, which renames some fields.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.logs.reading.rows import NoRowError, Record, Row
from kubewitness.logs.reading.times import iso_time

_TABLE: Final = "KubeEvents"
_LISTS: Final = ("List", "EventList")
_OBJECTS: Final = ("involvedObject", "regarding")


class KubernetesEvent:
    """An event of Kubernetes, which is not an audit event."""

    NAME = "kubectl-events"
    MARKS = ('"involvedObject"', '"regarding"')
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it is such an event, or a list of them alone."""
        return all(map(_is_event, _events(record)))

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield a row for each event."""
        yield from map(_row, _events(record.value))


def _events(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the events of a list, or the record itself."""
    items = record.get("items")
    if record.get("kind") in _LISTS and isinstance(items, list) and items:
        return items
    return [record]


def _is_event(record: Any) -> bool:
    """Return whether it is about an object and has a reason."""
    if not isinstance(record, dict) or "auditID" in record or "reason" not in record:
        return False
    return any(isinstance(record.get(name), dict) for name in _OBJECTS)


def _row(event: Mapping[str, Any]) -> Row:
    """Return the row of an event.

    Raises:
        NoRowError: it has no time, or something else than a text where a text belongs.
    """
    first = _time(event, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime")
    last = _time(event, "lastTimestamp", "deprecatedLastTimestamp") or _last_of(event) or first
    seen = last or iso_time(_part(event, "metadata").get("creationTimestamp"))
    if seen is None:
        raise NoRowError("has no time that can be read")
    about = _part(event, *_OBJECTS)
    source = _part(event, "source", "deprecatedSource")
    cells = {
        "TimeGenerated": seen,
        "FirstSeen": first or seen,
        "LastSeen": seen,
        "Count": _count(event),
        "KubeEventType": event.get("type"),
        "Message": event.get("message", event.get("note")),
        "Name": about.get("name"),
        "Namespace": about.get("namespace"),
        "ObjectKind": about.get("kind"),
        "Reason": event.get("reason"),
        "SourceComponent": source.get("component")
        or event.get("reportingController")
        or event.get("reportingComponent"),
        "Computer": source.get("host"),
    }
    filled = {name: value for name, value in cells.items() if value is not None}
    texts = filled.keys() - {"Count"}
    if strange := sorted(name for name in texts if not isinstance(filled[name], str)):
        raise NoRowError(f"has no text in what becomes {', '.join(strange)}")
    return Row(_TABLE, json.dumps(filled, ensure_ascii=False).encode())


def _part(event: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return the first of these fields that is an object."""
    found = (event.get(name) for name in names)
    return next((value for value in found if isinstance(value, dict)), {})


def _time(event: Mapping[str, Any], *names: str) -> str | None:
    times = (iso_time(event.get(name)) for name in names)
    return next((time for time in times if time), None)


def _last_of(event: Mapping[str, Any]) -> str | None:
    return iso_time(_part(event, "series").get("lastObservedTime"))


def _count(event: Mapping[str, Any]) -> float:
    counts = (event.get("count"), event.get("deprecatedCount"), _part(event, "series").get("count"))
    numbers = (c for c in counts if isinstance(c, int) and not isinstance(c, bool) and c > 0)
    return float(next(numbers, 1))
