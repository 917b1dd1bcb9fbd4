"""The policies as a CrossGuard policy pack, each at its own level unless the settings change it."""

import gc
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Policy as CrossGuardPolicy
from pulumi_policy import Severity as PolicySeverity
from pydantic import ValidationError

from kubewitness.catalog.type_tokens import JUDGED_KINDS
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.stack import Stack
from kubewitness.policies.crossguard.run_state import Run
from kubewitness.policies.crossguard.schema import settings_schema
from kubewitness.policies.evaluate import judge
from kubewitness.policies.messages import explain
from kubewitness.policies.not_assessed import not_assessed
from kubewitness.policies.packs import DEFAULT_PACK, Pack, find_pack
from kubewitness.policies.policy import AnyPolicy, Policy, S
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings import (
    COMMON,
    LEVEL,
    NOTES,
    REMEDIATION,
    Level,
)
from kubewitness.policies.settings_file import (
    common_faults,
    common_layer,
    explain_settings,
    resolve,
)
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.crossguard import (
    amended,
    from_resource_call,
    from_stack_call,
    is_relevant,
)

ReportViolation = Callable[..., None]

_SILENT: Final = (Outcome.PASS, Outcome.NOT_APPLICABLE)


def serve(name: str = DEFAULT_PACK) -> None:
    """Serve a pack to the Pulumi engine; returns when the engine ends the process."""
    pack = find_pack(name)
    _collect_garbage_rarely()
    PolicyPack(pack.name, policies(pack), enforcement_level=EnforcementLevel.MANDATORY)


