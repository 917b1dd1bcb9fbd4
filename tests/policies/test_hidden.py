"""A remote component has one verdict; what the settings declare of its type counts until a day."""

from datetime import date
from typing import Any

import pytest

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.hidden import declaration_notes
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings_file import Settings, settings_faults
from kubewitness.policies.verdict import Outcome, Verdict

TODAY = date(2026, 11, 20)
DECLARED = {"type": "acme:index:*", "reason": "read", "owner": "soc", "expires": "2026-11-20"}


def component(type_: str = "acme:index:Platform", **properties: Any) -> Resource:
    """A remote component."""
    return Resource("urn:x", type_, "x", properties, origin=Origin.REMOTE, custom=False)


def settings(**sections: Any) -> Settings:
    """Settings by section."""
    return Settings({k.replace("_", "-"): v for k, v in sections.items()}, all_policies())


def verdicts(one: Resource, given: Settings) -> list[Verdict]:
    """All verdicts on a component."""
    return evaluate(all_policies(), build_graph([one]), given, TODAY)


def declaring(**changes: Any) -> Settings:
    """Settings that declare a type of component."""
    declared = {"componentsWithoutClusters": [{**DECLARED, **changes}]}
    return settings(kubewitness_common=declared)


def test_an_unknown_component_is_one_undecided_verdict_that_blocks() -> None:
    """Not one for each policy."""
    (verdict,) = verdicts(component(), settings())
    assert (verdict.outcome, verdict.blocks) == (Outcome.UNDECIDED, True)
    assert "componentsWithoutClusters" in verdict.judgement.reasons[0].decide


def test_a_policy_that_is_disabled_or_only_reports_does_not_hide_the_component() -> None:
    """Another policy that blocks has the verdict then."""
    given = settings(aks_audit_logs="disabled", aks_local_accounts={"undecided": "report"})
    (verdict,) = verdicts(component(), given)
    assert verdict.blocks
    assert verdict.policy_id not in {"aks-audit-logs", "aks-local-accounts"}


def test_a_component_that_is_called_like_a_cluster_concerns_the_policies_on_that_kind() -> None:
    """Nobody needs an AKS policy on an EKS cluster."""
    (verdict,) = verdicts(component("kubernetes-eks:index:Cluster"), settings())
    assert verdict.policy_id == "eks-audit-logs"
    (verdict,) = verdicts(component("acme:index:EksPlatform"), settings())
    assert verdict.policy_id == "eks-audit-logs"


def test_an_eks_component_is_judged_by_its_inputs() -> None:
    """By the EKS policy and no other."""
    every = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    good = component("eks:index:Cluster", enabledClusterLogTypes=every)
    found = {v.policy_id: v.outcome for v in verdicts(good, settings())}
    assert found == {"eks-audit-logs": Outcome.PASS}
    (bad,) = verdicts(component("eks:index:Cluster"), settings())
    assert (bad.outcome, bad.blocks) == (Outcome.FAIL, True)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"type": "acme:index:Platform"}, True),
        ({"type": "acme:*:Platform"}, True),
        ({"type": "acme:index:Network"}, False),
        ({"type": "other:index:*"}, False),
        ({"expires": "2026-11-19"}, False),
    ],
)
def test_a_declaration_counts_for_its_type_until_its_day(
    changes: dict[str, Any], counts: bool
) -> None:
    """And an expired one is named."""
    found = verdicts(component(), declaring(**changes))
    assert (not found) is counts
    is_late = any(r.code == "declaration-expired" for v in found for r in v.judgement.reasons)
    assert is_late is ("expires" in changes)


@pytest.mark.parametrize("type_", ["*", "*:*:*", "acme", "acme:index", ""])
def test_a_declaration_names_a_package(type_: str) -> None:
    """One pattern for everything would hide every component."""
    document = {"kubewitness-common": {"componentsWithoutClusters": [{**DECLARED, "type": type_}]}}
    assert settings_faults(document, all_policies())


def test_each_declaration_is_printed_with_its_components() -> None:
    """Also one that nothing needs, so that it does not stay for ever."""
    each = [declaring().of(policy.id) for policy in all_policies()]
    text = "declaration that `acme:index:*` contains no cluster, by soc until 2026-11-20: read"
    assert declaration_notes(each, build_graph([])) == [f"unused {text}"]
    assert declaration_notes(each, build_graph([component()])) == [f"`x`: {text}"]
