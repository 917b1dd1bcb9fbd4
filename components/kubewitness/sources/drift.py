"""Differences between the inputs and the outputs of a state: Azure changed after the deployment.

Azure writes some values in its own way: regions without spaces, ids in another case, an address as
a range of one, and lists in another order.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.values import Unknown

_DRIFTED: Final = Unknown(
    "the outputs in the state differ from the inputs, so Azure was changed since the deployment",
    "run `pulumi up` or `pulumi refresh`, and export the state again",
)


_NAMING: Final = ("name", "category", "categoryGroup", "id")


def without_drift(asked: Any, found: Any) -> Any:
    """Return what a program asked for, with unknown in place of what differs in the outputs.

    Values that outputs do not contain, or contain in another form, stay as requested.
    """
    if isinstance(asked, Mapping) and isinstance(found, Mapping):
        return {key: without_drift(value, found.get(key)) for key, value in asked.items()}
    if _is_list(asked) and _is_list(found):
        return _items(asked, found)
    if found is None or asked is None or _is_nested(asked) or _is_nested(found):
        return asked
    return asked if _spelling(asked) == _spelling(found) else _DRIFTED


def _items(asked: Sequence[Any], found: Sequence[Any]) -> Any:
    """Compare plain items as a whole, and each object with the one that it became."""
    if not any(map(_is_nested, (*asked, *found))):
        same = Counter(map(_spelling, asked)) == Counter(map(_spelling, found))
        return asked if same else _DRIFTED
    return [item if _is_among(item, found) else _DRIFTED for item in asked]


def _is_among(asked: Any, found: Sequence[Any]) -> bool:
    return not isinstance(asked, Mapping) or any(
        isinstance(one, Mapping)
        and _names(asked) <= one.keys()
        and without_drift(asked, one) == asked
        for one in found
    )


def _names(item: Mapping[str, Any]) -> set[str]:
    """Return the keys that identify an item of a list: without them, another item may be meant."""
    return {key for key in _NAMING if item.get(key) is not None}


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | Unknown) or _is_list(value)


def _spelling(value: Any) -> object:
    if isinstance(value, str):
        return fold(value).replace(" ", "").rstrip("/").removesuffix("/32")
    return (isinstance(value, bool), value)
