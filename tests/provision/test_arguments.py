"""Arguments are checked at once, and every error says where, what and how to fix it."""

import asyncio
import json
import pydoc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hypothesis import given

from kubewitness import AksAuditLogging, SecureAksCluster
from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.validation import (
    InvalidArguments,
    check_arguments,
    fix_of,
    objects_within,
)
from kubewitness.provision.host import COMPONENTS, ComponentHost
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.testing import AzureMocks
from support.argument_strategies import DNS_ZONE, SUBNET, WORKSPACE, valid_cluster_arguments
from support.components import run_under_mocks

GROUP = "11111111-2222-3333-4444-555555555555"
CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"
STORAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/archive"
VALID: dict[str, Any] = {
    "resource_group_name": "group",
    "cluster_admins": {"group_object_ids": [GROUP]},
    "api_access": {"private": True},
}


def check(given_arguments: dict[str, Any]) -> SecureAksClusterModel:
    """Check the arguments of a cluster named prod."""
    return check_arguments(SecureAksClusterModel, 'SecureAksCluster "prod"', given_arguments)


def problems_of(function: Callable[[], Any]) -> dict[str, str]:
    """Return the problems that a call reports: for each path the reason."""
    with pytest.raises(InvalidArguments) as caught:
        function()
    return {problem.path: problem.reason for problem in caught.value.problems}


def test_the_three_decisions_are_enough() -> None:
    """A resource group, admins and API access are all that must be said."""
    assert check(VALID).system_pool.first_count == 3


def test_what_is_required_is_asked_for_together() -> None:
    """No arguments at all: each of the three required ones is named with its fix."""
    found = problems_of(lambda: check({}))
    assert set(found) == {"resource_group_name", "cluster_admins", "api_access"}
    assert all(reason.startswith("is required; give") for reason in found.values())


