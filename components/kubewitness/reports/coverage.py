"""The report of `coverage`: for people, as JSON, and as a layer of the ATT&CK Navigator."""

from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from kubewitness.detections.coverage.assessment import (
    DetectionCoverage,
    Status,
    by_technique,
    counts,
)
from kubewitness.detections.coverage.clusters import ClusterCoverage
from kubewitness.reports.console import cell, print_text
from kubewitness.reports.json_text import json_text

VERSION: Final = 1
"""Of the JSON document."""

_STYLES: Final = {
    Status.ALERTABLE: "green",
    Status.DEGRADED: "yellow",
    Status.HUNT_ONLY: "yellow",
    Status.BLIND: "bold red",
    Status.UNDECIDED: "bold",
}

_COLOURS: Final = {
    Status.ALERTABLE: "#31a354",
    Status.DEGRADED: "#fed976",
    Status.HUNT_ONLY: "#feb24c",
    Status.BLIND: "#de2d26",
    Status.UNDECIDED: "#bdbdbd",
}

_SCORES: Final = {
    Status.ALERTABLE: 100,
    Status.DEGRADED: 60,
    Status.HUNT_ONLY: 30,
    Status.BLIND: 0,
    Status.UNDECIDED: 10,
}


def document(clusters: Sequence[ClusterCoverage]) -> str:
    """Return the coverage as a versioned document."""
    whole = {
        "version": VERSION,
        "clusters": [
            {
                "cluster": one.cluster,
                "summary": {str(status): count for status, count in counts(one.detections)},
                "channels": [
                    {
                        "category": channel.category,
                        "reach": channel.reach.name.lower(),
                        "at_best": channel.at_best.name.lower(),
                        "where": channel.where,
                    }
                    for channel in one.channels
                ],
                "techniques": by_technique(one.detections),
                "detections": [_detection(each) for each in one.detections],
            }
            for one in clusters
        ],
    }
    return json_text(whole)


def _detection(one: DetectionCoverage) -> dict[str, Any]:
    return {
        "detection": one.detection.slug,
        "status": one.status,
        "at_best": one.at_best,
        "severity": one.detection.severity,
        "techniques": one.detection.relevant_techniques,
        "missed": one.missed,
    }


def navigator_layer(cluster: ClusterCoverage) -> str:
    """Return a layer of the ATT&CK Navigator.

    Source: the Navigator's layer format, version 4.5; matrix Enterprise, of which Containers is a
    platform.
    """
    layer = {
        "name": f"kubewitness: {cluster.cluster}",
        "versions": {"attack": "17", "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": "Results of the detections with these settings",
        "filters": {"platforms": ["Containers", "IaaS"]},
        "techniques": [
            {
                "techniqueID": technique,
                "score": _SCORES[status],
                "color": _COLOURS[status],
                "comment": _comment(technique, cluster.detections),
                "enabled": True,
            }
            for technique, status in by_technique(cluster.detections).items()
        ],
        "gradient": {
            "colors": [_COLOURS[Status.BLIND], _COLOURS[Status.ALERTABLE]],
            "minValue": 0,
            "maxValue": 100,
        },
        "legendItems": [
            {"label": str(status), "color": colour} for status, colour in _COLOURS.items()
        ],
    }
    return json_text(layer)


def _comment(technique: str, detections: Sequence[DetectionCoverage]) -> str:
    return "\n".join(
        f"{one.detection.slug}: {one.status}"
        for one in detections
        if technique in one.detection.relevant_techniques
    )


def print_coverage(console: Console, clusters: Sequence[ClusterCoverage], *, whole: bool) -> None:
    """Print for each cluster what is not alertable, and a line of counts.

    Args:
        console: where to.
        clusters: what was assessed.
        whole: also print what is alertable.
    """
    for one in clusters:
        shown = [d for d in one.detections if whole or d.status is not Status.ALERTABLE]
        if shown:
            console.print(_table(shown))
        words = ", ".join(f"{status} {count}" for status, count in counts(one.detections))
        print_text(console, f"{one.cluster}: {words}")


def _table(detections: Sequence[DetectionCoverage]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("detection", "status", "severity", "techniques", "why"):
        table.add_column(heading, overflow="fold")
    for one in detections:
        techniques = ", ".join(one.detection.relevant_techniques)
        table.add_row(
            cell(one.detection.slug),
            cell(one.status, _STYLES[one.status]),
            cell(one.detection.severity.lower()),
            cell(techniques),
            cell(_why(one)),
        )
    return table


def _why(one: DetectionCoverage) -> str:
    match one.status:
        case Status.DEGRADED:
            return f"does not find {', '.join(one.missed)}"
        case Status.HUNT_ONLY:
            return "scheduled rules cannot query the destination of its logs"
        case Status.UNDECIDED:
            return f"{one.at_best} at best, depending on unknown values"
        case Status.BLIND:
            needs = one.detection.kubewitness.needs if one.detection.kubewitness else ()
            return f"required data is not logged: {', '.join(needs) or 'changes'}"
        case _:
            return ""
