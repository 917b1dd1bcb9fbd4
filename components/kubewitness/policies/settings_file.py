"""How strict each policy is: the same JSON that `pulumi --policy-pack-config` takes.

{"all": "mandatory",
"kubewitness-common": {"allowedDestinations": [{"id": "/subscriptions/*/…", "owner": "soc"}]},
"aks-local-accounts": "advisory",
"aks-audit-logs": {"enforcementLevel": "mandatory", "coverage": "any"}}

What stands under `kubewitness-common` holds for each policy that has such a setting; lists add up.
Later wins: the policy's own defaults, the pack, common, the policy, the stack.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from kubewitness.errors import InputError
from kubewitness.graph.stack import Stack
from kubewitness.policies.exemptions import as_common
from kubewitness.policies.policy import AnyPolicy, Policy, S
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings import (
    ALL_POLICIES,
    COMMON,
    LEVEL,
    NOTES,
    REMEDIATION,
    Level,
    PolicySettings,
)

_NO_COMMON_LEVEL: Final = (
    f"{COMMON}: takes no `{LEVEL}`: to the engine it is the level of that policy alone, and no "
    f"policy's; use `{ALL_POLICIES}`, or set it on each policy"
)


def resolve(policy: Policy[Any, S], layers: Iterable[Mapping[str, Any]], stack: Stack) -> S:
    """The settings of a policy on a stack.

    Args:
        policy: the policy, whose own defaults come first.
        layers: settings as documents, later ones winning.
        stack: decides which of the stack settings apply.

    Raises:
        ValidationError: a setting is unknown or not valid, in any stack's settings, too.
    """
    document = _merge([{LEVEL: policy.level, "undecided": policy.undecided}, *layers])
    base = policy.settings.model_validate(document)
    for settings in base.stacks:
        merged = _merge([document, settings.set])
        policy.settings.model_validate(merged)
        document = merged if settings.when.matches(stack) else document
    return policy.settings.model_validate(document)


def common_layer(policy: AnyPolicy, common: Mapping[str, Any]) -> dict[str, Any]:
    """What of the common settings concerns a policy: those that it has."""
    known = _settings(policy) - {LEVEL}
    return as_common({name: value for name, value in common.items() if name in known})


def common_faults(common: Mapping[str, Any], policies: Iterable[AnyPolicy]) -> list[str]:
    """The common settings that no policy has, which nobody would miss otherwise."""
    known = {name for policy in policies for name in _settings(policy)}
    return [f"{COMMON}: no policy has a setting `{name}`" for name in common if name not in known]


def _settings(policy: AnyPolicy) -> set[str | None]:
    return {member.alias for member in policy.settings.model_fields.values()}


class Settings:
    """The settings of every policy; see the module's example for the document.

    Args:
        document: the parsed JSON.
        policies: all policies there are; a misspelt one is refused.
        defaults: what the pack sets, by policy.
        stack: the stack that is judged.
        where: the file, for messages.

    Raises:
        InputError: with every fault in the document.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        policies: tuple[AnyPolicy, ...],
        defaults: Mapping[str, Mapping[str, Any]] | None = None,
        stack: Stack | None = None,
        where: str = "settings",
    ) -> None:
        faults = [*_strangers(document, policies, where)]
        common = as_mapping(document.get(COMMON, {}))
        if LEVEL in common:
            faults.append(f"{where}: {_NO_COMMON_LEVEL}")
        faults += [f"{where}: {fault}" for fault in common_faults(common, policies)]
        every = as_mapping(document.get(ALL_POLICIES, {}))
        self._policies: dict[str, PolicySettings] = {}
        self._levels = {name: as_mapping(value).get(LEVEL) for name, value in document.items()}
        self._every_level = every.get(LEVEL)
        for policy in policies:
            own = as_mapping(document.get(policy.id, {}))
            pack = (defaults or {}).get(policy.id, {})
            layers = [pack, common_layer(policy, common), every, own]
            try:
                self._policies[policy.id] = resolve(policy, layers, stack or Stack())
            except ValidationError as error:
                faults += [_fault(where, policy.id, detail) for detail in error.errors()]
        if faults:
            raise InputError(*dict.fromkeys(faults))

    def of(self, policy_id: str) -> PolicySettings:
        """The settings of one policy."""
        return self._policies[policy_id]

    def remediates(self, policy: AnyPolicy) -> bool:
        """Whether the policy's remediation is switched on, as the engine would decide it.

        A policy on the stack cannot remediate in the engine: the policy beside it does.
        """
        name = policy.id + REMEDIATION if policy.needs_stack else policy.id
        if policy.remediate is None:
            return False
        level = self._levels.get(name) or self._every_level or policy.level
        return level == Level.REMEDIATE


@dataclass(frozen=True)
class SettingsFile:
    """A settings file that was read once, for any number of stacks.

    Attributes:
        document: the JSON object in it; see the module's example.
        where: the file, for messages.
    """

    document: Mapping[str, Any] = field(default_factory=dict)
    where: str = "settings"

    def resolve(
        self, defaults: Mapping[str, Mapping[str, Any]] | None = None, stack: Stack | None = None
    ) -> Settings:
        """Return the settings of every policy on a stack.

        Args:
            defaults: what the pack sets, by policy.
            stack: the stack that is judged; by default one without names and tags.

        Raises:
            InputError: with every fault in the file.
        """
        return Settings(self.document, all_policies(), defaults, stack, self.where)


NO_SETTINGS: Final = SettingsFile()
"""Every setting has its default."""


def read_settings(
    path: Path | None, defaults: Mapping[str, Mapping[str, Any]] | None = None
) -> SettingsFile:
    """Read a settings file and report every fault in it; without a path, return `NO_SETTINGS`.

    Args:
        path: the file.
        defaults: what the pack sets, by policy.

    Raises:
        InputError: the file cannot be read, is not a JSON object, or has faults.
    """
    if path is None:
        return NO_SETTINGS
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be a JSON object with a member for each policy")
    read = SettingsFile(document, str(path))
    read.resolve(defaults)  # a fault is reported before a program runs
    return read


def as_mapping(value: Any) -> dict[str, Any]:
    """Pulumi allows the bare level in place of an object."""
    return dict(value) if isinstance(value, Mapping) else {LEVEL: value}


def _merge(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """One document of several: later values win, lists add up."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            both_lists = isinstance(value, list) and isinstance(merged.get(name), list)
            merged[name] = [*merged[name], *value] if both_lists else value
    return merged


def _strangers(
    document: Mapping[str, Any], policies: tuple[AnyPolicy, ...], where: str
) -> Iterator[str]:
    """What is configured and does not exist."""
    ids = sorted(policy.id for policy in policies)
    mending = {
        policy.id + REMEDIATION for policy in policies if policy.remediate and policy.needs_stack
    }
    for name in document:
        if name not in {ALL_POLICIES, COMMON, NOTES, *ids, *mending}:
            yield f"{where}: no policy is called `{name}`; policies: {', '.join(ids)}"


def _fault(where: str, policy_id: str, detail: Any) -> str:
    path = ".".join(str(part) for part in (policy_id, *detail["loc"]))
    return f"{where}: {path}: {detail['msg']}"