INVALID: list[tuple[str, dict[str, Any], str, str]] = [
    ("blank group", {"resource_group_name": " "}, "resource_group_name", "name of a resource"),
    ("number for text", {"location": 3}, "location", "is not a string"),
    (
        "no admins",
        {"cluster_admins": {}},
        "cluster_admins.waived_because",
        "no one would have access",
    ),
    (
        "empty list of admins",
        {"cluster_admins": {"group_object_ids": []}},
        "cluster_admins.waived_because",
        "give `group_object_ids` or `principals`",
    ),
    (
        "waived without words",
        {"cluster_admins": {"waived_because": "  "}},
        "cluster_admins.waived_because",
        "as a sentence",
    ),
    (
        "waived in spite of admins",
        {"cluster_admins": {"group_object_ids": [GROUP], "waived_because": "no need"}},
        "cluster_admins.waived_because",
        "contradicts",
    ),
    (
        "name for a group",
        {"cluster_admins": {"group_object_ids": ["platform-team"]}},
        "cluster_admins.group_object_ids[0]",
        "a GUID",
    ),
    (
        "same group twice",
        {"cluster_admins": {"group_object_ids": [GROUP, GROUP]}},
        "cluster_admins.group_object_ids[1]",
        "is given twice",
    ),
    (
        "unknown kind of principal",
        {"cluster_admins": {"principals": [{"object_id": GROUP, "type": "Robot"}]}},
        "cluster_admins.principals[0].type",
        "'User', 'Group' or 'ServicePrincipal'",
    ),
    (
        "principal without a type",
        {"cluster_admins": {"principals": [{"object_id": GROUP}]}},
        "cluster_admins.principals[0].type",
        "is required",
    ),
    (
        "no way to the API",
        {"api_access": {}},
        "api_access.public_because",
        "exactly one of `private: true`, `authorized_ip_ranges` and `public_because`",
    ),
    (
        "not private and nothing else",
        {"api_access": {"private": False}},
        "api_access.public_because",
        "exactly one",
    ),
    (
        "two ways to the API",
        {"api_access": {"private": True, "public_because": "our partners"}},
        "api_access.public_because",
        "exactly one",
    ),
    (
        "word for a flag",
        {"api_access": {"private": "yes"}},
        "api_access.private",
        "is not true or false",
    ),
    (
        "zone without private",
        {"api_access": {"public_because": "our partners", "private_dns_zone_id": DNS_ZONE}},
        "api_access.private_dns_zone_id",
        "private cluster only",
    ),
    (
        "no ranges",
        {"api_access": {"authorized_ip_ranges": []}},
        "api_access.authorized_ip_ranges",
        "has no items",
    ),
    *(
        (
            f"range {text}",
            {"api_access": {"authorized_ip_ranges": [text]}},
            "api_access.authorized_ip_ranges[0]",
            reason,
        )
        for text, reason in (
            ("0.0.0.0/0", "set `public_because`"),
            ("::/0", "set `public_because`"),
            ("203.0.113.9/24", "clear the host bits"),
            ("office", "CIDR notation"),
        )
    ),
    (
        "ranges that add up to everything",
        {"api_access": {"authorized_ip_ranges": ["0.0.0.0/1", "128.0.0.0/1"]}},
        "api_access.authorized_ip_ranges",
        "are together too wide to be a restriction",
    ),
    (
        "both workspaces",
        {"workspace_id": WORKSPACE, "workspace": {"name": "logs"}},
        "workspace",
        "contradicts `workspace_id`",
    ),
    ("name for a workspace id", {"workspace_id": "logs"}, "workspace_id", "give its resource ID"),
    ("empty workspace", {"workspace": {}}, "workspace", "is empty; give its fields"),
    ("empty system pool", {"system_pool": {}}, "system_pool", "is empty; give its fields"),
    (
        "short interactive retention",
        {"workspace": {"interactive_retention_days": 30}},
        "workspace.interactive_retention_days",
        "is less than 90; give 90 to 730 days",
    ),
    (
        "short total retention",
        {"workspace": {"total_retention_days": 364}},
        "workspace.total_retention_days",
        "give 365 to 730 days, or one of 1095",
    ),
    (
        "total retention that Azure refuses",
        {"workspace": {"total_retention_days": 1000}},
        "workspace.total_retention_days",
        "give 365 to 730 days, or one of 1095",
    ),
    (
        "total less than interactive",
        {"workspace": {"interactive_retention_days": 500, "total_retention_days": 400}},
        "workspace.total_retention_days",
        "is less than `interactive_retention_days`",
    ),
    ("fraction of a node", {"system_pool": {"count": 1.5}}, "system_pool.count", "whole number"),
    ("flag for a count", {"system_pool": {"count": True}}, "system_pool.count", "whole number"),
    ("no system nodes", {"system_pool": {"count": 0}}, "system_pool.count", "is less than 1"),
    (
        "half of autoscaling",
        {"system_pool": {"min_count": 1}},
        "system_pool.max_count",
        "go together",
    ),
    (
        "count and autoscaling",
        {"system_pool": {"count": 2, "min_count": 1, "max_count": 3}},
        "system_pool.max_count",
        "contradicts `count`",
    ),
    (
        "bounds the wrong way round",
        {"system_pool": {"min_count": 3, "max_count": 2}},
        "system_pool.max_count",
        "is less than `min_count`",
    ),
    (
        "zones as numbers",
        {"system_pool": {"availability_zones": [1]}},
        "system_pool.availability_zones[0]",
        'such as ["1", "2", "3"]',
    ),
    *(
        (f"pool {name}", {"user_pools": [{"name": name}]}, "user_pools[0].name", reason)
        for name, reason in (
            ("system", "name of the system pool"),
            ("Batch", "lowercase"),
            ("2batch", "a letter first"),
            ("averylongname", "1 to 12"),
        )
    ),
    (
        "two pools of one name",
        {"user_pools": [{"name": "a"}, {"name": "a"}]},
        "user_pools[1].name",
        "is given twice",
    ),
    (
        "Windows on Cilium",
        {"user_pools": [{"name": "win", "os_type": "Windows"}]},
        "user_pools[0].os_type",
        "the network policy `calico`",
    ),
    (
        "long name on Windows",
        {"network_policy": "calico", "user_pools": [{"name": "windows", "os_type": "Windows"}]},
        "user_pools[0].os_type",
        "at most 6 characters",
    ),
    (
        "subnet for one pool only",
        {"user_pools": [{"name": "a", "vnet_subnet_id": SUBNET}]},
        "user_pools[0].vnet_subnet_id",
        "give both or neither",
    ),
    (
        "taint without an effect",
        {"user_pools": [{"name": "a", "node_taints": ["dedicated=batch"]}]},
        "user_pools[0].node_taints[0]",
        "NoSchedule",
    ),
    ("the free tier", {"sku_tier": "Free"}, "sku_tier", "'Standard' or 'Premium'"),
    (
        "Calico with long-term support",
        {"sku_tier": "Premium", "network_policy": "calico"},
        "sku_tier",
        "excludes `calico`",
    ),
    ("no upgrades", {"upgrade_channel": "none"}, "upgrade_channel", "'patch', 'stable', 'rapid'"),
    (
        "patch version on the patch channel",
        {"upgrade_channel": "patch", "kubernetes_version": "1.34.2"},
        "kubernetes_version",
        "minor version only",
    ),
    (
        "node images twice",
        {"upgrade_channel": "node-image", "node_os_upgrade_channel": "SecurityPatch"},
        "node_os_upgrade_channel",
        "contradicts",
    ),
    (
        "misspelt category",
        {"other_log_categories": ["kube-apisrver"]},
        "other_log_categories[0]",
        "did you mean `kube-apiserver`",
    ),
    (
        "category that is there already",
        {"other_log_categories": ["kube-audit"]},
        "other_log_categories[0]",
        "leave it out",
    ),
    (
        "category for the profile, in another case",
        {"other_log_categories": ["Kube-Audit"]},
        "other_log_categories[0]",
        "is set by `audit_profile`",
    ),
    (
        "metrics in another case",
        {"destinations": [{"storage_account_id": STORAGE, "categories": ["allmetrics"]}]},
        "destinations[0].categories[0]",
        "is not spelt as Azure spells it; write `AllMetrics`",
    ),
    (
        "misspelt metrics",
        {"destinations": [{"storage_account_id": STORAGE, "categories": ["AllMetrix"]}]},
        "destinations[0].categories[0]",
        "did you mean `AllMetrics`",
    ),
    ("misspelt argument", {"workspace_ids": "x"}, "workspace_ids", "did you mean `workspace_id`"),
    ("camel case", {"systemPool": {"count": 1}}, "systemPool", "did you mean `system_pool`"),
    (
        "misspelt nested argument",
        {"user_pools": [{"name": "a", "vmSize": "x"}]},
        "user_pools[0].vmSize",
        "did you mean `vm_size`?",
    ),
    ("tags that are no strings", {"tags": {"tier": 1}}, "tags.tier", "from strings to strings"),
    ("text for an object", {"api_access": "private"}, "api_access", "is not an object"),
]


