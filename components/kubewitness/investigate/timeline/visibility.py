"""The gaps of a log, so that a gap in a timeline is not mistaken for inactivity."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kubewitness.detections.coverage.log import NAMES, Want, absent
from kubewitness.investigate.timeline.requests import ApiRequest
from kubewitness.logs.store.contents import Contents

_MOST_GAPS: Final = 10

_HIDDEN: Final[Mapping[Want, str]] = {
    "audit events": "requests to the API server",
    "reads": "reads, such as those of secrets, and `kubectl exec` since version 1.30",
    "request bodies": "what was written: changes of objects, and to which others they belong",
    "impersonation": "whom a user acted as",
    "activity": "operations in Azure",
    "KubePodInventory": "where pods ran and when they restarted",
    "KubeEvents": "events of Kubernetes",
}
"""The parts of a timeline that need a part of a log."""


def not_shown(log: Contents, requests: Sequence[ApiRequest], truncated: int) -> Iterator[str]:
    """Yield what a log cannot show, and the hours in which it has no audit event.

    Args:
        log: what it has.
        requests: on which inferences can rest.
        truncated: how many events of the log are truncated.
    """
    missing = absent(log)
    for want, text in _HIDDEN.items():
        if want in missing:
            yield f"{text}: the log does not have {NAMES[want]}"
    if log.audit_events and not any(one.last.issued for one in requests):
        yield "who issued a token: no event has an issued credential ID"
    for begins, ends in log.gaps[:_MOST_GAPS]:
        yield f"no audit event from {begins:%Y-%m-%dT%H:%M:%SZ} to {ends:%Y-%m-%dT%H:%M:%SZ}"
    if len(log.gaps) > _MOST_GAPS:
        yield f"{len(log.gaps) - _MOST_GAPS:,} more gaps of an hour or longer"
    if truncated:
        noun = "event" if truncated == 1 else "events"
        yield f"the missing parts of {truncated:,} truncated {noun}, which can be of this selection"
