"""Measures how much of a log audit policies would have logged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from kubewitness.audit_policy.file import PolicyFile
from kubewitness.audit_policy.policy import LEVELS, Level

_EVENTS: Final = """
SELECT coalesce(Verb, ''), split_part(coalesce(RequestUri, ''), '?', 1), User::VARCHAR,
    ObjectRef::VARCHAR, coalesce(Stage, 'ResponseComplete'), coalesce(Level, 'RequestResponse'),
    count(*), sum(LogLength), sum(coalesce(strlen(RequestObject::VARCHAR), 0)),
    sum(coalesce(strlen(ResponseObject::VARCHAR), 0))
FROM store.audit_events WHERE InAudit OR InAdmin GROUP BY ALL"""

_BATCH: Final = 10_000


@dataclass
class Volume:
    """The events that a policy logs.

    Attributes:
        events: how many.
        bytes: of them, as they are in the log, less the bodies that the policy leaves out.
    """

    events: int = 0
    bytes: int = 0


def volumes(
    connection: duckdb.DuckDBPyConnection, policies: Sequence[PolicyFile]
) -> tuple[Volume, list[Volume]]:
    """Return the volume of a log, and what each policy would have logged of it.

    A policy cannot log more than the log has: what the policy of the cluster left out is unknown.
    """
    whole = Volume()
    found = [Volume() for _ in policies]
    rows = connection.execute(_EVENTS)
    while batch := rows.fetchmany(_BATCH):
        for verb, path, user, reference, stage, recorded, count, size, *bodies in batch:
            event = {"verb": verb, "requestURI": path, "user": _object(user)}
            if reference:
                event["objectRef"] = _object(reference)
            whole.events += count
            whole.bytes += size
            for policy, volume in zip(policies, found, strict=True):
                rule = policy.deciding(event)
                if rule is None or rule.level == "None" or stage in rule.omitted:
                    continue
                least = min(rule.level, recorded, key=LEVELS.index)
                volume.events += count
                volume.bytes += size - _left_out(least, *bodies)
    return whole, found


def _object(text: str | None) -> Mapping[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}


def _left_out(level: Level, request: int, response: int) -> int:
    """Return how many bytes of the bodies a level leaves out."""
    if level == "RequestResponse":
        return 0
    return response if level == "Request" else request + response
