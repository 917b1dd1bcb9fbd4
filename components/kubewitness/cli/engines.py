"""Which engine hunts in what DATA names."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from kubewitness.cli.data import open_data
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import Engine, TruncatedJudge
from kubewitness.detections.engines.cloud import CloudOptions, Plan
from kubewitness.detections.engines.data_explorer import open_data_explorer
from kubewitness.detections.engines.fetched import FetchedEvents
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.engines.log_analytics import open_log_analytics
from kubewitness.errors import InputError
from kubewitness.logs.inputs.data_explorer_api import SCHEME as DATA_EXPLORER
from kubewitness.logs.inputs.log_analytics_api import SCHEME as LOG_ANALYTICS
from kubewitness.logs.store.contents import Contents, contents
from kubewitness.logs.store.period import clock
from kubewitness.logs.store.present import Events, count_events, present_time, time_warnings
from kubewitness.logs.store.unread import ALL_READ, Unread

MOST_THREADS: Final = 4
"""More threads do not help: a detection needs one core briefly, and DuckDB has its own threads."""

_CLOUD: Final[dict[str, Callable[[str, Sequence[Detection], CloudOptions], Engine]]] = {
    LOG_ANALYTICS: open_log_analytics,
    DATA_EXPLORER: open_data_explorer,
}


@dataclass(frozen=True)
class OpenedEngine:
    """Logs in which detections can be run.

    Attributes:
        engine: runs them.
        unread: what of the logs could not be read.
        count_allowed: returns how many findings of a detection the allow-list took away, besides
            those that it has; None where that would be asked, and paid for, once more.
        threads: how many detections can be run at once.
        events: how many events the period covers; None where counting costs money.
        warnings: what is suspicious about the times of events.
        truncated: judges the truncated events.
        contents: what the logs contain in the period; None where asking costs money.
    """

    engine: Engine
    truncated: TruncatedJudge
    unread: Unread = ALL_READ
    count_allowed: Callable[[Detection, int], int] | None = None
    threads: int = 1
    events: Events | None = None
    warnings: tuple[str, ...] = ()
    contents: Contents | None = None


@contextmanager
def open_engine(
    words: Sequence[str], detections: Sequence[Detection], options: CloudOptions, *, progress: bool
) -> Iterator[OpenedEngine]:
    """Open what DATA names: by its scheme in the cloud, else here.

    Args:
        words: DATA; by default the store of the present folder.
        detections: that will be run.
        options: of the hunt; `tables` and `plan` are the cloud's alone.
        progress: whether to show progress on a terminal.

    Raises:
        InputError: DATA cannot be opened, or an option does not go with it.
        NothingToCheckError: there are no rows.
        UnreadableError: there are no rows, and something could not be read.
    """
    clouds = [(word, scheme) for word in words for scheme in _CLOUD if word.startswith(scheme)]
    if clouds and len(words) > 1:
        raise InputError(f"{clouds[0][0]}: name it alone, and hunt elsewhere with another call")
    if clouds:
        word, scheme = clouds[0]
        cloud = _CLOUD[scheme](word, detections, options)
        now = options.now or clock()
        yield OpenedEngine(cloud, FetchedEvents(cloud, options.allow_list, now))
        return
    if options.tables or options.plan != Plan.ANALYTICS:
        raise InputError(f"--tables and --plan go with {' and '.join(_CLOUD)} only; leave them")
    with open_data(words, options.period, now=options.now, progress=progress) as opened:
        now = present_time(opened.connection, options.now)
        events = count_events(opened.connection, options.period, now)
        engine = LocalEngine(
            opened.connection,
            detections,
            period=options.period,
            now=now,
            allow_list=options.allow_list,
            timeout=options.timeout,
        )
        yield OpenedEngine(
            engine,
            engine,
            opened.unread,
            engine.count_allowed,
            threads=min(os.cpu_count() or 1, MOST_THREADS),
            events=events,
            warnings=tuple(time_warnings(opened.connection, events, options.period, now)),
            contents=contents(opened.connection, options.period, now),
        )
