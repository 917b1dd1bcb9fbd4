"""Diagnostic settings that Azure takes for one: the last one written replaces the others.

The id of a diagnostic setting is the id of its target and its name. Source: ARM template reference,
"Microsoft.Insights diagnosticSettings", an extension resource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.model import Link
from kubewitness.graph.values import ABSENT, Value


def with_rivals(links: Mapping[str, Sequence[Link]]) -> dict[str, tuple[Link, ...]]:
    """Return the links of each cluster, each with the settings that write the same id."""
    return {
        urn: tuple(_with_rivals(link, of_one) for link in of_one) for urn, of_one in links.items()
    }


def _with_rivals(link: Link, links: Sequence[Link]) -> Link:
    others = [one for one in links if one.setting.resource.urn != link.setting.resource.urn]
    judged = [(other.setting, _are_one(link, other)) for other in others]
    return replace(
        link,
        rivals=tuple(setting for setting, is_one in judged if is_one is True),
        possible_rivals=tuple(setting for setting, is_one in judged if is_one is None),
    )


def _are_one(link: Link, other: Link) -> bool | None:
    """Return whether two settings have one id; None where that cannot be known."""
    same = _same_name(link.setting.name, other.setting.name)
    return None if same and not (link.certain and other.certain) else same


def _same_name(one: Value[str], other: Value[str]) -> bool | None:
    if one is ABSENT or other is ABSENT:
        return False
    return fold(one) == fold(other) if isinstance(one, str) and isinstance(other, str) else None
