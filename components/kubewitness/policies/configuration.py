"""How strict each rule is: the same JSON that `pulumi --policy-pack-config` takes.

{"all": "mandatory",
"kubewitness-common": {"allowedDestinations": [{"id": "/subscriptions/*/…", "owner": "soc"}]},
"aks-local-accounts": "advisory",
"aks-audit-logs": {"enforcementLevel": "mandatory", "coverage": "any"}}

What stands under `kubewitness-common` holds for each rule that has such a setting; lists add up.
Later wins: the rule's own defaults, the pack, common, the rule, the stack.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kubewitness.errors import InputError
from kubewitness.policies.declarations import Exemption

if TYPE_CHECKING:
    from kubewitness.policies.rule import Rule

ALL_RULES: Final = "all"
"""The key that Pulumi reserves for the level of every policy."""

COMMON: Final = "kubewitness-common"
"""The policy of our CrossGuard pack that holds settings for several rules and judges nothing."""

NOTES: Final = "kubewitness-notes"
"""The policy of our pack that only prints; in the file it has a level and nothing else."""

REMEDIATION: Final = "-remediation"
"""What the name of a policy ends with that mends for a rule on the stack."""

LEVEL: Final = "enforcementLevel"

_NO_COMMON_LEVEL: Final = (
    f"{COMMON}: takes no `{LEVEL}`: to the engine it is the level of that policy alone, and no "
    f"rule's; use `{ALL_RULES}`, or set it on each rule"
)


class Level(StrEnum):
    """CrossGuard's enforcement levels."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


class UndecidedMeans(StrEnum):
    """What a verdict of undecided does at level mandatory."""

    BLOCK = "block"
    REPORT = "report"


