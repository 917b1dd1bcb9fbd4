"""Assess which detections can alert with the logs that a cluster collects, and which are blind.

Source: Azure docs, "Monitor AKS" (categories and audit policy), "Select a table plan" (alert rules
need the plan Analytics) and "Azure Monitor Logs reference" (the columns that tables have).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, Final

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.policy import as_logged
from kubewitness.catalog.audit_tables import READ_VERBS
from kubewitness.catalog.log_categories import GUARD, KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.detections.coverage.simulation import Event, Passes, attacks_found, kept
from kubewitness.detections.detection import Detection
from kubewitness.detections.library import all_detections, cases


class Reach(IntEnum):
    """The uses of logs that their destination allows."""

    NOWHERE = 0
    HUNT = 1
    ALERT = 2


@dataclass(frozen=True)
class Channel:
    """A category of logs on its way to one place.

    Attributes:
        category: `kube-audit`, `kube-audit-admin` or `guard`, or one of the activity log:
            `Administrative`, `Policy`.
        reach: what can certainly be done with it there.
        at_best: what can be done if all that is unknown is as one would wish.
        resource_specific: whether it fills tables that do not contain the impersonated user.
        transformation: KQL that keeps part of it; empty for all.
        where: for people.
    """

    category: str
    reach: Reach
    at_best: Reach
    resource_specific: bool = True
    transformation: str = ""
    where: str = ""


class Status(StrEnum):
    """The result for a detection; the best comes first."""

    ALERTABLE = "alertable"
    DEGRADED = "degraded"
    HUNT_ONLY = "hunt-only"
    BLIND = "blind"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class DetectionCoverage:
    """The result for one detection.

    Attributes:
        detection: the detection.
        status: alertable: a scheduled rule finds every case that comes with it; degraded: only
            some; hunt-only: none, but a hunt finds them where the logs are kept; blind: neither
            finds any; undecided: it depends on an unknown value.
        missed: the cases that no scheduled rule would find.
        at_best: what it is if all that is unknown is as one would wish.
    """

    detection: Detection
    status: Status
    missed: tuple[str, ...] = ()
    at_best: Status = Status.BLIND


def assess(
    channels: Sequence[Channel], detections: Sequence[Detection]
) -> tuple[DetectionCoverage, ...]:
    """Return what becomes of each detection if a cluster's logs go through these channels."""
    certain = _statuses(channels, detections, {c: c.reach for c in channels})
    best = _statuses(channels, detections, {c: c.at_best for c in channels})
    return tuple(
        DetectionCoverage(
            detection,
            certain[detection.slug][0]
            if certain[detection.slug] == best[detection.slug]
            else Status.UNDECIDED,
            certain[detection.slug][1],
            best[detection.slug][0],
        )
        for detection in detections
    )


_Found = Mapping[str, frozenset[str]]


def _statuses(
    channels: Sequence[Channel], detections: Sequence[Detection], reach: Mapping[Channel, Reach]
) -> dict[str, tuple[Status, tuple[str, ...]]]:
    alerting = [channel for channel in channels if reach[channel] is Reach.ALERT]
    kept_anywhere = [channel for channel in channels if reach[channel] is not Reach.NOWHERE]
    by_alert = _found(alerting, detections)
    by_hunt = by_alert if kept_anywhere == alerting else _found(kept_anywhere, detections)
    return {detection.slug: _status(detection, by_alert, by_hunt) for detection in detections}


def _found(channels: Sequence[Channel], detections: Sequence[Detection]) -> _Found:
    ways = {replace(c, reach=Reach.ALERT, at_best=Reach.ALERT, where="") for c in channels}
    return _simulated(frozenset(ways), tuple(detections)) if channels else {}


@cache
def _simulated(channels: frozenset[Channel], detections: tuple[Detection, ...]) -> _Found:
    """Return the attacks found; cached, because most clusters have the same settings."""
    return attacks_found(detections, _passes(channels, detections))


def _status(
    detection: Detection, by_alert: _Found, by_hunt: _Found
) -> tuple[Status, tuple[str, ...]]:
    alerted = by_alert.get(detection.slug, frozenset())
    missed = tuple(name for name in cases(detection, "malicious") if name not in alerted)
    if not missed:
        return Status.ALERTABLE, ()
    if alerted:
        return Status.DEGRADED, missed
    return (Status.HUNT_ONLY if by_hunt.get(detection.slug) else Status.BLIND), missed


