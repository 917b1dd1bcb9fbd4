"""The components pass the pack, whatever their arguments, and each weakening of them is caught."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kubewitness import AksAuditLogging, SecureAksCluster
from kubewitness.catalog.log_categories import AUDIT_CATEGORIES
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.build import build_graph
from kubewitness.graph.model import AksCluster
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import Unknown
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies
from kubewitness.policies.settings import Level
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome
from support.argument_strategies import Arguments, valid_cluster_arguments
from support.in_process import preview_in_process

DEFAULTS = Settings({}, all_policies())


AKS_RULES = {
    policy.id
    for policy in all_policies()
    if policy.subject is AksCluster and policy.level is not Level.DISABLED
}


def outcomes(resources: list[Resource]) -> dict[str, Outcome]:
    """The outcome of each policy on the only cluster there is."""
    verdicts = evaluate(all_policies(), build_graph(resources, calls=()), DEFAULTS)
    assert {verdict.policy_id for verdict in verdicts} == AKS_RULES
    return {verdict.policy_id: verdict.outcome for verdict in verdicts}


def waived(arguments: Arguments) -> dict[str, set[Outcome]]:
    """What the arguments take out of the pack's hands, in so many words.

    Of a place that is brought, only its owner can say where it is and how long it keeps logs.
    """
    unsure = {Outcome.PASS, Outcome.UNDECIDED}
    found = {}
    if "public_because" in arguments["api_access"]:
        found["aks-api-access"] = {Outcome.FAIL}
    if arguments.get("run_command"):
        found["aks-run-command"] = {Outcome.FAIL}
    if "workspace_id" in arguments:
        found["aks-audit-retention"] = unsure
    if arguments.get("audit_profile") in {"archive", "frugal"}:
        elsewhere = any(
            "kube-audit" in one.get("categories", AUDIT_CATEGORIES)
            for one in arguments.get("destinations", ())
        )
        if elsewhere:
            found |= {"aks-audit-retention": unsure, "aks-audit-destination": unsure}
        else:
            found["aks-audit-logs"] = {Outcome.FAIL}
    return found


def beside(found: dict[str, Outcome], arguments: Arguments) -> dict[str, Outcome]:
    """The outcomes without those that the arguments waive, which must be as waived."""
    left = dict(found)
    for policy, allowed in waived(arguments).items():
        assert policy not in left or left.pop(policy) in allowed
    return left


def preview_cluster(arguments: Any) -> list[Resource]:
    """The resources of a SecureAksCluster with these arguments."""
    return preview_in_process(lambda: SecureAksCluster("audited", arguments))


def weakened(
    resources: list[Resource], kind: ResourceKind, weaken: Callable[[dict[str, Any]], None]
) -> list[Resource]:
    """The same resources, the properties of one kind of them weakened."""
    changed = []
    for resource in resources:
        properties = copy.deepcopy(dict(resource.properties))
        if kind_of(resource.type) is kind:
            weaken(properties)
        changed.append(replace(resource, properties=properties))
    return changed


@settings(derandomize=True, max_examples=60)
@given(arguments=valid_cluster_arguments())
def test_every_valid_combination_of_arguments_passes_the_pack(arguments: Arguments) -> None:
    """Opinionated means: there is no argument with which the cluster is not audited."""
    found = outcomes(preview_cluster(arguments))
    assert set(beside(found, arguments).values()) == {Outcome.PASS}


def _drop(*names: str) -> Callable[[dict[str, Any]], None]:
    def drop(properties: dict[str, Any]) -> None:
        for name in names:
            properties.pop(name, None)

    return drop


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda properties: properties.update({name: value})


def _set_entra(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda properties: properties["aadProfile"].update({name: value})


def _without_category(category: str) -> Callable[[dict[str, Any]], None]:
    def drop(properties: dict[str, Any]) -> None:
        properties["logs"] = [log for log in properties["logs"] if log["category"] != category]

    return drop


def _disabled_category(category: str) -> Callable[[dict[str, Any]], None]:
    def disable(properties: dict[str, Any]) -> None:
        for log in properties["logs"]:
            log["enabled"] = log["enabled"] and log["category"] != category

    return disable


SETTING, CLUSTER = ResourceKind.DIAGNOSTIC_SETTING, ResourceKind.CLUSTER
DESTINATIONS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
)

WEAKENINGS = {
    **{
        f"category {name} removed": (SETTING, _without_category(name), "aks-audit-logs")
        for name in AUDIT_CATEGORIES
    },
    **{
        f"category {name} disabled": (SETTING, _disabled_category(name), "aks-audit-logs")
        for name in AUDIT_CATEGORIES
    },
    "destination removed": (SETTING, _drop(*DESTINATIONS), "aks-audit-logs"),
    "target removed": (SETTING, _drop("resourceUri"), "aks-audit-logs"),
    "logs removed": (SETTING, _drop("logs"), "aks-audit-logs"),
    "local accounts on": (CLUSTER, _set("disableLocalAccounts", False), "aks-local-accounts"),
    "local accounts at default": (CLUSTER, _drop("disableLocalAccounts"), "aks-local-accounts"),
    "Entra not managed": (CLUSTER, _set_entra("managed", False), "aks-entra-rbac"),
    "Azure RBAC off": (CLUSTER, _set_entra("enableAzureRBAC", False), "aks-entra-rbac"),
    "no Entra at all": (CLUSTER, _drop("aadProfile"), "aks-entra-rbac"),
}


# Where nothing is collected any more, there is no trail whose keeping could be judged; and Azure
# refuses a setting without destination.
TRAIL = ("aks-audit-destination", "aks-audit-protected", "aks-audit-retention")
CONSEQUENCES = {
    "destination removed": (*TRAIL, "aks-audit-settings-valid"),
    "target removed": TRAIL,
    "logs removed": TRAIL,
}


@pytest.mark.parametrize("name", WEAKENINGS)
@settings(derandomize=True, max_examples=5)
@given(arguments=valid_cluster_arguments())
def test_each_single_weakening_is_caught_by_its_policy_alone(
    name: str, arguments: Arguments
) -> None:
    """The policy that names the protection fails, and no other one does."""
    kind, weaken, policy = WEAKENINGS[name]
    # What Automatic forces is known, whatever the program leaves out.
    assume(not (name == "no Entra at all" and arguments.get("mode") == "automatic"))
    found = outcomes(weakened(preview_cluster(arguments), kind, weaken))
    assert found.pop(policy) is Outcome.FAIL
    left = {
        policy: one for policy, one in found.items() if policy not in CONSEQUENCES.get(name, ())
    }
    assert set(beside(left, arguments).values()) == {Outcome.PASS}


def test_the_setting_removed_is_caught() -> None:
    """A cluster without any diagnostic setting fails."""
    resources = preview_cluster(MINIMAL)
    left = [resource for resource in resources if kind_of(resource.type) is not SETTING]
    assert len(left) == len(resources) - 1
    assert outcomes(left)["aks-audit-logs"] is Outcome.FAIL


MINIMAL: Arguments = {
    "resource_group_name": "group",
    "cluster_admins": {"waived_because": "a test lets nobody in"},
    "api_access": {"private": True},
}

PATHS = (
    (CLUSTER, ("disableLocalAccounts",)),
    (CLUSTER, ("aadProfile",)),
    (CLUSTER, ("aadProfile", "managed")),
    (CLUSTER, ("aadProfile", "enableAzureRBAC")),
    (SETTING, ("logs",)),
    (SETTING, ("logs", 0, "category")),
    (SETTING, ("logs", 1, "enabled")),
    (SETTING, ("logs", 2)),
)
ODDITIES: tuple[Any, ...] = (None, "", "true", "false", 0, 1, [], {}, "Unknown", False)


@settings(derandomize=True, max_examples=200)
@given(where=st.sampled_from(PATHS), what=st.sampled_from([*ODDITIES, Unknown("hidden")]))
def test_whatever_stands_in_a_property_that_protects_is_never_a_silent_pass(
    where: tuple[ResourceKind, tuple[Any, ...]], what: Any
) -> None:
    """Any value but the protecting one gives a violation or undecided."""
    kind, path = where

    def replace_value(properties: dict[str, Any]) -> None:
        inner: Any = properties
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = what

    found = set(outcomes(weakened(_minimal(), kind, replace_value)).values())
    assert found - {Outcome.PASS}
    assert (Outcome.UNDECIDED in found) is isinstance(what, Unknown)


_cache: list[Resource] = []


def _minimal() -> list[Resource]:
    if not _cache:
        _cache.extend(preview_cluster(MINIMAL))
    return _cache


def test_audit_logging_on_somebody_elses_cluster_passes_by_itself() -> None:
    """`AksAuditLogging` attaches all that the policy wants; the cluster is not of this stack."""
    group = "/subscriptions/s/resourceGroups/g/providers"
    target = f"{group}/Microsoft.ContainerService/managedClusters/theirs"
    workspace = f"{group}/Microsoft.OperationalInsights/workspaces/central"
    resources = preview_in_process(
        lambda: AksAuditLogging("theirs", {"cluster_id": target, "workspace_id": workspace})
    )
    verdicts = evaluate(all_policies(), build_graph(resources), DEFAULTS)
    found = {verdict.policy_id: verdict.outcome for verdict in verdicts}
    assert found["aks-audit-logs"] is Outcome.PASS
    assert found.pop("aks-audit-retention") is Outcome.UNDECIDED  # only its owner can say
    assert set(found.values()) <= {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert not any(verdict.blocks for verdict in verdicts)
