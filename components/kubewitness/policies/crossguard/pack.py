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

from kubewitness.catalog.resource_types import JUDGED_KINDS
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resource_types import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.policies.crossguard.schema import settings_schema
from kubewitness.policies.evaluate import judge
from kubewitness.policies.messages import explain
from kubewitness.policies.packs import DEFAULT_PACK, Pack, find_pack
from kubewitness.policies.policy import Policy
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings import (
    COMMON,
    LEVEL,
    NOTES,
    REMEDIATION,
    Level,
    PolicySettings,
)
from kubewitness.policies.settings_file import (
    common_faults,
    common_layer,
    explain_settings,
    resolve,
)
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.sources.crossguard import (
    RememberedInputs,
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
    # The SDK decodes all resources anew for each policy: most of what the collector would look at
    # lives for one call. A third of the pack's time, by `benchmarks/policy_pack.py`.
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    PolicyPack(pack.name, policies(pack), enforcement_level=EnforcementLevel.MANDATORY)


def policies(pack: Pack) -> list[CrossGuardPolicy]:
    """The CrossGuard policies of a pack: the common one, then one for each of our policies."""
    return _Assembly(pack).policies()


class _Assembly:
    """The policies of one pack, and what they tell each other within one process."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._inputs = RememberedInputs()
        self._common: Mapping[str, Any] = {}
        self._last: tuple[list[Resource], Graph] = ([], Graph())
        self._unused: dict[str, None] = {}
        self._used: set[str] = set()

    def policies(self) -> list[CrossGuardPolicy]:
        """All of them, the common one first, for its settings count in the others."""
        mending = [
            policy for policy in self._pack.members if policy.remediate and policy.needs_stack
        ]
        return [
            self._remembering(),
            *(self._policy(policy) for policy in self._pack.members),
            *(self._mending(policy) for policy in mending),
            self._concluding(),
        ]

    def _remembering(self) -> CrossGuardPolicy:
        """Where a user disables this one, what only inputs say is undecided, never passed."""

        def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
            self._common = args.get_config()
            if is_relevant(args.resource_type):
                self._inputs.remember(from_resource_call(args))
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

    def _concluding(self) -> CrossGuardPolicy:
        """The last one: by now every policy has used the exemptions that it could use."""

        def validate(args: StackValidationArgs, _report_violation: ReportViolation) -> None:
            for one in self._unused:
                if one not in self._used:
                    self._say(f"{self._pack.name}: unused {one}")
            if (
                self._pack.benchmark
                and self._graph(from_stack_call(args.resources, self._inputs)).clusters
            ):
                self._say(f"{self._pack.name}: {self._pack.benchmark}")

        return StackValidationPolicy(
            name=NOTES,
            description="Prints exemptions that nothing uses, and what is not assessed",
            validate=validate,
        )

    def _policy(self, policy: Policy) -> CrossGuardPolicy:
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

    def _level(self, policy: Policy) -> EnforcementLevel:
        level = self._pack.policies.get(policy.id, {}).get(LEVEL, policy.level)
        return EnforcementLevel(str(level))

    def _mending(self, policy: Policy) -> CrossGuardPolicy:
        """Beside a policy on the stack, which the engine lets mend nothing; disabled by default."""
        return ResourceValidationPolicy(
            name=policy.id + REMEDIATION,
            description=f"At level remediate, {policy.remediation}",
            enforcement_level=EnforcementLevel.DISABLED,
            config_schema=PolicyConfigSchema(properties=settings_schema(policy.settings)),
            remediate=self._remediation(policy),
        )

    def _resource_validation(
        self, policy: Policy
    ) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
        def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
            if kind_of(args.resource_type) in JUDGED_KINDS:
                resource = from_resource_call(args)
                self._inputs.remember(resource)
                graph = build_graph([resource])
                self._report(policy, graph, args, args.urn, report_violation)

        return validate

    def _stack_validation(
        self, policy: Policy
    ) -> Callable[[StackValidationArgs, ReportViolation], None]:
        def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
            graph = self._graph(from_stack_call(args.resources, self._inputs))
            urn = args.resources[0].urn if args.resources else ""
            self._report(policy, graph, args, urn, report_violation)

        return validate

    def _remediation(self, policy: Policy) -> Callable[[ResourceValidationArgs], Any]:
        def remediate(args: ResourceValidationArgs) -> Any:
            if policy.remediate is None or not is_relevant(args.resource_type):
                return None
            resource = from_resource_call(args)
            settings = self._settings(policy, args, args.urn)
            changes = policy.remediate(resource, settings)
            if not changes:
                return None
            self._say(f"{policy.id}: mended `{args.name}`: {policy.remediation}")
            return amended(args, [(c.path, c.value, c.append) for c in changes])

        return remediate

    def _graph(self, resources: list[Resource]) -> Graph:
        """The graph of a stack, built once for all policies that are called with the same stack."""
        if self._last[0] != resources:
            self._last = (resources, build_graph(resources))
        return self._last[1]

    def _settings(
        self, policy: Policy, args: ResourceValidationArgs | StackValidationArgs, urn: str
    ) -> PolicySettings:
        # The level is the engine's business; only settings of some stacks can soften it here.
        base = {**self._pack.policies.get(policy.id, {}), LEVEL: Level.MANDATORY}
        layers = [base, common_layer(policy, _plain(self._common)), _plain(args.get_config())]
        return resolve(policy, layers, _stack(urn, args.stack_tags))

    def _report(
        self,
        policy: Policy,
        graph: Graph,
        args: ResourceValidationArgs | StackValidationArgs,
        urn: str,
        report_violation: ReportViolation,
    ) -> None:
        try:
            settings = self._settings(policy, args, urn)
        except ValidationError as error:
            for fault in explain_settings(policy, self._common, args.get_config(), error):
                report_violation(f"the settings of this policy are wrong: {fault}")
            return
        verdicts = list(judge(policy, graph, settings))
        self._note_exemptions(settings, verdicts)
        for verdict in verdicts:
            if verdict.blocks:
                report_violation(explain(policy, verdict), verdict.resource.urn)
            elif verdict.outcome not in _SILENT:
                # CrossGuard has no second level within one policy.
                self._say(f"{policy.id}: {explain(policy, verdict)}")

    def _note_exemptions(self, settings: PolicySettings, verdicts: list[Verdict]) -> None:
        """Keep track of what no verdict has used so far, over all policies."""
        for one in settings.exemptions:
            self._unused.setdefault(str(one), None)
        used = " ".join(
            text
            for verdict in verdicts
            for text in (*verdict.declarations, *(f.message for f in verdict.judgement.reasons))
        )
        self._used |= {one for one in self._unused if one in used}

    @staticmethod
    def _say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)  # noqa: T201 the engine shows it to the user


def _framework(policy: Policy) -> PolicyComplianceFramework | None:
    """CrossGuard has room for one framework item; the first is the one that matters most."""
    if not policy.references:
        return None
    first = policy.references[0]
    return PolicyComplianceFramework(first.framework, first.source, first.number, first.title)


def _stack(urn: str, tags: Mapping[str, str]) -> Stack:
    """The stack that a URN is of: `urn:pulumi:STACK::PROJECT::…`."""
    head, _, rest = urn.partition("::")
    return Stack(rest.partition("::")[0], head.rpartition(":")[2], tags)


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    return dict(config)
