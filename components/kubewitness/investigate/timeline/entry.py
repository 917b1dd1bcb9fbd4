"""The contents of a timeline: one entry for each event, and the sessions of persons."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

Source = Literal["audit", "finding", "kubernetes event", "pod inventory", "azure"]

Role = Literal["selected", "cause", "effect"]


@dataclass(frozen=True)
class FieldChange:
    """A field of an object that changed.

    Attributes:
        path: of the field, such as `spec.replicas`.
        before: its value; None where there was none, or the log does not have it.
        after: the value after it; None where there is none.
        is_before_known: whether the log has the object as it was before.
    """

    path: str
    before: Any
    after: Any
    is_before_known: bool = True


@dataclass(frozen=True)
class Candidate:
    """A person who may be behind an action: always inferred.

    Attributes:
        person: who.
        why: the reason.
        audit_ids: of the requests on which the inference rests.
    """

    person: str
    why: str
    audit_ids: tuple[str, ...]
    inferred: Literal[True] = True


@dataclass(frozen=True)
class EntryFinding:
    """A finding of a detection at its position."""

    detection: str
    name: str
    severity: str
    fingerprint: str


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened.

    Attributes:
        time: when it began, in UTC; None where the log does not have it.
        source: which log has it.
        actor: who acted.
        action: what was done, such as `create` or `exec`.
        object: to what.
        outcome: how it ended.
        ended: when it ended, if later.
        role: whether it was selected, or is shown because it is a cause or an effect.
        acting_as: whom the actor impersonated.
        session: the number of the session that it belongs to.
        behind: who may be behind it.
        admission: what admission control decided.
        command: that was run in a pod.
        changes: of the object.
        details: anything else, by name.
        findings: of detections.
    """

    time: datetime | None
    source: Source
    actor: str
    action: str
    object: str
    outcome: str = ""
    ended: datetime | None = None
    role: Role = "selected"
    acting_as: str = ""
    address: str = ""
    agent: str = ""
    audit_id: str = ""
    cluster: str = ""
    session: int | None = None
    command: str = ""
    message: str = ""
    behind: tuple[Candidate, ...] = ()
    admission: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    findings: tuple[EntryFinding, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def order(self) -> tuple[bool, datetime, str]:
        """Return a key that sorts entries by time, and those of one time by all that they have."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return self.time is None, self.time or datetime.min, text  # noqa: DTZ901 compared with none


@dataclass(frozen=True)
class ActorSession:
    """The requests of one actor from one address without a long pause."""

    number: int
    actor: str
    address: str
    agents: tuple[str, ...]
    first: datetime
    last: datetime
    requests: int
    denied: int


@dataclass(frozen=True)
class BuiltTimeline:
    """A timeline.

    Attributes:
        entries: in a total order.
        sessions: in the order of their beginning.
        not_shown: what the log cannot show, and where it has gaps.
    """

    entries: Sequence[TimelineEntry]
    sessions: Sequence[ActorSession]
    not_shown: Sequence[str]
