"""Destinations that two resources of a stack write: values that differ are unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.locations import own_group, subscription
from kubewitness.graph.model import Receiver
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown

_IDENTITY: Final = frozenset(field.name for field in fields(Receiver)) - {"location"}
"""The properties that identify the resource, and are not settings."""


def without_conflicts(
    receivers: Mapping[str, Receiver], by_urn: Mapping[str, Resource]
) -> dict[str, Receiver]:
    """Return the receivers; where several are one in Azure, what they disagree on is unknown."""
    found = dict(receivers)
    for several in _namesakes(receivers.values()):
        for one in several:
            same = [other for other in several if _may_be_one(one, other, by_urn)]
            found[one.resource.urn] = _agreed(one, same)
    return found


def _namesakes(receivers: Iterable[Receiver]) -> list[list[Receiver]]:
    """Return the receivers of one kind and name; a name that the provider makes up is unique."""
    found: dict[tuple[type[Receiver], str], list[Receiver]] = {}
    for receiver in receivers:
        if isinstance(receiver.name, str):
            found.setdefault((type(receiver), fold(receiver.name)), []).append(receiver)
    return [several for several in found.values() if len(several) > 1]


def _agreed(receiver: Receiver, same: Iterable[Receiver]) -> Receiver:
    changes: dict[str, Any] = {}
    for other in same:
        names = " and ".join(sorted(f"`{r.resource.name}`" for r in (receiver, other)))
        why = Unknown(f"{names} are one resource in Azure, and the last one written counts")
        for field in fields(receiver):
            ours, theirs = getattr(receiver, field.name), getattr(other, field.name)
            if field.name not in _IDENTITY and (type(ours), ours) != (type(theirs), theirs):
                changes[field.name] = why
    return replace(receiver, **changes)


def _may_be_one(one: Receiver, other: Receiver, by_urn: Mapping[str, Resource]) -> bool:
    if one is other:
        return False
    ids = (one.resource.id, other.resource.id)
    if isinstance(ids[0], str) and isinstance(ids[1], str):
        return fold(ids[0]) == fold(ids[1])
    subscriptions = {subscription(each.resource, by_urn) for each in (one, other)}
    if len({fold(each) for each in subscriptions if isinstance(each, str)}) > 1:
        return False
    names = (one.resource_group, other.resource_group)
    if isinstance(names[0], str) and isinstance(names[1], str):
        return fold(names[0]) == fold(names[1])
    groups = [own_group(each.resource, by_urn) for each in (one, other)]
    urns = {group.urn for group in groups if group}
    return len(urns) < len(groups) if all(groups) else True
