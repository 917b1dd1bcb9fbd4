"""Random arguments of SecureAksCluster, all of them valid."""

from typing import Any

from hypothesis import strategies as st

from kubewitness.azure.workspaces import DAYS_BEYOND_TWO_YEARS
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.provision.arguments.validation import marked
from kubewitness.provision.secure_aks_cluster.model import AutomaticDecides, SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.parts import INSIGHTS_STREAMS

NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
SUBNET = f"{NETWORK}/virtualNetworks/network/subnets/nodes"
DNS_ZONE = f"{NETWORK}/privateDnsZones/privatelink.westeurope.azmk8s.io"
WORKSPACE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/central"
)
STORAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts"
EVENT_HUBS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces"

Arguments = dict[str, Any]
Draw = st.SearchStrategy[Arguments]

_words = st.text("abcdefghij", min_size=2, max_size=8)
_sentences = st.lists(_words, min_size=2, max_size=6).map(" ".join)
_guids = st.uuids().map(str)
_tags = st.dictionaries(_words, _words, max_size=3)
_octets = st.integers(1, 223)


@st.composite
def valid_cluster_arguments(draw: st.DrawFn) -> Arguments:
    """Draw any valid arguments of SecureAksCluster."""
    arguments = draw(_cluster())
    if draw(st.booleans()):
        arguments.update(draw(_workspaces()))
    if "system_pool" in arguments or draw(st.booleans()):
        policy = arguments.get("network_policy", "cilium")
        subnet = "vnet_subnet_id" in arguments.get("system_pool", {})
        arguments["user_pools"] = draw(_user_pools(windows=policy == "calico", subnet=subnet))
    arguments.update(draw(_trails(new_workspace="workspace_id" not in arguments)))
    arguments.update(draw(_protections()))
    if draw(st.booleans()) and draw(st.booleans()):
        decided = marked(SecureAksClusterModel, AutomaticDecides)
        left = {key: value for key, value in arguments.items() if key not in decided}
        arguments = {**left, "mode": "automatic"}
    return _as_another_language(arguments) if draw(st.booleans()) else arguments


def _cluster() -> Draw:
    required = {
        "resource_group_name": _words,
        "cluster_admins": _admins(),
        "api_access": _api_access(),
    }
    optional = {
        "location": st.sampled_from(["westeurope", "eastus2"]),
        "cluster_name": _words,
        "dns_prefix": _words,
        "system_pool": _system_pools(),
        "other_log_categories": st.lists(
            st.sampled_from(sorted(set(AKS_LOG_CATEGORIES) - set(AUDIT_CATEGORIES))), unique=True
        ),
        "tags": _tags,
    }
    return st.builds(
        lambda common, upgrades, network: {
            **common,
            # Long-term support moves to no new minor version.
            **({} if network.get("sku_tier") == "Premium" else upgrades),
            **network,
        },
        st.fixed_dictionaries(required, optional=optional),
        _upgrades(),
        _network_and_tier(),
    )


def _upgrades() -> Draw:
    return st.sampled_from(
        [
            {},
            {"upgrade_channel": "rapid", "kubernetes_version": "1.34.2"},
            {"upgrade_channel": "patch", "kubernetes_version": "1.34"},
            {"upgrade_channel": "stable", "node_os_upgrade_channel": "SecurityPatch"},
            {"upgrade_channel": "node-image"},
        ]
    )


def _network_and_tier() -> Draw:
    return st.sampled_from(
        [
            {},
            *({"network_policy": policy} for policy in ("cilium", "azure", "calico")),
            {"sku_tier": "Standard"},
            {"sku_tier": "Premium", "network_policy": "cilium"},
        ]
    )


def _admins() -> Draw:
    principal = st.fixed_dictionaries(
        {
            "object_id": _guids,
            "type": st.sampled_from(["User", "Group", "ServicePrincipal"]),
        }
    )
    principals = st.lists(
        principal, min_size=1, max_size=2, unique_by=lambda one: str(one["object_id"])
    )
    groups = st.lists(_guids, min_size=1, max_size=3, unique=True)
    return st.one_of(
        st.fixed_dictionaries({"group_object_ids": groups}, optional={"principals": principals}),
        st.fixed_dictionaries({"principals": principals}),
        st.fixed_dictionaries({"waived_because": _sentences}),
    )


def _api_access() -> Draw:
    ranges = st.builds("{}.{}.{}.0/24".format, _octets, _octets, _octets)
    several = st.lists(ranges, min_size=1, max_size=4)
    return st.one_of(
        st.fixed_dictionaries(
            {"private": st.just(True)}, optional={"private_dns_zone_id": st.just(DNS_ZONE)}
        ),
        st.fixed_dictionaries(
            {"authorized_ip_ranges": st.one_of(several, st.just(["0.0.0.0/32"]))}
        ),
        st.fixed_dictionaries({"public_because": _sentences}),
    )


