"""A check judges a source as the engine would: remediated first, by the pack, for the stack."""

from typing import Any

import pytest

from kubewitness.graph.resources import Origin, Resource
from kubewitness.graph.stack import Stack
from kubewitness.graph.values import Unknown
from kubewitness.policies.check import check
from kubewitness.policies.packs import find_pack
from kubewitness.policies.settings_file import SettingsFile
from kubewitness.policies.verdict import Outcome
from kubewitness.sources.loaded import Loaded

LOCAL = "aks-local-accounts"
GROUP = "11111111-2222-3333-4444-555555555555"
REMEDIATE = SettingsFile({LOCAL: {"enforcementLevel": "remediate", "adminGroupObjectIds": [GROUP]}})


def cluster(**properties: Any) -> Resource:
    """A cluster with local accounts."""
    kind = "azure-native:containerservice:ManagedCluster"
    return Resource(
        urn=f"urn:pulumi:dev::shop::{kind}::aks",
        type=kind,
        name="aks",
        properties={"resourceGroupName": "shop", **properties},
        id=Unknown(),
    )


def loaded(*resources: Resource, **more: Any) -> Loaded:
    """A source with these resources, of the stack `prod`."""
    return Loaded("program", Stack("shop", "prod"), resources, **more)


def outcome(result: Any, policy: str) -> Outcome:
    """The outcome of a policy on the only cluster."""
    (found,) = (one.outcome for one in result.verdicts if one.policy_id == policy)
    assert isinstance(found, Outcome)
    return found


@pytest.mark.parametrize(("is_planned", "expected"), [(True, Outcome.PASS), (False, Outcome.FAIL)])
def test_only_what_is_about_to_be_deployed_is_remediated(
    is_planned: bool, expected: Outcome
) -> None:
    """The graph that the result shows is the one that was judged."""
    result = check(loaded(cluster(), is_planned=is_planned), settings=REMEDIATE)
    assert outcome(result, LOCAL) is expected
    (judged,) = result.graph.clusters
    assert (judged.resource.properties.get("disableLocalAccounts") is True) is is_planned
    assert bool(result.notes) is is_planned


def test_without_a_remediation_the_graph_of_the_source_is_judged() -> None:
    """It is built once."""
    source = loaded(cluster(disableLocalAccounts=True), is_planned=True)
    assert check(source).graph is source.graph


def test_the_calls_of_a_program_are_judged_after_a_remediation_too() -> None:
    """A remediation makes the graph anew, with all that the source knew."""
    token = "azure-native:containerservice:listManagedClusterAdminCredentials"  # noqa: S105 no secret
    source = loaded(cluster(), is_planned=True, calls=(token,))
    assert check(source, settings=REMEDIATE).graph.calls == (token,)


def test_the_settings_of_the_pack_and_of_the_stack_count() -> None:
    """The pack `cis-aks-audit` says what it demands, a stack what it allows."""
    stacks = [{"when": {"stack": "prod"}, "set": {"enforcementLevel": "disabled"}}]
    settings = SettingsFile({LOCAL: {"stacks": stacks}})
    judged = {one.policy_id for one in check(loaded(cluster()), settings=settings).verdicts}
    assert "aks-audit-logs" in judged
    assert LOCAL not in judged
    pack = find_pack("cis-aks-audit")
    assert {one.policy_id for one in check(loaded(cluster()), pack).verdicts} == set(pack.policies)


def test_a_pack_changes_the_settings_of_its_policies() -> None:
    """CIS demands fewer categories than we do."""
    setting = Resource(
        urn="urn:pulumi:dev::shop::azure-native:monitor:DiagnosticSetting::audit",
        type="azure-native:monitor:DiagnosticSetting",
        name="audit",
        properties={
            "resourceUri": Unknown(),
            "workspaceId": "/subscriptions/s/resourceGroups/g/providers"
            "/Microsoft.OperationalInsights/workspaces/w",
            "logs": [
                {"category": name, "enabled": True} for name in ("kube-audit", "kube-audit-admin")
            ],
        },
        id=Unknown(),
        property_dependencies={"resourceUri": (cluster().urn,)},
    )
    source = loaded(cluster(), setting)
    assert outcome(check(source), "aks-audit-logs") is Outcome.FAIL
    assert outcome(check(source, find_pack("cis-aks-audit")), "aks-audit-logs") is Outcome.PASS


def test_a_benchmark_says_what_it_leaves_to_others_where_there_is_a_cluster() -> None:
    """Only the pack that is taken from one, and only once there is something to assess."""
    pack = find_pack("cis-aks-audit")
    assert str(pack.benchmark) in check(loaded(cluster()), pack).notes
    assert check(loaded(), pack).notes == ()
    assert check(loaded(cluster())).notes == ()


def test_the_notes_of_the_source_come_last() -> None:
    """Behind what was remediated."""
    result = check(loaded(cluster(), is_planned=True, notes=("seen",)), settings=REMEDIATE)
    assert len(result.notes) > 1
    assert result.notes[-1] == "seen"


def test_a_remediation_leaves_what_is_only_read() -> None:
    """Nobody deploys it."""
    read = Resource(**{**vars(cluster()), "origin": Origin.READ})
    result = check(loaded(read, is_planned=True), settings=REMEDIATE)
    assert result.resources == (read,)
    assert result.notes == ()
