"""Stacks, and everything that can become unknown or wrong in them."""

from copy import deepcopy
from itertools import pairwise
from typing import Any

from support.oracle import SENTINELS, Trial
from support.servicer import Shown

Path = tuple[str | int, ...]


DROP = object()


VALUES: tuple[Any, ...] = (
    *(-1, 0, 1, 29, 30, 89, 90, 364, 365, 400, 1e9, "365", "90"),
    *(True, False, "true", "True", "false", "", " ", "text", [], {}, [None], [True], {"a": True}),
    *("Locked", "locked", "Unlocked", "Free", "PerGB2018", "Premium_LRS", "premium_ZRS"),
    *("Dedicated", "dedicated", "AzureDiagnostics", "allLogs", "ALLLOGS", "audit", "guard"),
    *(
        "kube-audit",
        "KUBE-AUDIT",
        "\N{KELVIN SIGN}ube-audit",
        "kube-audit-admin",
        "kube-apiserver",
        "eastus2",
        "West Europe",
    ),
    *("0.0.0.0/0", "0.0.0.0/32", "10.0.0.0/8", "0.0.0.0/1", "AzureCloud", "203.0.113.7"),
    *(["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["203.0.113.0/24"], {"enabled": True}),
    *({"dailyQuotaGb": 1}, {"immediatePurgeDataOn30Days": True}, "clusterAdmin_shop", "Audit"),
)


"""What may stand anywhere: near every limit and every word that means something somewhere."""


def degradations(old: Any) -> list[Any]:
    """Every way in which a value can be less than it was."""
    found: list[Any] = [DROP, None, *SENTINELS, "", [], {}, 5, "text", not old]
    if isinstance(old, str):
        found += [old.swapcase(), old.title(), f" {old}"]
    if isinstance(old, list):
        found += [[*old[:-1], sentinel] for sentinel in SENTINELS if old]
        found += [old[:1], old[1:], [*old, *old[:1]]]
    if isinstance(old, dict):
        found += [{**old, key: sentinel} for key in old for sentinel in SENTINELS[:2]]
        found += [{k: v for k, v in old.items() if k != key} for key in old]
    return found


def _root(stack: dict[str, Shown], path: Path) -> tuple[dict[str, Any], Path]:
    shown = stack[str(path[0])]
    if path[1] == "outputs":
        return shown.outputs, path[2:]
    return shown.inputs, path[1:]


def read(stack: dict[str, Shown], path: Path) -> Any:
    """What stands at a path, None where nothing does."""
    value, steps = _root(stack, path)
    found: Any = value
    for step in steps:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def write(stack: dict[str, Shown], path: Path, value: Any) -> None:
    """Put a value at a path, as far as the way there still exists; parents are made."""
    container, steps = _root(stack, path)
    inner: Any = container
    for step, following in pairwise(steps):
        if isinstance(inner, dict) and isinstance(step, str) and step not in inner:
            inner[step] = [] if isinstance(following, int) else {}
        try:
            inner = inner[step]
        except (KeyError, IndexError, TypeError):
            return
    last = steps[-1]
    if isinstance(inner, dict) and isinstance(last, str):
        inner.pop(last, None) if value is DROP else inner.update({last: deepcopy(value)})
    elif isinstance(inner, list) and isinstance(last, int) and last < len(inner):
        if value is DROP:
            del inner[last]
        else:
            inner[last] = deepcopy(value)


def changed(trial: Trial, made: list[tuple[Path, Any]]) -> dict[str, Shown]:
    """The trial's stack after the changes."""
    stack = deepcopy(trial.stack)
    for path, value in made:
        write(stack, path, value)
    return stack