def _workspaces() -> Draw:
    interactive = st.integers(90, 365)
    total = st.one_of(st.integers(365, 730), st.sampled_from(DAYS_BEYOND_TWO_YEARS))
    new = st.one_of(
        st.fixed_dictionaries({"interactive_retention_days": st.integers(90, 730)}),
        st.fixed_dictionaries(
            {"interactive_retention_days": interactive, "total_retention_days": total}
        ),
        st.fixed_dictionaries({"name": st.just("audit-logs")}),
    )
    return st.one_of(
        st.just({"workspace_id": WORKSPACE}), st.fixed_dictionaries({"workspace": new})
    )


@st.composite
def _trails(draw: st.DrawFn, *, new_workspace: bool) -> Arguments:
    """Draw where the logs go besides the workspace: each place is named once."""
    places = (
        ("workspace_id", f"{WORKSPACE}-2"),
        ("storage_account_id", f"{STORAGE}/archive"),
        ("storage_account_id", f"{STORAGE}/other"),
        ("event_hub_authorization_rule_id", f"{EVENT_HUBS}/n/authorizationRules/send"),
        ("partner_id", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Datadog/monitors/m"),
    )
    chosen = draw(st.lists(st.sampled_from(places), max_size=4, unique=True))
    categories = st.lists(st.sampled_from(AUDIT_CATEGORIES), min_size=1, unique=True)
    destinations = [
        {key: place, **draw(st.fixed_dictionaries({}, optional={"categories": categories}))}
        for key, place in chosen
    ]
    profiles = ["full", "frugal", *(["filtered"] if new_workspace else [])]
    if any(
        "storage_account_id" in one and "kube-audit" in one.get("categories", AUDIT_CATEGORIES)
        for one in destinations
    ):
        profiles.append("archive")
    optional = {"audit_profile": st.sampled_from(profiles)}
    drawn: Arguments = draw(st.fixed_dictionaries({}, optional=optional))
    return {**drawn, **({"destinations": destinations} if destinations else {})}


def _protections() -> Draw:
    window = st.fixed_dictionaries(
        {"day": st.sampled_from(["Monday", "Sunday"])},
        optional={"duration_hours": st.integers(4, 24), "start_time": st.just("23:30")},
    )
    role = st.fixed_dictionaries(
        {
            "role": st.just("Azure Kubernetes Service RBAC Reader"),
            "object_id": _guids,
            "type": st.just("Group"),
        },
        optional={"namespace": st.just("shop")},
    )
    streams = st.lists(st.sampled_from(INSIGHTS_STREAMS), min_size=1, unique=True)
    return st.fixed_dictionaries(
        {},
        optional={
            "maintenance_window": window,
            "role_assignments": st.lists(role, max_size=2, unique_by=lambda one: one["object_id"]),
            "container_insights": st.fixed_dictionaries({"streams": streams}),
            "image_cleaner_hours": st.integers(24, 2160),
            "cluster_overrides": st.just({"auto_scaler_profile": {"expander": "least-waste"}}),
            **dict.fromkeys(
                ("run_command", "azure_policy", "defender", "host_encryption"), st.booleans()
            ),
        },
    )


def _counts(fewest: int) -> Draw:
    autoscaled = st.tuples(st.integers(fewest, 10), st.integers(10, 1000)).map(
        lambda bounds: {"min_count": bounds[0], "max_count": bounds[1]}
    )
    return st.one_of(
        st.just({}), st.fixed_dictionaries({"count": st.integers(fewest, 1000)}), autoscaled
    )


def _system_pools() -> Draw:
    pool = st.fixed_dictionaries(
        {"vm_size": st.just("Standard_D8ds_v5")},
        optional={
            "availability_zones": st.just(["1", "2", "3"]),
            "vnet_subnet_id": st.just(SUBNET),
            "os_sku": st.sampled_from(["AzureLinux", "Ubuntu"]),
        },
    )
    return st.builds(lambda one, counts: {**one, **counts}, pool, _counts(1))


def _user_pools(*, windows: bool, subnet: bool) -> st.SearchStrategy[list[Arguments]]:
    systems = ["Linux", "Windows"] if windows else ["Linux"]
    pool = st.fixed_dictionaries(
        {"name": st.text("abcdefg", min_size=1, max_size=5)},
        optional={
            "os_type": st.sampled_from(systems),
            "node_labels": _tags,
            "node_taints": st.just(["dedicated=batch:NoSchedule"]),
            **({"vnet_subnet_id": st.just(SUBNET)} if subnet else {}),
        },
    )
    counted = st.builds(lambda one, counts: {**one, **counts}, pool, _counts(0))
    return st.lists(counted, max_size=3, unique_by=lambda one: str(one["name"]))


def _as_another_language(value: Any) -> Any:
    """Return arguments as they arrive from another language: whole numbers as floats."""
    if isinstance(value, dict):
        return {key: _as_another_language(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_another_language(item) for item in value]
    return float(value) if type(value) is int else value
