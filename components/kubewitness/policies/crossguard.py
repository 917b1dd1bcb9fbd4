"""The rules as a CrossGuard policy pack, one policy a rule, mandatory unless configured."""

import sys
from collections.abc import Callable
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PolicySeverity
from pydantic import ValidationError

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.policies.configuration import (
    INPUTS_POLICY,
    Coverage,
    RuleConfiguration,
    UndecidedMeans,
)
from kubewitness.policies.evaluate import judge
from kubewitness.policies.messages import explain
from kubewitness.policies.registry import all_rules
from kubewitness.policies.rule import Rule, Scope
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.sources.crossguard import (
    RememberedInputs,
    from_resource_call,
    from_stack_call,
)

PACK_NAME = "kubewitness"

ReportViolation = Callable[..., None]


def serve() -> None:
    """Serve the pack to the Pulumi engine; returns when the engine ends the process."""
    PolicyPack(PACK_NAME, policies(), enforcement_level=EnforcementLevel.MANDATORY)


def policies() -> list[Policy]:
    """A CrossGuard policy for each rule, named by the rule's id, and one that remembers inputs."""
    inputs = RememberedInputs()
    return [_remembering(inputs), *(_policy(rule, inputs) for rule in all_rules())]


def _remembering(inputs: RememberedInputs) -> Policy:
    """Where a user disables this one, what only inputs say is undecided, never passed."""
    return ResourceValidationPolicy(
        name=INPUTS_POLICY,
        description="Remembers each resource's inputs for the rules on the stack; reports nothing",
        validate=lambda args, _report_violation: inputs.remember(args),
    )


def _policy(rule: Rule, inputs: RememberedInputs) -> Policy:
    common: dict[str, Any] = {
        "name": rule.id,
        "description": rule.title,
        "enforcement_level": EnforcementLevel.MANDATORY,
        "config_schema": PolicyConfigSchema(properties=_schema()),
        "display_name": rule.title,
        "severity": PolicySeverity(rule.severity.value),
        "framework": _framework(rule),
        "remediation_steps": rule.fix_pulumi,
        "url": rule.links[0],
    }
    if rule.scope is Scope.RESOURCE:
        return ResourceValidationPolicy(validate=_resource_validation(rule, inputs), **common)
    return StackValidationPolicy(validate=_stack_validation(rule, inputs), **common)


def _schema() -> dict[str, Any]:
    """What a user can set, for CrossGuard to check before it calls us."""
    return {
        "coverage": {"type": "string", "enum": [c.value for c in Coverage], "default": "all"},
        "undecided": {
            "type": "string",
            "enum": [meaning.value for meaning in UndecidedMeans],
            "default": "block",
        },
    }


def _framework(rule: Rule) -> PolicyComplianceFramework | None:
    """CrossGuard has room for one framework item; the first is the one that matters most."""
    if not rule.references:
        return None
    first = rule.references[0]
    return PolicyComplianceFramework(first.framework, first.source, first.number, first.title)


def _resource_validation(
    rule: Rule, inputs: RememberedInputs
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        inputs.remember(args)
        graph = build_graph([from_resource_call(args)])
        _report(rule, graph, args.get_config(), report_violation)

    return validate


def _stack_validation(
    rule: Rule, inputs: RememberedInputs
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        graph = build_graph(from_stack_call(args.resources, inputs))
        _report(rule, graph, args.get_config(), report_violation)

    return validate


def _report(rule: Rule, graph: Graph, config: Any, report_violation: ReportViolation) -> None:
    try:
        configuration = RuleConfiguration.model_validate(dict(config))
    except ValidationError as error:
        for detail in error.errors():
            where = ".".join(str(part) for part in detail["loc"])
            report_violation(f"the configuration of this policy is wrong: {where}: {detail['msg']}")
        return
    for verdict in judge(rule, graph, configuration):
        if verdict.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE):
            continue
        if verdict.blocks:
            report_violation(explain(rule, verdict), verdict.resource.urn)
        else:
            _print(rule, verdict)


def _print(rule: Rule, verdict: Verdict) -> None:
    """Say what does not block; CrossGuard has no second level within one policy."""
    print(f"{rule.id}: {explain(rule, verdict)}", file=sys.stderr, flush=True)  # noqa: T201