@pytest.mark.parametrize(
    ("change", "path", "reason"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID]
)
def test_each_invalid_argument_is_named_with_its_fix(
    change: dict[str, Any], path: str, reason: str
) -> None:
    """One wrong argument: its property path, what is wrong, and after a semicolon the fix."""
    found = problems_of(lambda: check({**VALID, **change}))
    assert path in found
    assert reason in found[path]
    assert "; " in found[path] or "did you mean" in found[path]


def test_all_errors_are_reported_at_once() -> None:
    """Errors in different objects, in nested lists and across objects come in one message."""
    found = problems_of(
        lambda: check(
            {
                "cluster_admins": {"principals": [{"object_id": "x", "type": "Robot"}]},
                "api_access": {"private": True, "public_because": "our partners"},
                "workspace_id": WORKSPACE,
                "workspace": {"interactive_retention_days": 1, "total_retention_days": 1},
                "user_pools": [{"name": "system"}, {"name": "b", "os_type": "Windows"}, {}],
                "sku_tier": "Free",
                "colour": "red",
            }
        )
    )
    assert set(found) == {
        "resource_group_name",
        "cluster_admins.principals[0].object_id",
        "cluster_admins.principals[0].type",
        "api_access.public_because",
        "workspace.interactive_retention_days",
        "workspace.total_retention_days",
        "user_pools[0].name",
        "user_pools[1].os_type",
        "user_pools[2].name",
        "sku_tier",
        "colour",
    }


def test_the_message_names_component_value_and_line() -> None:
    """A value that may be a secret is not shown: an Output, or an argument that there is not."""
    with pytest.raises(InvalidArguments) as caught:
        check({**VALID, "workspace_id": "central", "location": 17, "passphrase": "hunter2"})
    lines = str(caught.value).splitlines()
    assert lines[0] == 'SecureAksCluster "prod" has 3 invalid arguments:'
    assert lines[1].startswith("  workspace_id: ")
    assert lines[1].endswith("(given: `central`)")
    assert lines[2].endswith("(given: `17`)")
    assert "hunter2" not in str(caught.value)
    assert lines[-1].partition(":")[0] == "  at tests/provision/test_arguments.py"


