"""What azure-native makes of an answer of Azure when it refreshes, and what it calls a difference.

A refresh keeps the inputs in the state, except for what changed in Azure: azure-native compares the
last outputs with the new ones and applies the differences to the inputs. Lists are compared by
position. What Azure added by itself when it created the resource is in both outputs, so it stays
out of the inputs. See `Read` and `applyDiff` in azure-native's provider.
"""

from typing import Any

from . import sdk
from .sdk import Values

_ABSENT = object()


def refreshed_inputs(token: str, inputs: Values, before: Values, after: Values) -> Values:
    """Return the inputs after a refresh.

    Args:
        token: type of the resource.
        inputs: in the state.
        before: the outputs in the state.
        after: what Azure answers now.
    """
    old, new = sdk.projection(token, before), sdk.projection(token, after)
    for path in _CHILDREN.get(sdk.kind(token), ()):
        if path not in inputs:  # declared as resources of their own
            old.pop(path, None)
            new.pop(path, None)
    return _merged_map(inputs, old, new)


_CHILDREN = {"network:VirtualNetwork": ("subnets",)}
"""Properties that list resources of another type, which azure-native leaves out where unset."""


def differences(old: Values, new: Values) -> list[str]:
    """Return the inputs that azure-native calls changed; regions have neither case nor spaces."""
    return [
        key
        for key in sorted(old | new)
        if not key.startswith("__") and _folded(key, old.get(key)) != _folded(key, new.get(key))
    ]


def _folded(key: str, value: Any) -> Any:
    if key == "location" and isinstance(value, str):
        return value.lower().replace(" ", "")
    return value


def _merged(base: Any, old: Any, new: Any) -> Any:
    if isinstance(base, dict) and isinstance(old, dict) and isinstance(new, dict):
        return _merged_map(base, old, new)
    if isinstance(base, list) and isinstance(old, list) and isinstance(new, list):
        return [
            _merged(base[i], old[i], item) if i < min(len(base), len(old)) else item
            for i, item in enumerate(new)
        ]
    return new


def _merged_map(base: Values, old: Values, new: Values) -> Values:
    kept = {key: value for key, value in base.items() if key in new or key not in old}
    for key, value in new.items():
        if old.get(key, _ABSENT) != value:
            kept[key] = _merged(base[key], old.get(key), value) if key in base else value
    return kept
