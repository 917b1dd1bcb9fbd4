"""What a preview after a refresh would show, by the rules of the engine and of azure-native.

The real engine shows it in the tests marked `engine`. Here, the rules are applied to what a program
registers under mocks, so that a property test can try thousands of programs.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from support.components import Deployment
from support.stand_in_provider import arm, azure, sdk
from support.stand_in_provider.refresh import differences, refreshed_inputs
from support.stand_in_provider.sdk import Values
from support.stand_in_provider.world import World


@dataclass(frozen=True)
class Registered:
    """A resource that a program registers."""

    name: str
    token: str
    inputs: Values
    ignored: Sequence[str]

    @property
    def id(self) -> str:
        """The identifier that Azure would give it."""
        return arm.resource_id(self.token, self.inputs)


def registered(deployment: Deployment) -> list[Registered]:
    """Return what a program registered of azure-native, with the names that azure-native makes."""
    found = []
    for request in deployment.made():
        if sdk.is_native(request.type):
            inputs: Values = pulumi.runtime.rpc.deserialize_properties(request.object)
            own = arm.placeholders(request.type)[-1]
            inputs = {own: request.name, "location": arm.LOCATION, **inputs}
            found.append(Registered(request.name, request.type, inputs, request.ignoreChanges))
    return found


def as_they_are(answer: Any) -> Any:
    """Return an answer in the form in which the stand-in gives it."""
    return answer


def changes_after_refresh(
    deployment: Deployment,
    drift: dict[str, Values] | None = None,
    form: Callable[[Any], Any] = as_they_are,
) -> dict[str, list[str]]:
    """Return, for each resource that a preview after a refresh would change, the inputs.

    Args:
        deployment: the program, run under mocks.
        drift: what Azure changed by itself, for each kind of resource, by path.
        form: in which Azure answers otherwise than it was asked, such as another case.
    """
    resources = registered(deployment)
    log: list[dict[str, Any]] = []
    outputs: list[Values] = []
    for one in resources:
        log.append({"op": "create", "type": one.token, "id": one.id, "inputs": one.inputs})
        outputs.append(form(azure.state(one.token, one.id, one.inputs, World(tuple(log)))))
    now = World(tuple(log), drift or {})
    found = {}
    for one, before in zip(resources, outputs, strict=True):
        after = form(azure.state(one.token, one.id, one.inputs, now))
        known = refreshed_inputs(one.token, one.inputs, before, after)
        if changed := differences(known, with_ignored(known, one.inputs, one.ignored)):
            found[one.name] = changed
    return found


def changes_between(old: Deployment, new: Deployment) -> dict[str, list[str]]:
    """Return, for each resource of both programs that an update would change, the inputs."""
    before = {(one.token, one.name): one for one in registered(old)}
    found = {}
    for one in registered(new):
        if known := before.get((one.token, one.name)):
            inputs = with_ignored(known.inputs, one.inputs, one.ignored)
            if changed := differences(known.inputs, inputs):
                found[one.name] = changed
    return found


def with_ignored(old: Values, new: Values, paths: Sequence[str]) -> Values:
    """Return new inputs in which the ignored properties are as they were, as the engine does.

    A path through a list that has the item on one side only is not applied.
    """
    kept = copy.deepcopy(new)
    for path in paths:
        steps = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
        _reset(old, kept, steps)
    return kept


def _reset(old: Any, new: Any, steps: Sequence[str | int]) -> None:
    step, *rest = steps
    if isinstance(step, int):
        if isinstance(old, list) and isinstance(new, list) and step < min(len(old), len(new)):
            _reset(old[step], new[step], rest)
    elif rest:
        if isinstance(old, dict) and isinstance(new, dict) and step in old and step in new:
            _reset(old[step], new[step], rest)
    elif isinstance(new, dict):
        new.pop(step, None)
        if isinstance(old, dict) and step in old:
            new[step] = old[step]
