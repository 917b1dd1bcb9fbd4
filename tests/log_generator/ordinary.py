"""An ordinary day of the cluster: what is asked, how often, and when."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import accumulate
from random import Random
from typing import Final

from log_generator import gitops, machines, people, platform, rollouts, workloads
from log_generator.calls import Call, Event, stages
from log_generator.steps import Step

Maker = Callable[[Random], Call | Sequence[Step]]

_MACHINES: Final[dict[Maker, float]] = {
    machines.lease: 220,
    machines.watch: 110,
    machines.read: 130,
    machines.own_secret: 30,
    workloads.pod_created: 22,
    workloads.pod_bound: 22,
    workloads.pod_status: 90,
    workloads.workload_status: 32,
    workloads.scaled: 25,
    machines.token: 40,
    machines.review: 25,
    machines.event_written: 50,
    machines.slices_updated: 40,
    workloads.checkpoint: 20,
    workloads.node_claim: 8,
    machines.path_read: 25,
    machines.node_metrics: 12,
    workloads.job_finished: 5,
    workloads.namespace_emptied: 2,
    workloads.large_body: 8,
    gitops.reconciled: 45,
    gitops.app_upgraded: 0.1,
    gitops.monitoring_upgraded: 0.01,
    platform.leader: 60,
    platform.operator_secret: 12,
    platform.secrets_followed: 6,
    platform.policies_checked: 12,
    platform.certificates_injected: 1,
    gitops.addon_kept: 12,
    platform.volume_attached: 4,
    platform.autoscaler_wrote: 10,
    rollouts.node_replaced: 0.1,
    people.evicted: 3,
    people.scanned: 4,
    people.not_known: 4,
    people.in_the_name_of: 3,
}
_PEOPLE: Final[dict[Maker, float]] = {
    people.look: 60,
    people.shell: 5,
    people.logs: 8,
    people.forward: 2,
    people.service_read: 2,
    people.deployed: 10,
    people.settings_changed: 6,
    people.annotated: 3,
    people.scaled_by_hand: 3,
    people.deleted: 5,
    people.cleared: 2,
    people.refused: 8,
    people.missing: 6,
    people.panicked: 1,
    rollouts.overview: 1,
    rollouts.release_rolled_out: 0.5,
}
_MAKERS: Final = (*_MACHINES, *_PEOPLE)
_NIGHT_SHARE: Final = 0.15
_AT_WORK: Final = range(7, 18)
_SATURDAY: Final = 5


def _weights(share: float) -> list[float]:
    return list(accumulate([*_MACHINES.values(), *(share * own for own in _PEOPLE.values())]))


_BY_DAY: Final = _weights(1)
_BY_NIGHT: Final = _weights(_NIGHT_SHARE)


def ordinary(
    count: int, *, seed: int, start: datetime, span: timedelta
) -> Iterator[tuple[datetime, Event]]:
    """So many events with their times, in the order in which they were written.

    Args:
        count: the number of events; a watch that the last of them opens may stay open.
        seed: the same seed gives the same events.
        start: when the first request comes, in UTC.
        span: how much time the requests take; what is open then ends later.
    """
    random = Random(seed)
    waiting: list[tuple[datetime, int, Event]] = []
    made = 0
    while made < count:
        moment = start + span * ((made + random.random()) / count)
        while waiting and waiting[0][0] <= moment:
            at, _, event = heappop(waiting)
            yield at, event
        for at, event in _written(moment, random)[: count - made]:
            heappush(waiting, (at, made, event))
            made += 1
    while waiting:
        at, _, event = heappop(waiting)
        yield at, event


def _written(moment: datetime, random: Random) -> list[tuple[datetime, Event]]:
    """The events of what happens at a moment: of one call, or of several that belong together.

    Never none: what AKS does not log has not happened for whoever reads the log.
    """
    found: list[tuple[datetime, Event]] = []
    while not found:
        made = _maker(moment, random)(random)
        steps = (Step(made, 0),) if isinstance(made, Call) else made
        for step in steps:
            found += stages(step.call, moment + timedelta(seconds=step.after), random)
    return found


def _maker(moment: datetime, random: Random) -> Maker:
    at_work = moment.hour in _AT_WORK and moment.weekday() < _SATURDAY
    cumulative = _BY_DAY if at_work else _BY_NIGHT
    return random.choices(_MAKERS, cum_weights=cumulative)[0]