class Document(BaseModel):
    """Base of all that can be configured: known members only, spelt in camel case."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, alias_generator=to_camel
    )


class When(Document):
    """Which stacks are meant; a glob for each, and everything that is given must match.

    Attributes:
        project: of the project's name.
        stack: of the stack's name.
        tags: of the values of stack tags, by name.
    """

    project: str = "*"
    stack: str = "*"
    tags: dict[str, str] = {}


class StackSettings(Document):
    """Settings of some stacks.

    Attributes:
        when: which stacks.
        set: the settings, as they stand for the rule itself.
    """

    when: When
    set: dict[str, Any]


class RuleConfiguration(Document):
    """What can be set for every rule; a rule with settings of its own extends it.

    Attributes:
        level: the enforcement level; the rule says the default.
        undecided: whether undecided blocks; the rule says the default.
        exemptions: what is allowed to fail, until when, and who says so.
        stacks: other settings for some stacks; of several that match the last wins.
    """

    level: Level = Field(default=Level.MANDATORY, alias=LEVEL)
    undecided: UndecidedMeans = UndecidedMeans.BLOCK
    exemptions: tuple[Exemption, ...] = ()
    stacks: tuple[StackSettings, ...] = ()

    def on(self, _day: date) -> Self:
        """The configuration as it counts on a day."""
        return self


@dataclass(frozen=True)
class Stack:
    """The stack that is judged.

    Attributes:
        project: the project's name.
        name: the stack's name.
        tags: its tags, as far as the source knows them.
    """

    project: str = ""
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    def matches(self, when: When) -> bool:
        """Whether this stack is meant; a tag that it does not have matches nothing."""
        return (
            fnmatchcase(self.project, when.project)
            and fnmatchcase(self.name, when.stack)
            and all(
                name in self.tags and fnmatchcase(self.tags[name], glob)
                for name, glob in when.tags.items()
            )
        )


def resolve(rule: "Rule", layers: Iterable[Mapping[str, Any]], stack: Stack) -> RuleConfiguration:
    """The configuration of a rule on a stack.

    Args:
        rule: the rule, whose own defaults come first.
        layers: settings as documents, later ones winning.
        stack: decides which of the stack settings apply.

    Raises:
        ValidationError: a setting is unknown or not valid, in any stack's settings, too.
    """
    document = _merge([{LEVEL: rule.level, "undecided": rule.undecided}, *layers])
    base = rule.configuration.model_validate(document)
    for settings in base.stacks:
        merged = _merge([document, settings.set])
        rule.configuration.model_validate(merged)
        document = merged if stack.matches(settings.when) else document
    return rule.configuration.model_validate(document)


def common_layer(rule: "Rule", common: Mapping[str, Any]) -> dict[str, Any]:
    """What of the common settings concerns a rule: those that it has."""
    known = _settings(rule) - {LEVEL}
    return {name: value for name, value in common.items() if name in known}


def common_faults(common: Mapping[str, Any], rules: "Iterable[Rule]") -> list[str]:
    """The common settings that no rule has, which nobody would miss otherwise."""
    known = {name for rule in rules for name in _settings(rule)}
    return [f"{COMMON}: no rule has a setting `{name}`" for name in common if name not in known]


def _settings(rule: "Rule") -> set[str | None]:
    return {member.alias for member in rule.configuration.model_fields.values()}


class Configuration:
    """The configuration of every rule; see the module's example for the document.

    Args:
        document: the parsed JSON.
        rules: all rules there are; a misspelt one is refused.
        defaults: what the pack sets, by rule.
        stack: the stack that is judged.
        where: the file, for messages.

    Raises:
        InputError: with every fault in the document.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        rules: "tuple[Rule, ...]",
        defaults: Mapping[str, Mapping[str, Any]] | None = None,
        stack: Stack | None = None,
        where: str = "configuration",
    ) -> None:
        faults = [*_strangers(document, rules, where)]
        common = as_mapping(document.get(COMMON, {}))
        if LEVEL in common:
            faults.append(f"{where}: {_NO_COMMON_LEVEL}")
        faults += [f"{where}: {fault}" for fault in common_faults(common, rules)]
        every = as_mapping(document.get(ALL_RULES, {}))
        self._rules: dict[str, RuleConfiguration] = {}
        self._levels = {name: as_mapping(value).get(LEVEL) for name, value in document.items()}
        self._every_level = every.get(LEVEL)
        for rule in rules:
            own = as_mapping(document.get(rule.id, {}))
            pack = (defaults or {}).get(rule.id, {})
            layers = [pack, common_layer(rule, common), every, own]
            try:
                self._rules[rule.id] = resolve(rule, layers, stack or Stack())
            except ValidationError as error:
                faults += [_fault(where, rule.id, detail) for detail in error.errors()]
        if faults:
            raise InputError(*dict.fromkeys(faults))

    def of(self, rule_id: str) -> RuleConfiguration:
        """The configuration of one rule."""
        return self._rules[rule_id]

    def mends(self, rule: "Rule") -> bool:
        """Whether the rule's remediation is switched on, as the engine would decide it.

        A rule on the stack cannot mend itself in the engine: the policy beside it does.
        """
        name = rule.id + REMEDIATION if rule.needs_stack else rule.id
        if rule.remediate is None:
            return False
        level = self._levels.get(name) or self._every_level or rule.level
        return level == Level.REMEDIATE


def load(
    path: Path | None,
    rules: "tuple[Rule, ...]",
    defaults: Mapping[str, Mapping[str, Any]] | None = None,
    stack: Stack | None = None,
) -> Configuration:
    """Read a configuration file; without a path, everything at its default.

    Raises:
        InputError: the file cannot be read, is no JSON object, or holds faults.
    """
    if path is None:
        return Configuration({}, rules, defaults, stack)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be a JSON object with a member for each rule")
    return Configuration(document, rules, defaults, stack, str(path))


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


def _strangers(document: Mapping[str, Any], rules: "tuple[Rule, ...]", where: str) -> Iterator[str]:
    """What is configured and does not exist."""
    ids = sorted(rule.id for rule in rules)
    mending = {rule.id + REMEDIATION for rule in rules if rule.remediate and rule.needs_stack}
    for name in document:
        if name not in {ALL_RULES, COMMON, NOTES, *ids, *mending}:
            yield f"{where}: no rule is called `{name}`; rules: {', '.join(ids)}"


def _fault(where: str, rule_id: str, detail: Any) -> str:
    path = ".".join(str(part) for part in (rule_id, *detail["loc"]))
    return f"{where}: {path}: {detail['msg']}"
