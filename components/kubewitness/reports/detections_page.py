"""The list of detections, as Markdown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kubewitness.detections.detection import SEVERITIES, Detection
from kubewitness.detections.library import cases

_LINK: Final = "../../components/kubewitness/detections/library"

_HEAD: Final = """\
# Detections

{count} detections, each with the events on which it fires and similar events on which it does not.
Its folder contains the query, the false positives and the response. `needs`: `reads` are `get` and
`list` requests, which only category `kube-audit` has; `request bodies` are the objects in requests;
`impersonation` is the impersonated user, which Azure's tables drop and raw logs have; `activity` is
the table AzureActivity. Informational detections are records for investigations: `kubewitness hunt`
runs one if you name it, or with `--severity informational`.

"""


def detections_page(detections: Sequence[Detection], folder: Path) -> str:
    """Return the page.

    Args:
        detections: of ours, in any order.
        folder: the library in the repository, which has the benign cases too.
    """
    parts = [_HEAD.format(count=len(detections))]
    for severity in SEVERITIES:
        chosen = [detection for detection in detections if detection.severity == severity]
        if chosen:
            parts.append(f"## {severity}\n\n| detection | finds | ATT&CK | needs | cases |\n")
            parts.append("|---|---|---|---|---|\n")
            parts.extend(_row(detection, folder) for detection in chosen)
            parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


def _row(detection: Detection, folder: Path) -> str:
    needs = ", ".join(detection.kubewitness.needs) if detection.kubewitness else ""
    fires, misses = (len(cases(detection, kind, folder)) for kind in ("malicious", "benign"))
    techniques = ", ".join(detection.relevant_techniques)
    name = detection.name.replace("|", "/")
    return (
        f"| [{detection.slug}]({_LINK}/{detection.slug}/rule.yaml) | {name} | "
        f"{techniques} | {needs} | {fires} + {misses} |\n"
    )