def _passes(channels: Collection[Channel], detections: Sequence[Detection]) -> Passes:
    """Return what is left of an event after all channels: what one of them keeps is there."""
    categories = {channel.category for channel in channels}
    audit = [c for c in channels if c.category in {KUBE_AUDIT, KUBE_AUDIT_ADMIN}]
    transformed = {
        c.transformation: kept(c.transformation, detections) for c in audit if c.transformation
    }

    def passes(event: Event) -> Event | None:
        if "OperationNameValue" in event:
            return event if event.get("CategoryValue") in categories else None
        if "Message" in event:
            return event if GUARD in categories else None
        ways = [c for c in audit if _takes(c, event, transformed)]
        logged = as_logged(event, AKS_AUDIT_POLICY) if ways else None
        return logged and _as_stored(logged, whole=not all(c.resource_specific for c in ways))

    return passes


def _takes(channel: Channel, event: Event, transformed: Mapping[str, frozenset[int]]) -> bool:
    if channel.category == KUBE_AUDIT_ADMIN and event.get("verb") in READ_VERBS:
        return False
    return not channel.transformation or id(event) in transformed[channel.transformation]


def _as_stored(event: Mapping[str, Any], *, whole: bool) -> Event:
    return event if whole else {n: v for n, v in event.items() if n != "impersonatedUser"}


def by_technique(coverage: Sequence[DetectionCoverage]) -> dict[str, Status]:
    """Return for each ATT&CK technique the best that some detection of it can do."""
    found: dict[str, Status] = {}
    for one in coverage:
        for technique in one.detection.relevant_techniques:
            known = found.get(technique, one.status)
            found[technique] = _better(known, one.status)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Demand:
    """The result for a required technique or detection.

    Attributes:
        word: the technique of ATT&CK, or the name of the detection.
        is_met: whether it is; None where that depends on what cannot be known.
        why: what is missed, for people; empty where it is met.
    """

    word: str
    is_met: bool | None
    why: str = ""


def demandable() -> set[str]:
    """Return what can be demanded: the names of our detections, and their techniques."""
    return {
        word
        for detection in all_detections()
        for word in (detection.slug, *detection.relevant_techniques)
    }


def demand(coverage: Sequence[DetectionCoverage], word: str, *, not_blind: bool = False) -> Demand:
    """Return whether every detection of a technique is alertable, or the named one is.

    A detection that covers a part of a technique is no evidence for the rest. Change events alone
    show that a debug container was added, and never that a command was run. A detection on the
    activity log counts only if the technique has no other. The activity log belongs to the
    subscription, and is seldom in the stack of a cluster.

    Args:
        not_blind: whether it is enough that some detection finds some of its cases.
    """
    of_it = _of(coverage, word)
    short = [one for one in of_it if one.status is not Status.ALERTABLE]
    why = _few([_shortfall(one) for one in short], "; ") if of_it else "no detection is of it"
    good = {Status.ALERTABLE, Status.DEGRADED} if not_blind else {Status.ALERTABLE}
    together = any if not_blind else all
    if of_it and together(one.status in good for one in of_it):
        return Demand(word, is_met=True)
    could = bool(of_it) and together(one.at_best in good for one in of_it)
    return Demand(word, is_met=None if could else False, why=why)


def _of(coverage: Sequence[DetectionCoverage], word: str) -> list[DetectionCoverage]:
    """Return the detection of this name, else those of this technique."""
    named = [one for one in coverage if one.detection.slug == word]
    of_it = [one for one in coverage if word in one.detection.relevant_techniques]
    of_clusters = [one for one in of_it if not _reads_the_activity_log(one.detection)]
    return named or of_clusters or of_it


def _reads_the_activity_log(detection: Detection) -> bool:
    return detection.kubewitness is not None and "activity" in detection.kubewitness.needs


def _shortfall(one: DetectionCoverage) -> str:
    return f"{one.detection.slug} is {one.status} and misses {_few(one.missed, ', ')}"


def _few(texts: Sequence[str], separator: str) -> str:
    """Return the first of them; where nothing is collected there are too many to read."""
    more = f"{separator}and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return separator.join(texts[:_SHOWN]) + more


_SHOWN: Final = 3


def _better(one: Status, other: Status) -> Status:
    """Return the better one; an undecided one may be better than a blind one."""
    ranked = (Status.ALERTABLE, Status.DEGRADED, Status.HUNT_ONLY, Status.UNDECIDED, Status.BLIND)
    return min(one, other, key=ranked.index)


def counts(coverage: Sequence[DetectionCoverage]) -> Iterator[tuple[Status, int]]:
    """Yield how many detections have each status."""
    for status in Status:
        yield status, sum(one.status is status for one in coverage)