def test_an_argument_of_a_node_pool_is_found_where_it_belongs() -> None:
    """As other tools have it at the top."""
    found = problems_of(lambda: check({**VALID, "vm_size": "Standard_D4ds_v5", "node_count": 3}))
    assert found["vm_size"] == "is not an argument; use `system_pool.vm_size`"
    assert "did you mean `system_pool.count`" in found["node_count"]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda one: str(one.__name__))
def test_help_lists_every_argument(component: type[Any]) -> None:
    """`help(SecureAksCluster)` says what there is to give."""
    text = pydoc.render_doc(component)
    for name, field in COMPONENTS[component].model_fields.items():
        assert f"{name}: {'required. ' if field.is_required() else ''}" in text


def test_both_misspelt_categories_are_named() -> None:
    """Each at its place in the list, with its value."""
    with pytest.raises(InvalidArguments) as caught:
        check({**VALID, "other_log_categories": ["kube-schedular", "kube-apiservr"]})
    shown = [str(one) for one in caught.value.problems]
    assert "other_log_categories[0]" in shown[0]
    assert "(given: `kube-schedular`)" in shown[0]
    assert "other_log_categories[1]" in shown[1]


def test_a_category_of_the_profile_does_not_hide_a_misspelt_one() -> None:
    """Nor does one that is given twice."""
    names = ["kube-audit", "kube-schedular", "guard", "kube-scheduler", "Kube-Scheduler"]
    found = problems_of(lambda: check({**VALID, "other_log_categories": names}))
    assert {*found} == {f"other_log_categories[{i}]" for i in (0, 1, 2, 4)}


def test_a_preview_reports_every_component_and_an_update_the_first() -> None:
    """What depends on a wrong component is previewed; nothing is deployed beside one."""

    def program() -> dict[str, pulumi.Output[Any]]:
        wrong: Any = {"location": 3}
        first = SecureAksCluster("first", wrong)
        AksAuditLogging("second", wrong)
        return {"id": first.cluster_id}

    for preview, named in ((True, 2), (False, 1)):
        with pytest.raises(InvalidArguments) as caught:
            run_under_mocks(AzureMocks(), program, preview=preview)
        message = str(caught.value)
        assert message.count("invalid arguments:") == named
        assert 'SecureAksCluster "first"' in message


def test_an_error_ends_a_program_cleanly() -> None:
    """It is a RunError, which Pulumi prints without a traceback."""
    with pytest.raises(pulumi.RunError, match=r"system_pool\.min_count: is less than 1"):
        check({**VALID, "system_pool": {"min_count": 0, "max_count": 1}})


def test_the_engine_is_given_no_property_whose_value_it_would_print() -> None:
    """The engine prints the value of each property in an error's details, even of a secret."""

    async def run() -> Any:
        return check({**VALID, "network_policy": pulumi.Output.secret("hunter2")})

    with pytest.raises(InvalidArguments, match="network_policy: must be known") as caught:
        asyncio.run(run())
    assert caught.value.errors == []
    assert caught.value.for_other_languages(SecureAksClusterModel).errors == []


def test_other_languages_read_their_own_spelling() -> None:
    """Through the component host the message names the arguments in camel case."""
    wrong = {"resourceGroupName": "g", "clusterAdmins": {}, "apiAccess": {}}
    with pytest.raises(pulumi.InputPropertiesError) as caught:
        ComponentHost().construct("my_prod", "kubewitness:index:SecureAksCluster", wrong)
    lines = str(caught.value).splitlines()
    assert lines[0] == 'SecureAksCluster "my_prod" has 2 invalid arguments:'
    assert lines[1].startswith("  clusterAdmins.waivedBecause: ")
    assert "give exactly one of `private: true`, `authorizedIpRanges`" in lines[2]


def test_an_argument_that_there_is_not_is_refused_in_every_language() -> None:
    """Pulumi alone drops it without a word, at any depth; a user's own words stay as they are."""
    wrong = {
        "resourceGroupName": "g",
        "clusterAdmins": {"groupObjectIds": [GROUP], "group": GROUP},
        "apiAcess": {"private": True},
        "apiAccess": {"private": True},
        "userPools": [{"name": "a", "vmsize": "x"}],
        "tags": {"my_tag": 5},
    }
    with pytest.raises(pulumi.InputPropertiesError) as caught:
        ComponentHost().construct("prod", "kubewitness:index:SecureAksCluster", wrong)
    lines = str(caught.value).splitlines()
    assert lines[0] == 'SecureAksCluster "prod" has 4 invalid arguments:'
    assert "  apiAcess: is not an argument; did you mean `apiAccess`?" in lines
    assert any(line.startswith("  clusterAdmins.group: is not an argument") for line in lines)
    assert "  userPools[0].vmsize: is not an argument; did you mean `vmSize`?" in lines
    assert any(line.startswith("  tags.my_tag: is not a string") for line in lines)


