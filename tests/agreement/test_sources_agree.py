"""The same stack gives the same verdicts, whichever source shows it: one rule, every source.

A stack is drawn, then told four times: to the pack as the engine would at a first preview, to the
monitor of the offline preview as an SDK would, as an exported state after the deployment, and as
Azure Resource Manager tells of it then.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import resource_pb2

from kubewitness.graph.resources import Resource
from kubewitness.policies.registry import all_policies
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.azure.subscription import load_subscription
from kubewitness.sources.program.answers import Answers
from kubewitness.sources.program.monitor import Monitor
from kubewitness.sources.state import load_state
from support import azure_resources as azure
from support.azure_ids import azure_id
from support.check_source import check_planned
from support.in_process import PROJECT
from support.oracle import CATEGORIES, EKS_TYPES, UNKNOWN_STRING
from support.servicer import Servicer, Shown, Stack

Verdicts = dict[tuple[str, str], str]

STRICT = {
    rule.id: {"enforcementLevel": "mandatory", "undecided": "block"} for rule in all_policies()
}
ELSEWHERE = (
    f"/subscriptions/{azure.SUBSCRIPTION}/resourceGroups/other"
    "/providers/Microsoft.ContainerService/managedClusters/x"
)
NATIVE = "azure-native:"
odd: st.SearchStrategy[Any] = st.sampled_from([None, "", "true", 0, 1, [], {}])
flags = st.one_of(st.booleans(), st.booleans(), st.booleans(), odd)


def maybe(strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    """Mostly in order, sometimes anything."""
    return st.one_of(st.just(otherwise), st.just(otherwise), strategy)


@st.composite
def clusters(draw: st.DrawFn) -> Shown:
    """An AKS cluster of either provider."""
    if draw(st.integers(0, 4)) == 0:
        return Shown(
            "azure:containerservice/kubernetesCluster:KubernetesCluster",
            {
                "resourceGroupName": "shop",
                "localAccountDisabled": draw(maybe(flags, True)),
                "azureActiveDirectoryRoleBasedAccessControl": {
                    "azureRbacEnabled": draw(maybe(flags, True))
                },
                "privateClusterEnabled": draw(maybe(flags, True)),
                "runCommandEnabled": draw(maybe(flags, False)),
            },
        )
    token = draw(
        st.sampled_from(
            [
                "azure-native:containerservice:ManagedCluster",
                "azure-native:containerservice/v20230101:ManagedCluster",
                "azure-native_containerservice_v20250602preview:containerservice:ManagedCluster",
            ]
        )
    )
    ranges = st.sampled_from([["10.0.0.0/8"], ["0.0.0.0/0"], [], None, ["AzureCloud"]])
    inputs = {
        "resourceGroupName": "shop",
        "location": draw(st.sampled_from(["westeurope", "West Europe", "eastus2"])),
        "disableLocalAccounts": draw(maybe(flags, True)),
        "aadProfile": draw(
            maybe(odd, {"managed": draw(maybe(flags, True)), "enableAzureRBAC": draw(flags)})
        ),
        "apiServerAccessProfile": {
            "enablePrivateCluster": draw(flags),
            "disableRunCommand": draw(flags),
            "authorizedIPRanges": draw(ranges),
        },
    }
    if draw(st.integers(0, 5)) == 0:
        inputs["sku"] = {"name": draw(st.sampled_from(["Automatic", "Base", 5]))}
    return Shown(token, inputs)


@st.composite
def diagnostic_settings(draw: st.DrawFn, targets: list[str], stores: list[str]) -> Shown:
    """A setting for one of the clusters, or one elsewhere, or something else."""
    links: dict[str, tuple[str, ...]] = {}
    target = draw(st.sampled_from([*targets, *targets, "", ELSEWHERE]))
    inputs: dict[str, Any] = {"logAnalyticsDestinationType": draw(maybe(odd, "Dedicated"))}
    if target in targets:
        links["resourceUri"] = (target,)
        inputs["resourceUri"] = UNKNOWN_STRING
    else:
        inputs["resourceUri"] = target
    for name in draw(st.lists(st.sampled_from(stores), max_size=2, unique=True)):
        key = "workspaceId" if name.startswith("workspace") else "storageAccountId"
        inputs[key], links[key] = UNKNOWN_STRING, (name,)
    entry = st.fixed_dictionaries(
        {"enabled": maybe(flags, True)},
        optional={
            "category": st.sampled_from([*CATEGORIES, "KUBE-AUDIT", "kube-apiserver", "", 5]),
            "categoryGroup": st.sampled_from(["allLogs", "audit", "", 5]),
            "retentionPolicy": st.sampled_from([{"enabled": True, "days": 1}, {}, None]),
        },
    )
    whole = [{"category": category, "enabled": True} for category in CATEGORIES]
    inputs["logs"] = draw(st.one_of(st.just(whole), st.lists(entry, max_size=4), odd))
    return Shown(
        draw(
            st.sampled_from(
                [NATIVE + "monitor:DiagnosticSetting", NATIVE + "insights:DiagnosticSetting"]
            )
        ),
        inputs,
        links=links,
    )


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, Shown]:
    """A stack of clusters, settings and stores."""
    stack: dict[str, Shown] = {"net": Shown(NATIVE + "network:VirtualNetwork", {"x": {"y": [1]}})}
    for number in range(draw(st.integers(0, 2))):
        stack[f"aks{number}"] = draw(clusters())
    stack["workspace"] = Shown(
        NATIVE + "operationalinsights:Workspace",
        {
            "resourceGroupName": "shop",
            "location": "westeurope",
            "retentionInDays": draw(st.sampled_from([365, 90, 30, None, "365"])),
            "sku": draw(maybe(st.sampled_from([{"name": "Free"}, {"name": 5}, []]), None)),
            "workspaceCapping": {"dailyQuotaGb": draw(maybe(odd, -1))},
        },
    )
    stack["account"] = Shown(
        NATIVE + "storage:StorageAccount",
        {
            "resourceGroupName": "shop",
            "location": draw(st.sampled_from(["westeurope", "eastus2", None])),
            "sku": {"name": draw(st.sampled_from(["Standard_ZRS", "Premium_LRS", 5]))},
        },
    )
    if draw(st.booleans()):
        days = draw(st.sampled_from([30, 400, None, "30"]))
        delete = {"daysAfterModificationGreaterThan": days}
        rule = {"definition": {"actions": {"baseBlob": {"delete": delete}}}}
        stack["lifecycle"] = Shown(
            NATIVE + "storage:ManagementPolicy",
            {"accountName": UNKNOWN_STRING, "policy": {"rules": [rule]}},
            links={"accountName": ("account",)},
        )
    if draw(st.integers(0, 3)) == 0:
        types = draw(st.lists(st.sampled_from([*EKS_TYPES, "", 5]), max_size=6))
        stack["eks"] = Shown(
            "aws:eks/cluster:Cluster", {"roleArn": "r", "enabledClusterLogTypes": types}
        )
    mine = [name for name in stack if name.startswith("aks")]
    for number in range(draw(st.integers(0, 3))):
        setting = draw(diagnostic_settings(mine, ["workspace", "account"]))
        stack[f"audit{number}"] = setting
    return stack


@cache
def servicer() -> Servicer:
    """The pack, made once: whatever it remembers of one stack must not show in the next."""
    return Servicer(configuration=STRICT)


def by_crossguard(stack: Stack) -> Verdicts:
    """What the pack reports to the engine at a first preview."""
    hidden = {
        name: Shown(s.type, s.inputs, {"id": UNKNOWN_STRING}, s.links) for name, s in stack.items()
    }
    return {
        (one.policyName, one.urn.rpartition("::")[2]): (
            "undecided" if "UNDECIDED: " in one.message else "fail"
        )
        for one in servicer().diagnostics(hidden)
    }


def by_offline_preview(stack: Stack) -> Verdicts:
    """What the check says of the same registrations."""
    monitor = Monitor(PROJECT, Answers())
    made: dict[str, str] = {}
    for name, shown in stack.items():
        request = resource_pb2.RegisterResourceRequest(type=shown.type, name=name, custom=True)
        json_format.ParseDict(shown.inputs, request.object)
        for key in shown.inputs:
            sources = shown.links.get(key, ())
            request.propertyDependencies[key].urns.extend(made[source] for source in sources)
        made[name] = monitor.RegisterResource(request).urn
    return judged([registration.as_resource() for registration in monitor.registrations.values()])


def by_state(stack: Stack) -> Verdicts:
    """What the check says of the state after the deployment."""
    urns = {name: f"urn:pulumi:dev::shop::{shown.type}::{name}" for name, shown in stack.items()}
    ids = {name: azure_id(name, shown) for name, shown in stack.items()}
    listed = []
    for name, shown in stack.items():
        known = {key: ids[sources[0]] for key, sources in shown.links.items()}
        inputs = {**shown.inputs, **known}
        dependencies = {key: [urns[s] for s in sources] for key, sources in shown.links.items()}
        listed.append(
            {
                "urn": urns[name],
                "type": shown.type,
                "custom": True,
                "id": ids[name],
                "inputs": inputs,
                "outputs": {**inputs, "name": name},
                "propertyDependencies": dependencies,
            }
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "state.json")
        file.write_text(json.dumps({"version": 3, "deployment": {"resources": listed}}), "utf-8")
        return judged(list(load_state(file).resources))


def by_azure(stack: Stack) -> Verdicts:
    """What the check says of the same clusters in Azure.

    There are none of the classic provider there and none of AWS, and a setting for a cluster that
    is not there is not asked for.
    """
    ids = {name: azure_id(name, shown) for name, shown in stack.items()}
    documents = {}
    for name, shown in stack.items():
        known = {key: ids[sources[0]] for key, sources in shown.links.items()}
        inputs = {**shown.inputs, **known}
        if "DiagnosticSetting" in shown.type:
            identifier = f"{inputs['resourceUri']}/providers/microsoft.insights/diagnosticSettings/"
        elif "ManagementPolicy" in shown.type:
            identifier = f"{inputs['accountName']}/managementPolicies/default"
            documents[identifier] = azure.document(identifier, **inputs)
            continue
        else:
            identifier = ids[name].removesuffix(name)
        documents[identifier + name] = azure.document(identifier + name, **inputs)
    with azure.served(azure.Azure(documents, page=9)) as manager:
        return judged(list(load_subscription(azure.WORD, manager).resources))


def is_in_azure(stack: Stack) -> bool:
    """Whether Azure could tell the same of a stack as its state."""
    return not any(
        shown.type.startswith(("azure:", "aws:"))
        or ("DiagnosticSetting" in shown.type and not shown.links.get("resourceUri"))
        or ("DiagnosticSetting" in shown.type and not shown.inputs["logAnalyticsDestinationType"])
        for shown in stack.values()
    )


def judged(resources: list[Resource]) -> Verdicts:
    """What fails or is undecided, by rule and resource."""
    result = check_planned(resources, STRICT)
    return {
        (verdict.policy_id, verdict.resource.name): verdict.outcome.value
        for verdict in result.verdicts
        if verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED) and verdict.blocks
    }


def test_every_source_gives_the_same_verdicts(
    pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    """CrossGuard, offline preview, exported state and Azure agree on every drawn stack."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=int(pytestconfig.getoption("cases")),
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(stack=stacks())
    def agree(stack: dict[str, Shown]) -> None:
        first = by_crossguard(stack)
        assert by_offline_preview(stack) == first
        assert by_state(stack) == first
        if is_in_azure(stack):
            assert by_azure(stack) == first
            seen["in Azure"] += 1
        seen.update(first.values())
        seen["stacks"] += 1

    agree()
    assert seen["fail"]
    assert seen["in Azure"]
    record_property("sources", dict(seen))
