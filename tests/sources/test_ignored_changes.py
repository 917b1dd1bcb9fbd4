"""`ignore_changes`: the property is unknown, for that reason, however its path is written."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from kubewitness.graph.values import ABSENT, Unknown
from kubewitness.graph.values import read as read_value
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.sources.program.ignored_changes import hide_ignored
from support.check_source import check_planned
from support.degradations import changed
from support.offline import offline_resources
from support.oracle import BASE, TRIALS, UNKNOWN_STRING, Trial
from support.servicer import Stack

PROPERTIES: dict[str, Any] = {
    "disableLocalAccounts": True,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    "logs": [{"category": "guard", "enabled": True}, {"category": "kube-audit"}],
    "a.b": {'with "quotes"': 1},
}


def hidden(path: str) -> dict[str, Any]:
    """The properties with the changes of a path ignored."""
    return hide_ignored(deepcopy(PROPERTIES), {}, [path])[0]


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("disableLocalAccounts", ("disableLocalAccounts",)),
        ('["disableLocalAccounts"]', ("disableLocalAccounts",)),
        ("disable_local_accounts", ("disableLocalAccounts",)),
        ("aadProfile", ("aadProfile", "managed")),
        ("aadProfile.managed", ("aadProfile", "managed")),
        ('aadProfile["managed"]', ("aadProfile", "managed")),
        ('["aadProfile"]["managed"]', ("aadProfile", "managed")),
        ('["aadProfile"].managed', ("aadProfile", "managed")),
        ("aad_profile.enable_azure_rbac", ("aadProfile", "enableAzureRBAC")),
        ("aadProfile.*", ("aadProfile", "managed")),
        ('aadProfile["*"]', ("aadProfile", "adminGroupObjectIDs")),
        ("aadProfile[*]", ("aadProfile", "managed")),
        ("logs", ("logs",)),
        ("logs[*]", ("logs",)),
        ("logs.*", ("logs",)),
        ('logs["*"]', ("logs",)),
        ("*", ("disableLocalAccounts",)),
        ("*", ("aadProfile", "managed")),
        ("*", ("enableRBAC",)),
        ('["*"]', ("enableRBAC",)),
        ("[*]", ("enableRBAC",)),
        ("*.managed", ("aadProfile", "managed")),
        ("enableRBAC", ("enableRBAC",)),
        ("enable_rbac", ("enableRbac",)),
        ("workspaceCapping.dailyQuotaGb", ("workspaceCapping", "dailyQuotaGb")),
        ('["a.b"]["with \\"quotes\\""]', ("a.b", 'with "quotes"')),
    ],
)
def test_a_property_whose_changes_are_ignored_is_unknown(
    path: str, unknown: tuple[str, ...]
) -> None:
    """Whether the program sets it or not: the deployed one may be set."""
    found = read_value(hidden(path), *unknown)
    assert isinstance(found, Unknown)
    assert found.why == f"`ignore_changes` contains `{path}`, so what is deployed counts"


@pytest.mark.parametrize(
    ("path", "index", "name"),
    [
        ("logs[0]", 0, "category"),
        ('["logs"][1]', 1, "category"),
        ("logs[0].category", 0, "category"),
        ("logs[*].category", 1, "category"),
        ('logs[*]["category"]', 0, "category"),
        ("logs[1].enabled", 1, "enabled"),
        ("logs[1].retention_policy.enabled", 1, "retentionPolicy"),
    ],
)
def test_a_part_of_a_list_is_unknown(path: str, index: int, name: str) -> None:
    """By its index, or in all of its items."""
    item = hidden(path)["logs"][index]
    found = read_value(item, name)
    if isinstance(found, dict):
        found = found["enabled"]
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    "path", ["disable", "aadProfile.managedBy", "logs[7]", "logs[7].enabled", "", "tags", "logs[x]"]
)
def test_a_path_to_something_else_hides_nothing_else(path: str) -> None:
    """What is known stays known."""
    properties = hidden(path)
    assert properties["disableLocalAccounts"] is True
    assert properties["logs"] == PROPERTIES["logs"]
    assert properties["aadProfile"]["managed"] is True
    assert read_value(properties, "enableRBAC") is ABSENT


def judged(stack: Stack, trial: Trial, **ignored: tuple[str, ...]) -> list[Verdict]:
    """The verdicts of a trial's policies offline."""
    document = {trial.policy: dict(trial.configuration or {})}
    found = check_planned(offline_resources(stack, ignored), document).verdicts
    return [v for v in found if v.policy_id in {trial.policy, *trial.beside}]


