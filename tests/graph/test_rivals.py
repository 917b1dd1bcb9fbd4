"""Two settings with one id in Azure: the last one written counts, so nothing is added up."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.verdict import Outcome
from support.check_source import check_planned

LATER = Unknown("it is known only after the deployment")
CATEGORIES = ("kube-audit", "kube-audit-admin", "guard")
CLUSTER_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks"
)
CLUSTER = Resource(
    "urn:aks",
    "azure-native:containerservice:ManagedCluster",
    "aks",
    {"resourceGroupName": "g", "resourceName": "aks"},
    id=LATER,
)
NATIVE, CLASSIC = "native", "classic"


def setting(kind: str, urn: str, categories: tuple[str, ...], **properties: Any) -> Resource:
    """A setting of either provider; its target comes from the cluster."""
    native = {
        "resourceUri": LATER,
        "workspaceId": "/w",
        "logs": [{"category": name, "enabled": True} for name in categories],
    }
    classic = {
        "targetResourceId": LATER,
        "logAnalyticsWorkspaceId": "/w",
        "enabledLogs": [{"category": name} for name in categories],
    }
    is_native = kind == NATIVE
    return Resource(
        urn,
        "azure-native:monitor:DiagnosticSetting"
        if is_native
        else "azure:monitoring/diagnosticSetting:DiagnosticSetting",
        urn,
        {**(native if is_native else classic), **properties},
        id=LATER,
        property_dependencies={
            "resourceUri" if is_native else "targetResourceId": ("urn:aks",),
        },
    )


def outcomes(*resources: Resource) -> tuple[Outcome, str]:
    """The outcome of `aks-audit-logs`, and its words; the order of writing never matters."""
    found = set()
    for ordered in permutations(resources):
        (verdict,) = (
            v
            for v in check_planned([CLUSTER, *ordered]).verdicts
            if v.policy_id == "aks-audit-logs"
        )
        found.add((verdict.outcome, " ".join(r.message for r in verdict.judgement.reasons)))
    (only,) = found
    return only


@pytest.mark.parametrize("second", [NATIVE, CLASSIC])
@pytest.mark.parametrize("name", ["audit", "AUDIT", "Audit"])
def test_halves_under_one_name_are_not_added_up(second: str, name: str) -> None:
    """Native, classic, and both; Azure ignores the case of names."""
    one = setting(NATIVE, "one", CATEGORIES[:2], name="audit")
    two = setting(second, "two", CATEGORIES[2:], name=name)
    outcome, words = outcomes(one, two)
    assert outcome is Outcome.FAIL
    assert "`one` and `two` have the same name" in words
    assert "the last one written replaces the others" in words


def test_a_complete_one_may_be_replaced_by_half_a_one() -> None:
    """Nobody says which of the two is written last."""
    complete = setting(NATIVE, "one", CATEGORIES, name="audit")
    assert outcomes(complete, setting(NATIVE, "two", (), name="audit"))[0] is Outcome.FAIL


def test_halves_by_the_clusters_id_are_not_added_up() -> None:
    """As a state has them."""
    cluster = replace(CLUSTER, id=CLUSTER_ID)
    halves = [
        setting(NATIVE, urn, half, name="audit", resourceUri=target)
        for urn, half, target in (
            ("one", CATEGORIES[:2], CLUSTER_ID),
            ("two", CATEGORIES[2:], CLUSTER_ID.upper()),
        )
    ]
    links = build_graph([cluster, *halves]).links["urn:aks"]
    assert [len(link.rivals) for link in links] == [1, 1]


@pytest.mark.parametrize(
    "names", [("one", "two"), (None, None), (None, "audit"), ("K", "k\N{KELVIN SIGN}")]
)
def test_names_that_differ_are_two_settings(names: tuple[str | None, str | None]) -> None:
    """A provider gives what has no name one that no other has."""
    one = setting(NATIVE, "one", CATEGORIES[:2], name=names[0])
    two = setting(CLASSIC, "two", CATEGORIES[2:], name=names[1])
    assert outcomes(one, two)[0] is Outcome.PASS


@pytest.mark.parametrize("hidden", [LATER, 5, ["audit"]])
@pytest.mark.parametrize("other", ["audit", LATER])
def test_names_that_nobody_knows_are_undecided_where_they_decide(hidden: Any, other: Any) -> None:
    """With three categories in one of them, whatever its name, it would still be replaced."""
    one = setting(NATIVE, "one", CATEGORIES[:2], name=hidden)
    two = setting(NATIVE, "two", CATEGORIES[2:], name=other)
    outcome, words = outcomes(one, two)
    assert outcome is Outcome.UNDECIDED
    assert "whether they have the same name" in words
    whole = setting(NATIVE, "two", CATEGORIES, name=other)
    assert outcomes(setting(NATIVE, "one", CATEGORIES, name=hidden), whole)[0] is Outcome.PASS


def test_names_of_settings_on_two_clusters_do_not_matter() -> None:
    """Their ids differ in the cluster's part."""
    other = replace(CLUSTER, urn="urn:other", name="other", properties={"resourceName": "other"})
    first = setting(NATIVE, "one", CATEGORIES, name="audit")
    second = replace(
        setting(NATIVE, "two", CATEGORIES, name="audit"),
        property_dependencies={"resourceUri": ("urn:other",)},
    )
    found = check_planned([CLUSTER, other, first, second]).verdicts
    assert {v.outcome for v in found if v.policy_id == "aks-audit-logs"} == {Outcome.PASS}


def test_what_depends_on_the_setting_that_counts_is_not_a_pass() -> None:
    """Each trail policy is undecided, and the policy on valid settings fails."""
    one = setting(NATIVE, "one", CATEGORIES, name="audit")
    two = setting(NATIVE, "two", CATEGORIES, name="audit", workspaceId="/other")
    found = {v.policy_id: v.outcome for v in check_planned([CLUSTER, one, two]).verdicts}
    assert found["aks-audit-settings-valid"] is Outcome.FAIL
    trail = ("aks-audit-retention", "aks-audit-destination", "aks-audit-protected")
    assert {found[policy] for policy in trail} == {Outcome.UNDECIDED}
