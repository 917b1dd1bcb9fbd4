"""How strict each rule is: the same JSON that `pulumi --policy-pack-config` takes.

{"all": "mandatory",
"aks-local-accounts": "advisory",
"aks-audit-logs": {"enforcementLevel": "mandatory", "coverage": "any"}}
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kubewitness.errors import InputError

ALL_RULES: Final = "all"
"""The key that Pulumi reserves for the level of every policy."""


INPUTS_POLICY: Final = "kubewitness-inputs"
"""The policy of our CrossGuard pack that reports nothing; here only to be accepted in the file."""


class Level(StrEnum):
    """CrossGuard's enforcement levels."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


class Coverage(StrEnum):
    """How many audit log categories a cluster must send."""

    ALL = "all"
    """kube-audit, kube-audit-admin and guard."""
    ANY = "any"
    """Either of kube-audit and kube-audit-admin, and guard."""


class UndecidedMeans(StrEnum):
    """What a verdict of undecided does at level mandatory."""

    BLOCK = "block"
    REPORT = "report"


class RuleConfiguration(BaseModel):
    """What can be set for one rule.

    Attributes:
        level: the enforcement level; default mandatory.
        coverage: which categories `aks-audit-logs` demands; default all three.
        undecided: whether undecided blocks; default block, for the rules of this pack guard
            what it exists for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    level: Level = Field(default=Level.MANDATORY, alias="enforcementLevel")
    coverage: Coverage = Coverage.ALL
    undecided: UndecidedMeans = UndecidedMeans.BLOCK


class Configuration:
    """The configuration of every rule; see the module's example for the document.

    Args:
        document: the parsed JSON.
        known: the ids of all rules, to refuse a misspelt one.
        where: the file, for messages.

    Raises:
        InputError: with every fault in the document.
    """

    def __init__(
        self, document: Mapping[str, Any], known: frozenset[str], where: str = "configuration"
    ) -> None:
        faults = [
            f"{where}: no rule is called `{name}`; rules: {', '.join(sorted(known))}"
            for name in document
            if name not in {ALL_RULES, INPUTS_POLICY, *known}
        ]
        common = _as_mapping(document.get(ALL_RULES, {}))
        self._rules = {}
        for name in known:
            merged = {**common, **_as_mapping(document.get(name, {}))}
            try:
                self._rules[name] = RuleConfiguration.model_validate(merged)
            except ValidationError as error:
                faults += [_fault(where, name, detail) for detail in error.errors()]
        if faults:
            raise InputError(*faults)

    def of(self, rule_id: str) -> RuleConfiguration:
        """The configuration of one rule."""
        return self._rules[rule_id]


def load(path: Path | None, known: frozenset[str]) -> Configuration:
    """Read a configuration file; without a path, everything at its default.

    Raises:
        InputError: the file cannot be read, is no JSON object, or holds faults.
    """
    if path is None:
        return Configuration({}, known)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}") from error
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be a JSON object with a member for each rule")
    return Configuration(document, known, str(path))


def _as_mapping(value: Any) -> dict[str, Any]:
    """Pulumi allows the bare level in place of an object."""
    return dict(value) if isinstance(value, Mapping) else {"enforcementLevel": value}


def _fault(where: str, rule_id: str, detail: Any) -> str:
    path = ".".join(str(part) for part in (rule_id, *detail["loc"]))
    return f"{where}: {path}: {detail['msg']}"