def test_numbers_of_other_languages_are_whole_numbers() -> None:
    """30.0 is 30, as an int."""
    pool = check({**VALID, "system_pool": {"count": 30.0}}).system_pool
    assert (pool.count, type(pool.count)) == (30, int)


def test_none_means_not_given() -> None:
    """What `config.get` returns for a key that is not there is as good as no argument."""
    assert check({**VALID, "workspace_id": None, "user_pools": None}) == check(VALID)


@pytest.mark.parametrize("wrong", [["resource_group_name"], "group", {1: "group"}])
def test_arguments_that_are_no_dictionary(wrong: Any) -> None:
    """The message says what to give instead."""
    found = problems_of(lambda: check(wrong))
    assert any("give a dictionary of" in reason for reason in found.values())


def test_long_interactive_retention_needs_no_total() -> None:
    """The total defaults to a year, or to the interactive days where they are more."""
    days = [
        check({**VALID, "workspace": {"interactive_retention_days": given_days}}).workspace
        for given_days in (90, 500)
    ]
    assert [new.total_retention_days for new in days if new] == [365, 500]


def test_premium_goes_with_patches() -> None:
    """Long-term support, which Premium brings, is kept up to date by the channel `patch`."""
    assert check({**VALID, "sku_tier": "Premium"}).channel == "patch"
    assert check(VALID).channel == "stable"


def test_a_whole_object_cannot_be_an_output() -> None:
    """What decides which resources there are must be known; the message says what to do."""

    async def run() -> dict[str, str]:
        return problems_of(
            lambda: check({**VALID, "user_pools": pulumi.Output.from_input([{"name": "a"}])})
        )

    assert "give its parts as Outputs" in asyncio.run(run())["user_pools"]


def test_an_output_is_checked_when_it_is_known() -> None:
    """A wrong value that is known late is reported with its path, too."""

    async def run() -> Any:
        group = pulumi.Output.from_input("not-a-guid")
        checked = check({**VALID, "cluster_admins": {"group_object_ids": [GROUP, group]}})
        late = checked.cluster_admins.group_object_ids[1]
        assert isinstance(late, pulumi.Output)
        return await late.future()

    found = problems_of(lambda: asyncio.run(run()))
    assert found == {
        "cluster_admins.group_object_ids[1]": "is not of the right form; "
        "give an object id of Entra ID, a GUID"
    }


def test_outputs_are_checked_together_when_all_are_known() -> None:
    """Ranges that are narrow each and wide together are refused, though known late."""

    async def run() -> Any:
        ranges = ["0.0.0.0/1", pulumi.Output.from_input("128.0.0.0/1")]
        checked = check({**VALID, "api_access": {"authorized_ip_ranges": ranges}})
        late = checked.api_access.authorized_ip_ranges
        assert isinstance(late, pulumi.Output)
        return await late.future()

    found = problems_of(lambda: asyncio.run(run()))
    assert list(found) == ["api_access.authorized_ip_ranges"]
    assert "are together too wide" in found["api_access.authorized_ip_ranges"]


def test_an_output_passes_on_its_value() -> None:
    """A right value that is known late arrives, and remains a secret if it was one."""

    async def run() -> tuple[Any, bool]:
        checked = check({**VALID, "location": pulumi.Output.secret("westeurope")})
        assert isinstance(checked.location, pulumi.Output)
        return await checked.location.future(), await checked.location.is_secret()

    assert asyncio.run(run()) == ("westeurope", True)


