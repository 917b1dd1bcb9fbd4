"""Random paths of `ignore_changes`, and what they leave of a stack for a careful reader."""

import re
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from support.degradations import read
from support.oracle import UNKNOWN_STRING, Trial
from support.servicer import Shown, Stack

Steps = tuple[str | int, ...]
ALL = "*"


class Unknowable(dict[str, Any]):
    """Properties of which also those are unknown that the program does not set."""

    def get(self, key: str, _default: Any = None) -> Any:
        """What stands there, unknown where nothing does."""
        return super().get(key, UNKNOWN_STRING)


@st.composite
def ignored_paths(draw: st.DrawFn, trial: Trial) -> tuple[str, Steps]:
    """A property that the policy reads, or one around it, or several at once by a wildcard."""
    name, *steps = draw(st.sampled_from(trial.paths))
    steps = steps[: draw(st.integers(1, len(steps)))]
    if draw(st.integers(0, 2)) == 0:
        steps[draw(st.integers(0, len(steps) - 1))] = ALL
    return str(name), tuple(steps)


@st.composite
def spellings(draw: st.DrawFn, steps: Steps) -> str:
    """A path as Pulumi takes it: with dots, brackets and quotes, in Python's words or others."""
    written = ""
    for step in steps:
        if isinstance(step, int):
            written += f"[{step}]"
            continue
        forms = [f".{step}", f'["{step}"]', f".{_snake_case(step)}"]
        written += draw(st.sampled_from([*forms, "[*]"] if step == ALL else forms))
    return written.removeprefix(".")


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def reachable(stack: dict[str, Shown], name: str, steps: Steps) -> Steps:
    """The path up to an index of what is not a list: all of that counts then."""
    for at, step in enumerate(steps):
        if isinstance(step, int) and not isinstance(read(stack, (name, *steps[:at])), list):
            return steps[:at]
    return steps


def hidden(stack: Stack, name: str, steps: Steps) -> dict[str, Shown]:
    """The stack as a reader knows it who does not know what is deployed there."""
    shown, first = stack[name], steps[0]
    if first == ALL:
        inputs: dict[str, Any] = Unknowable(dict.fromkeys(shown.inputs, UNKNOWN_STRING))
    else:
        inputs = _without(shown.inputs, steps)
    links = {k: v for k, v in shown.links.items() if first not in (ALL, k)}
    return {**stack, name: replace(shown, inputs=inputs, links=links)}


def _without(value: Any, steps: Steps) -> Any:
    if not steps or steps == (ALL,):
        return UNKNOWN_STRING
    step, *rest = steps
    inner = tuple(rest)
    if step == ALL and isinstance(value, list):
        return [_without(item, inner) for item in value]
    if step == ALL and isinstance(value, dict):
        return {key: _without(item, inner) for key, item in value.items()}
    if isinstance(step, int) and isinstance(value, list):
        return [_without(item, inner) if at == step else item for at, item in enumerate(value)]
    if isinstance(value, dict) or value is None:
        known = value or {}
        return {**known, step: _without(known.get(step), inner)}
    return value
