"""A policy pack at the SDK's own door: the calls of one preview, without a process of its own."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy import policy as sdk

from kubewitness.policies.crossguard.pack import policies
from kubewitness.policies.packs import DEFAULT_PACK, Pack, find_pack

ONLY_INPUTS = (
    "resourceUri",
    "resourceGroupName",
    "resourceName",
    "workspaceName",
    "accountName",
    "tableName",
    "containerName",
)
"""What a preview never shows among the outputs, though the program has given it."""


@dataclass(frozen=True)
class Shown:
    """A resource as the engine shows it.

    Attributes:
        type: the type token.
        inputs: what the program gave.
        outputs: what the provider adds.
        links: for each property, the names of the resources that it came from.
        parent: the name of its parent.
        custom: false for a component.
        provider: the properties of its provider.
    """

    type: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str = ""
    custom: bool = True
    provider: Mapping[str, Any] = field(default_factory=dict)


Stack = Mapping[str, Shown]


def urn(name: str, stack: Stack) -> str:
    """The URN of a resource by its name."""
    return f"urn:pulumi:dev::shop::{stack[name].type}::{name}"


class Servicer:
    """A pack as the engine meets it."""

    def __init__(
        self,
        pack: Pack | None = None,
        configuration: Mapping[str, Mapping[str, Any]] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self._all = policies(pack or find_pack(DEFAULT_PACK))
        mandatory = EnforcementLevel.MANDATORY
        self.servicer: Any = sdk._PolicyAnalyzerServicer("pack", "1", self._all, mandatory)
        self._configure(configuration or {})
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(tags=dict(tags or {}))
        self.servicer.ConfigureStack(stack, None)

    def _configure(self, configuration: Mapping[str, Mapping[str, Any]]) -> None:
        documents = {}
        for policy in self._all:
            own = dict(configuration.get(policy.name, {}))
            default = (policy.enforcement_level or EnforcementLevel.MANDATORY).value
            level = analyzer_pb2.EnforcementLevel.Value(
                str(own.pop("enforcementLevel", default)).upper()
            )
            documents[policy.name] = analyzer_pb2.PolicyConfig(enforcementLevel=level)
            documents[policy.name].properties.update(own)
        request = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=documents)
        self.servicer.Configure(request, None)

    def diagnostics(self, stack: Stack) -> list[Any]:
        """What all policies report in one preview; the resources come in random order."""
        found = []
        for name, shown in stack.items():
            request = analyzer_pb2.AnalyzeRequest(type=shown.type, urn=urn(name, stack), name=name)
            json_format.ParseDict(shown.inputs, request.properties)
            _show_provider(request, shown)
            found += self.servicer.Analyze(request, None).diagnostics
        names = random.sample(sorted(stack), len(stack))
        resources = [_with_outputs(name, stack) for name in names]
        whole = analyzer_pb2.AnalyzeStackRequest(resources=resources)
        return [*found, *self.servicer.AnalyzeStack(whole, None).diagnostics]

    def remediated(self, name: str, shown: Shown) -> dict[str, Any] | None:
        """The properties that the pack makes of a resource's; None where it changes nothing."""
        request = analyzer_pb2.AnalyzeRequest(type=shown.type, urn=f"urn:{name}", name=name)
        json_format.ParseDict(shown.inputs, request.properties)
        _show_provider(request, shown)
        response = self.servicer.Remediate(request, None)
        changed = [r.properties for r in response.remediations if r.HasField("properties")]
        return dict(json_format.MessageToDict(changed[-1])) if changed else None


def _with_outputs(name: str, stack: Stack) -> analyzer_pb2.AnalyzerResource:
    shown = stack[name]
    echoed = {key: value for key, value in shown.inputs.items() if key not in ONLY_INPUTS}
    resource = analyzer_pb2.AnalyzerResource(
        type=shown.type,
        urn=urn(name, stack),
        name=name,
        parent=urn(shown.parent, stack) if shown.parent else "",
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(
                urns=[urn(source, stack) for source in sources if source in stack]
            )
            for key, sources in shown.links.items()
        },
    )
    json_format.ParseDict({**echoed, **shown.outputs}, resource.properties)
    _show_provider(resource, shown)
    return resource


def _show_provider(message: Any, shown: Shown) -> None:
    """Add the provider, which the engine shows for everything but components and providers."""
    if shown.custom and not shown.type.startswith("pulumi:providers:"):
        message.provider.type = f"pulumi:providers:{shown.type.partition(':')[0]}"
        message.provider.name = "default"
        json_format.ParseDict(dict(shown.provider), message.provider.properties)
