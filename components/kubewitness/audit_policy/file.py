"""Reads an audit policy file, as kube-apiserver's `--audit-policy-file` names it.

Source: Kubernetes docs, "kube-apiserver Audit Configuration (v1)".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kubewitness.audit_policy.policy import AuditRule, Level
from kubewitness.documents.explain import validate
from kubewitness.documents.reader import Location, ParsedFile, read_yaml

API_VERSION: Final = "audit.k8s.io/v1"
KIND: Final = "Policy"

Stage = Literal["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]

_Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())]
_Stages = Annotated[tuple[Stage, ...], BeforeValidator(lambda value: value or ())]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _GroupResources(_Part):
    group: str = ""
    resources: _Texts = ()
    names: _Texts = Field(default=(), alias="resourceNames")


_Resources = Annotated[tuple[_GroupResources, ...], BeforeValidator(lambda value: value or ())]


class _Rule(_Part):
    level: Level
    users: _Texts = ()
    groups: _Texts = Field(default=(), alias="userGroups")
    verbs: _Texts = ()
    namespaces: _Texts = ()
    resources: _Resources = ()
    paths: _Texts = Field(default=(), alias="nonResourceURLs")
    omitted: _Stages = Field(default=(), alias="omitStages")
    omit_managed_fields: bool | None = Field(default=None, alias="omitManagedFields")


class _Policy(_Part):
    api_version: Literal["audit.k8s.io/v1"] = Field(alias="apiVersion")
    kind: Literal["Policy"]
    metadata: dict[str, Any] = {}
    omitted: _Stages = Field(default=(), alias="omitStages")
    omit_managed_fields: bool | None = Field(default=None, alias="omitManagedFields")
    rules: tuple[_Rule, ...] = Field(min_length=1)


@dataclass(frozen=True)
class FileRule:
    """A rule of an audit policy file.

    Attributes:
        number: its place in the file, from 1.
        level: how much of a request that it matches is logged.
        alternatives: the rule as one rule for each entry of `resources`; a request that matches one
            of them matches the rule.
        omitted: the stages that are not logged, with those that the policy omits.
    """

    number: int
    level: Level
    alternatives: tuple[AuditRule, ...]
    omitted: frozenset[str]

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Return whether the rule decides on an event, if no rule before it does."""
        return any(each.matches(event) for each in self.alternatives)


@dataclass(frozen=True)
class PolicyFile:
    """An audit policy file.

    Attributes:
        file: the file.
        rules: in their order.
        missing: of the keys `apiVersion` and `kind`, without which the API server refuses the file.
    """

    file: ParsedFile
    rules: tuple[FileRule, ...]
    missing: tuple[str, ...] = ()

    def deciding(self, event: Mapping[str, Any]) -> FileRule | None:
        """Return the rule that decides on an event: the first that matches."""
        return next((rule for rule in self.rules if rule.matches(event)), None)

    def level(self, event: Mapping[str, Any]) -> Level:
        """Return how much of a request is logged; a request that no rule matches is not logged."""
        rule = self.deciding(event)
        return rule.level if rule else "None"

    def at(self, rule: FileRule | None, *steps: int | str) -> str:
        """Return `FILE:LINE` of a rule or of a value in it; None: the end of the rules."""
        location: Location = ("rules",) if rule is None else ("rules", rule.number - 1, *steps)
        return self.file.at(location)


def read_policy(path: Path) -> PolicyFile:
    """Read an audit policy.

    `apiVersion` and `kind` may be missing, as in many published policies: `missing` names them.

    Raises:
        InputError: with every fault, each with the file and the line.
    """
    file = read_yaml(path)
    given = file.mapping()
    constants = {"apiVersion": API_VERSION, "kind": KIND}
    missing = tuple(key for key in constants if key not in given)
    made = validate(ParsedFile(path, {**constants, **given}, file.text), _Policy)
    rules = tuple(
        FileRule(
            number,
            rule.level,
            tuple(_alternatives(rule)),
            frozenset({*made.omitted, *rule.omitted}),
        )
        for number, rule in enumerate(made.rules, start=1)
    )
    return PolicyFile(file, rules, missing)


def _alternatives(rule: _Rule) -> list[AuditRule]:
    if not rule.resources:
        return [_audit_rule(rule, None)]
    return [_audit_rule(rule, each) for each in rule.resources]


def _audit_rule(rule: _Rule, resources: _GroupResources | None) -> AuditRule:
    return AuditRule(
        rule.level,
        users=rule.users,
        groups=rule.groups,
        verbs=rule.verbs,
        namespaces=rule.namespaces,
        resources=None if resources is None else {resources.group: resources.resources},
        # kube-apiserver looks at names only where resources are named.
        names=resources.names if resources and resources.resources else (),
        paths=rule.paths,
    )
