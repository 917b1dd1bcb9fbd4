"""Raw properties of azure-native: merged where they add, refused where they undo."""

import asyncio
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_azure_native import containerservice

from kubewitness.provision.arguments.validation import InvalidArguments, check_arguments
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.overrides import override_problems, with_overrides
from kubewitness.provision.secure_aks_cluster.raw import setters
from support.components import cluster

ARGUMENTS = setters(SecureAksClusterModel)
VALID: dict[str, Any] = {
    "resource_group_name": "group",
    "cluster_admins": {"group_object_ids": ["11111111-2222-3333-4444-555555555555"]},
    "api_access": {"private": True},
}


def refused(overrides: dict[str, Any]) -> str:
    """The whole message about arguments with these overrides."""
    with pytest.raises(InvalidArguments) as error:
        check_arguments(
            SecureAksClusterModel, "SecureAksCluster", {**VALID, "cluster_overrides": overrides}
        )
    return str(error.value)


def test_overrides_add_to_what_the_component_sets() -> None:
    """Maps are merged however they are spelt, lists are replaced, the rest stays."""
    inputs = {
        "resource_name_": "prod",
        "network_profile": {"network_plugin": "azure", "pod_cidr": "10.0.0.0/8"},
    }
    merged = with_overrides(
        inputs,
        {
            "networkProfile": {"podCidr": "10.1.0.0/16"},
            "network_profile": {"ip_families": ["IPv4"]},
            "auto_scaler_profile": {"expander": "least-waste"},
        },
    )
    assert merged["resource_name_"] == "prod"
    assert merged["auto_scaler_profile"] == {"expander": "least-waste"}
    assert merged["network_profile"]["networkPlugin"] == "azure"
    assert merged["network_profile"]["ipFamilies"] == ["IPv4"]


def test_overrides_may_be_of_azure_natives_classes() -> None:
    """As Python programs write them; they are judged like any other."""
    proxy = containerservice.ManagedClusterHTTPProxyConfigArgs(http_proxy="http://proxy:3128")
    assert override_problems({"http_proxy_config": proxy}, ARGUMENTS) == []
    merged = with_overrides({}, {"http_proxy_config": proxy})
    assert merged["http_proxy_config"] == {"httpProxy": "http://proxy:3128"}
    open_to_all = containerservice.ManagedClusterAADProfileArgs(managed=False)
    assert "aks-entra-rbac" in refused({"aad_profile": open_to_all})


