"""The contents of a log and the questions that it cannot answer, for people and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console

from kubewitness.detections.coverage.log import NAMES, Unanswerable
from kubewitness.logs.store.contents import Contents
from kubewitness.reports.console import print_text
from kubewitness.reports.json_text import json_text
from kubewitness.reports.times import span, utc

VERSION: Final = 1
"""Of the JSON document."""

_SHOWN: Final = 10
"""How many verbs, clusters and gaps a person is shown."""

_BRIEF: Final = 3
"""How many of them one line has."""


def log_document(log: Contents) -> dict[str, Any]:
    """Return what a log contains, for JSON."""
    return {
        **asdict(log),
        "categories": {
            name: {"events": part.events, "first": utc(part.first), "last": utc(part.last)}
            for name, part in log.categories.items()
        },
        "audit_events": log.audit_events,
        "reads": log.reads,
        "gaps": [{"from": utc(begins), "to": utc(ends)} for begins, ends in log.gaps],
    }


def unanswerable_document(found: Unanswerable) -> dict[str, Any]:
    """Return what a log cannot answer, for JSON."""
    return {"detections": dict(found.detections), "queries": dict(found.queries)}


def document(log: Contents, found: Unanswerable) -> str:
    """Return the coverage of a log as a versioned document."""
    return json_text(
        {
            "version": VERSION,
            "log": log_document(log),
            "not_answerable": unanswerable_document(found),
        }
    )


def brief(log: Contents) -> str:
    """Return in one line what a log contains."""
    times = [time for part in log.categories.values() for time in (part.first, part.last) if time]
    period = [f"{utc(min(times))} to {utc(max(times))}"] if times else ["no times"]
    categories = ", ".join(f"{name} {part.events:,}" for name, part in log.categories.items())
    gaps = [f"{len(log.gaps):,} gaps, first {span(log.gaps[0])}"] if log.gaps else []
    clusters = [f"clusters {_few(list(map(_name, log.clusters)), _BRIEF)}"] if log.clusters else []
    return "; ".join([*period, categories, *clusters, *gaps])


def print_contents(console: Console, log: Contents, found: Unanswerable) -> None:
    """Print what a log contains, then what it cannot answer, then one line of that."""
    for line in _lines(log):
        print_text(console, line)
    for want, name in NAMES.items():
        asked = [*found.detections.get(want, ()), *_called(found.queries.get(want, ()))]
        if asked:
            print_text(console, f"not answerable without {name}: {', '.join(asked)}", "yellow")
    print_text(console, f"not answerable: {found.line() or 'nothing'}")


def _lines(log: Contents) -> Iterator[str]:
    for name, part in log.categories.items():
        times = f", {utc(part.first)} to {utc(part.last)}" if part.first else ""
        yield f"category {name}: {part.events:,} events{times}"
    yield f"verbs: {_counts(log.verbs)}"
    yield f"levels: {_counts(log.levels)}"
    yield (
        f"bodies: {log.request_bodies:,} requests and {log.response_bodies:,} responses of "
        f"{log.audit_events:,} audit events"
    )
    yield f"clusters: {_counts(log.clusters)}"
    gaps = _few([span(each) for each in log.gaps], _SHOWN)
    if log.audit_events:
        yield f"hours without audit events: {gaps or 'none between the first and the last'}"


def _called(queries: Sequence[str]) -> Iterator[str]:
    return (f"@{name}" for name in queries)


def _counts(counted: Mapping[str, int]) -> str:
    return _few([f"{name} {count:,}" for name, count in counted.items()], _SHOWN) or "none"


def _few(texts: Sequence[str], most: int) -> str:
    more = [f"and {len(texts) - most:,} more"] if len(texts) > most else []
    return ", ".join([*texts[:most], *more])


def _name(cluster: str) -> str:
    return cluster.rsplit("/", maxsplit=1)[-1]
