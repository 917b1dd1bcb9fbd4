"""The list of detections, as Markdown."""

from collections.abc import Sequence
from typing import Final

from kubewitness.detections.registry import cases
from kubewitness.detections.rule import SEVERITIES, Rule

_LINK: Final = "../components/kubewitness/detections/rules"

_HEAD: Final = """\
# Detections

{count} detections, each with the events on which it fires and close misses on which it does not.
The query, false positives and steps of response stand in its folder. `needs`: `reads` are `get` and
`list` requests, which only category `kube-audit` has; `request bodies` are the objects that were
sent; `impersonation` is what Azure's tables drop and raw logs have; `activity` is the table
AzureActivity. What is informational is for the record: `kubewitness hunt` runs it if it is named,
or with `--severity informational`.

"""


def detections_page(rules: Sequence[Rule]) -> str:
    """Return the page.

    Args:
        rules: of ours, in any order.
    """
    parts = [_HEAD.format(count=len(rules))]
    for severity in SEVERITIES:
        chosen = [rule for rule in rules if rule.severity == severity]
        if chosen:
            parts.append(f"## {severity}\n\n| detection | finds | ATT&CK | needs | cases |\n")
            parts.append("|---|---|---|---|---|\n")
            parts.extend(map(_row, chosen))
            parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


def _row(rule: Rule) -> str:
    needs = ", ".join(rule.kubewitness.needs) if rule.kubewitness else ""
    fires, misses = (len(cases(rule, kind)) for kind in ("malicious", "benign"))
    techniques = ", ".join(rule.relevant_techniques)
    return (
        f"| [{rule.slug}]({_LINK}/{rule.slug}/rule.yaml) | {rule.name.replace('|', '/')} | "
        f"{techniques} | {needs} | {fires} + {misses} |\n"
    )
