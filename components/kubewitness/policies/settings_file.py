"""How strict each policy is: the same JSON that `pulumi --policy-pack-config` takes.

Example:
    {
      "all": "mandatory",
      "kubewitness-common": {
        "allowedDestinations": [{"id": "/subscriptions/*/…", "owner": "soc"}]
      },
      "aks-local-accounts": "advisory",
      "aks-audit-logs": {"enforcementLevel": "mandatory", "coverage": "any"}
    }

The keys under `kubewitness-common` apply to each policy that has such a setting; lists add up.
Later wins: the policy's own defaults, the pack, common, the policy, the stack.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError, create_model

from kubewitness.documents.explain import Fault, explain, refusal
from kubewitness.documents.reader import read_json
from kubewitness.documents.suggestions import did_you_mean
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
    RENAMED,
    Document,
    Level,
    NotesSettings,
    PolicySettings,
)

_NO_COMMON_LEVEL: Final = (
    f"takes no `{LEVEL}`: to the engine it is the level of that policy alone, and no "
    f"policy's; use `{ALL_POLICIES}`, or set it on each policy"
)


def resolve(policy: Policy[Any, S], layers: Iterable[Mapping[str, Any]], stack: Stack) -> S:
    """Return the settings of a policy on a stack.

    Args:
        policy: the policy, whose own defaults come first.
        layers: settings as documents, later ones winning.
        stack: decides which of the stack settings apply.

    Raises:
        ValidationError: a setting is unknown or not valid, in any stack's settings, too.
    """
    document = _merge([{LEVEL: policy.level, "undecided": policy.undecided}, *layers])
    base = policy.settings.model_validate(document, by_name=False)
    for settings in base.stacks:
        merged = _merge([document, settings.set])
        policy.settings.model_validate(merged, by_name=False)
        document = merged if settings.when.matches(stack) else document
    return policy.settings.model_validate(document, by_name=False)


def common_layer(policy: AnyPolicy, common: Mapping[str, Any]) -> dict[str, Any]:
    """Return the common settings that a policy has."""
    known = {setting.alias for setting in policy.settings.model_fields.values()} - {LEVEL}
    return as_common({name: value for name, value in common.items() if name in known})


def settings_faults(document: Mapping[str, Any], policies: Iterable[AnyPolicy]) -> list[Fault]:
    """Return every fault in a settings document, once, at the place where it was written.

    A later section cannot make an earlier one wrong or right: sections are merged key by key, and
    no setting depends on another.

    Args:
        document: as in the module's example.
        policies: all policies there are; a misspelt one is a fault.
    """
    models = _section_models(tuple(policies))
    return [fault for name in document for fault in _section_faults(name, document[name], models)]


def common_faults(common: Mapping[str, Any], policies: Iterable[AnyPolicy]) -> list[Fault]:
    """Return every fault in the common settings, such as a setting that no policy has."""
    model = _common_model(tuple(policy.settings for policy in policies))
    given = {name: value for name, value in common.items() if name != LEVEL}
    return _model_faults(given, model, PolicySettings)


def explain_settings(
    policy: AnyPolicy, common: Mapping[str, Any], own: Mapping[str, Any], error: ValidationError
) -> list[Fault]:
    """Return the faults for which `resolve` refused the settings of a policy.

    Args:
        policy: the policy.
        common: the common settings.
        own: the settings of the policy.
        error: that `resolve` raised.
    """
    shared = common_faults(common_layer(policy, common), [policy])
    faults = [
        *(fault.below(COMMON) for fault in shared),
        *_model_faults(own, policy.settings, policy.settings),
    ]
    return faults or explain(error, policy.settings, RENAMED)


def _section_models(policies: tuple[AnyPolicy, ...]) -> dict[str, type[Document]]:
    """Return what each section of a settings file may hold."""
    return {
        ALL_POLICIES: PolicySettings,
        COMMON: _common_model(tuple(policy.settings for policy in policies)),
        NOTES: NotesSettings,
        **{policy.id: policy.settings for policy in policies},
        **{
            policy.id + REMEDIATION: policy.settings
            for policy in policies
            if policy.remediate and policy.needs_stack
        },
    }


@cache
def _common_model(models: tuple[type[PolicySettings], ...]) -> type[PolicySettings]:
    """Return a model that has each setting of these models, but no level."""
    bases = tuple(
        model
        for model in dict.fromkeys(models)
        if not any(other is not model and issubclass(other, model) for other in models)
    )
    no_level: Any = (Level, Field(default=Level.MANDATORY, alias=LEVEL, exclude=True))
    return create_model("CommonSettings", __base__=bases, level=no_level)


def _section_faults(
    name: str, section: Any, models: Mapping[str, type[Document]]
) -> Iterator[Fault]:
    if name not in models:
        ids = [known for known in models if known not in (ALL_POLICIES, COMMON, NOTES)]
        hint = did_you_mean(name, models, f"policies: {', '.join(sorted(ids))}")
        yield Fault((name,), f"no policy is called `{name}`{hint}")
        return
    given = as_mapping(section)
    if name == COMMON and LEVEL in given:
        yield Fault((name,), _NO_COMMON_LEVEL)
        given.pop(LEVEL)
    # Common settings for some stacks must be valid for every policy.
    of_stacks = PolicySettings if name == COMMON else models[name]
    for fault in _model_faults(given, models[name], of_stacks):
        yield fault.below(name)


def _model_faults(
    given: Mapping[str, Any], model: type[Document], of_stacks: type[Document]
) -> list[Fault]:
    """Return the faults of one section, and of the settings for some stacks in it."""
    faults: list[Fault] = []
    try:
        model.model_validate(given, by_name=False)
    except ValidationError as error:
        faults = explain(error, model, RENAMED)
    stacks = given.get("stacks")
    for index, one in enumerate(stacks if isinstance(stacks, list) else ()):
        settings = one.get("set") if isinstance(one, Mapping) else None
        if isinstance(settings, Mapping):
            found = _model_faults(settings, of_stacks, of_stacks)
            faults += [fault.below("stacks", index, "set") for fault in found]
    return faults


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
        faults = [f"{where}: {fault}" for fault in settings_faults(document, policies)]
        faults += [f"the pack: {fault}" for fault in settings_faults(defaults or {}, policies)]
        if faults:
            raise InputError(*faults)
        common, every = (as_mapping(document.get(name, {})) for name in (COMMON, ALL_POLICIES))
        self._levels = {name: as_mapping(value).get(LEVEL) for name, value in document.items()}
        self._every_level = every.get(LEVEL)
        self._policies: dict[str, PolicySettings] = {}
        for policy in policies:
            own = as_mapping(document.get(policy.id, {}))
            pack = (defaults or {}).get(policy.id, {})
            layers = [pack, common_layer(policy, common), every, own]
            self._policies[policy.id] = resolve(policy, layers, stack or Stack())

    def of(self, policy_id: str) -> PolicySettings:
        """Return the settings of one policy."""
        return self._policies[policy_id]

    def remediates(self, policy: AnyPolicy) -> bool:
        """Return whether the policy's remediation is on, as the engine would decide it.

        A policy on the stack cannot remediate in the engine: a second policy does.
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


def read_settings(path: Path | None) -> SettingsFile:
    """Read a settings file and report every fault in it; without a path, return `NO_SETTINGS`.

    Raises:
        InputError: the file cannot be read, is not a JSON object, or has faults.
    """
    if path is None:
        return NO_SETTINGS
    file = read_json(path)
    if not isinstance(file.data, dict):
        raise InputError(f"{file.at(())}: must be a JSON object with a member for each policy")
    if faults := settings_faults(file.data, all_policies()):
        raise refusal(file, faults)
    return SettingsFile(file.data, str(path))


def as_mapping(value: Any) -> dict[str, Any]:
    """Return a section as a mapping; Pulumi also accepts a bare level."""
    return dict(value) if isinstance(value, Mapping) else {LEVEL: value}


def _merge(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one document of several: later values win, lists add up."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            both_lists = isinstance(value, list) and isinstance(merged.get(name), list)
            merged[name] = [*merged[name], *value] if both_lists else value
    return merged
