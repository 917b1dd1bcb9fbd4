"""The attacks of the library, each with one event truncated at any byte, in any format."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kubewitness.detections.coverage.simulation import case_events, moved_to_slot
from kubewitness.detections.detection import Detection
from kubewitness.detections.library import cases
from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS

Event = dict[str, Any]
Write = Callable[[Event, random.Random], str]
"""Writes an event, truncated, as a line of a log."""

CLUSTER = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/rg"
    "/providers/Microsoft.ContainerService/managedClusters/c"
)


@dataclass
class Attack:
    """A malicious case with one truncated event.

    Attributes:
        detection: that finds the whole case.
        name: of the case.
        number: which decides its days.
        lines: of its log.
        events: as they are without truncation.
        ids: of its events.
        times: of its events.
        story: what was truncated.
    """

    detection: Detection
    name: str
    number: int
    lines: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    times: set[datetime] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    story: str = ""


def dumps(value: Any) -> str:
    """JSON as kube-apiserver writes it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def cut(text: str, draw: random.Random) -> str:
    """Truncate at any byte; in one of three cases near the end, where the details are."""
    low = len(text) * 2 // 3 if draw.random() < 1 / 3 else 1
    data = text.encode()[: draw.randrange(low, len(text))]
    return data.decode(errors="ignore")


def storage(event: Event, log: str) -> Event:
    """A record of a storage account or an event hub."""
    return {
        "time": event["stageTimestamp"],
        "resourceId": CLUSTER,
        "category": "kube-audit",
        "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
        "properties": {"log": log, "stream": "stdout", "pod": "kube-apiserver-1"},
    }


def table_row(event: Event) -> Event:
    """A row of AKSAudit."""
    columns = {**TEXT_FIELDS, **TIME_FIELDS, **OBJECT_FIELDS}
    row = {column: event[name] for name, column in columns.items() if name in event}
    return {"TimeGenerated": event["stageTimestamp"], **row, "_ResourceId": CLUSTER}


def with_a_truncated_column(event: Event, draw: random.Random) -> str:
    """A row of AKSAudit with one dynamic column that is truncated text."""
    row = table_row(event)
    column = draw.choice([name for name in OBJECT_FIELDS.values() if name in row])
    row[column] = cut(dumps(row[column]), draw)
    return dumps(row)


FORMATS: dict[str, Write] = {
    "kubernetes": lambda event, draw: cut(dumps(event), draw),
    "storage, log truncated": lambda e, draw: dumps(storage(e, cut(dumps(e), draw))),
    "storage, record truncated": lambda e, draw: cut(dumps(storage(e, dumps(e))), draw),
    "AzureDiagnostics": lambda event, draw: dumps(
        {
            "TimeGenerated": event["stageTimestamp"],
            "Category": "kube-audit",
            "log_s": cut(dumps(event), draw),
            "_ResourceId": CLUSTER,
        }
    ),
    "AKSAudit, column truncated": with_a_truncated_column,
    "AKSAudit, row truncated": lambda event, draw: cut(dumps(table_row(event)), draw),
    "CloudWatch": lambda event, draw: dumps(
        {"timestamp": 1_777_629_600_000, "message": cut(dumps(event), draw)}
    ),
    "docker": lambda event, draw: dumps(
        {"log": cut(dumps(event), draw), "stream": "stdout", "time": event["stageTimestamp"]}
    ),
    "elasticsearch": lambda event, draw: cut(dumps({"_index": "i", "_source": event}), draw),
    "sorted": lambda event, draw: cut(json.dumps(event, sort_keys=True), draw),
    "CRI": lambda event, draw: f"{event['stageTimestamp']} stdout F {cut(dumps(event), draw)}",
}
"""How an event of Kubernetes is written and truncated."""


def whole(event: Event, log_format: str) -> str:
    """An event that is not truncated, as a line of a log of the same format."""
    if log_format == "AzureDiagnostics":
        log = {"TimeGenerated": event["stageTimestamp"], "Category": "kube-audit"}
        return dumps({**log, "log_s": dumps(event), "_ResourceId": CLUSTER})
    return dumps(table_row(event) if log_format.startswith("AKSAudit") else event)


def draw_attacks(
    detections: Sequence[Detection], count: int, draw: random.Random, log_format: str = ""
) -> list[Attack]:
    """Attacks of the library, one event of each truncated.

    Args:
        log_format: of all events; any format by default, and the others as they are.
    """
    all_cases = [(one, name, path) for one in detections for name, path in malicious(one)]
    chosen = [draw.choice(all_cases) for _ in range(count)]
    return [_attack(*each, number, draw, log_format) for number, each in enumerate(chosen)]


def malicious(detection: Detection) -> list[tuple[str, Path]]:
    """The malicious cases of a detection."""
    return list(cases(detection, "malicious").items())


def _attack(  # noqa: PLR0913, PLR0917 what a case is made of
    detection: Detection,
    name: str,
    path: Path,
    number: int,
    draw: random.Random,
    log_format: str,
) -> Attack:
    attack = Attack(detection, name, number)
    events = [dict(moved_to_slot(e, f"{name}{number}", number)) for e in case_events(path)]
    victim = draw.randrange(len(events))
    for index, event in enumerate(events):
        attack.ids.update(filter(None, (event.get("auditID"), event.get("CorrelationId"))))
        attack.events.append(dumps(event))
        time = str(event.get("stageTimestamp") or event.get("TimeGenerated"))
        attack.times.add(datetime.fromisoformat(time).replace(tzinfo=None))
        if index != victim:
            attack.lines.append(whole(event, log_format))
            continue
        chosen = log_format or draw.choice(sorted(FORMATS))
        chosen = chosen if "auditID" in event else "kubernetes"
        attack.lines.append(FORMATS[chosen](event, draw))
        attack.story = f"{chosen}: {attack.lines[-1][-200:]}"
    return attack