@pytest.mark.parametrize(
    ("given_arguments", "path", "reason"),
    [
        ({"workspace_id": WORKSPACE}, "cluster_id", "is required"),
        ({"cluster_id": WORKSPACE, "workspace_id": WORKSPACE}, "cluster_id", "an AKS cluster"),
        ({"cluster_id": CLUSTER}, "resource_group_name", "or use an existing"),
        (
            {"cluster_id": CLUSTER, "workspace_id": WORKSPACE, "resource_group_name": "group"},
            "resource_group_name",
            "leave it or `workspace_id` out",
        ),
        (
            {"cluster_id": CLUSTER, "workspace_id": WORKSPACE, "location": "westeurope"},
            "location",
            "leave it or `workspace_id` out",
        ),
        (
            {"cluster_id": CLUSTER, "workspace_id": WORKSPACE, "setting_name": "a/b"},
            "setting_name",
            "is not a name that Azure accepts; give 1 to 260 characters",
        ),
    ],
)
def test_audit_logging_checks_its_arguments(
    given_arguments: dict[str, Any], path: str, reason: str
) -> None:
    """AksAuditLogging names what is wrong just as SecureAksCluster does."""
    found = problems_of(
        lambda: check_arguments(AksAuditLoggingModel, 'AksAuditLogging "old"', given_arguments)
    )
    assert reason in found[path]


@given(valid_cluster_arguments())
def test_valid_arguments_are_valid(drawn: dict[str, Any]) -> None:
    """Whatever the strategy draws passes, and so does what it means after defaults."""
    checked = check(drawn)
    assert checked.system_pool.first_count >= 1
    if checked.workspace is not None:
        assert checked.workspace.interactive_retention_days >= 90
        assert checked.workspace.total_retention_days is not None
        assert checked.workspace.total_retention_days >= 365


MODELS = [*dict.fromkeys(each for top in COMPONENTS.values() for each in objects_within(top))]


def test_every_argument_says_what_it_is_and_how_to_fix_it() -> None:
    """No error message can lack its second half, no reference entry its description."""
    lacking = [
        f"{model.__name__}.{name}"
        for model in MODELS
        for name, field in model.model_fields.items()
        if not field.description or not fix_of(field)
    ]
    assert lacking == []


def test_every_language_gets_the_components() -> None:
    """Pulumi's own analyzer makes a schema: both tokens, what is required, all described."""
    schema = json.loads(ComponentHost().schema or "{}")
    cluster, logging = (
        schema["resources"][f"kubewitness:index:{name}"]
        for name in ("SecureAksCluster", "AksAuditLogging")
    )
    assert cluster["requiredInputs"] == ["apiAccess", "clusterAdmins", "resourceGroupName"]
    assert logging["requiredInputs"] == ["clusterId"]
    described = [cluster, logging, *schema["types"].values()]
    undescribed = [
        name
        for each in described
        for group in ("inputProperties", "properties")
        for name, field in each.get(group, {}).items()
        if not field.get("description")
    ]
    assert undescribed == []


WRONG_WAYS: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    ((), {}, "is required; give a dictionary of the arguments, or give keyword arguments"),
    ((None,), {}, "is required; give a dictionary of the arguments, or give keyword arguments"),
    (
        (VALID,),
        {"location": "westeurope", "tags": {}},
        "contradicts the keyword arguments `location`, `tags`; give all arguments in one way",
    ),
    (({},), VALID, "contradicts the keyword arguments"),
]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize(("args", "keywords", "reason"), WRONG_WAYS)
def test_arguments_are_given_in_one_way(
    component: Any, args: tuple[Any, ...], keywords: dict[str, Any], reason: str
) -> None:
    """As `args` or as keyword arguments: both, or neither, is an error that says so."""
    with pytest.raises(InvalidArguments) as caught:
        component("prod", *args, **keywords)
    assert [problem.path for problem in caught.value.problems] == ["args"]
    assert reason in caught.value.problems[0].reason
    assert str(caught.value).startswith(f'{component.__name__} "prod" has 1 invalid argument:')


def test_no_argument_has_the_name_of_a_parameter() -> None:
    """A keyword argument of that name would not arrive."""
    for model in COMPONENTS.values():
        assert not {"self", "name", "args", "opts"} & model.model_fields.keys()


def test_importing_the_package_does_not_load_pulumi() -> None:
    """Reading logs starts quickly: the components are loaded when they are first named."""
    code = (
        "import sys, kubewitness; assert 'pulumi' not in sys.modules; "
        "assert dir(kubewitness) == sorted(kubewitness.__all__); "
        "kubewitness.SecureAksCluster; assert 'pulumi' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The lazy names do not hide a misspelt import."""
    import kubewitness  # noqa: PLC0415  # the test is about this module

    with pytest.raises(AttributeError, match="SecureCluster"):
        _ = kubewitness.SecureCluster  # type: ignore[attr-defined]  # that is the test
