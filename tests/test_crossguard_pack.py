"""The pack at the SDK's own door: every sentinel, wherever it stands, and never advisory."""

import json
import random
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel, proxy
from pulumi_policy import policy as sdk

from kubewitness.policies.crossguard import policies
from kubewitness.policies.packs import find_pack
from kubewitness.policies.registry import all_rules

SENTINELS = sorted(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))
UNKNOWN = proxy.UNKNOWN_STRING_VALUE
LOGS = [{"category": name, "enabled": True} for name in ("kube-audit", "kube-audit-admin", "guard")]
CLUSTER: dict[str, Any] = {
    "resourceGroupName": UNKNOWN,
    "disableLocalAccounts": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    "apiServerAccessProfile": {"enablePrivateCluster": True},
}
SETTING: dict[str, Any] = {
    "resourceUri": UNKNOWN,
    "workspaceId": UNKNOWN,
    "logs": LOGS,
    "logAnalyticsDestinationType": "Dedicated",
}
WORKSPACE = {"location": "westeurope", "retentionInDays": 365}
TYPES = {
    "aks": "azure-native:containerservice:ManagedCluster",
    "audit": "azure-native:monitor:DiagnosticSetting",
    "logs": "azure-native:operationalinsights:Workspace",
}
LINKS = {"audit": {"resourceUri": ["urn:aks"], "workspaceId": ["urn:logs"]}}


class Pack:
    """The pack as the engine meets it, without a process of its own."""

    def __init__(self) -> None:
        mandatory = EnforcementLevel.MANDATORY
        self._servicer: Any = sdk._PolicyAnalyzerServicer(
            "pack", "1", policies(find_pack("kubewitness")), mandatory
        )

    def judge(self, stack: dict[str, Any], *, remember: bool = True) -> dict[str, str]:
        """Words of each policy that reports, after all calls of one preview.

        Every report must be mandatory, but that of the one rule that is advisory. The resources
        come to the stack call in random order, as
        the engine sends them, and with outputs that a preview cannot know.
        """
        diagnostics = []
        for name, inputs in stack.items():
            if remember:
                request = analyzer_pb2.AnalyzeRequest(
                    type=TYPES[name], urn=f"urn:{name}", name=name
                )
                json_format.ParseDict(inputs, request.properties)
                diagnostics += self._servicer.Analyze(request, None).diagnostics
        names = random.sample(sorted(stack), len(stack))
        resources = [_with_outputs(name, stack[name]) for name in names]
        whole = analyzer_pb2.AnalyzeStackRequest(resources=resources)
        diagnostics += self._servicer.AnalyzeStack(whole, None).diagnostics
        levels = {found.policyName: found.enforcementLevel for found in diagnostics}
        assert levels.pop("aks-audit-cost", analyzer_pb2.ADVISORY) == analyzer_pb2.ADVISORY
        assert set(levels.values()) <= {analyzer_pb2.MANDATORY}
        return {found.policyName: found.message for found in diagnostics}


def _with_outputs(name: str, inputs: dict[str, Any]) -> analyzer_pb2.AnalyzerResource:
    """A resource as a preview shows its outputs: what only says where it is, is missing."""
    outputs = {key: value for key, value in inputs.items() if not key.startswith("resource")}
    resource = analyzer_pb2.AnalyzerResource(
        type=TYPES[name],
        urn=f"urn:{name}",
        name=name,
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in LINKS.get(name, {}).items()
        },
    )
    json_format.ParseDict(
        {**outputs, "id": UNKNOWN, "provisioningState": UNKNOWN}, resource.properties
    )
    return resource


def stack(**changes: dict[str, Any]) -> dict[str, Any]:
    """A stack in order, some properties of its resources changed."""
    resources: dict[str, dict[str, Any]] = {
        "aks": CLUSTER,
        "audit": SETTING,
        "logs": WORKSPACE,
    }
    return {name: {**inputs, **changes.get(name, {})} for name, inputs in resources.items()}


def test_a_first_preview_passes_though_every_id_is_unknown() -> None:
    """What came from what tells whose setting it is."""
    assert Pack().judge(stack()) == {}


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"aks": {"disableLocalAccounts": "?"}}, "aks-local-accounts"),
        ({"aks": {"aadProfile": "?"}}, "aks-entra-rbac"),
        ({"aks": {"aadProfile": {"managed": True, "enableAzureRBAC": "?"}}}, "aks-entra-rbac"),
        ({"audit": {"logs": "?"}}, "aks-audit-logs"),
        ({"audit": {"logs": ["?"]}}, "aks-audit-logs"),
        ({"audit": {"logs": [*LOGS[:2], {"category": "guard", "enabled": "?"}]}}, "aks-audit-logs"),
        ({"audit": {"logs": [*LOGS[:2], {"category": "?", "enabled": True}]}}, "aks-audit-logs"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_an_unknown_anywhere_is_undecided_and_mandatory(
    changes: dict[str, Any], policy: str, sentinel: str
) -> None:
    """The SDK alone would downgrade the whole policy to advisory and let the deployment pass."""
    changed = json.loads(json.dumps(changes).replace("?", sentinel))
    judged = Pack().judge(stack(**changed))
    assert set(judged) == {policy}
    assert "UNDECIDED: " in judged[policy]


def test_without_the_inputs_nothing_more_is_passed() -> None:
    """Where the policy that remembers inputs is disabled, outputs decide less, never worse."""
    bare = stack(audit={"logs": LOGS[:2]})
    assert set(Pack().judge(bare, remember=False)) == {"aks-audit-logs"}
    assert Pack().judge(stack(), remember=False) == {}


def test_a_misspelt_setting_is_a_violation_that_names_it() -> None:
    """No stack trace, and no default in place of what was meant."""
    pack = Pack()
    wrong = analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.MANDATORY)
    wrong.properties.update({"coverge": "any"})
    configuration = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"aks-audit-logs": wrong})
    pack._servicer.Configure(configuration, None)
    assert "coverge" in pack.judge(stack())["aks-audit-logs"]


def test_a_secret_is_judged_like_any_other_value() -> None:
    """Wrapping a value as a secret changes no verdict."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    wrapped: dict[str, Any] = {
        "aks": {"disableLocalAccounts": {**secret, "value": True}},
        "audit": {"logs": {**secret, "value": LOGS}},
    }
    assert Pack().judge(stack(**wrapped)) == {}
    wrapped["aks"] = {"disableLocalAccounts": {**secret, "value": False}}
    assert set(Pack().judge(stack(**wrapped))) == {"aks-local-accounts"}


def test_every_policy_is_mandatory_and_documented() -> None:
    """CrossGuard's own default would be advisory."""
    info = Pack()._servicer.GetAnalyzerInfo(None, None)
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels == {
        "kubewitness-common": analyzer_pb2.MANDATORY,
        **{rule.id: analyzer_pb2.MANDATORY for rule in all_rules()},
        "aks-audit-cost": analyzer_pb2.ADVISORY,
        "aks-audit-logs-remediation": analyzer_pb2.DISABLED,
        "kubewitness-notes": analyzer_pb2.MANDATORY,
    }
    for policy in info.policies:
        if policy.name not in {rule.id for rule in all_rules()}:
            continue
        assert policy.url.startswith("https://")
        assert policy.remediation_steps