def _collect_garbage_rarely() -> None:
    """Keep the garbage collector from looking at modules, and from looking often.

    The SDK decodes all resources again for each policy: most objects that the collector would check
    exist for one call only. This saves a third of the pack's time, by `benchmarks/policy_pack.py`.
    The process serves one pack and nothing else, so no other code is affected.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)


def policies(pack: Pack) -> list[CrossGuardPolicy]:
    """Return the CrossGuard policies of a pack: the common one, then one for each of ours."""
    return _Assembly(pack).policies()


class _Assembly:
    """The policies of one pack, and what they share within one process.

    The policy for notes ends a run. Where a user disables it, the run goes on, which changes no
    verdict: the engine shows each resource alone before it shows the stack, and its inputs then
    replace those of the run before; and notes are all that exemptions are counted for.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._run = Run()
        # The engine configures a process once: every call brings the same settings.
        self._common: Mapping[str, Any] = {}

    def policies(self) -> list[CrossGuardPolicy]:
        """Return all of them, the common one first, because its settings count in the others."""
        members = self._pack.members
        return [
            self._common_policy(),
            *(self._policy(policy) for policy in members),
            *(self._remediator(one) for one in members if one.remediate and one.needs_stack),
            self._notes_policy(),
        ]

    def _common_policy(self) -> CrossGuardPolicy:
        """Hold common settings and show inputs; without it, input-only values are undecided."""

        def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
            self._common = args.get_config()
            if is_relevant(args):
                self._run.inputs.remember(from_resource_call(args))
                for fault in common_faults(self._common, all_policies()):
                    report_violation(f"the settings are wrong: {fault}")

        return ResourceValidationPolicy(
            name=COMMON,
            description="Holds settings for several policies and shows them inputs",
            validate=validate,
            config_schema=PolicyConfigSchema(
                properties=settings_schema(*(policy.settings for policy in self._pack.members))
            ),
        )

    def _notes_policy(self) -> CrossGuardPolicy:
        """Print notes at the end, when every policy has used the exemptions that it could use."""

        def validate(args: StackValidationArgs, _report_violation: ReportViolation) -> None:
            for note in self._run.exemptions.unused():
                self._say(note)
            for other_way in self._graph(args).access_notes:
                self._say(str(other_way))
            for note in not_assessed(self._graph(args)):
                self._say(note)
            if self._pack.benchmark and self._graph(args).clusters:
                self._say(f"{self._pack.name}: {self._pack.benchmark}")
            self._run = Run()

        return StackValidationPolicy(
            name=NOTES,
            description="Prints exemptions that nothing uses, and what is not assessed",
            validate=validate,
        )

    def _policy(self, policy: AnyPolicy) -> CrossGuardPolicy:
        common: dict[str, Any] = {
            "name": policy.id,
            "description": policy.title,
            "enforcement_level": self._level(policy),
            "config_schema": PolicyConfigSchema(properties=settings_schema(policy.settings)),
            "display_name": policy.title,
            "severity": PolicySeverity(policy.severity.value),
            "framework": _framework(policy),
            "remediation_steps": policy.fix_pulumi,
            "url": policy.links[0],
        }
        if policy.needs_stack:
            return StackValidationPolicy(validate=self._stack_validation(policy), **common)
        if policy.remediate:
            common["remediate"] = self._remediation(policy)
        return ResourceValidationPolicy(validate=self._resource_validation(policy), **common)

    def _level(self, policy: AnyPolicy) -> EnforcementLevel:
        level = self._pack.policies.get(policy.id, {}).get(LEVEL, policy.level)
        return EnforcementLevel(str(level))

    def _remediator(self, policy: AnyPolicy) -> CrossGuardPolicy:
        """Remediate for a policy on the stack, as the engine lets none; disabled by default."""
        return ResourceValidationPolicy(
            name=policy.id + REMEDIATION,
            description=f"At level remediate, {policy.remediation}",
            enforcement_level=EnforcementLevel.DISABLED,
            config_schema=PolicyConfigSchema(properties=settings_schema(policy.settings)),
            remediate=self._remediation(policy),
        )

    def _resource_validation(
        self, policy: AnyPolicy
    ) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
        def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
            if kind_of(args.resource_type) in JUDGED_KINDS and is_relevant(args):
                resource = from_resource_call(args)
                self._run.inputs.remember(resource)
                graph = build_graph([resource])
                self._report(policy, graph, args, args.urn, report_violation)

        return validate

    def _stack_validation(
        self, policy: AnyPolicy
    ) -> Callable[[StackValidationArgs, ReportViolation], None]:
        def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
            graph = self._graph(args)
            urn = args.resources[0].urn if args.resources else ""
            self._report(policy, graph, args, urn, report_violation)

        return validate

    def _remediation(self, policy: AnyPolicy) -> Callable[[ResourceValidationArgs], Any]:
        def remediate(args: ResourceValidationArgs) -> Any:
            if policy.remediate is None or not is_relevant(args):
                return None
            resource = from_resource_call(args)
            settings = self._settings(policy, args, args.urn)
            changes = policy.remediate(resource, settings)
            if not changes:
                return None
            self._say(f"{policy.id}: remediated `{args.name}`: {policy.remediation}")
            return amended(args, [(c.path, c.value, c.append) for c in changes])

        return remediate

    def _graph(self, args: StackValidationArgs) -> Graph:
        return self._run.graph(from_stack_call(args.resources, self._run.inputs))

    def _settings(
        self, policy: Policy[Any, S], args: ResourceValidationArgs | StackValidationArgs, urn: str
    ) -> S:
        # The level is the engine's business; only settings of some stacks can soften it here.
        base = {**self._pack.policies.get(policy.id, {}), LEVEL: Level.MANDATORY}
        layers = [base, common_layer(policy, _plain(self._common)), _plain(args.get_config())]
        return resolve(policy, layers, _stack(urn, args.stack_tags))

    def _report(
        self,
        policy: AnyPolicy,
        graph: Graph,
        args: ResourceValidationArgs | StackValidationArgs,
        urn: str,
        report_violation: ReportViolation,
    ) -> None:
        try:
            settings = self._settings(policy, args, urn)
        except ValidationError as error:
            faults = explain_settings(policy, self._common, args.get_config(), error)
            own = [fault for fault in faults if fault.location[:1] != (COMMON,)]
            for fault in own:
                report_violation(f"the settings of this policy are wrong: {fault}")
            if len(own) < len(faults):
                # The common policy explains them. It may be advisory where this one blocks.
                report_violation(f"not judged: the settings of `{COMMON}` are wrong")
            return
        verdicts = list(judge(policy, graph, settings))
        self._run.exemptions.note(policy.id, settings, verdicts)
        for verdict in verdicts:
            if verdict.blocks:
                report_violation(explain(policy, verdict), verdict.resource.urn)
            elif verdict.outcome not in _SILENT:
                # CrossGuard has no second level within one policy.
                self._say(f"{policy.id}: {explain(policy, verdict)}")

    @staticmethod
    def _say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 the engine shows it to the user


def _framework(policy: AnyPolicy) -> PolicyComplianceFramework | None:
    """Return the first framework item, which matters most; CrossGuard has room for one."""
    if not policy.references:
        return None
    first = policy.references[0]
    return PolicyComplianceFramework(first.framework, first.source, first.number, first.title)


def _stack(urn: str, tags: Mapping[str, str]) -> Stack:
    """Return the stack that a URN is of: `urn:pulumi:STACK::PROJECT::…`."""
    head, _, rest = urn.partition("::")
    return Stack(rest.partition("::")[0], head.rpartition(":")[2], tags)


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    return dict(config)
