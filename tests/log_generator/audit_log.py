"""An AKS cluster's audit log of any size, with planted attacks; the same for the same seed.

As a command it writes such a log to a file and says on stderr what it wrote.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Final

from log_generator.calls import Event
from log_generator.formats import (
    STORAGE_LIMIT,
    as_cloudwatch_subscription,
    as_event_hub_message,
    as_event_list,
    as_line,
    as_storage_record,
)
from log_generator.ordinary import ordinary
from log_generator.planted import ATTACKS, START, Planted, Timed, attacks, planted

__all__ = [
    "ATTACKS",
    "FORMATS",
    "START",
    "STORAGE_LIMIT",
    "Event",
    "Planted",
    "as_cloudwatch_subscription",
    "as_event_hub_message",
    "as_event_list",
    "as_line",
    "as_storage_record",
    "attacks",
    "events",
    "planted",
]

Writer = Callable[[Iterable[Event]], Iterator[bytes]]

_BATCH: Final = 20
_SAMPLE: Final = 20_000
_MEGABYTE: Final = 1_000_000


def events(
    count: int,
    *,
    seed: int = 7,
    start: datetime = START,
    days: float = 30,
    attacked: bool = True,
) -> Iterator[Event]:
    """Exactly so many events in the order in which the server wrote them, attacks among them.

    Events share parts of their bodies, so they are to be read, not changed. Where more than some
    thousand events fall on an hour, ordinary reads of secrets may look like a burst themselves.

    Args:
        count: the number of events.
        seed: the same seed gives the same events.
        start: the time of the first event, with its zone.
        days: the time that the log takes.
        attacked: whether attacks are planted.
    """
    found = attacks(count, seed=seed, start=start, days=days) if attacked else ()
    among = [pair for attack in found for pair in attack.events]
    among.sort(key=_moment)
    span = timedelta(days=days)
    usual = ordinary(count - len(among), seed=seed, start=start.astimezone(UTC), span=span)
    for _, event in merge(usual, among, key=_moment):
        yield event


def _moment(timed: Timed) -> datetime:
    return timed[0]


def _raw(found: Iterable[Event]) -> Iterator[bytes]:
    return map(as_line, found)


def _storage(found: Iterable[Event], limit: int | None = None) -> Iterator[bytes]:
    return map(partial(as_storage_record, limit=limit), found)


def _event_hub(found: Iterable[Event]) -> Iterator[bytes]:
    """One message a line."""
    rest = iter(found)
    while batch := list(islice(rest, _BATCH)):
        yield as_event_hub_message(batch) + b"\n"


FORMATS: Final[dict[str, Writer]] = {
    "raw": _raw,
    "aks-storage": _storage,
    "aks-storage-cut": partial(_storage, limit=STORAGE_LIMIT),
    "event-hub": _event_hub,
}
"""What the command can write; `aks-storage-cut` cuts long events as Azure does."""


def _estimate(megabytes: float, log_format: str, seed: int) -> int:
    """How many events make so many megabytes, by the size of the first thousands."""
    size = sum(map(len, FORMATS[log_format](events(_SAMPLE, seed=seed))))
    return max(1, round(megabytes * _MEGABYTE * _SAMPLE / size))


def write(found: Iterable[Event], log_format: str, output: Path) -> int:
    """Write events to a file; the number of bytes."""
    written = 0
    with output.open("wb") as file:
        for line in FORMATS[log_format](found):
            written += file.write(line)
    return written


def main() -> None:
    """Write a log and say on stderr what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--events", type=int, help="how many events to write")
    size.add_argument("--megabytes", type=float, help="about how many megabytes to write")
    parser.add_argument("--format", choices=FORMATS, dest="log_format", default="raw")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=float, default=30, help="the time that the log takes")
    parser.add_argument("--ordinary", action="store_true", help="plant no attacks")
    parser.add_argument("--output", type=Path, required=True)
    chosen = parser.parse_args()
    count = chosen.events or _estimate(chosen.megabytes, chosen.log_format, chosen.seed)
    found = events(count, seed=chosen.seed, days=chosen.days, attacked=not chosen.ordinary)
    written = write(found, chosen.log_format, chosen.output)
    among = [] if chosen.ordinary else planted(count, seed=chosen.seed)
    names = Counter(attack.name for attack in among)
    attacks_text = ", ".join(f"{name} {times}" for name, times in names.items())
    sys.stderr.write(f"{count} events, {written} bytes, planted: {attacks_text or 'nothing'}\n")


if __name__ == "__main__":
    main()