@pytest.mark.parametrize(
    ("overrides", "rule"),
    [
        ({"disable_local_accounts": False}, "aks-local-accounts"),
        ({"disableLocalAccounts": False}, "aks-local-accounts"),
        ({"aad_profile": {"managed": False}}, "aks-entra-rbac"),
        ({"aad_profile": {"enable_azure_rbac": False}}, "aks-entra-rbac"),
        ({"aadProfile": {"enableAzureRBAC": False}}, "aks-entra-rbac"),
        ({"aad_profile": {"server_app_id": "a"}}, "aks-entra-rbac"),
        ({"aadProfile": {"clientAppID": "a"}}, "aks-entra-rbac"),
        ({"aad_profile": {"server_app_secret": "a"}}, "aks-entra-rbac"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_the_rules_words(
    overrides: dict[str, Any], rule: str
) -> None:
    """However it is spelt, our own rules see it."""
    assert f"cluster_overrides: break the policy `{rule}`" in refused(overrides)


def test_what_is_known_only_later_cannot_undo_a_promise() -> None:
    """Undecided is never a pass: a value that nobody can check is refused there, and only there."""

    async def run() -> None:  # an Output needs a running loop
        later: Any = pulumi.Output.from_input(True)
        assert "aks-local-accounts" in refused({"disable_local_accounts": later})
        assert "aks-entra-rbac" in refused({"aad_profile": later})
        assert override_problems({"disk_encryption_set_id": later}, ARGUMENTS) == []
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not this()))

    this = asyncio.current_task
    asyncio.run(run())


@pytest.mark.parametrize(
    "overrides",
    [
        {"oidc_issuer_profile": {"enabled": False}},
        {"security_profile": {"workload_identity": {"enabled": False}}},
        {"enable_rbac": False},
        {"enable_rbac": "true"},
    ],
)
def test_what_workloads_and_azure_rbac_rest_on_stays_on(overrides: dict[str, Any]) -> None:
    """The component says that there is an issuer, and its outputs hold its URL."""
    assert "must stay on" in refused(overrides) or "is not true or false" in refused(overrides)


@pytest.mark.parametrize("path", ARGUMENTS, ids=".".join)
def test_what_has_an_argument_is_not_overridden(path: tuple[str, ...]) -> None:
    """The argument checks it, and other resources depend on it."""
    overrides: Any = True
    for name in reversed(path):
        overrides = {name: overrides}
    named = " and ".join(f"`{argument}`" for argument in ARGUMENTS[path])
    assert f"has an argument of its own; use {named}" in refused(overrides)


def test_everything_wrong_is_said_at_once() -> None:
    """With the path as the user spelt it, and with what was probably meant."""
    message = refused(
        {
            "disable_local_accounts": False,
            "kubernetes_version": "1.34",
            "network_profile": {"pod_cidrr": "10.0.0.0/8", "dns_service_ip": 10},
            "autoscaler_profile": {},
        }
    )
    assert message.startswith("SecureAksCluster has 5 invalid arguments:")
    assert "cluster_overrides.network_profile.pod_cidrr: is not a property" in message
    assert "did you mean `pod_cidr`" in message
    assert "cluster_overrides.network_profile.dns_service_ip: is not a string" in message
    assert "did you mean `auto_scaler_profile`" in message


PROMISED = (
    ("disableLocalAccounts", True),
    ("aadProfile", {"managed": True, "enableAzureRBAC": True}),
    ("enableRBAC", True),
    ("oidcIssuerProfile", {"enabled": True}),
    ("securityProfile", {"workloadIdentity": {"enabled": True}}),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["enabled", "managed", "enableAzureRBAC", "workloadIdentity", "x"]),
            inner,
        )
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([name for name, _ in PROMISED]), anything))
def test_overrides_that_are_taken_leave_every_promise_in_place(overrides: dict[str, Any]) -> None:
    """Whatever the type and depth of what is given."""
    try:
        checked = check_arguments(
            SecureAksClusterModel, "SecureAksCluster", {**VALID, "cluster_overrides": overrides}
        )
    except InvalidArguments:
        return
    merged = with_overrides(
        {
            "disable_local_accounts": True,
            "aad_profile": {"managed": True, "enable_azure_rbac": True},
            "enable_rbac": True,
            "oidc_issuer_profile": {"enabled": True},
            "security_profile": {"workload_identity": {"enabled": True}},
        },
        checked.cluster_overrides,
    )
    assert merged["disable_local_accounts"] is True
    assert merged["enable_rbac"] is True
    assert merged["aad_profile"]["managed"] is True
    assert merged["aad_profile"]["enableAzureRBAC"] is True
    assert merged["oidc_issuer_profile"]["enabled"] is True
    assert merged["security_profile"]["workloadIdentity"]["enabled"] is True


TUNED: dict[str, Any] = {
    "orchestrator_version": "1.34",
    "upgrade_settings": {"max_surge": "33%", "drain_timeout_in_minutes": 30},
    "os_disk_type": "Ephemeral",
    "os_disk_size_gb": 64,
    "max_pods": 50,
    "enable_fips": True,
    "kubelet_config": {"cpu_manager_policy": "static"},
    "linux_os_config": {"sysctls": {"vm_max_map_count": 262144}},
    "security_profile": {"enable_secure_boot": True},
    "node_labels": {"team": "shop"},
}
ON_THE_WIRE: dict[str, Any] = {
    "orchestratorVersion": "1.34",
    "upgradeSettings": {"maxSurge": "33%", "drainTimeoutInMinutes": 30},
    "osDiskType": "Ephemeral",
    "osDiskSizeGB": 64,
    "maxPods": 50,
    "enableFIPS": True,
    "kubeletConfig": {"cpuManagerPolicy": "static"},
    "linuxOSConfig": {"sysctls": {"vmMaxMapCount": 262144}},
    "securityProfile": {"enableSecureBoot": True},
    "nodeLabels": {"team": "shop"},
}


def test_every_property_of_a_pool_can_be_tuned() -> None:
    """Of the system pool and of user pools; the labels of the latter have an argument."""
    user = {"name": "work", "node_labels": TUNED["node_labels"]}
    user["overrides"] = {name: value for name, value in TUNED.items() if name != "node_labels"}
    made = cluster({"system_pool": {"overrides": TUNED}, "user_pools": [user]})
    (system,) = made.one("ManagedCluster")["agentPoolProfiles"]
    for pool in (system, made.one("AgentPool")):
        assert {name: pool[name] for name in ON_THE_WIRE} == ON_THE_WIRE
