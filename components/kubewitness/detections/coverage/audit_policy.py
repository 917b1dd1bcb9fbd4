"""Which detections find their attacks in a log of an audit policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from kubewitness.audit_policy.file import PolicyFile
from kubewitness.audit_policy.policy import logged_part
from kubewitness.detections.coverage.simulation import Event, attacks_found
from kubewitness.detections.detection import Detection
from kubewitness.detections.library import cases

_OTHER_LOGS = frozenset({"activity", "guard"})


@dataclass(frozen=True)
class SimulatedDetection:
    """The result of a detection on the log of a policy.

    Attributes:
        name: of the detection.
        found: its malicious cases that it finds.
        missed: those that it does not find.
    """

    name: str
    found: tuple[str, ...]
    missed: tuple[str, ...]


def simulate(policy: PolicyFile, detections: Sequence[Detection]) -> tuple[SimulatedDetection, ...]:
    """Return what each detection that reads audit events finds of its malicious cases."""
    chosen = [
        each
        for each in detections
        if not (each.kubewitness and _OTHER_LOGS & {*each.kubewitness.needs})
    ]

    def passes(event: Event) -> Event | None:
        rule = policy.deciding(event)
        if rule is None or event.get("stage", "ResponseComplete") in rule.omitted:
            return None
        return logged_part(event, rule.level)

    found = attacks_found(chosen, passes)
    return tuple(
        SimulatedDetection(
            each.slug,
            tuple(sorted(found[each.slug])),
            tuple(sorted(cases(each, "malicious").keys() - found[each.slug])),
        )
        for each in chosen
    )
