"""Sessions: the requests of one actor from one address without a long pause."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from kubewitness.investigate.timeline.entry import ActorSession, TimelineEntry

PAUSE: Final = timedelta(minutes=30)
"""After a pause as long as this a new session begins, as most web analytics count them."""

DENIED: Final = ("denied", "not authenticated", "refused by admission")

Numbered = tuple[list[TimelineEntry], list[ActorSession]]


def with_sessions(entries: Sequence[TimelineEntry], pause: timedelta = PAUSE) -> Numbered:
    """Return the entries with the numbers of their sessions, and the sessions.

    Args:
        entries: in the order of time.
        pause: after which a new session begins.
    """
    groups: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
    for position, entry in enumerate(entries):
        if entry.source == "audit" and entry.time is not None:
            runs = groups[entry.actor, entry.address]
            if not runs or entry.time - _ended(entries[runs[-1][-1]]) > pause:
                runs.append([])
            runs[-1].append(position)
    found = sorted((run for runs in groups.values() for run in runs), key=lambda run: run[0])
    numbered = list(entries)
    for number, run in enumerate(found, 1):
        for position in run:
            numbered[position] = replace(numbered[position], session=number)
    return numbered, [
        _session(number, [entries[p] for p in run]) for number, run in enumerate(found, 1)
    ]


def _ended(entry: TimelineEntry) -> datetime:
    return max(time for time in (entry.time, entry.ended) if time is not None)


def _session(number: int, entries: Sequence[TimelineEntry]) -> ActorSession:
    return ActorSession(
        number,
        entries[0].actor,
        entries[0].address,
        tuple(sorted({entry.agent for entry in entries})),
        min(entry.time for entry in entries if entry.time),
        max(map(_ended, entries)),
        len(entries),
        sum(entry.outcome in DENIED for entry in entries),
    )
