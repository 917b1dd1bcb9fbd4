"""Which attacks are planted, when, and under which audit ids they can be found again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from log_generator import attacks as attack
from log_generator import grants as grant
from log_generator.calls import Event, stages
from log_generator.steps import Attack

ATTACKS: Final[dict[str, Attack]] = {
    "reverse-shell": attack.reverse_shell,
    "token-theft": attack.token_theft,
    "secrets-listed": attack.secrets_listed,
    "secrets-read": attack.secrets_read,
    "privileged-pod": attack.privileged_pod,
    "privileged-daemon-set": attack.privileged_daemon_set,
    "cluster-admin-binding": grant.bound_to_cluster_admin,
    "wildcard-role": grant.wildcard_role,
    "own-certificate": grant.own_certificate,
    "controller-token": grant.controller_token,
    "kubelet-through-proxy": attack.kubelet_through_proxy,
    "anonymous-access": attack.anonymous_access,
    "denials": attack.denials,
    "debug-container": attack.debug_container,
    "webhook-deleted": attack.webhook_deleted,
    "events-deleted": attack.events_deleted,
    "masters-impersonated": attack.masters_impersonated,
    "database-forwarded": attack.database_forwarded,
}
EVENTS_PER_ROUND: Final = 10_000
"""Each attack is planted once in so many events, and once where there are fewer."""

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
"""When a log begins that nobody gave a time: a Monday."""

Timed = tuple[datetime, Event]


@dataclass(frozen=True, slots=True)
class Planted:
    """One attack among the events.

    Attributes:
        name: a key of `ATTACKS`.
        moment: when it begins, in UTC.
        audit_ids: the requests that a detection should report, in order.
        lead_up: the ids of the attack's other requests.
        events: what it adds to the log, with times, in the order of the requests.
    """

    name: str
    moment: datetime
    audit_ids: tuple[str, ...]
    lead_up: tuple[str, ...]
    events: tuple[Timed, ...]


def attacks(
    count: int, *, seed: int = 7, start: datetime = START, days: float = 30
) -> Iterator[Planted]:
    """The attacks in a log of so many events: whole ones, and no more than half of the log.

    Args:
        count: the number of all events of the log.
        seed: the same seed gives the same attacks.
        start: the time of the first event, with its zone.
        days: the time that the log takes.
    """
    names = list(ATTACKS) * max(1, count // EVENTS_PER_ROUND)
    begin, span = start.astimezone(UTC), timedelta(days=days)
    left = count // 2
    for number, name in enumerate(names):
        random = Random(f"{seed}/{number}/{name}")
        found = _attack(name, begin + span * ((number + random.random()) / len(names)), random)
        if len(found.events) <= left:
            left -= len(found.events)
            yield found


def planted(
    count: int, *, seed: int = 7, start: datetime = START, days: float = 30
) -> list[Planted]:
    """What `events` plants when it is called with the same arguments."""
    return list(attacks(count, seed=seed, start=start, days=days))


def _attack(name: str, moment: datetime, random: Random) -> Planted:
    ids: dict[bool, list[str]] = {True: [], False: []}
    events: list[Timed] = []
    for step in ATTACKS[name](random):
        written = stages(step.call, moment + timedelta(seconds=step.after), random)
        ids[step.telling].append(written[0][1]["auditID"])
        events += written
    return Planted(name, moment, tuple(ids[True]), tuple(ids[False]), tuple(events))