def spellings(steps: tuple[str | int, ...]) -> list[str]:
    """A path with dots, with brackets, and with every list as a whole."""
    dotted = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)
    brackets = "".join(f"[{s}]" if isinstance(s, int) else f'["{s}"]' for s in steps)
    wild = "".join("[*]" if isinstance(s, int) else f".{s}" for s in steps)
    return [dotted.removeprefix("."), brackets, wild.removeprefix("."), str(steps[0])]


def decides(trial: Trial, path: tuple[str | int, ...]) -> bool:
    """Whether the oracle needs a property: it cannot say without it that all is in order."""
    if "outputs" in path:
        return False
    name, first = str(path[0]), str(path[1])
    stack = changed(trial, [(path, UNKNOWN_STRING)])
    links = {key: sources for key, sources in stack[name].links.items() if key != first}
    return trial.oracle({**stack, name: replace(stack[name], links=links)}) is not True


CASES = [
    pytest.param(trial, path, id=f"{trial.policy}: {path[0]}.{'.'.join(map(str, path[1:]))}")
    for trial in TRIALS
    for path in dict.fromkeys(trial.paths)
    if decides(trial, path)
]


@pytest.mark.parametrize(("trial", "path"), CASES)
def test_no_policy_passes_what_is_ignored_and_each_says_why(
    trial: Trial, path: tuple[str | int, ...]
) -> None:
    """Every property that a policy reads, in every spelling of its path."""
    name, *steps = path
    for spelled in spellings(tuple(steps)):
        verdicts = judged(trial.stack, trial, **{str(name): (spelled,)})
        left = [v for v in verdicts if v.outcome is Outcome.UNDECIDED]
        assert left, (spelled, [v.outcome for v in verdicts])
        words = " ".join(r.message for v in left for r in v.judgement.reasons)
        assert "`ignore_changes` contains" in words, (spelled, words)


def test_all_of_a_setting_ignored_is_undecided() -> None:
    """Where it is attached, what it sends, and where to."""
    trial = next(one for one in TRIALS if one.policy == "aks-audit-logs")
    (verdict,) = judged(BASE, trial, audit=("*",))
    assert verdict.outcome is Outcome.UNDECIDED
    assert {r.code for r in verdict.judgement.reasons} >= {"unknown-target", "unknown-logs"}


def test_what_is_ignored_of_something_else_changes_nothing() -> None:
    """Node pools that an autoscaler scales are the usual case."""
    trial = next(one for one in TRIALS if one.policy == "aks-audit-logs")
    paths = ("agentPoolProfiles[*].count", "kubernetesVersion", "tags", "metrics")
    (verdict,) = judged(BASE, trial, aks=paths, audit=("metrics", "tags"))
    assert verdict.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("server_app_id", "serverAppID"),
        ("enable_azure_rbac", "enableAzureRBAC"),
        ("admin_group_object_ids", "adminGroupObjectIDs"),
        ("admin_group_object_i_ds", "adminGroupObjectIDs"),
        ("tenant_id", "tenantID"),
        ("managed", "managed"),
    ],
)
def test_an_acronym_of_a_property_that_is_not_set_is_unknown_in_pythons_spelling(
    spelled: str, name: str
) -> None:
    """Azure writes some acronyms in capitals, and what is deployed may be set."""
    properties, _ = hide_ignored({"aadProfile": {}}, {}, [f"aadProfile.{spelled}"])
    assert isinstance(properties["aadProfile"][name], Unknown)
