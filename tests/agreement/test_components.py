"""A component under the type token of a resource is not that resource, in every source."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from kubewitness.graph.build import build_graph
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.program.policy_packs import _request, _stack_resource
from kubewitness.sources.program.registration import PROVIDERS
from support.azure_ids import azure_id
from support.check_source import check_planned, check_source
from support.in_process import preview_in_process, registrations_in_process
from support.oracle import BASE, LOGS
from support.servicer import Servicer

CLUSTER = BASE["aks"].type
TOKENS = (
    CLUSTER,
    "azure:containerservice/kubernetesCluster:KubernetesCluster",
    BASE["audit"].type,
    "azure:monitoring/diagnosticSetting:DiagnosticSetting",
    BASE["workspace"].type,
    "azure-native:storage:StorageAccount",
    "azure-native:operationalinsights:Table",
    "azure-native:resources:ResourceGroup",
    "azure-native:resources:Deployment",
    "aws:eks/cluster:Cluster",
    "pulumi:pulumi:StackReference",
)


class Disguised(pulumi.ComponentResource):
    """A component that claims to be a resource."""

    def __init__(self, token: str, name: str, properties: dict[str, Any]) -> None:
        super().__init__(token, name, properties)


@pytest.mark.parametrize("token", TOKENS)
def test_a_component_leaves_no_trace_in_the_graph(token: str) -> None:
    """It is not a cluster nor a setting, nor anything that says something of them."""
    resources = preview_in_process(lambda: Disguised(token, "disguised", dict(BASE["aks"].inputs)))
    assert [one.custom for one in resources] == [False]
    assert build_graph(resources) == build_graph([])


def test_in_a_program_a_component_is_no_diagnostic_setting() -> None:
    """The cluster beside it has none."""

    def program() -> None:
        pulumi.CustomResource(CLUSTER, "aks", dict(BASE["aks"].inputs))
        properties = {**BASE["audit"].inputs, "resourceUri": "x", "workspaceId": "y"}
        Disguised(BASE["audit"].type, "audit", properties)

    verdicts = check_planned(preview_in_process(program)).verdicts
    found = {v.policy_id: v.outcome for v in verdicts}
    assert found["aks-audit-logs"] is Outcome.FAIL


def test_a_setting_on_the_output_of_a_disguised_cluster_is_not_a_pass() -> None:
    """The target is not the cluster's, and nobody knows whose it is."""

    def program() -> None:
        pulumi.CustomResource(CLUSTER, "aks", dict(BASE["aks"].inputs))
        fake = Disguised(CLUSTER, "fake", {})
        target = pulumi.Output.from_input(fake.urn).apply(lambda urn: urn)
        properties = {"resourceUri": target, "workspaceId": "/w", "logs": LOGS}
        pulumi.CustomResource(BASE["audit"].type, "audit", properties)

    verdicts = check_planned(preview_in_process(program)).verdicts
    logs = [v for v in verdicts if v.policy_id == "aks-audit-logs"]
    assert all(v.outcome in {Outcome.FAIL, Outcome.UNDECIDED} for v in logs)
    assert logs


def test_in_a_state_a_component_is_no_diagnostic_setting(tmp_path: Path) -> None:
    """A state says of each resource whether it is custom."""
    inputs = {**BASE["audit"].inputs, "resourceUri": azure_id("aks", BASE["aks"])}
    listed = [
        {
            "urn": f"urn:pulumi:prod::shop::{BASE[name].type}::{name}",
            "type": BASE[name].type,
            "custom": custom,
            "id": azure_id(name, BASE[name]),
            "inputs": inputs if name == "audit" else BASE[name].inputs,
        }
        for name, custom in (("aks", True), ("audit", False))
    ]
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": listed}}), "utf-8")
    found = {v.policy_id: v.outcome for v in check_source(file).verdicts}
    assert found["aks-audit-logs"] is Outcome.FAIL


def test_in_the_engine_a_component_is_no_diagnostic_setting() -> None:
    """Every custom resource has a provider there, a component has none."""
    hidden = {**BASE, "audit": replace(BASE["audit"], custom=False)}
    assert not Servicer().diagnostics(BASE)
    assert "aks-audit-logs" in {one.policyName for one in Servicer().diagnostics(hidden)}


def test_in_the_engine_a_component_is_neither_judged_nor_remediated() -> None:
    """There is nothing of it in Azure."""
    weak = replace(BASE["aks"], inputs={"disableLocalAccounts": False}, custom=False)
    assert not Servicer().diagnostics({"aks": weak})
    assert Servicer().remediated("aks", weak) is None


def test_an_offline_preview_shows_other_packs_providers_as_the_engine_does() -> None:
    """Custom resources have one, components and providers have none."""

    def program() -> None:
        provider = pulumi.ProviderResource("azure-native", "mine", {"subscriptionId": "s"})
        mine = pulumi.ResourceOptions(provider=provider)
        pulumi.CustomResource(CLUSTER, "explicit", {}, mine)
        pulumi.CustomResource(CLUSTER, "default", {})
        Disguised(CLUSTER, "component", {})

    shown = {one.name: one for one in registrations_in_process(program)}
    for convert in (_request, _stack_resource):
        messages = {name: convert(one) for name, one in shown.items()}
        has_provider = {name for name, message in messages.items() if message.HasField("provider")}
        assert has_provider == {"explicit", "default"}
        explicit = messages["explicit"].provider
        assert (explicit.type, explicit.name) == (f"{PROVIDERS}azure-native", "mine")
        assert dict(explicit.properties) == {"subscriptionId": "s"}
        assert messages["default"].provider.type == f"{PROVIDERS}azure-native"
